import { settled } from '../autograd/dense_rows.js';
import { recordMany, someNeedGrad } from '../autograd/record.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** Gradients of a module's inputs or outputs, in their order; null for what is no tensor or has none. */
export type HookGradients = readonly (Tensor | null)[];

/** What a backward hook is called as, its module given. */
export interface BackwardHooks {
  /** Called with the outputs' gradients; may return others. */
  readonly before: readonly ((gradOutput: HookGradients) => unknown)[];
  /** Called with the inputs' and the outputs' gradients; may return other ones for the inputs. */
  readonly after: readonly ((gradInput: HookGradients, gradOutput: HookGradients) => unknown)[];
}

const nodeName = 'BackwardHookFunctionBackward';

/** What a hook gives in place of gradients, checked. */
function changed(op: string, given: unknown, before: HookGradients): HookGradients {
  if (given === undefined || given === null) return before;
  // A hook on a module with a single input may return its gradient as it is.
  const list: unknown = given instanceof Tensor ? [given] : given;
  if (!Array.isArray(list) || list.length !== before.length) {
    const got = Array.isArray(list) ? String(list.length) : describe(given);
    throw new ArgumentError(`${op}: the hook must return ${before.length} gradients, or nothing, got ${got}`);
  }
  for (const [i, grad] of list.entries()) {
    if (grad === null || grad === undefined) continue;
    if (!(grad instanceof Tensor))
      throw new ArgumentError(`${op}: gradient ${i} must be a Tensor, got ${describe(grad)}`);
    const old = before[i];
    if (old !== null && !sameShape(old.shape, grad.shape)) {
      throw new ShapeError(
        `${op}: gradient ${i} must have shape ${formatShape(old.shape)}, got ${formatShape(grad.shape)}`,
      );
    }
  }
  return list.map((grad: Tensor | null | undefined) => grad ?? null);
}

/** The same gradients, whose memory is the hook's to keep from now on. */
function handedOut(grads: HookGradients): HookGradients {
  return grads.map((grad) => {
    const own = settled(grad);
    if (own !== null && !own.isRows) own.storage.serial = 0;
    return own;
  });
}

/** Gradients of the tensors at `places` among `count` values. */
function spread(grads: HookGradients, places: readonly number[], count: number): HookGradients {
  const all = new Array<Tensor | null>(count).fill(null);
  for (const [i, place] of places.entries()) all[place] = grads[i] ?? null;
  return all;
}

/** The same values with tensors that pass their gradients through `backward`, and where those stand. */
function passThrough(
  values: readonly unknown[],
  places: readonly number[],
  backward: (grads: HookGradients) => HookGradients,
): unknown[] {
  const inputs = places.map((place) => values[place] as Tensor);
  const outputs = inputs.map((x) => new Tensor(x.storage, x.shape, x.strides, x.offset));
  recordMany(nodeName, inputs, outputs, backward);
  const result = [...values];
  // What needs no gradient stays what it is.
  for (const [i, place] of places.entries()) if (inputs[i].requiresGrad) result[place] = outputs[i];
  return result;
}

function placesOfTensors(values: readonly unknown[]): number[] {
  const places: number[] = [];
  for (const [i, value] of values.entries()) if (value instanceof Tensor && !value.isSparse) places.push(i);
  return places;
}

/**
 * One call of a module with backward hooks, as PyTorch's `BackwardHook`: the inputs and the outputs go through
 * identities, whose gradients are the module's.
 */
export class HookedCall {
  private readonly hooks: BackwardHooks;
  private readonly op: string;
  private gradOutput: HookGradients | null = null;
  private inputCount = 0;
  private hasInputs = false;

  constructor(op: string, hooks: BackwardHooks) {
    this.op = op;
    this.hooks = hooks;
  }

  /** The arguments of `forward`, watched. */
  takeInputs(inputs: readonly unknown[]): readonly unknown[] {
    this.inputCount = inputs.length;
    const places = placesOfTensors(inputs);
    if (!someNeedGrad(places.map((place) => inputs[place] as Tensor))) return inputs;
    this.hasInputs = true;
    return passThrough(inputs, places, (grads) => {
      const { gradOutput } = this;
      this.gradOutput = null;
      if (gradOutput === null) return grads; // the outputs had no part in this walk
      let gradInput = handedOut(spread(grads, places, inputs.length));
      for (const hook of this.hooks.after) {
        gradInput = changed(`${this.op}: backward hook`, hook(gradInput, gradOutput), gradInput);
      }
      return places.map((place) => gradInput[place]);
    });
  }

  /** What `forward` returned, watched: a tensor, or those in a list. */
  giveOutput(output: unknown): unknown {
    const values = Array.isArray(output) ? output : [output];
    const places = placesOfTensors(values);
    if (!someNeedGrad(places.map((place) => values[place] as Tensor))) return output;
    const watched = passThrough(values, places, (grads) => {
      let gradOutput = handedOut(spread(grads, places, values.length));
      for (const hook of this.hooks.before) {
        gradOutput = changed(`${this.op}: backward pre-hook`, hook(gradOutput), gradOutput);
      }
      if (this.hasInputs) this.gradOutput = gradOutput;
      else this.callWithoutInputs(gradOutput);
      return places.map((place) => gradOutput[place]);
    });
    return Array.isArray(output) ? watched : watched[0];
  }

  /** No input takes a gradient: the hooks are called as soon as the outputs' gradients are known. */
  private callWithoutInputs(gradOutput: HookGradients): void {
    const none = new Array<null>(this.inputCount).fill(null);
    for (const hook of this.hooks.after) {
      const given = changed(`${this.op}: backward hook`, hook(none, gradOutput), none);
      if (given.some((grad) => grad !== null)) {
        throw new ArgumentError(
          `${this.op}: backward hook: no input requires a gradient, so that the hook can't return any`,
        );
      }
    }
  }
}
