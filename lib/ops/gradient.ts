/** Slopes of sampled functions, `torch.gradient`: a linear map of three points each, in one pass forward and one back. */

import { needsGrad, record } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { wrapDim } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { checkDense, toFloating } from './operands.js';

export interface GradientOptions {
  /**
   * The distance of neighbours: one number for all dimensions, or one for each; or, for each, the coordinates along it, a
   * tensor of one dimension. Default 1.
   */
  spacing?: number | readonly number[] | readonly Tensor[];
  /** Along which dimensions. Default all. */
  dim?: number | readonly number[] | null;
  /** Whether the slopes at the edges are those of a line (1, the default) or of a parabola (2). */
  edgeOrder?: 1 | 2;
}

/** Slope k is the sum of weights[3k + j] · f[first[k] + j]. */
interface Stencil {
  readonly first: Int32Array;
  readonly weights: Float64Array;
}

/** The weights of the slope of the parabola through three points, `from` the first and `to` the second distance. */
function parabola(from: number, to: number, at: 0 | 1 | 2): [number, number, number] {
  const both = from + to;
  if (at === 0) return [-(2 * from + to) / (from * both), both / (from * to), -from / (to * both)];
  if (at === 1) return [-to / (from * both), (to - from) / (from * to), from / (to * both)];
  return [to / (from * both), -both / (from * to), (2 * to + from) / (to * both)];
}

/** @param step the distance of point k + 1 from point k */
function stencilOf(n: number, step: (k: number) => number, edgeOrder: number): Stencil {
  const first = new Int32Array(n);
  const weights = new Float64Array(3 * n);
  for (let k = 1; k < n - 1; k++) {
    first[k] = k - 1;
    weights.set(parabola(step(k - 1), step(k), 1), 3 * k);
  }
  if (edgeOrder === 2) {
    weights.set(parabola(step(0), step(1), 0), 0);
    first[n - 1] = n - 3;
    weights.set(parabola(step(n - 3), step(n - 2), 2), 3 * (n - 1));
  } else {
    weights.set([-1 / step(0), 1 / step(0), 0], 0);
    first[n - 1] = n - 2;
    weights.set([-1 / step(n - 2), 1 / step(n - 2), 0], 3 * (n - 1));
  }
  return { first, weights };
}

/** Runs over a contiguous tensor as [outer, n, inner]; transposed it is the way of the gradients. */
function apply({ first, weights }: Stencil, x: Tensor, d: number, transposed: boolean): Tensor {
  const out = Tensor.allocate(x.shape, x.dtype);
  const n = x.shape[d];
  const inner = x.shape.slice(d + 1).reduce((a, b) => a * b, 1);
  const [source, target] = [x.storage.array, out.storage.array];
  // Sums in double: of float32, too, each slope is rounded once.
  const line = new Float64Array(n);
  for (let base = 0; base < x.numel; base += n * inner) {
    for (let i = 0; i < inner; i++) {
      const from = x.offset + base + i;
      line.fill(0);
      for (let k = 0; k < n; k++) {
        for (let j = 0; j < 3; j++) {
          const weight = weights[3 * k + j];
          if (weight === 0) continue;
          const point = first[k] + j;
          if (transposed) line[point] += weight * source[from + k * inner];
          else line[k] += weight * source[from + point * inner];
        }
      }
      for (let k = 0; k < n; k++) target[out.offset + base + i + k * inner] = line[k];
    }
  }
  return out;
}

function along(x: Tensor, d: number, stencil: Stencil): Tensor {
  const dense = (t: Tensor) => (t.isContiguous() ? t : copyOf(t));
  const out = apply(stencil, dense(x.detach()), d, false);
  if (!needsGrad(x)) return out;
  return record('GradientBackward', [x], out, (grad) => [apply(stencil, dense(grad), d, true)]);
}

const op = 'gradient';

function dimsOf(dim: GradientOptions['dim'], ndim: number): number[] {
  if (dim === undefined || dim === null) return Array.from({ length: ndim }, (_, d) => d);
  const dims = (Array.isArray(dim) ? dim : [dim]).map((d: number) => wrapDim(op, d, ndim));
  const twice = dims.find((d, i) => dims.indexOf(d) < i);
  if (twice !== undefined) throw new ValueError(`${op}: dim names dimension ${twice} twice`);
  return dims;
}

/** The distances along each of the dimensions. */
function stepsOf(spacing: unknown, dims: readonly number[], shape: readonly number[]): ((k: number) => number)[] {
  if (typeof spacing === 'number') return dims.map(() => () => spacing);
  if (!Array.isArray(spacing)) {
    throw new ArgumentError(
      `${op}: spacing must be a number, or a list of numbers or of tensors, got ${describe(spacing)}`,
    );
  }
  if (spacing.length !== dims.length) {
    throw new ArgumentError(
      `${op}: spacing must have one entry for each of ${dims.length} dimensions, got ${spacing.length}`,
    );
  }
  return spacing.map((entry: unknown, i) => {
    if (typeof entry === 'number') return () => entry;
    const points = checkTensor(op, `spacing[${i}]`, entry);
    if (points.ndim !== 1 || points.shape[0] !== shape[dims[i]]) {
      throw new ShapeError(
        `${op}: spacing[${i}] must hold a coordinate for each of ${shape[dims[i]]} places of dimension ${dims[i]}, got shape [${points.shape.join(', ')}]`,
      );
    }
    if (points.requiresGrad) throw new ArgumentError(`${op}: spacing[${i}] requires a gradient, which it can't get`);
    const list = points.tolist() as number[];
    return (k) => list[k + 1] - list[k];
  });
}

/**
 * The slopes of a function that `input` holds at the points of a grid, a tensor for each dimension: inside by a parabola
 * through three neighbours, at the edges by two points, or by three with `edgeOrder: 2`. As `torch.gradient`; integers become
 * float32.
 *
 * @throws ShapeError where a dimension has no more than `edgeOrder` places; ArgumentError, ValueError for other arguments
 * @example
 * const [slopes] = gradient(tensor([1, 4, 9, 16]));   // [3, 4, 6, 7]
 */
export function gradient(input: Tensor, options?: GradientOptions): Tensor[] {
  const { spacing = 1, dim, edgeOrder = 1 } = checkOptions(op, options, ['spacing', 'dim', 'edgeOrder']);
  const x = toFloating(checkDense(op, 'input', input));
  if (edgeOrder !== 1 && edgeOrder !== 2) {
    throw new ValueError(`${op}: edgeOrder must be 1 or 2, got ${describe(edgeOrder)}`);
  }
  const dims = dimsOf(dim, x.ndim);
  const steps = stepsOf(spacing, dims, x.shape);
  for (const d of dims) {
    if (x.shape[d] > edgeOrder) continue;
    throw new ShapeError(`${op}: dimension ${d} must have at least ${edgeOrder + 1} places, got ${x.shape[d]}`);
  }
  return dims.map((d, i) => along(x, d, stencilOf(x.shape[d], steps[i], edgeOrder)));
}
