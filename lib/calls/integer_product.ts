/** Products of integer matrices: exact, by way of products of doubles. Nothing is recorded. */

import { ValueError } from '../errors.js';
import type { TypedArray } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { copyInto, copyOf } from './copy.js';
import { multiply } from './matmul.js';

/** Whole numbers up to here are exact in a double. */
const EXACT = Number.MAX_SAFE_INTEGER;
/** Digits are taken to this base where products of whole numbers are too large for a double. */
const BASE = 65536;

function largest(values: TypedArray): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]);
    if (size > most) most = size;
  }
  return most;
}

/** [low, high] with x = high · BASE + low and 0 ≤ low < BASE. */
function digits(x: Tensor): [Tensor, Tensor] {
  const low = Tensor.allocate(x.shape, 'float64', false);
  const high = Tensor.allocate(x.shape, 'float64', false);
  for (let i = 0; i < x.numel; i++) {
    const value = x.storage.array[i];
    high.storage.array[i] = Math.floor(value / BASE);
    low.storage.array[i] = value - high.storage.array[i] * BASE;
  }
  return [low, high];
}

/** The product of numbers so large that doubles round: put together from the products of their digits. */
function multiplyDigits(op: string, a: Tensor, b: Tensor): { shape: readonly number[]; at: (i: number) => number } {
  const [a0, a1] = digits(a);
  const [b0, b1] = digits(b);
  const [p00, p01, p10, p11] = [multiply(op, a0, b0), multiply(op, a0, b1), multiply(op, a1, b0), multiply(op, a1, b1)];
  const whole = (x: Tensor, i: number) => BigInt(x.storage.array[i]);
  return {
    shape: p00.shape,
    at: (i) => Number((whole(p11, i) << 32n) + ((whole(p01, i) + whole(p10, i)) << 16n) + whole(p00, i)),
  };
}

/**
 * [M, K] · [K, N] for integers of one dtype, for every place that the leading dimensions broadcast to. uint8 wraps, as in
 * PyTorch. @throws ValueError when a result does not fit int32.
 */
export function multiplyIntegers(op: string, a: Tensor, b: Tensor): Tensor {
  const left = copyOf(a, 'float64');
  const right = copyOf(b, 'float64');
  const K = a.shape[a.ndim - 1];
  const exact = largest(left.storage.array) * largest(right.storage.array) * K <= EXACT;
  const product = exact ? multiply(op, left, right) : null;
  const { shape, at } =
    product === null
      ? multiplyDigits(op, left, right)
      : { shape: product.shape, at: (i: number) => product.storage.array[i] };
  const out = Tensor.allocate(shape, a.dtype, false);
  if (product !== null && a.dtype === 'int32' && fitsInt32(product.storage.array)) {
    copyInto(out, product);
    return out;
  }
  for (let i = 0; i < out.numel; i++) {
    const value = at(i);
    if (a.dtype === 'int32' && value !== (value | 0)) {
      throw new ValueError(`${op}: result ${i}, ${value}, does not fit int32; convert to float64 first`);
    }
    out.storage.array[i] = a.dtype === 'int32' ? value : value % 256;
  }
  return out;
}

function fitsInt32(values: TypedArray): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] > 2147483647 || values[i] < -2147483648) return false;
  return true;
}
