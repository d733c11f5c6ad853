import { needsGrad, record } from '../autograd/record.js';
import { copyInto } from '../calls/copy.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { promote } from '../tensor/dtype.js';
import { formatShape, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { clone, to } from './copy.js';
import { expand, narrow, select, unsqueeze } from './view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Views of `size` indices each along a dimension (the last may be smaller), or of the listed sizes. */
    split(size: number | readonly number[], dim?: number): Tensor[];
    /** At most `chunks` views of equal size along a dimension; the last may be smaller. */
    chunk(chunks: number, dim?: number): Tensor[];
    /** A copy repeated `times` along each dimension. */
    repeat(...times: number[]): Tensor;
  }
}

function checkList(op: string, tensors: readonly Tensor[]): void {
  if (!Array.isArray(tensors)) throw new ArgumentError(`${op}: needs an array of tensors, got ${describe(tensors)}`);
  if (tensors.length === 0) throw new ArgumentError(`${op}: needs at least one tensor`);
  for (const [i, x] of tensors.entries()) checkTensor(op, `tensors[${i}]`, x);
}

/**
 * Joins tensors along an existing dimension. All other sizes must agree; dtypes are promoted. An empty 1-dimensional
 * tensor is skipped, as in PyTorch.
 */
export function cat(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList('cat', tensors);
  const isSkipped = (x: Tensor) => x.ndim === 1 && x.numel === 0;
  const counted = tensors.filter((x) => !isSkipped(x));
  const first = counted[0] ?? tensors[0];
  if (counted.some((x) => x.ndim === 0)) throw new ShapeError('cat: 0-dimensional tensors cannot be joined; use stack');
  const d = counted.length === 0 ? 0 : wrapDim('cat', dim, first.ndim);
  for (const x of counted) {
    if (x.ndim !== first.ndim || x.shape.some((size, i) => i !== d && size !== first.shape[i])) {
      throw new ShapeError(
        `cat: tensors[${tensors.indexOf(x)}] of shape ${formatShape(x.shape)} does not match ${formatShape(first.shape)} outside dimension ${d}`,
      );
    }
  }
  const dtype = tensors.reduce((t, x) => promote(t, x.dtype), first.dtype);
  const parts = tensors.map((x) => to(x, dtype));
  const shape = first.shape.slice();
  shape[d] = counted.reduce((n, x) => n + x.shape[d], 0);
  const out = Tensor.allocate(shape, dtype, false);
  let start = 0;
  const starts = parts.map((x) => {
    const at = start;
    if (isSkipped(x)) return at;
    copyInto(narrow(out, d, at, x.shape[d]), x);
    start += x.shape[d];
    return at;
  });
  if (!needsGrad(...parts)) return out;
  return record('CatBackward0', parts, out, (grad, needs) =>
    parts.map((x, i) => {
      if (!needs[i]) return null;
      return isSkipped(x) ? Tensor.allocate([0], grad.dtype) : narrow(grad, d, starts[i], x.shape[d]);
    }),
  );
}

/** Joins tensors of one shape along a new dimension. */
export function stack(tensors: readonly Tensor[], dim = 0): Tensor {
  checkList('stack', tensors);
  const { shape } = tensors[0];
  const d = wrapDim('stack', dim, shape.length + 1);
  for (const [i, x] of tensors.entries()) {
    if (formatShape(x.shape) !== formatShape(shape)) {
      throw new ShapeError(
        `stack: tensors[${i}] has shape ${formatShape(x.shape)}, expected ${formatShape(shape)} like the first`,
      );
    }
  }
  const dtype = tensors.reduce((t, x) => promote(t, x.dtype), tensors[0].dtype);
  const parts = tensors.map((x) => to(x, dtype));
  const sizes = shape.slice();
  sizes.splice(d, 0, parts.length);
  const out = Tensor.allocate(sizes, dtype, false);
  parts.forEach((x, i) => {
    copyInto(select(out, d, i), x);
  });
  if (!needsGrad(...parts)) return out;
  return record('StackBackward0', parts, out, (grad, needs) =>
    parts.map((_, i) => (needs[i] ? select(grad, d, i) : null)),
  );
}

export function split(x: Tensor, size: number | readonly number[], dim = 0): Tensor[] {
  checkTensor('split', 'input', x);
  const d = wrapDim('split', dim, x.ndim);
  const total = x.shape[d] ?? 0;
  if (typeof size === 'number' && (!Number.isInteger(size) || size < 1)) {
    throw new ValueError(`split: size must be a positive integer, got ${describe(size)}`);
  }
  if (typeof size !== 'number' && !(Array.isArray(size) && size.every((n) => Number.isInteger(n) && n >= 0))) {
    throw new ArgumentError(`split: size must be an integer or a list of sizes, got ${describe(size)}`);
  }
  const sizes =
    typeof size === 'number'
      ? Array.from({ length: Math.max(1, Math.ceil(total / size)) }, (_, i) => Math.min(size, total - i * size))
      : size;
  if (sizes.reduce((a, b) => a + b, 0) !== total) {
    throw new ShapeError(`split: sizes ${formatShape(sizes)} must add up to ${total}, the size of dimension ${dim}`);
  }
  let start = 0;
  return sizes.map((length) => {
    const part = narrow(x, d, start, length);
    start += length;
    return part;
  });
}

export function chunk(x: Tensor, chunks: number, dim = 0): Tensor[] {
  if (!Number.isInteger(chunks) || chunks < 1)
    throw new ValueError(`chunk: chunks must be a positive integer, got ${describe(chunks)}`);
  const d = wrapDim('chunk', dim, checkTensor('chunk', 'input', x).ndim);
  return split(x, Math.max(1, Math.ceil((x.shape[d] ?? 0) / chunks)), d);
}

export function repeat(x: Tensor, ...times: number[]): Tensor {
  const list = (Array.isArray(times[0]) ? times[0] : times) as number[];
  if (list.length < x.ndim || !list.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new ShapeError(
      `repeat: needs a non-negative count for each of the ${x.ndim} dimensions, got ${describe(list)}`,
    );
  }
  // Each dimension becomes a pair (times, size): expand the first, then join the two.
  const lead = list.length - x.ndim;
  const pairs: number[] = [];
  let spread = x;
  for (let i = 0; i < lead; i++) spread = unsqueeze(spread, 0);
  for (let i = 0; i < list.length; i++) {
    pairs.push(list[i], spread.shape[2 * i]);
    spread = unsqueeze(spread, 2 * i);
  }
  const size = list.map((n, i) => n * pairs[2 * i + 1]);
  const out = expand(spread, pairs).reshape(size);
  return out.storage === x.storage ? clone(out) : out;
}

installMethods({
  split(this: Tensor, size: number | readonly number[], dim?: number) {
    return split(this, size, dim);
  },
  chunk(this: Tensor, chunks: number, dim?: number) {
    return chunk(this, chunks, dim);
  },
  repeat(this: Tensor, ...times: number[]) {
    return repeat(this, ...times);
  },
});
