import { needsGrad, record } from '../autograd/record.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** Sizes or dimensions as users write them: one array, or one argument each. */
export type Sizes = (number | readonly number[])[];

/** The list of integers that the user gave. */
export function sizesOf(op: string, sizes: Sizes, what = 'size'): number[] {
  const list = sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : sizes;
  for (const [i, size] of list.entries()) {
    if (typeof size !== 'number' || !Number.isInteger(size)) {
      throw new ArgumentError(`${op}: ${what} ${i} must be an integer, got ${describe(size)}`);
    }
  }
  return list.slice() as number[];
}

/** A view of `x`, recorded under `name` with `backward` when needed. @throws DTypeError for a row-sparse gradient. */
export function makeView(
  x: Tensor,
  shape: Shape,
  strides: readonly number[],
  offset: number,
  name: string,
  backward: (grad: Tensor) => Tensor,
): Tensor {
  if (x.isSparse) {
    const op = name.replace(/Backward\d*$/, '').replace(/^./, (letter) => letter.toLowerCase());
    throw new DTypeError(`${op}: a row-sparse gradient has no memory for a view; use toDense() first`);
  }
  const out = new Tensor(x.storage, shape, strides, offset);
  if (!needsGrad(x)) return out;
  x.storage.viewed = true;
  return record(name, [x], out, (grad) => [backward(grad)]);
}
