import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import {
  gatherElements,
  layout,
  outOfRange,
  type Selection,
  scatterAddElements,
  scatterElements,
} from '../calls/select.js';
import { ArgumentError, AutogradError, DTypeError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { shareMemory } from '../tensor/overlap.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { contiguous } from './copy.js';
import { full } from './creation.js';
import { checkWritable } from './in_place.js';
import { checkDim, checkIndex } from './index_argument.js';
import { checkDense, sumType } from './operands.js';
import { reshape } from './reshape.js';
import { expand, narrow } from './view.js';

export interface GatherOptions {
  /** False alone: sparse gradients are whole rows here. */
  sparseGrad?: false;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** out[i][j][k] = this[index[i][j][k]][j][k] for dim 0, and so on for the others; the index's shape. */
    gather(dim: number, index: Tensor, options?: GatherOptions): Tensor;
    /** A copy with this[index[i][j]][j] = source[i][j] (dim 0); source may be a number. `reduce` combines instead. */
    scatter(dim: number, index: Tensor, source: Tensor | number | boolean, options?: ScatterOptions): Tensor;
    /** `scatter` in place. */
    scatter_(dim: number, index: Tensor, source: Tensor | number | boolean, options?: ScatterOptions): Tensor;
    /** A copy with this[index[i][j]][j] += source[i][j] (dim 0). */
    scatterAdd(dim: number, index: Tensor, source: Tensor): Tensor;
    /** `scatterAdd` in place. */
    scatterAdd_(dim: number, index: Tensor, source: Tensor): Tensor;
  }
}

/** Checks a gather or scatter and cuts `x` to the part that the index can reach outside `dim`. */
function elementwise(op: string, x: Tensor, dim: number, index: Tensor): { d: number; ids: Tensor } {
  const d = checkDim(op, x, dim);
  const ids = checkIndex(op, index);
  if (ids.ndim !== x.ndim) {
    throw new ShapeError(
      `${op}: index must have the input's ${x.ndim} dimensions, got shape ${formatShape(index.shape)} for ${formatShape(x.shape)}`,
    );
  }
  for (let i = 0; i < x.ndim; i++) {
    if (i !== d && ids.shape[i] > x.shape[i]) {
      throw new ShapeError(
        `${op}: index shape ${formatShape(index.shape)} is larger than the input ${formatShape(x.shape)} at dimension ${i}`,
      );
    }
  }
  return { d, ids };
}

/** The window of `x` whose sizes are the index's, except along `d`. */
function windowFor(x: Tensor, d: number, ids: Tensor): Tensor {
  let window = x;
  for (let i = 0; i < x.ndim; i++)
    if (i !== d && ids.shape[i] !== x.shape[i]) window = narrow(window, i, 0, ids.shape[i]);
  return window;
}

/** A tensor without dimensions counts as a list of one, as in PyTorch. */
const isNumber = (value: unknown): boolean => value instanceof Tensor && value.ndim === 0;

function asList<T>(value: T): T {
  return isNumber(value) ? (reshape(value as Tensor, [1]) as T) : value;
}

export function gather(x: Tensor, dim: number, index: Tensor, options?: GatherOptions): Tensor {
  const { sparseGrad = false } = checkOptions('gather', options, ['sparseGrad']);
  if (sparseGrad !== false) {
    throw new ArgumentError(
      `gather: sparseGrad must be false, got ${describe(sparseGrad)}: sparse gradients are whole rows here, those of nn.Embedding with { sparse: true }`,
    );
  }
  if (isNumber(x) || isNumber(index)) return reshape(gather(asList(x), dim, asList(index)), index.shape);
  if (index instanceof Tensor && index.numel === 0 && x instanceof Tensor) return gatherNothing(x, dim, index);
  const { d, ids } = elementwise('gather', x, dim, index);
  const source = contiguous(windowFor(x.detach(), d, ids));
  const out = Tensor.allocate(ids.shape, x.dtype);
  gatherElements('gather', out, source, ids, layout(source.shape, d), ids.shape[d]);
  if (!needsGrad(x)) return out;
  return record(
    'GatherBackward0',
    [x],
    out,
    (grad) => [scatterInto('gather', scatterAddElements, Tensor.allocate(x.shape, grad.dtype), d, ids, grad)],
    [ids],
  );
}

/** An empty index may have any shape, as in PyTorch. */
function gatherNothing(x: Tensor, dim: number, index: Tensor): Tensor {
  checkDim('gather', x, dim);
  const out = Tensor.allocate(checkIndex('gather', index).shape, x.dtype);
  if (!needsGrad(x)) return out;
  return record('GatherBackward0', [x], out, (grad) => [Tensor.allocate(x.shape, grad.dtype)]);
}

/** Scatters `source` (cut to the index's shape) into `target` in place; returns target. */
function scatterInto(op: string, put: Selection, target: Tensor, d: number, ids: Tensor, source: Tensor): Tensor {
  const window = windowFor(target, d, ids);
  const values = contiguous(source);
  if (window.isContiguous()) {
    put(op, window, values, ids, layout(window.shape, d), ids.shape[d]);
  } else {
    const dense = copyOf(window);
    put(op, dense, values, ids, layout(dense.shape, d), ids.shape[d]);
    copyInto(window, dense);
  }
  target.storage.version++;
  return target;
}

/** `source` (or a number, repeated) in x's dtype and the index's shape, in memory apart from x's. */
function scatterSource(op: string, x: Tensor, ids: Tensor, source: unknown): Tensor {
  if (typeof source === 'number' || typeof source === 'boolean') {
    return contiguous(expand(full([], elementOf(op, source, x.dtype), { dtype: x.dtype }), ids.shape));
  }
  if (!(source instanceof Tensor)) {
    throw new ArgumentError(`${op}: source must be a Tensor or a number, got ${describe(source)}`);
  }
  checkDense(op, 'source', source);
  if (source.dtype !== x.dtype)
    throw new DTypeError(`${op}: source must be ${x.dtype} like the input, got ${source.dtype}`);
  if (source.ndim !== ids.ndim || source.shape.some((size, i) => size < ids.shape[i])) {
    throw new ShapeError(
      `${op}: source of shape ${formatShape(source.shape)} is smaller than the index ${formatShape(ids.shape)}`,
    );
  }
  let cut = source.detach();
  for (let i = 0; i < ids.ndim; i++) if (cut.shape[i] !== ids.shape[i]) cut = narrow(cut, i, 0, ids.shape[i]);
  return shareMemory(cut, x) ? copyOf(cut) : cut;
}

/** How `scatter` combines the source with what is there; undefined puts it in its place. */
export type ScatterReduce = 'add' | 'multiply';

export interface ScatterOptions {
  /** Add the source to what is there, or multiply what is there by it, instead of replacing it. */
  reduce?: ScatterReduce;
}

function putFor(
  op: string,
  options: ScatterOptions | undefined,
): { put: Selection; reduce: ScatterReduce | undefined } {
  const { reduce } = checkOptions(op, options, ['reduce']);
  if (reduce === undefined) return { put: scatterElements, reduce };
  if (reduce === 'add') return { put: addElements, reduce };
  if (reduce === 'multiply') return { put: multiplyElements, reduce };
  throw new ArgumentError(`${op}: reduce must be 'add' or 'multiply', got ${describe(reduce)}`);
}

/** `scatterAddElements` for all dtypes: bytes wrap, bools are or'ed, 16-bit floats add up as float32. */
const addElements: Selection = (op, dst, src, index, at, count) => {
  const wide = sumType(dst.dtype);
  if (wide === dst.dtype) {
    scatterAddElements(op, dst, src, index, at, count);
    return;
  }
  const sums = copyOf(dst, wide);
  scatterAddElements(op, sums, copyOf(src, wide), index, at, count);
  copyInto(dst, sums);
};

const multiplyElements: Selection = (op, dst, src, index, at, count) => {
  const wide = isFloating(dst.dtype) ? 'float64' : 'int32';
  const [to, from] = [copyOf(dst, wide), copyOf(src, wide)];
  const factors = to.storage.array;
  const places = index.storage.array;
  const times = wide === 'int32' ? Math.imul : (a: number, b: number) => a * b;
  for (let i = 0; i < index.numel; i++) {
    const row = places[index.offset + i];
    if (row < 0 || row >= at.rows) throw outOfRange(op, index, i, at.rows);
    const outer = Math.floor(i / (count * at.inner));
    const place = (outer * at.rows + row) * at.inner + (i % at.inner);
    factors[place] = times(factors[place], from.storage.array[i]);
  }
  copyInto(dst, to);
};

/** The gradient of a scatter's source: what the index picks, in the source's shape. */
function gradOfSource(grad: Tensor, d: number, ids: Tensor, source: Tensor): Tensor {
  const picked = gather(grad, d, ids);
  if (sameShape(picked.shape, source.shape)) return picked;
  const out = Tensor.allocate(source.shape, grad.dtype);
  let window = out;
  for (let i = 0; i < ids.ndim; i++) window = narrow(window, i, 0, ids.shape[i]);
  copyInto(window, picked);
  return out;
}

/** See the method of this name. @throws AutogradError when a product would need a gradient, which PyTorch lacks too. */
export function scatter(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number | boolean,
  options?: ScatterOptions,
): Tensor {
  const { put, reduce } = putFor('scatter', options);
  if (isNumber(x) || isNumber(index)) {
    return reshape(scatter(asList(x), dim, asList(index), asList(source), options), x.shape);
  }
  const { d, ids } = elementwise('scatter', x, dim, index);
  const values = scatterSource('scatter', x, ids, source);
  const from = source instanceof Tensor ? source : null;
  const records = needsGrad(x, from);
  if (records && reduce === 'multiply') {
    throw new AutogradError(`scatter: reduce 'multiply' has no gradient; use detach() or noGrad(() => …)`);
  }
  const out = scatterInto('scatter', put, copyOf(x), d, ids, values);
  if (!records) return out;
  const gradOf = (grad: Tensor) => (reduce === 'add' ? grad : scatter(grad, d, ids, 0));
  return record(
    'ScatterBackward0',
    from === null ? [x] : [x, from],
    out,
    (grad, needs) => [
      needs[0] ? gradOf(grad) : null,
      from !== null && needs[1] ? gradOfSource(grad, d, ids, from) : null,
    ],
    [ids],
  );
}

export function scatter_(
  x: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor | number | boolean,
  options?: ScatterOptions,
): Tensor {
  const { put } = putFor('scatter_', options);
  if (isNumber(x) || isNumber(index)) {
    scatter_(asList(x), dim, asList(index), asList(source), options);
    return x;
  }
  const { d, ids } = elementwise('scatter_', x, dim, index);
  checkWritable('scatter_', x, source);
  return scatterInto('scatter_', put, x, d, ids, scatterSource('scatter_', x, ids, source));
}

export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  if (isNumber(x) || isNumber(index)) {
    return reshape(scatterAdd(asList(x), dim, asList(index), asList(source)), x.shape);
  }
  const { d, ids } = elementwise('scatterAdd', x, dim, index);
  const values = scatterSource('scatterAdd', x, ids, checkTensor('scatterAdd', 'source', source));
  const out = scatterInto('scatterAdd', addElements, copyOf(x), d, ids, values);
  if (!needsGrad(x, source)) return out;
  return record(
    'ScatterAddBackward0',
    [x, source],
    out,
    (grad, needs) => [grad, needs[1] ? gradOfSource(grad, d, ids, source) : null],
    [ids],
  );
}

export function scatterAdd_(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  if (isNumber(x) || isNumber(index)) {
    scatterAdd_(asList(x), dim, asList(index), asList(source));
    return x;
  }
  const { d, ids } = elementwise('scatterAdd_', x, dim, index);
  checkWritable('scatterAdd_', x, source);
  const values = scatterSource('scatterAdd_', x, ids, checkTensor('scatterAdd_', 'source', source));
  return scatterInto('scatterAdd_', addElements, x, d, ids, values);
}

installMethods({
  gather(this: Tensor, dim: number, index: Tensor, options?: GatherOptions) {
    return gather(this, dim, index, options);
  },
  scatter(this: Tensor, dim: number, index: Tensor, source: Tensor | number | boolean, options?: ScatterOptions) {
    return scatter(this, dim, index, source, options);
  },
  scatter_(this: Tensor, dim: number, index: Tensor, source: Tensor | number | boolean, options?: ScatterOptions) {
    return scatter_(this, dim, index, source, options);
  },
  scatterAdd(this: Tensor, dim: number, index: Tensor, source: Tensor) {
    return scatterAdd(this, dim, index, source);
  },
  scatterAdd_(this: Tensor, dim: number, index: Tensor, source: Tensor) {
    return scatterAdd_(this, dim, index, source);
  },
});
