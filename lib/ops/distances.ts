/** Rows made unit vectors, and distances between all pairs of rows. */

import { noGrad } from '../autograd/mode.js';
import { needsGrad, record } from '../autograd/record.js';
import { copyInto } from '../calls/copy.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes, formatShape, numelOf } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { add, div, mul, sub } from './arithmetic.js';
import { clampMin } from './clamping.js';
import { eq } from './comparison.js';
import { indexSelect } from './indexing.js';
import { where } from './masking.js';
import { matmul } from './matmul.js';
import { toFloating } from './operands.js';
import { sqrt } from './pointwise.js';
import { sum } from './reduction.js';
import type { Dims } from './reduction_layout.js';
import { reshape } from './reshape.js';
import { checkAtLeastZero } from './similarity.js';
import { norm, normGradient } from './statistics.js';
import { triuIndices } from './triangles.js';
import { expand, narrow, transpose, unsqueeze } from './view.js';

export interface NormalizeOptions {
  /** Which p-norm becomes 1. Default 2. */
  p?: number;
  /** The dimension, or dimensions, that hold the vectors. Default 1. */
  dim?: Dims;
  /** The least norm that a vector is divided by. Default 1e-12. */
  eps?: number;
}

export type CdistComputeMode =
  | 'use_mm_for_euclid_dist_if_necessary'
  | 'use_mm_for_euclid_dist'
  | 'donot_use_mm_for_euclid_dist';

export interface CdistOptions {
  /** Which p-norm, from 0 to Infinity. Default 2. */
  p?: number;
  /**
   * Whether Euclidean distances come from a matrix product: faster, less exact between near rows. Default: where either
   * has more than 25 rows.
   */
  computeMode?: CdistComputeMode;
}

export interface PdistOptions {
  /** Which p-norm, from 0 to Infinity. Default 2. */
  p?: number;
}

/** input / max(‖input‖ₚ, eps) along `dim`, as `torch.nn.functional.normalize`. */
export function normalize(input: Tensor, options?: NormalizeOptions): Tensor {
  const { p = 2, dim = 1, eps = 1e-12 } = checkOptions('normalize', options, ['p', 'dim', 'eps']);
  const x = toFloating(checkFloatingInput('normalize', input));
  if (typeof p !== 'number' || Number.isNaN(p)) {
    throw new ArgumentError(`normalize: p must be a number, got ${describe(p)}`);
  }
  checkAtLeastZero('normalize', 'eps', eps);
  return inNameOf('normalize', () => div(x, clampMin(norm(x, p, dim, { keepdim: true }), eps)));
}

function checkFloatingInput(op: string, input: unknown): Tensor {
  if (input instanceof Tensor && (input.dtype === 'float16' || input.dtype === 'bfloat16')) return input;
  return checkFloat(op, 'input', input);
}

/** So many differences are held at a time. */
const BLOCK = 1 << 20;

/** Calls `run` for ranges of the rows of x1 so small that their differences from all rows of x2 stay in a cache. */
function inBlocks(rows: number, perRow: number, run: (start: number, length: number) => void): void {
  const length = Math.max(1, Math.floor(BLOCK / Math.max(perRow, 1)));
  for (let start = 0; start < rows; start += length) run(start, Math.min(length, rows - start));
}

/** Differences of rows [start, start + length) of a from all rows of b: [batch, length, R, M]. */
function differences(a: Tensor, b: Tensor, start: number, length: number): Tensor {
  return sub(unsqueeze(narrow(a, 1, start, length), 2), unsqueeze(b, 1));
}

/** Distances of all pairs of rows, [B, P, M], [B, R, M]: [B, P, R], difference by difference. */
function direct(a: Tensor, b: Tensor, p: number): Tensor {
  const [batch, P, M] = a.shape;
  const R = b.shape[1];
  const out = Tensor.allocate([batch, P, R], a.dtype);
  if (M > 0) {
    noGrad(() =>
      inBlocks(P, batch * R * M, (start, length) => {
        copyInto(narrow(out, 1, start, length), norm(differences(a, b, start, length), p, -1));
      }),
    );
  }
  if (!needsGrad(a, b)) return out;
  return record(
    'CdistBackward0',
    [a, b],
    out,
    (grad) => {
      const da = Tensor.allocate(a.shape, a.dtype);
      const db = Tensor.allocate(b.shape, b.dtype);
      inBlocks(P, batch * R * M, (start, length) => {
        const part = (x: Tensor) => narrow(x, 1, start, length).contiguous();
        const d = differences(a, b, start, length);
        const slopes = normGradient(p, d, part(out), part(grad), [3]);
        copyInto(narrow(da, 1, start, length), sum(slopes, 2));
        copyInto(db, sub(db, sum(slopes, 1)));
      });
      return [da, db];
    },
    [a, b, out],
  );
}

/** Euclidean distances by |a|² + |b|² − 2 a·b, one matrix product. */
function byProduct(a: Tensor, b: Tensor): Tensor {
  const out = noGrad(() => {
    const squares = (x: Tensor) => sum(mul(x, x), -1);
    const lengths = add(unsqueeze(squares(a), 2), unsqueeze(squares(b), 1));
    return sqrt(clampMin(sub(lengths, matmul(a, transpose(b, 1, 2)), { alpha: 2 }), 0));
  });
  if (!needsGrad(a, b)) return out;
  return record(
    'CdistBackward0',
    [a, b],
    out,
    (grad) => {
      // d‖a − b‖ = (a − b) / ‖a − b‖, and 0 where they meet.
      const w = where(eq(out, 0), 0, div(grad, out));
      return [
        sub(mul(a, unsqueeze(sum(w, 2), 2)), matmul(w, b)),
        sub(mul(b, unsqueeze(sum(w, 1), 2)), matmul(transpose(w, 1, 2), a)),
      ];
    },
    [a, b, out],
  );
}

function checkOrder(op: string, p: unknown): number {
  if (typeof p === 'number' && p >= 0) return p;
  throw new ValueError(`${op}: p must be a number from 0 to Infinity, got ${describe(p)}`);
}

const modes = ['use_mm_for_euclid_dist_if_necessary', 'use_mm_for_euclid_dist', 'donot_use_mm_for_euclid_dist'];

/**
 * The p-norm distances between all rows of x1 [..., P, M] and x2 [..., R, M]: [..., P, R]; leading dimensions broadcast.
 * As `torch.cdist`. The gradient at distance 0 is 0.
 * @throws ShapeError, DTypeError, ValueError
 */
export function cdist(x1: Tensor, x2: Tensor, options?: CdistOptions): Tensor {
  const { p = 2, computeMode = modes[0] } = checkOptions('cdist', options, ['p', 'computeMode']);
  const a = checkFloat('cdist', 'x1', x1);
  const b = checkFloat('cdist', 'x2', x2);
  const order = checkOrder('cdist', p);
  if (!modes.includes(computeMode)) {
    throw new ValueError(`cdist: computeMode must be one of ${modes.join(', ')}, got ${describe(computeMode)}`);
  }
  if (a.dtype !== b.dtype) throw new DTypeError(`cdist: x2 must be ${a.dtype} like x1, got ${b.dtype}`);
  if (a.ndim < 2 || b.ndim < 2 || a.shape[a.ndim - 1] !== b.shape[b.ndim - 1]) {
    throw new ShapeError(
      `cdist: x1 and x2 must be matrices of rows of one size, got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  const lead = broadcastShapes('cdist', a.shape.slice(0, -2), b.shape.slice(0, -2));
  const stacked = (x: Tensor) => {
    const shape = [...lead, ...x.shape.slice(-2)];
    const whole = x.ndim === shape.length && x.shape.every((n, i) => n === shape[i]) ? x : expand(x, shape);
    return reshape(whole, [numelOf(lead), ...x.shape.slice(-2)]);
  };
  const [rows, columns] = [stacked(a), stacked(b)];
  const [P, R] = [rows.shape[1], columns.shape[1]];
  const product = computeMode === modes[1] || (computeMode === modes[0] && (P > 25 || R > 25));
  const out = order === 2 && product ? byProduct(rows, columns) : direct(rows, columns, order);
  return reshape(out, [...lead, P, R]);
}

/**
 * The p-norm distances between all pairs of different rows of a [N, M] tensor: [N (N − 1) / 2], row by row of the upper
 * triangle. As `torch.nn.functional.pdist`.
 * @throws ShapeError, DTypeError, ValueError
 */
export function pdist(input: Tensor, options?: PdistOptions): Tensor {
  const { p = 2 } = checkOptions('pdist', options, ['p']);
  const x = checkFloat('pdist', 'input', input);
  const order = checkOrder('pdist', p);
  if (x.ndim !== 2) throw new ShapeError(`pdist: input must be a matrix, got shape ${formatShape(x.shape)}`);
  const n = x.shape[0];
  const places = triuIndices(n, n, { offset: 1 });
  const flat = add(mul(places.select(0, 0), n), places.select(0, 1));
  const rows = unsqueeze(x, 0);
  return indexSelect(reshape(direct(rows, rows, order), [n * n]), 0, flat);
}
