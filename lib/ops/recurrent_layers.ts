import { recordMany, someNeedGrad } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { maskScale } from '../calls/elementwise.js';
import type { LayerTrace, SequenceLayout, StackCall } from '../calls/sequence.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { drawMask } from './dropout.js';

/** States of all layers, [layers · directions, batch, size], one for each kind (h, or h and c), and their gradients. */
export interface StackStates {
  /** Null for zeros. */
  first: readonly (Tensor | null)[];
  dFirst: readonly Tensor[];
  /** The gradients that arrived at the final states. */
  dLast: readonly (Tensor | null)[];
}

/** One kind of recurrent layer: what to run for each layer and direction; `index` counts those. */
export interface LayerKernels<Call extends StackCall> {
  /** The name of the recorded operation. */
  name: string;
  /** The width of one direction's output. */
  outputSize(call: Call): number;
  /** The width of each state. */
  stateSizes(call: Call): readonly number[];
  /** The parameters of every layer and direction, as many for each. */
  parameters(call: Call): Tensor[];
  /** Whether forward keeps something for backward besides its output. */
  caches: boolean;
  sizes(call: Call, direction: number, inputSize: number): { cache: number; workspace: number };
  forward(
    call: Call,
    index: number,
    input: Tensor,
    output: Tensor,
    first: readonly (Tensor | null)[],
    last: readonly Tensor[],
    cache: Tensor | null,
  ): void;
  /** @returns the gradients of the layer's parameters, in the order of `parameters`; null where `wanted` says no. */
  backward(
    call: Call,
    index: number,
    trace: LayerTrace,
    states: StackStates,
    dOutput: Tensor | null,
    dInput: Tensor | null,
    workspace: Tensor,
    wanted: readonly boolean[],
  ): (Tensor | null)[];
}

interface Dropped {
  mask: Tensor;
  scale: number;
}

/** What one layer leaves for backward. */
interface StackTrace extends LayerTrace {
  /** Which outputs the next layer saw, and what they were multiplied by; null where nothing was dropped. */
  dropped: Dropped | null;
}

/**
 * A stack of recurrent layers over whole sequences: one native call for each layer and direction. Shapes, dtypes and
 * options are checked by the caller.
 *
 * @param input [steps, batch, inputSize], or batch-first, or packed rows [rows, inputSize]: as `call.layout` says.
 * @param states the first state of each kind, [layers · directions, batch, size]; all null for zeros.
 * @returns the last layer's output [..., directions · width], and the final states, shaped as the first ones.
 */
export function recurrentLayers<Call extends StackCall>(
  kernels: LayerKernels<Call>,
  input: Tensor,
  states: readonly (Tensor | null)[],
  call: Call,
): [output: Tensor, last: Tensor[]] {
  const { layout, directions, weights } = call;
  const width = kernels.outputSize(call);
  const inputs = [input];
  for (let k = 0; k < states.length; k++) if (states[k] !== null) inputs.push(states[k]!);
  const given = inputs.length - 1;
  const parameters = kernels.parameters(call);
  for (let k = 0; k < parameters.length; k++) inputs.push(parameters[k]);
  const keep = someNeedGrad(inputs);
  const first = states.map((state) => (state === null ? null : contiguous(state.detach())));
  const last = kernels
    .stateSizes(call)
    .map((size) => Tensor.allocate([weights.length, layout.batch, size], input.dtype, false));
  const layers = weights.length / directions;
  const traces = new Array<StackTrace>(keep ? layers : 0);
  const caching = keep && kernels.caches;
  let x = contiguous(input.detach());
  let output = x;
  for (let layer = 0; layer < layers; layer++) {
    const shape = x.shape.slice();
    shape[shape.length - 1] = directions * width;
    output = Tensor.allocate(shape, input.dtype, false);
    const caches = new Array<Tensor>(caching ? directions : 0);
    for (let direction = 0; direction < directions; direction++) {
      let cache: Tensor | null = null;
      if (caching) {
        cache = Tensor.allocate([kernels.sizes(call, direction, x.shape[x.ndim - 1]).cache], input.dtype, false);
        caches[direction] = cache;
      }
      kernels.forward(call, layer * directions + direction, x, output, first, last, cache);
    }
    const dropped = layer < layers - 1 ? drop(output, layout, call.dropout) : null;
    if (keep) traces[layer] = { input: x, output, dropped, caches };
    x = dropped === null ? output : maskScale(output, dropped.mask, dropped.scale);
  }
  if (!keep) return [output, last];
  recordMany(
    kernels.name,
    inputs,
    [output, ...last],
    (grads, needs) => backward(kernels, call, traces, first, given, grads, needs),
    [...inputs, output],
  );
  if (kernels.caches) {
    // A function that is written down where it is assigned to a property, V8 puts among its old objects: it would keep
    // the layer's results until a full collection.
    const giveBack = () => {
      for (const { caches } of traces) for (const cache of caches) cache.storage.recycle();
    };
    output.gradFn!.onFreed = giveBack;
  }
  return [output, last];
}

/** Decides what of a layer's output is dropped; null for nothing. PyTorch draws in the order [steps, batch]. */
function drop(output: Tensor, layout: SequenceLayout, p: number): Dropped | null {
  if (p === 0 || output.numel === 0) return null;
  const { shape, dtype } = output;
  if (!layout.batchFirst) return drawMask(shape, dtype, p);
  const { mask, scale } = drawMask([shape[1], shape[0], shape[2]], dtype, p);
  const [steps, batch, width] = mask.shape;
  const turned = new Tensor(mask.storage, [batch, steps, width], [width, batch * width, 1], mask.offset);
  return { mask: copyOf(turned), scale };
}

/** The gradients of the input, of the `given` first states and of all parameters. */
function backward<Call extends StackCall>(
  kernels: LayerKernels<Call>,
  call: Call,
  traces: readonly StackTrace[],
  first: readonly (Tensor | null)[],
  given: number,
  grads: readonly (Tensor | null)[],
  needs: readonly boolean[],
): (Tensor | null)[] {
  const { layout, directions, weights } = call;
  const { dtype } = traces[0].output;
  const arrived = grads.map((grad) => (grad === null ? null : contiguous(grad)));
  const dOutputs = arrived[0];
  const dLast = arrived.slice(1);
  const dFirst = kernels
    .stateSizes(call)
    .map((size) => Tensor.allocate([weights.length, layout.batch, size], dtype, false));
  const states = { first, dFirst, dLast };
  const wanted = needs.slice(1 + given);
  const perDirection = wanted.length / weights.length;
  const dParameters: (Tensor | null)[] = new Array(wanted.length).fill(null);
  const work = Tensor.allocate([workspaceElements(kernels, call, traces)], dtype, false);
  let dOutput = dOutputs;
  let dInput: Tensor | null = null;
  for (let layer = traces.length - 1; layer >= 0; layer--) {
    const trace = traces[layer];
    dInput = layer > 0 || needs[0] ? Tensor.allocate(trace.input.shape, dtype, false) : null;
    for (let direction = 0; direction < directions; direction++) {
      const index = layer * directions + direction;
      const begin = index * perDirection;
      const asked = perDirection === wanted.length ? wanted : wanted.slice(begin, begin + perDirection);
      const gradients = kernels.backward(call, index, trace, states, dOutput, dInput, work, asked);
      for (let k = 0; k < perDirection; k++) dParameters[begin + k] = gradients[k];
    }
    if (dOutput !== dOutputs) dOutput?.storage.recycle();
    const dropped = layer > 0 ? traces[layer - 1].dropped : null;
    dOutput = dInput;
    if (dInput === null || dropped === null) continue;
    dOutput = maskScale(dInput, dropped.mask, dropped.scale);
    dInput.storage.recycle();
  }
  work.storage.recycle();
  const gradients: (Tensor | null)[] = [dInput];
  for (let k = 0; k < dFirst.length; k++) {
    const passed = k < given && needs[1 + k];
    if (k < given) gradients.push(passed ? dFirst[k] : null);
    if (!passed) dFirst[k].storage.recycle();
  }
  for (let k = 0; k < dParameters.length; k++) gradients.push(dParameters[k]);
  return gradients;
}

/** Working memory that serves every layer: the first differs from the others in what it reads. */
function workspaceElements<Call extends StackCall>(
  kernels: LayerKernels<Call>,
  call: Call,
  traces: readonly LayerTrace[],
): number {
  let most = 0;
  for (let layer = 0; layer < Math.min(traces.length, 2); layer++) {
    const { input } = traces[layer];
    most = Math.max(most, kernels.sizes(call, 0, input.shape[input.ndim - 1]).workspace);
  }
  return most;
}

/** Memory for the gradient of a parameter, when it is asked for. */
export function gradientLike(parameter: Tensor, asked: boolean): Tensor | null {
  return asked ? Tensor.allocate(parameter.shape, parameter.dtype, false) : null;
}
