import { callSymmetricEigen, resultsOfSymmetricEigen } from '../calls/planned/eigen.js';
import { ValueError } from '../errors.js';
import { matmul } from '../ops/matmul.js';
import { Tensor } from '../tensor/tensor.js';
import type { Points } from './points.js';
import { rowsOfSlice, type Work } from './work.js';

/** Directions of the largest variance. */
export interface PrincipalAxes {
  /** float64 [count, dim], of length 1, the largest variance first */
  readonly axes: Tensor;
  /** [dim] */
  readonly mean: Float64Array;
  /** Of each axis, with the divisor rows - 1. */
  readonly variances: Float64Array;
  /** The variance of all dimensions. */
  readonly total: number;
}

/** Multiply-adds of a slice: some milliseconds. */
const workOfSlice = 1e8;

export function* meanOf({ data, rows, dim }: Points): Work<Float64Array> {
  const sums = new Float64Array(dim);
  const slice = rowsOfSlice(4e6, dim);
  for (let begin = 0; begin < rows; begin += slice) {
    const end = Math.min(rows, begin + slice);
    for (let i = begin, at = begin * dim; i < end; i++) for (let j = 0; j < dim; j++) sums[j] += data[at++];
    yield;
  }
  return sums.map((sum) => sum / rows);
}

/** Rows [begin, end) less the mean, float64 [end - begin, dim]. */
function centred({ data, dim }: Points, mean: Float64Array, begin: number, end: number): Tensor {
  const out = new Float64Array((end - begin) * dim);
  for (let at = 0, from = begin * dim; at < out.length; )
    for (let j = 0; j < dim; j++) out[at++] = data[from++] - mean[j];
  return Tensor.wrap(out, [end - begin, dim], 'float64');
}

/** Eigenvalues, the largest first, and eigenvectors as rows of a symmetric float64 matrix, which is overwritten. */
export function symmetricEigen(op: string, matrix: Tensor): { values: Float64Array; vectors: Tensor } {
  const n = matrix.shape[0];
  const values = Tensor.allocate([n], 'float64');
  const vectors = Tensor.allocate([n, n], 'float64', false);
  callSymmetricEigen({ n, values, vectors, matrix });
  if (resultsOfSymmetricEigen.done === 0) throw new ValueError(`${op}: x is too large in its numbers for float64`);
  return { values: Float64Array.from(values.data as Float64Array), vectors };
}

/** The sign of a component is such that its largest number is positive, as scikit-learn's svd_flip decides by components. */
function fixSign(row: Float64Array): void {
  let largest = 0;
  for (const x of row) if (Math.abs(x) > Math.abs(largest)) largest = x;
  if (largest < 0) for (let j = 0; j < row.length; j++) row[j] = -row[j];
}

function* covariance(points: Points, mean: Float64Array): Work<Tensor> {
  const { rows, dim } = points;
  const sum = Tensor.allocate([dim, dim], 'float64');
  const slice = Math.min(8192, rowsOfSlice(workOfSlice, dim * dim));
  for (let begin = 0; begin < rows; begin += slice) {
    const part = centred(points, mean, begin, Math.min(rows, begin + slice));
    sum.add_(matmul(part.t(), part));
    yield;
  }
  return sum;
}

/** Adds directions that are orthogonal to those that there are: what has no variance has any. */
function completeRows(rows: Float64Array[], count: number, dim: number): void {
  for (let axis = 0; rows.length < count && axis < dim; axis++) {
    const row = new Float64Array(dim);
    row[axis] = 1;
    for (let pass = 0; pass < 2; pass++) {
      for (const other of rows) {
        let product = 0;
        for (let j = 0; j < dim; j++) product += row[j] * other[j];
        for (let j = 0; j < dim; j++) row[j] -= product * other[j];
      }
    }
    const length = Math.hypot(...row);
    if (length < 1e-3) continue;
    rows.push(row.map((x) => x / length));
  }
}

/** From the products of rows with rows, where there are fewer rows than columns. */
function axesOfFewRows(op: string, points: Points, mean: Float64Array, count: number) {
  const { rows, dim } = points;
  const all = centred(points, mean, 0, rows);
  const { values, vectors } = symmetricEigen(op, matmul(all, all.t()));
  const found: Float64Array[] = [];
  for (let c = 0; c < count && values[c] > values[0] * 1e-14 * rows; c++) {
    const row = matmul(vectors.select(0, c), all).data as Float64Array;
    const length = Math.sqrt(values[c]);
    found.push(Float64Array.from(row, (x) => x / length));
  }
  completeRows(found, count, dim);
  return { values, found };
}

function* axesOfManyRows(op: string, points: Points, mean: Float64Array, count: number) {
  const { values, vectors } = symmetricEigen(op, yield* covariance(points, mean));
  const all = vectors.data as Float64Array;
  const found = Array.from({ length: count }, (_, c) => all.slice(c * points.dim, (c + 1) * points.dim));
  return { values, found };
}

/** Exact, by the eigenvectors of the covariances (or of the rows' products, of which there are fewer). */
export function* principalAxes(op: string, points: Points, count: number): Work<PrincipalAxes> {
  const { rows, dim } = points;
  const mean = yield* meanOf(points);
  const { values, found } =
    rows < dim ? axesOfFewRows(op, points, mean, count) : yield* axesOfManyRows(op, points, mean, count);
  const axes = new Float64Array(count * dim);
  found.forEach((row, c) => {
    fixSign(row);
    axes.set(row, c * dim);
  });
  const variances = values.map((value) => Math.max(0, value) / (rows - 1));
  return {
    axes: Tensor.wrap(axes, [count, dim], 'float64'),
    mean,
    variances: variances.slice(0, count),
    total: variances.reduce((sum, variance) => sum + variance, 0),
  };
}

/** (x - mean) · axesᵀ, each column times its factor: float32 [rows, count]. */
export function* projectOn(points: Points, { axes, mean }: PrincipalAxes, factors: Float64Array): Work<Float32Array> {
  const { rows, dim } = points;
  const count = axes.shape[0];
  const out = new Float32Array(rows * count);
  const slice = Math.min(8192, rowsOfSlice(workOfSlice, 10 * dim * count));
  for (let begin = 0; begin < rows; begin += slice) {
    const part = matmul(centred(points, mean, begin, Math.min(rows, begin + slice)), axes.t()).data as Float64Array;
    for (let i = 0; i < part.length; i++) out[begin * count + i] = part[i] * factors[i % count];
    yield;
  }
  return out;
}
