import { ArgumentError, AutogradError, DTypeError, describe, ShapeError } from '../errors.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { narrowed } from './accumulate.js';
import { settled } from './dense_rows.js';
import { makerOf, nodeOf, type TensorHooks } from './node.js';
import { RemovableHandle } from './removable_handle.js';

/** Called with a tensor's gradient; what it returns takes the gradient's place. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook may return nothing.
export type TensorHook = (grad: Tensor) => Tensor | null | undefined | void;
/** Called with a leaf whose `grad` has been added to. */
export type PostAccumulateGradHook = (tensor: Tensor) => unknown;

declare module '../tensor/tensor.js' {
  interface Tensor {
    /**
     * Calls `hook(grad)` in every backward as soon as this tensor's gradient is known; a Tensor that it returns takes the
     * gradient's place for everything behind, `grad` included. Several hooks are called in order, each with what the one
     * before has made; `retainGrad` keeps what the last has made. On leaves they are called before the gradient is added
     * to `grad`, and by `autograd.grad`, too. Don't write into the gradient.
     * @returns a handle whose `remove()` takes the hook away
     * @throws AutogradError when this tensor requires no gradient
     * @example
     * const h = y.registerHook((grad) => grad.mul(2));
     */
    registerHook(hook: TensorHook): RemovableHandle;
    /**
     * Calls `hook(tensor)` whenever a backward has added to this leaf's `grad`: to step an optimizer and free the gradient
     * while backward goes on, say. What it returns is of no account. `autograd.grad` doesn't call it.
     * @throws AutogradError when this tensor is no leaf or requires no gradient
     */
    registerPostAccumulateGradHook(hook: PostAccumulateGradHook): RemovableHandle;
    /** Whether this is no leaf and keeps its `grad` all the same, by `retainGrad`. */
    readonly retainsGrad: boolean;
  }
}

function checkHook(op: string, tensor: Tensor, hook: unknown): void {
  if (typeof hook !== 'function') throw new ArgumentError(`${op}: hook must be a function, got ${describe(hook)}`);
  if (!tensor.requiresGrad) throw new AutogradError(`${op}: this tensor does not require a gradient`);
}

/** Adds to a list; the handle removes this entry alone, also where the same function was added twice. */
function add<T>(list: { readonly hook: T }[], hook: T): RemovableHandle {
  const entry = { hook };
  list.push(entry);
  return new RemovableHandle(() => {
    const at = list.indexOf(entry);
    if (at >= 0) list.splice(at, 1);
  });
}

/** What a hook gives in place of a gradient, checked. */
function replacement(given: unknown, before: Tensor): Tensor {
  const op = 'registerHook';
  if (!(given instanceof Tensor)) {
    throw new ArgumentError(`${op}: the hook must return a Tensor or nothing, got ${describe(given)}`);
  }
  if (!sameShape(given.shape, before.shape)) {
    throw new ShapeError(
      `${op}: the hook must return a gradient of shape ${formatShape(before.shape)}, got ${formatShape(given.shape)}`,
    );
  }
  if (given.dtype !== before.dtype) {
    throw new DTypeError(`${op}: the hook must return a gradient of ${before.dtype}, got ${given.dtype}`);
  }
  return given.gradFn === null ? given : given.detach();
}

/** What a tensor's hooks make of its gradient. Whatever they see, its memory is theirs to keep. */
export function throughHooks({ list, dtype }: TensorHooks, grad: Tensor): Tensor {
  if (list.length === 0) return grad;
  let current = narrowed(settled(grad) as Tensor, dtype);
  // Hooks may remove themselves, or add others, which are called next time.
  for (const { hook } of [...list]) {
    if (!current.isRows) current.storage.serial = 0;
    const given: unknown = hook(current);
    if (given !== undefined && given !== null) current = replacement(given, current);
  }
  if (!current.isRows) current.storage.serial = 0;
  return current;
}

/** A hook of the library's own behind a leaf's accumulation, which must keep no gradient: its memory is used again. */
export function afterAccumulation(leaf: Tensor, hook: (leaf: Tensor) => void): RemovableHandle {
  const node = nodeOf(leaf);
  node.afterAccumulate ??= [];
  const entry = { hook, keepsNothing: true };
  node.afterAccumulate.push(entry);
  return new RemovableHandle(() => {
    const at = node.afterAccumulate?.indexOf(entry) ?? -1;
    if (at >= 0) node.afterAccumulate?.splice(at, 1);
  });
}

installMethods({
  registerHook(this: Tensor, hook: TensorHook) {
    checkHook('registerHook', this, hook);
    const node = nodeOf(this);
    node.hooks ??= [];
    node.hooks[this.outputIndex] ??= { dtype: this.dtype, list: [] };
    return add(node.hooks[this.outputIndex]!.list, hook);
  },
  registerPostAccumulateGradHook(this: Tensor, hook: PostAccumulateGradHook) {
    const op = 'registerPostAccumulateGradHook';
    checkHook(op, this, hook);
    if (!this.isLeaf) {
      throw new AutogradError(`${op}: this tensor is no leaf, so that nothing is added to its grad; use registerHook`);
    }
    const node = nodeOf(this);
    node.afterAccumulate ??= [];
    return add(node.afterAccumulate, hook);
  },
});

Object.defineProperty(Tensor.prototype, 'retainsGrad', {
  get(this: Tensor): boolean {
    return makerOf(this)?.retained?.[this.outputIndex] === this;
  },
  configurable: true,
});
