import { ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkFlag, checkNumber } from './numbers.js';
import { type PointData, readPoints } from './points.js';
import { principalAxes, projectOn } from './principal_axes.js';
import { finish } from './work.js';

export interface PcaOptions {
  /** How many directions, from 1 to the smaller of points and dimensions. Default 2. */
  components?: number;
  /** Scale the projected points so that each component has variance 1. Default false. */
  whiten?: boolean;
}

/** All float32. */
export interface PcaResult {
  /** [points, components] */
  readonly projected: Tensor;
  /** [components, dimensions], rows of length 1 and orthogonal, the largest variance first */
  readonly components: Tensor;
  /** [dimensions] */
  readonly mean: Tensor;
  /** [components], with the divisor points - 1 */
  readonly explainedVariance: Tensor;
  /** [components], of the variance of all dimensions; sums to at most 1 */
  readonly explainedVarianceRatio: Tensor;
  /** [components], of the centred points */
  readonly singularValues: Tensor;
}

/**
 * Principal component analysis: the directions along which points vary most, and the points along them, as scikit-learn's `PCA`. Exact:
 * by the eigenvectors of the covariance matrix, in float64. Time grows with points · dimensions² + dimensions³ (or the two exchanged,
 * where there are fewer points than dimensions).
 *
 * ```ts
 * const { projected, explainedVarianceRatio } = pca(vectors, { components: 3 });
 * ```
 *
 * The largest number of each component is positive, so that signs don't depend on the machine.
 * @param x [points, dimensions], at least 2 points, finite: a Tensor, `KeyedVectors` or a list of lists
 * @throws ArgumentError, OptionError, DTypeError, ShapeError or ValueError for what is no such table or option
 */
export function pca(x: PointData, options?: PcaOptions): PcaResult {
  const op = 'pca';
  const { components = 2, whiten = false } = checkOptions(op, options, ['components', 'whiten']);
  checkNumber(op, 'components', components, { least: 1, whole: true });
  checkFlag(op, 'whiten', whiten);
  const points = readPoints(op, 'x', x, 2);
  checkComponents(op, components, points.rows, points.dim);
  const found = finish(principalAxes(op, points, components));
  const { axes, mean, variances, total } = found;
  const factors = variances.map((variance) => (whiten ? 1 / Math.max(Math.sqrt(variance), Number.EPSILON) : 1));
  const projected = finish(projectOn(points, found, factors));
  const floats = (values: Float64Array, shape: number[]) => Tensor.wrap(Float32Array.from(values), shape, 'float32');
  return {
    projected: Tensor.wrap(projected, [points.rows, components], 'float32'),
    components: axes.float(),
    mean: floats(mean, [points.dim]),
    explainedVariance: floats(variances, [components]),
    explainedVarianceRatio: floats(
      variances.map((variance) => (total > 0 ? variance / total : 0)),
      [components],
    ),
    singularValues: floats(
      variances.map((variance) => Math.sqrt(variance * (points.rows - 1))),
      [components],
    ),
  };
}

/** @throws ShapeError where points have no such number of directions. */
export function checkComponents(op: string, components: number, rows: number, dim: number): void {
  if (components <= Math.min(rows, dim)) return;
  throw new ShapeError(
    `${op}: components must be at most ${Math.min(rows, dim)} for x of shape [${rows}, ${dim}], got ${components}`,
  );
}
