/** Sums of a tensor and a product: beta · input + alpha · product, for the products that `addmm` does not cover. */

import { ShapeError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import { installMethods, type Tensor } from '../tensor/tensor.js';
import { mul } from './arithmetic.js';
import { type AddmmOptions, bmm, checkAddition, checkStart, factorsOf, mm, mv, weighted } from './matmul.js';
import { reshape } from './reshape.js';
import { permute, unsqueeze } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** beta · this + alpha · (mat · vec): [M, K] · [K]. */
    addmv(mat: Tensor, vec: Tensor, options?: AddmmOptions): Tensor;
    /** beta · this + alpha · (vec1 ⊗ vec2): [M], [N] give [M, N]. */
    addr(vec1: Tensor, vec2: Tensor, options?: AddmmOptions): Tensor;
    /** beta · this + alpha · batch1 · batch2, matrix by matrix: [B, M, K] · [B, K, N]. */
    baddbmm(batch1: Tensor, batch2: Tensor, options?: AddmmOptions): Tensor;
    /** beta · this + alpha · the sum of all products batch1[i] · batch2[i]: [M, N]. */
    addbmm(batch1: Tensor, batch2: Tensor, options?: AddmmOptions): Tensor;
  }
}

/** beta · input + alpha · (mat · vec), with mat [M, K], vec [K] and an input that broadcasts to [M]. */
export function addmv(input: Tensor, mat: Tensor, vec: Tensor, options?: AddmmOptions): Tensor {
  const { start, a, b } = checkAddition('addmv', input, ['mat', mat, 2], ['vec', vec, 1]);
  const { beta, alpha } = factorsOf('addmv', options, a);
  checkMeeting('addmv', ['mat', a], ['vec', b], a.shape[1], b.shape[0]);
  checkStart('addmv', start, [a.shape[0]]);
  return weighted(start, mv(a, b), beta, alpha);
}

/** beta · input + alpha · (vec1 ⊗ vec2), with vec1 [M], vec2 [N] and an input that broadcasts to [M, N]. */
export function addr(input: Tensor, vec1: Tensor, vec2: Tensor, options?: AddmmOptions): Tensor {
  const { start, a, b } = checkAddition('addr', input, ['vec1', vec1, 1], ['vec2', vec2, 1]);
  const { beta, alpha } = factorsOf('addr', options, a);
  checkStart('addr', start, [a.shape[0], b.shape[0]]);
  return weighted(start, mul(unsqueeze(a, 1), b), beta, alpha);
}

function checkBatches(op: string, input: unknown, batch1: unknown, batch2: unknown) {
  const checked = checkAddition(op, input, ['batch1', batch1, 3], ['batch2', batch2, 3]);
  const { a, b } = checked;
  checkMeeting(op, ['batch1', a], ['batch2', b], a.shape[0], b.shape[0]);
  checkMeeting(op, ['batch1', a], ['batch2', b], a.shape[2], b.shape[1]);
  return checked;
}

function checkMeeting(
  op: string,
  [nameA, a]: readonly [string, Tensor],
  [nameB, b]: readonly [string, Tensor],
  sizeOfA: number,
  sizeOfB: number,
): void {
  if (sizeOfA === sizeOfB) return;
  throw new ShapeError(
    `${op}: ${nameA} of shape ${formatShape(a.shape)} and ${nameB} of shape ${formatShape(b.shape)} do not fit: ` +
      `size ${sizeOfA} meets ${sizeOfB}`,
  );
}

/** beta · input + alpha · batch1[i] · batch2[i] for each i; an input that broadcasts to [B, M, N]. */
export function baddbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options?: AddmmOptions): Tensor {
  const { start, a, b } = checkBatches('baddbmm', input, batch1, batch2);
  const { beta, alpha } = factorsOf('baddbmm', options, a);
  checkStart('baddbmm', start, [a.shape[0], a.shape[1], b.shape[2]]);
  return weighted(start, bmm(a, b), beta, alpha);
}

/** beta · input + alpha · Σ batch1[i] · batch2[i]; an input that broadcasts to [M, N]. One product serves all. */
export function addbmm(input: Tensor, batch1: Tensor, batch2: Tensor, options?: AddmmOptions): Tensor {
  const { start, a, b } = checkBatches('addbmm', input, batch1, batch2);
  const { beta, alpha } = factorsOf('addbmm', options, a);
  const [batch, rows, inner] = a.shape;
  checkStart('addbmm', start, [rows, b.shape[2]]);
  const left = reshape(permute(a, 1, 0, 2), rows, batch * inner);
  return weighted(start, mm(left, reshape(b, batch * inner, b.shape[2])), beta, alpha);
}

installMethods({
  addmv(this: Tensor, mat: Tensor, vec: Tensor, options?: AddmmOptions) {
    return addmv(this, mat, vec, options);
  },
  addr(this: Tensor, vec1: Tensor, vec2: Tensor, options?: AddmmOptions) {
    return addr(this, vec1, vec2, options);
  },
  baddbmm(this: Tensor, batch1: Tensor, batch2: Tensor, options?: AddmmOptions) {
    return baddbmm(this, batch1, batch2, options);
  },
  addbmm(this: Tensor, batch1: Tensor, batch2: Tensor, options?: AddmmOptions) {
    return addbmm(this, batch1, batch2, options);
  },
});
