/** All pairs, all choices, powers of a vector, blocks on a diagonal, coordinates of places. */

import { ArgumentError, DTypeError, describe, IndexError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating, isInteger } from '../tensor/dtype.js';
import { checkShape, contiguousStrides, formatShape, numelOf } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { cumprod } from './cumulative.js';
import { atleast2d } from './dimensions.js';
import { flip, indexSelect } from './indexing.js';
import { cat, stack } from './joining.js';
import { checkDense } from './operands.js';
import { pad } from './padding.js';
import { broadcastShapesOf, listOf, meshgrid } from './repetition.js';
import { reshape } from './reshape.js';
import { expand, unsqueeze } from './view.js';

export interface CombinationsOptions {
  /** How many elements each choice has. Default 2. */
  r?: number;
  /** Whether an element may be chosen several times. Default false. */
  withReplacement?: boolean;
}

export interface VanderOptions {
  /** How many columns. Default: as many as elements. */
  N?: number | null;
  /** Whether powers grow from left to right. Default false. */
  increasing?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** All choices of r elements of a vector, in order: one a row. */
    combinations(options?: CombinationsOptions): Tensor;
  }
}

/** All tuples of an element of each vector: [n₀ · n₁ · …, number of vectors]. Of one vector, itself. */
export function cartesianProd(...tensors: (Tensor | readonly Tensor[])[]): Tensor {
  const op = 'cartesianProd';
  const list = listOf(op, tensors);
  if (list.length === 0) throw new ArgumentError(`${op}: needs at least one tensor`);
  for (const [i, x] of list.entries()) {
    if (x.ndim !== 1) throw new ShapeError(`${op}: tensors[${i}] must be a vector, got shape ${formatShape(x.shape)}`);
  }
  if (list.length === 1) return list[0];
  return stack(
    meshgrid(list).map((grid) => reshape(grid, [-1])),
    1,
  );
}

/** All choices of r of the places 0 … n − 1, ascending, in lexicographic order, one after the other. */
function choices(n: number, r: number, again: boolean): number[] {
  const places: number[] = [];
  const chosen: number[] = [];
  const choose = (from: number) => {
    if (chosen.length === r) {
      places.push(...chosen);
      return;
    }
    for (let i = from; i < n; i++) {
      chosen.push(i);
      choose(again ? i : i + 1);
      chosen.pop();
    }
  };
  choose(0);
  return places;
}

/** All choices of r elements of a vector in order, as `itertools.combinations`: [choices, r]. */
export function combinations(input: Tensor, options?: CombinationsOptions): Tensor {
  const op = 'combinations';
  const { r = 2, withReplacement = false } = checkOptions(op, options, ['r', 'withReplacement']);
  const x = checkDense(op, 'input', input);
  if (x.ndim !== 1) throw new ShapeError(`${op}: input must be a vector, got shape ${formatShape(x.shape)}`);
  if (typeof r !== 'number' || !Number.isInteger(r) || r < 0) {
    throw new ValueError(`${op}: r must be a non-negative integer, got ${describe(r)}`);
  }
  if (typeof withReplacement !== 'boolean') {
    throw new ArgumentError(`${op}: withReplacement must be true or false, got ${describe(withReplacement)}`);
  }
  if (r === 0) return Tensor.allocate([0], x.dtype);
  const places = Int32Array.from(choices(x.numel, r, withReplacement));
  return reshape(indexSelect(x, 0, Tensor.wrap(places, [places.length], 'int32')), [places.length / r, r]);
}

/** The powers x⁰ … x^(N−1) of each element of a vector, one a row, the highest first unless `increasing`. */
export function vander(x: Tensor, options?: VanderOptions): Tensor {
  const { N, increasing = false } = checkOptions('vander', options, ['N', 'increasing']);
  const input = checkDense('vander', 'x', x);
  if (input.ndim !== 1) throw new ShapeError(`vander: x must be a vector, got shape ${formatShape(input.shape)}`);
  const columns = N ?? input.numel;
  if (typeof columns !== 'number' || !Number.isInteger(columns) || columns < 0) {
    throw new ValueError(`vander: N must be a non-negative integer, got ${describe(N)}`);
  }
  if (typeof increasing !== 'boolean') {
    throw new ArgumentError(`vander: increasing must be true or false, got ${describe(increasing)}`);
  }
  const n = input.numel;
  const dtype = isFloating(input.dtype) ? input.dtype : 'int32';
  const ones = Tensor.allocate([n, Math.min(columns, 1)], dtype, false);
  ones.storage.array.fill(1);
  if (columns < 2) return ones;
  const powers = cumprod(expand(unsqueeze(input, 1), [n, columns - 1]), 1);
  const rising = cat([ones, powers], 1);
  return increasing ? rising : flip(rising, [1]);
}

/** Matrices along the diagonal of a large one, zeros elsewhere; vectors and numbers count as rows. */
export function blockDiag(...tensors: (Tensor | readonly Tensor[])[]): Tensor {
  const list = listOf('blockDiag', tensors);
  for (const [i, x] of list.entries()) {
    if (x.ndim > 2) {
      throw new ShapeError(`blockDiag: tensors[${i}] must have at most 2 dimensions, got ${formatShape(x.shape)}`);
    }
  }
  const blocks = list.map((x) => atleast2d(x));
  const width = blocks.reduce((sum, x) => sum + x.shape[1], 0);
  let start = 0;
  const rows = blocks.map((x) => {
    const before = start;
    start += x.shape[1];
    return pad(x, [before, width - start]);
  });
  return rows.length === 0 ? Tensor.allocate([1, 0], 'float32') : cat(rows, 0);
}

/** The coordinates of places in a flattened tensor of `shape`, one tensor a dimension. Negative places count from the end. */
export function unravelIndex(indices: Tensor, shape: number | readonly number[]): Tensor[] {
  const op = 'unravelIndex';
  const given = checkTensor(op, 'indices', indices);
  if (!isInteger(given.dtype)) throw new DTypeError(`${op}: indices must hold integers, got ${given.dtype}`);
  const sizes = checkShape(op, typeof shape === 'number' ? [shape] : shape);
  const total = numelOf(sizes);
  const places = given.contiguous();
  const steps = contiguousStrides(sizes);
  const out = sizes.map(() => Tensor.allocate(given.shape, 'int32', false));
  for (let i = 0; i < places.numel; i++) {
    const value = places.storage.array[places.offset + i];
    if (value < -total || value >= total) {
      throw new IndexError(
        `${op}: index ${value} at position ${i} is outside a tensor of shape ${formatShape(sizes)}`,
        value,
        total,
        i,
      );
    }
    const place = value < 0 ? value + total : value;
    for (const [d, t] of out.entries()) {
      t.storage.array[t.offset + i] = Math.floor(place / steps[d]) % sizes[d];
    }
  }
  return out;
}

/** The shape that all shapes broadcast to. @throws ShapeError where two don't. */
export function broadcastShapes(...shapes: (number | readonly number[])[]): number[] {
  const list = shapes.map((shape) => checkShape('broadcastShapes', typeof shape === 'number' ? [shape] : shape));
  return broadcastShapesOf('broadcastShapes', list);
}

installMethods({
  combinations(this: Tensor, options?: CombinationsOptions) {
    return combinations(this, options);
  },
});
