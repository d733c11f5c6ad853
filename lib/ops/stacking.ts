/** NumPy's ways of joining and splitting. */

import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { isInteger } from '../tensor/dtype.js';
import { formatShape, wrapDim } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { atleast1d, atleast2d, atleast3d } from './dimensions.js';
import { cat } from './joining.js';
import { checkDense } from './operands.js';
import { reshape } from './reshape.js';
import { slice } from './view.js';

/** A number of sections, or the indices at which to split; a tensor holds either. */
export type Sections = number | readonly number[] | Tensor;

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Views of so many sections along a dimension, sizes differing by 1 at most; or split before the given indices. */
    tensorSplit(sections: Sections, dim?: number): Tensor[];
    /** `tensorSplit` of columns (of a vector's elements). Sections must be equal. */
    hsplit(sections: Sections): Tensor[];
    /** `tensorSplit` of rows. Sections must be equal. */
    vsplit(sections: Sections): Tensor[];
    /** `tensorSplit` along the third dimension. Sections must be equal. */
    dsplit(sections: Sections): Tensor[];
  }
}

function checkList(op: string, tensors: unknown): Tensor[] {
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw new ArgumentError(`${op}: needs an array of tensors, got ${describe(tensors)}`);
  }
  return tensors.map((x, i) => checkDense(op, `tensors[${i}]`, x));
}

/** Vectors joined end to end, matrices side by side. */
export function hstack(tensors: readonly Tensor[]): Tensor {
  const list = atleast1d(checkList('hstack', tensors)) as Tensor[];
  return cat(list, list[0].ndim === 1 ? 0 : 1);
}

/** Rows (or matrices) one below the other. */
export function vstack(tensors: readonly Tensor[]): Tensor {
  return cat(atleast2d(checkList('vstack', tensors)) as Tensor[], 0);
}

/** PyTorch's other name of `vstack`. */
export function rowStack(tensors: readonly Tensor[]): Tensor {
  return cat(atleast2d(checkList('rowStack', tensors)) as Tensor[], 0);
}

/** Matrices behind each other, along a third dimension. */
export function dstack(tensors: readonly Tensor[]): Tensor {
  return cat(atleast3d(checkList('dstack', tensors)) as Tensor[], 2);
}

/** Vectors as columns side by side; matrices as they are. */
export function columnStack(tensors: readonly Tensor[]): Tensor {
  const columns = checkList('columnStack', tensors).map((x) => (x.ndim < 2 ? reshape(x, [x.numel, 1]) : x));
  return cat(columns, 1);
}

/** PyTorch's other name of `cat`. */
export function concat(tensors: readonly Tensor[], dim?: number): Tensor {
  return cat(checkList('concat', tensors), dim);
}

/** NumPy's name of `cat`. */
export function concatenate(tensors: readonly Tensor[], dim?: number): Tensor {
  return cat(checkList('concatenate', tensors), dim);
}

/** Where sections end: [end₀, end₁, …] without the last. */
function splits(op: string, sections: unknown, size: number, equal: boolean): number[] {
  let given = sections;
  if (given instanceof Tensor) {
    const t = given;
    if (!isInteger(t.dtype) || t.ndim > 1) {
      throw new ArgumentError(`${op}: a tensor of sections must hold integers in one dimension at most`);
    }
    given = t.ndim === 0 ? t.item() : Array.from({ length: t.numel }, (_, i) => t.at(i));
  }
  if (Array.isArray(given)) {
    for (const at of given) {
      if (!Number.isInteger(at)) throw new ArgumentError(`${op}: indices must be integers, got ${describe(at)}`);
    }
    return given as number[];
  }
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 1) {
    throw new ValueError(`${op}: sections must be a positive integer or a list of indices, got ${describe(given)}`);
  }
  if (equal && size % given !== 0) {
    throw new ShapeError(`${op}: a dimension of size ${size} does not split into ${given} equal sections`);
  }
  if (given > mostSections) throw new ValueError(`${op}: makes at most ${mostSections} sections, got ${given}`);
  const rest = size % given;
  const least = Math.floor(size / given);
  return Array.from({ length: given - 1 }, (_, i) => (i + 1) * least + Math.min(i + 1, rest));
}

/** More views than that are a mistake, not a plan. */
const mostSections = 2 ** 24;

function splitAt(op: string, x: Tensor, sections: unknown, dim: number, equal: boolean): Tensor[] {
  if (x.ndim === 0) throw new ShapeError(`${op}: a 0-dimensional tensor can't be split`);
  const d = wrapDim(op, dim, x.ndim);
  const ends = splits(op, sections, x.shape[d], equal);
  return [...ends, null].map((end, i) => slice(x, d, i === 0 ? 0 : ends[i - 1], end));
}

/** Views of so many sections along `dim`, whose sizes differ by 1 at most, the larger first; or split before indices. */
export function tensorSplit(input: Tensor, sections: Sections, dim = 0): Tensor[] {
  return splitAt('tensorSplit', checkDense('tensorSplit', 'input', input), sections, dim, false);
}

function splitEqually(op: string, input: unknown, sections: Sections, d: number, least: number): Tensor[] {
  const x = checkDense(op, 'input', input);
  if (x.ndim < least) {
    throw new ShapeError(`${op}: needs at least ${least} dimensions, got shape ${formatShape(x.shape)}`);
  }
  return splitAt(op, x, sections, Math.min(d, x.ndim - 1), true);
}

/** Views of equal sections of the columns (of a vector's elements), or split before indices. */
export function hsplit(input: Tensor, sections: Sections): Tensor[] {
  return splitEqually('hsplit', input, sections, 1, 1);
}

/** Views of equal sections of the rows, or split before indices. @throws ShapeError for vectors. */
export function vsplit(input: Tensor, sections: Sections): Tensor[] {
  return splitEqually('vsplit', input, sections, 0, 2);
}

/** Views of equal sections along the third dimension, or split before indices. */
export function dsplit(input: Tensor, sections: Sections): Tensor[] {
  return splitEqually('dsplit', input, sections, 2, 3);
}

installMethods({
  tensorSplit(this: Tensor, sections: Sections, dim?: number) {
    return tensorSplit(this, sections, dim);
  },
  hsplit(this: Tensor, sections: Sections) {
    return hsplit(this, sections);
  },
  vsplit(this: Tensor, sections: Sections) {
    return vsplit(this, sections);
  },
  dsplit(this: Tensor, sections: Sections) {
    return dsplit(this, sections);
  },
});
