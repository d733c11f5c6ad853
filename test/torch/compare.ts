import { expect } from 'vitest';
import { RowSparse, type Tensor } from '../../lib/index.js';
import { type ArrayFixture, dtypeOf, valuesOf } from './read.js';

export interface Tolerance {
  relative: number;
  absolute: number;
}

/** What float32 results of two libraries may differ by. */
export const FLOAT32: Tolerance = { relative: 1e-5, absolute: 1e-6 };
/** What the losses of a training run may differ by, at every step. */
export const LOSS: Tolerance = { relative: 1e-5, absolute: 0 };

/** The first place where two lists of numbers differ by more than the tolerance, in words; null where none does. */
function difference(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  { relative, absolute }: Tolerance,
): string | null {
  if (actual.length !== expected.length) return `${actual.length} elements instead of ${expected.length}`;
  for (let i = 0; i < expected.length; i++) {
    const limit = absolute + relative * Math.abs(expected[i]);
    const same = Object.is(actual[i], expected[i]) || actual[i] === expected[i];
    if (same || (Number.isFinite(expected[i]) && Math.abs(actual[i] - expected[i]) <= limit)) continue;
    return `element ${i} is ${actual[i]}, PyTorch gives ${expected[i]} (may differ by ${limit})`;
  }
  return null;
}

/** Numbers within the tolerance of PyTorch's. */
export function expectNumbers(
  actual: ArrayLike<number>,
  expected: ArrayFixture,
  tolerance: Tolerance,
  what: string,
): void {
  expect(difference(actual, valuesOf(expected), tolerance), what).toBeNull();
}

/** A tensor of PyTorch's shape and dtype with its values: floats within the tolerance, everything else exactly. */
export function expectTensor(
  actual: Tensor,
  expected: ArrayFixture,
  what: string,
  tolerance: Tolerance = FLOAT32,
): void {
  expect(actual.shape, `shape of ${what}`).toEqual(expected.shape);
  expect(actual.dtype, `dtype of ${what}`).toBe(dtypeOf(expected));
  const exact = !expected.dtype.startsWith('float');
  expectNumbers(actual.contiguous().data, expected, exact ? { relative: 0, absolute: 0 } : tolerance, what);
}

/** The dense form of a row-sparse array; duplicate rows add up. */
export function densified({ shape, sparse }: ArrayFixture): ArrayFixture {
  const [rows, columns] = shape;
  const data = new Array<number>(rows * columns).fill(0);
  const values = valuesOf(sparse!.values);
  for (const [place, row] of valuesOf(sparse!.indices).entries()) {
    for (let column = 0; column < columns; column++) data[row * columns + column] += values[place * columns + column];
  }
  return { shape, dtype: 'float32', data };
}

/** A gradient like PyTorch's, row-sparse where PyTorch's is. */
export function expectGradient(actual: Tensor | null, expected: ArrayFixture, what: string): void {
  if (actual === null) throw new Error(`${what}: there is none`);
  expect(actual instanceof RowSparse, `${what} is row-sparse`).toBe(expected.sparse !== undefined);
  if (actual instanceof RowSparse) expectTensor(actual.toDense(), densified(expected), what);
  else expectTensor(actual, expected, what);
}
