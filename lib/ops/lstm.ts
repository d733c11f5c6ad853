import { needsGrad, recordMany } from '../autograd/record.js';
import { copyOf } from '../kernels/copy.js';
import { maskScale } from '../kernels/elementwise.js';
import {
  type LstmCall,
  type LstmGradients,
  type LstmTrace,
  type LstmWeights,
  lstmBackward,
  lstmForward,
  lstmSizes,
} from '../kernels/lstm.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { drawMask } from './dropout.js';

interface Dropped {
  mask: Tensor;
  scale: number;
}

/** What one layer leaves for backward. */
interface LayerTrace extends LstmTrace {
  /** Which outputs the next layer saw, and what they were multiplied by; null where nothing was dropped. */
  dropped: Dropped | null;
}

/**
 * A stack of LSTM layers over whole sequences: one native call for each layer and direction. Shapes, dtypes and options
 * are checked by the caller.
 *
 * @param input [steps, batch, inputSize], or batch-first, or packed rows [rows, inputSize]: as `call.layout` says.
 * @param h0 [layers · directions, batch, width], and c0 [layers · directions, batch, hiddenSize]; null for zeros.
 * @returns the last layer's output [..., directions · width], and the final states, shaped as h0 and c0.
 */
export function lstm(
  input: Tensor,
  h0: Tensor | null,
  c0: Tensor | null,
  call: LstmCall,
): [output: Tensor, hn: Tensor, cn: Tensor] {
  const { layout, directions, hiddenSize, weights } = call;
  const width = call.projSize > 0 ? call.projSize : hiddenSize;
  const parameters = parametersOf(weights);
  const inputs = h0 === null || c0 === null ? [input, ...parameters] : [input, h0, c0, ...parameters];
  const keep = needsGrad(...inputs);
  const first = h0 === null ? null : contiguous(h0.detach());
  const firstCell = c0 === null ? null : contiguous(c0.detach());
  const hn = Tensor.allocate([weights.length, layout.batch, width], input.dtype, false);
  const cn = Tensor.allocate([weights.length, layout.batch, hiddenSize], input.dtype, false);
  const layers = weights.length / directions;
  const traces: LayerTrace[] = [];
  let x = contiguous(input.detach());
  let output = x;
  for (let layer = 0; layer < layers; layer++) {
    output = Tensor.allocate([...x.shape.slice(0, -1), directions * width], input.dtype, false);
    const caches: Tensor[] = [];
    for (let direction = 0; direction < directions; direction++) {
      let cache: Tensor | null = null;
      if (keep) {
        cache = Tensor.allocate([lstmSizes(call, direction, x.shape[x.ndim - 1]).cache], input.dtype, false);
        caches.push(cache);
      }
      lstmForward(call, layer * directions + direction, x, output, first, firstCell, hn, cn, cache);
    }
    const dropped = layer < layers - 1 ? drop(output, call) : null;
    if (keep) traces.push({ input: x, output, dropped, caches });
    x = dropped === null ? output : maskScale(output, dropped.mask, dropped.scale);
  }
  if (!keep) return [output, hn, cn];
  const withStates = inputs.length > parameters.length + 1;
  recordMany(
    'LstmBackward0',
    inputs,
    [output, hn, cn],
    (grads, needs) => {
      const [dInput, dh0, dc0, dParameters] = backward(call, traces, first, firstCell, grads, needs, withStates);
      return withStates ? [dInput, dh0, dc0, ...dParameters] : [dInput, ...dParameters];
    },
    [...inputs, output],
  );
  output.gradFn!.onFreed = () => {
    for (const { caches } of traces) for (const cache of caches) cache.storage.recycle();
  };
  return [output, hn, cn];
}

/** Decides what of a layer's output is dropped; null for nothing. PyTorch draws in the order [steps, batch]. */
function drop(output: Tensor, call: LstmCall): Dropped | null {
  if (call.dropout === 0 || output.numel === 0) return null;
  const { shape, dtype } = output;
  if (!call.layout.batchFirst) return drawMask(shape, dtype, call.dropout);
  const { mask, scale } = drawMask([shape[1], shape[0], shape[2]], dtype, call.dropout);
  const [steps, batch, width] = mask.shape;
  const turned = new Tensor(mask.storage, [batch, steps, width], [width, batch * width, 1], mask.offset);
  return { mask: copyOf(turned), scale };
}

function parametersOf(weights: readonly LstmWeights[]): Tensor[] {
  const list: Tensor[] = [];
  for (const w of weights) {
    list.push(w.inputHidden, w.hiddenHidden);
    if (w.biasInput !== null && w.biasHidden !== null) list.push(w.biasInput, w.biasHidden);
    if (w.projection !== null) list.push(w.projection);
  }
  return list;
}

type Back = [dInput: Tensor | null, dh0: Tensor | null, dc0: Tensor | null, dParameters: (Tensor | null)[]];

function backward(
  call: LstmCall,
  traces: readonly LayerTrace[],
  h0: Tensor | null,
  c0: Tensor | null,
  grads: readonly (Tensor | null)[],
  needs: readonly boolean[],
  withStates: boolean,
): Back {
  const { layout, directions, hiddenSize, weights } = call;
  const width = call.projSize > 0 ? call.projSize : hiddenSize;
  const { dtype } = traces[0].output;
  const [dLast, dhn, dcn] = grads.map((grad) => (grad === null ? null : contiguous(grad)));
  const dh0 = Tensor.allocate([weights.length, layout.batch, width], dtype, false);
  const dc0 = Tensor.allocate([weights.length, layout.batch, hiddenSize], dtype, false);
  const states = { h0, c0, dh0, dc0, dhn, dcn };
  const dParameters: (Tensor | null)[] = new Array(needs.length - (withStates ? 3 : 1)).fill(null);
  const perDirection = dParameters.length / weights.length;
  const wanted = needs.slice(withStates ? 3 : 1);
  const { workspace } = lstmSizes(call, 0, traces[0].input.shape[traces[0].input.ndim - 1]);
  const work = Tensor.allocate([workspace], dtype, false);
  let dOutput = dLast;
  let dInput: Tensor | null = null;
  for (let layer = traces.length - 1; layer >= 0; layer--) {
    const trace = traces[layer];
    dInput = layer > 0 || needs[0] ? Tensor.allocate(trace.input.shape, dtype, false) : null;
    for (let direction = 0; direction < directions; direction++) {
      const index = layer * directions + direction;
      const first = index * perDirection;
      const gradients = allocateGradients(weights[index], wanted, first);
      lstmBackward(call, index, trace, states, dOutput, dInput, work, gradients);
      placeGradients(dParameters, weights[index], wanted, first, gradients);
    }
    const dropped = layer > 0 ? traces[layer - 1].dropped : null;
    dOutput = dInput === null || dropped === null ? dInput : maskScale(dInput, dropped.mask, dropped.scale);
  }
  work.storage.recycle();
  return [dInput, withStates && needs[1] ? dh0 : null, withStates && needs[2] ? dc0 : null, dParameters];
}

/** Where the gradients of the parameters from `first` on go; those that nobody wants are null. */
function allocateGradients(w: LstmWeights, wanted: readonly boolean[], first: number): LstmGradients {
  const like = (t: Tensor, asked: boolean) => (asked ? Tensor.allocate(t.shape, t.dtype, false) : null);
  const biased = w.biasInput !== null && w.biasHidden !== null;
  return {
    inputHidden: like(w.inputHidden, wanted[first]),
    hiddenHidden: like(w.hiddenHidden, wanted[first + 1]),
    bias: w.biasInput === null || !biased ? null : like(w.biasInput, wanted[first + 2] || wanted[first + 3]),
    projection: w.projection === null ? null : like(w.projection, wanted[first + (biased ? 4 : 2)]),
  };
}

function placeGradients(
  out: (Tensor | null)[],
  w: LstmWeights,
  wanted: readonly boolean[],
  first: number,
  gradients: LstmGradients,
): void {
  out[first] = gradients.inputHidden;
  out[first + 1] = gradients.hiddenHidden;
  let next = first + 2;
  if (w.biasInput !== null && w.biasHidden !== null) {
    // Both biases add to the same sum, so their gradients are equal; each leaf gets memory of its own.
    const { bias } = gradients;
    out[next] = wanted[next] ? bias : null;
    out[next + 1] = wanted[next + 1] && bias !== null ? (wanted[next] ? copyOf(bias) : bias) : null;
    next += 2;
  }
  if (w.projection !== null) out[next] = gradients.projection;
}
