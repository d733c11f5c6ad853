import { needsGrad, record } from '../autograd/record.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { mostDims, type Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** Sizes or dimensions as users write them: one array, or one argument each. */
export type Sizes = (number | readonly number[])[];

/** The list of integers that the user gave. */
export function sizesOf(op: string, sizes: Sizes, what = 'size'): number[] {
  const given = sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : sizes;
  if (!Array.isArray(given)) throw new ArgumentError(`${op}: expected an array of integers, got ${describe(given)}`);
  if (given.length > mostDims) {
    throw new ShapeError(`${op}: a tensor has at most ${mostDims} dimensions, got ${given.length} numbers`);
  }
  const list: number[] = [];
  for (let i = 0; i < given.length; i++) {
    const size: unknown = given[i];
    if (typeof size !== 'number' || !Number.isInteger(size)) {
      throw new ArgumentError(`${op}: ${what} ${i} must be an integer, got ${describe(size)}`);
    }
    list.push(size);
  }
  return list;
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
