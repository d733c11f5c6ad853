/** One native call each: normalisation of rows and its gradients, without recording. */
import { Tensor } from '../tensor/tensor.js';
import { callNorm, callNormBackward } from './planned/norm.js';

/** Rows to normalise, contiguous. */
export interface NormOperands {
  readonly rows: number;
  /** The size of a row. */
  readonly n: number;
  readonly x: Tensor;
  /** [n], or null. */
  readonly weight: Tensor | null;
}

/** What backward needs: 1 / √(variance + eps) of each row, and its mean unless the mean was left alone. */
export interface RowStatistics {
  readonly mean: Tensor | null;
  readonly rstd: Tensor;
}

/** The normalised rows, in the input's shape; with `centred` their mean is taken off first. */
export function normaliseRows(
  operands: NormOperands,
  bias: Tensor | null,
  eps: number,
  centred: boolean,
): { out: Tensor; statistics: RowStatistics } {
  const { rows, n, x, weight } = operands;
  const out = Tensor.allocate(x.shape, x.dtype, false);
  const mean = centred ? Tensor.allocate([rows], x.dtype, false) : null;
  const rstd = Tensor.allocate([rows], x.dtype, false);
  callNorm({ rows, n, eps, y: out, mean, rstd, x, weight, bias });
  return { out, statistics: { mean, rstd } };
}

/** The gradients that are wanted; null where none is. */
export interface NormGradients {
  readonly dx: Tensor | null;
  readonly dweight: Tensor | null;
  readonly dbias: Tensor | null;
}

/** Overwrites the gradients that are given, from that of the result. */
export function normaliseRowsBackward(
  { dx, dweight, dbias }: NormGradients,
  dy: Tensor,
  { rows, n, x, weight }: NormOperands,
  { mean, rstd }: RowStatistics,
): void {
  callNormBackward({ rows, n, dx, dweight, dbias, dy, x, weight, mean, rstd });
}
