import { needsGrad, record } from '../autograd/record.js';
import { ArgumentError, describe } from '../errors.js';
import type { Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** Sizes or dimensions as users write them: one array, or one argument each. */
export type Sizes = (number | readonly number[])[];

/** The list of integers that the user gave. */
export function sizesOf(op: string, sizes: Sizes): number[] {
  const list = sizes.length === 1 && Array.isArray(sizes[0]) ? sizes[0] : sizes;
  for (const [i, size] of list.entries()) {
    if (typeof size !== 'number' || !Number.isInteger(size)) {
      throw new ArgumentError(`${op}: size ${i} must be an integer, got ${describe(size)}`);
    }
  }
  return list.slice() as number[];
}

/** A view of `x`, recorded under `name` with `backward` when needed. */
export function makeView(
  x: Tensor,
  shape: Shape,
  strides: readonly number[],
  offset: number,
  name: string,
  backward: (grad: Tensor) => Tensor,
): Tensor {
  const out = new Tensor(x.storage, shape, strides, offset);
  if (!needsGrad(x)) return out;
  return record(name, [x], out, (grad) => [backward(grad)]);
}
