/** One native call each: normalisation of rows and its gradients, without recording. */
import { native } from '../addon/native.js';
import { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

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
  plan[0] = rows;
  plan[1] = n;
  plan[2] = eps;
  plan[3] = out.offset;
  plan[4] = mean === null ? 0 : mean.offset;
  plan[5] = rstd.offset;
  plan[6] = x.offset;
  plan[7] = weight === null ? 0 : weight.offset;
  plan[8] = bias === null ? 0 : bias.offset;
  native.norm(
    plan,
    out.storage.array,
    mean === null ? null : mean.storage.array,
    rstd.storage.array,
    x.storage.array,
    weight === null ? null : weight.storage.array,
    bias === null ? null : bias.storage.array,
  );
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
  plan[0] = rows;
  plan[1] = n;
  plan[2] = dx === null ? 0 : dx.offset;
  plan[3] = dweight === null ? 0 : dweight.offset;
  plan[4] = dbias === null ? 0 : dbias.offset;
  plan[5] = dy.offset;
  plan[6] = x.offset;
  plan[7] = weight === null ? 0 : weight.offset;
  plan[8] = mean === null ? 0 : mean.offset;
  plan[9] = rstd.offset;
  native.normBackward(
    plan,
    dx === null ? null : dx.storage.array,
    dweight === null ? null : dweight.storage.array,
    dbias === null ? null : dbias.storage.array,
    dy.storage.array,
    x.storage.array,
    weight === null ? null : weight.storage.array,
    mean === null ? null : mean.storage.array,
    rstd.storage.array,
  );
}
