import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { gatherElements, layout, type Selection, scatterAddElements, scatterElements } from '../calls/select.js';
import { DTypeError, ShapeError } from '../errors.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { assertWritable, contiguous } from './copy.js';
import { checkDim, checkIndex } from './index_argument.js';
import { expand, narrow } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** out[i][j][k] = this[index[i][j][k]][j][k] for dim 0, and so on for the others; the index's shape. */
    gather(dim: number, index: Tensor): Tensor;
    /** A copy with this[index[i][j]][j] = source[i][j] (dim 0); source may be a number. */
    scatter(dim: number, index: Tensor, source: Tensor | number): Tensor;
    /** `scatter` in place. */
    scatter_(dim: number, index: Tensor, source: Tensor | number): Tensor;
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

export function gather(x: Tensor, dim: number, index: Tensor): Tensor {
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

function scatterSource(op: string, x: Tensor, ids: Tensor, source: Tensor | number): Tensor {
  if (typeof source === 'number') {
    const value = Tensor.allocate([], x.dtype);
    value.storage.array[0] = source;
    return contiguous(expand(value, ids.shape));
  }
  checkTensor(op, 'source', source);
  if (source.dtype !== x.dtype)
    throw new DTypeError(`${op}: source must be ${x.dtype} like the input, got ${source.dtype}`);
  if (source.ndim !== ids.ndim || source.shape.some((size, i) => size < ids.shape[i])) {
    throw new ShapeError(
      `${op}: source of shape ${formatShape(source.shape)} is smaller than the index ${formatShape(ids.shape)}`,
    );
  }
  let cut = source;
  for (let i = 0; i < ids.ndim; i++) if (cut.shape[i] !== ids.shape[i]) cut = narrow(cut, i, 0, ids.shape[i]);
  return cut;
}

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

export function scatter(x: Tensor, dim: number, index: Tensor, source: Tensor | number): Tensor {
  const { d, ids } = elementwise('scatter', x, dim, index);
  const values = scatterSource('scatter', x, ids, source);
  const out = scatterInto('scatter', scatterElements, copyOf(x), d, ids, values);
  const from = typeof source === 'number' ? null : source;
  if (!needsGrad(x, from)) return out;
  return record(
    'ScatterBackward0',
    from === null ? [x] : [x, from],
    out,
    (grad, needs) => [
      needs[0] ? scatter(grad, d, ids, 0) : null,
      from !== null && needs[1] ? gradOfSource(grad, d, ids, from) : null,
    ],
    [ids],
  );
}

export function scatter_(x: Tensor, dim: number, index: Tensor, source: Tensor | number): Tensor {
  const { d, ids } = elementwise('scatter_', x, dim, index);
  const values = scatterSource('scatter_', x, ids, source);
  assertWritable('scatter_', x);
  return scatterInto('scatter_', scatterElements, x, d, ids, values);
}

export function scatterAdd(x: Tensor, dim: number, index: Tensor, source: Tensor): Tensor {
  const { d, ids } = elementwise('scatterAdd', x, dim, index);
  const values = scatterSource('scatterAdd', x, ids, checkTensor('scatterAdd', 'source', source));
  const out = scatterInto('scatterAdd', scatterAddElements, copyOf(x), d, ids, values);
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
  const { d, ids } = elementwise('scatterAdd_', x, dim, index);
  const values = scatterSource('scatterAdd_', x, ids, checkTensor('scatterAdd_', 'source', source));
  assertWritable('scatterAdd_', x);
  return scatterInto('scatterAdd_', scatterAddElements, x, d, ids, values);
}

installMethods({
  gather(this: Tensor, dim: number, ids: Tensor) {
    return gather(this, dim, ids);
  },
  scatter(this: Tensor, dim: number, ids: Tensor, source: Tensor | number) {
    return scatter(this, dim, ids, source);
  },
  scatter_(this: Tensor, dim: number, ids: Tensor, source: Tensor | number) {
    return scatter_(this, dim, ids, source);
  },
  scatterAdd(this: Tensor, dim: number, ids: Tensor, source: Tensor) {
    return scatterAdd(this, dim, ids, source);
  },
  scatterAdd_(this: Tensor, dim: number, ids: Tensor, source: Tensor) {
    return scatterAdd_(this, dim, ids, source);
  },
});
