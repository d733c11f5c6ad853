/** Reductions of what meets at a place: `scatterReduce`, `indexReduce`, `segmentReduce`. */

import { needsGrad, record } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { meetElements } from '../calls/running.js';
import { layout, scatterAddElements } from '../calls/select.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions, nearest } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul } from './arithmetic.js';
import { eq, logicalAnd } from './comparison.js';
import { checkWritable } from './in_place.js';
import { checkDim } from './index_argument.js';
import { where } from './masking.js';
import { checkDense, overwrite, toComputing } from './operands.js';
import { reshape } from './reshape.js';
import { gather, scatter, scatterAdd } from './scatter.js';
import { expand, narrow } from './view.js';
import { wrappedIndex, wrappedOrSame } from './wrapped_index.js';

/** What becomes of the values that meet. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

export interface ScatterReduceOptions {
  /** Whether the input's own value takes part where others arrive. Default true. */
  includeSelf?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** A copy in which the elements of `src` that `index` sends to one place (along dim) are reduced together. */
    scatterReduce(
      dim: number,
      index: Tensor,
      src: Tensor,
      reduce: ScatterReduction,
      options?: ScatterReduceOptions,
    ): Tensor;
    /** `scatterReduce` in place. */
    scatterReduce_(
      dim: number,
      index: Tensor,
      src: Tensor,
      reduce: ScatterReduction,
      options?: ScatterReduceOptions,
    ): this;
    /** A copy in which the slices of `source` that `index` sends to one slice of dim are reduced together. */
    indexReduce(
      dim: number,
      index: Tensor,
      source: Tensor,
      reduce: Exclude<ScatterReduction, 'sum'>,
      options?: ScatterReduceOptions,
    ): Tensor;
    /** `indexReduce` in place. */
    indexReduce_(
      dim: number,
      index: Tensor,
      source: Tensor,
      reduce: Exclude<ScatterReduction, 'sum'>,
      options?: ScatterReduceOptions,
    ): this;
  }
}

/** A checked call: values, cut to the index's shape, meet in the window of `x` that the index can reach. */
interface Meeting {
  readonly op: string;
  readonly x: Tensor;
  readonly d: number;
  readonly ids: Tensor;
  readonly src: Tensor;
  readonly reduce: ScatterReduction;
  readonly includeSelf: boolean;
  /** The index as it was given for whole slices, or null. */
  readonly slices: Tensor | null;
}

export function checkReduction<T extends string>(op: string, reduce: unknown, known: readonly T[]): T {
  if (known.includes(reduce as T)) return reduce as T;
  const close = typeof reduce === 'string' ? nearest(reduce, known) : null;
  const hint = close === null ? `one of ${known.join(', ')}` : `did you mean '${close}'?`;
  throw new ValueError(`${op}: unknown reduction ${describe(reduce)}; ${hint}`);
}

function readIncludeSelf(op: string, options: ScatterReduceOptions | undefined): boolean {
  const { includeSelf = true } = checkOptions(op, options, ['includeSelf']);
  if (typeof includeSelf === 'boolean') return includeSelf;
  throw new ArgumentError(`${op}: includeSelf must be true or false, got ${describe(includeSelf)}`);
}

/** Input and values in a dtype that computes; a 0-dimensional tensor is a list of one. */
function checkPair(op: string, name: string, input: unknown, value: unknown): [x: Tensor, src: Tensor] {
  const x = checkDense(op, 'input', input);
  const src = checkDense(op, name, value);
  if (x.dtype === 'bool') throw new DTypeError(`${op}: is not defined for bool tensors`);
  if (src.dtype !== x.dtype) throw new DTypeError(`${op}: ${name} must be ${x.dtype} like the input, got ${src.dtype}`);
  return [listed(toComputing(x)), listed(toComputing(src))];
}

const listed = (t: Tensor) => (t.ndim === 0 ? reshape(t, [1]) : t);

/** The window of `x` of the index's sizes, but for dimension d. */
function cut(x: Tensor, ids: Tensor, d = -1): Tensor {
  let window = x;
  for (let i = 0; i < x.ndim; i++) {
    if (i !== d && ids.shape[i] !== x.shape[i]) window = narrow(window, i, 0, ids.shape[i]);
  }
  return window;
}

function prepareScatter(
  op: string,
  input: unknown,
  dim: number,
  index: unknown,
  value: unknown,
  reduce: unknown,
  options: ScatterReduceOptions | undefined,
): Meeting {
  const [x, src] = checkPair(op, 'src', input, value);
  const kind = checkReduction(op, reduce, ['sum', 'prod', 'mean', 'amax', 'amin'] as const);
  const includeSelf = readIncludeSelf(op, options);
  const d = checkDim(op, x, dim);
  const ids = listed(wrappedOrSame(op, 'index', index, x.shape[d]));
  const fits = ids.ndim === x.ndim && src.ndim === x.ndim;
  if (!fits || ids.shape.some((size, i) => size > src.shape[i] || (i !== d && size > x.shape[i]))) {
    throw new ShapeError(
      `${op}: index of shape ${formatShape(ids.shape)} must be no larger than src ${formatShape(src.shape)} and, but for dimension ${d}, than input ${formatShape(x.shape)}`,
    );
  }
  return { op, x, d, ids, src, reduce: kind, includeSelf, slices: null };
}

/** The reduction, unrecorded. */
function reduced(meeting: Meeting): Tensor {
  const { op, x, d, ids, src, reduce, includeSelf } = meeting;
  const out = copyOf(x);
  const window = cut(out, ids, d);
  const dense = window.isContiguous() && window.numel === out.numel ? out : copyOf(window);
  const values = cut(src.detach(), ids).contiguous();
  const extent = layout(dense.shape, d);
  const count = ids.shape[d];
  // The sum of floats at places of their own has a faster way.
  if (reduce === 'sum' && includeSelf && x.dtype !== 'uint8') {
    scatterAddElements(op, dense, values, ids, extent, count);
  } else {
    // An index that was expanded from one place a slice is read as that.
    const elementwise = meeting.slices === null;
    meetElements(reduce, dense, values, meeting.slices ?? ids, extent, count, { elementwise, includeSelf });
  }
  if (dense !== out) copyInto(window, dense);
  return out;
}

/** A gradient of the index's shape in the shape of src. */
function grown(part: Tensor, src: Tensor): Tensor {
  if (sameShape(part.shape, src.shape)) return part;
  const out = Tensor.allocate(src.shape, part.dtype);
  copyInto(cut(out, part), part);
  return out;
}

/** What arrives at each place, added up: [of the input's shape]. */
function arrivals({ x, d, ids, includeSelf }: Meeting, ownCount: Tensor | null, values: Tensor): Tensor {
  const own = ownCount ?? Tensor.allocate(x.shape, values.dtype);
  const start = includeSelf ? own : scatter(own, d, ids, 0);
  return scatterAdd(start, d, ids, values);
}

type Gradients = readonly [ofInput: Tensor, ofSource: Tensor];

function gradients(meeting: Meeting, grad: Tensor, out: Tensor): Gradients {
  const { x, d, ids, src, reduce } = meeting;
  const values = cut(src, ids);
  const pick = (t: Tensor) => gather(t, d, ids);
  const ones = (shape: readonly number[]) => fillOnes(shape, grad.dtype);
  if (reduce === 'sum') return [grad, pick(grad)];
  if (reduce === 'mean') {
    const counts = arrivals(meeting, ones(x.shape), ones(ids.shape));
    const share = div(grad, where(eq(counts, 0), 1, counts));
    return [share, pick(share)];
  }
  if (reduce === 'prod') return productGradients(meeting, grad, out, values);
  // Equal values share the gradient.
  const own = eq(x, out).to(grad.dtype);
  const its = eq(values, pick(out)).to(grad.dtype);
  const counts = arrivals(meeting, own, its);
  const share = div(grad, where(eq(counts, 0), 1, counts));
  return [mul(own, share), mul(its, pick(share))];
}

/** The product of all others: the whole product by one's own value, or, at the only zero, the product without it. */
function productGradients(meeting: Meeting, grad: Tensor, out: Tensor, values: Tensor): Gradients {
  const { x, d, ids } = meeting;
  const pick = (t: Tensor) => gather(t, d, ids);
  const isZero = eq(x, 0);
  const own = where(isZero, 1, x);
  const others = reduced({ ...meeting, x: own, src: values });
  const ofInput = div(mul(grad, others), own);
  const zeros = eq(values, 0);
  const only = logicalAnd(
    zeros,
    eq(pick(scatterAdd(Tensor.allocate(x.shape, grad.dtype), d, ids, zeros.to(grad.dtype))), 1),
  );
  const without = reduced({ ...meeting, src: where(only, 1, values) });
  const elsewhere = div(pick(mul(grad, out)), where(zeros, 1, values));
  return [ofInput, where(only, pick(mul(grad, without)), elsewhere)];
}

function fillOnes(shape: readonly number[], dtype: Tensor['dtype']): Tensor {
  const out = Tensor.allocate(shape, dtype, false);
  out.storage.array.fill(1);
  return out;
}

function recorded(node: string, meeting: Meeting): Tensor {
  const { x, src, d, ids, includeSelf } = meeting;
  const out = reduced({ ...meeting, x: x.detach() });
  if (!isFloating(x.dtype) || !needsGrad(x, src)) return out;
  return record(
    node,
    [x, src],
    out,
    (grad, needs) => {
      const [ofInput, ofSource] = gradients({ ...meeting, x: x.detach(), src: src.detach() }, grad, out.detach());
      const own = includeSelf ? ofInput : scatter(ofInput, d, ids, 0);
      return [needs[0] ? own : null, needs[1] ? grown(ofSource, src) : null];
    },
    [x, src, out, ids],
  );
}

/**
 * A copy of input in which values that meet are reduced: along dim 0, out[index[i][j]][j] from all src[i][j] sent there and,
 * with `includeSelf`, input's own. Places that nothing reaches keep their value. Integer means are rounded down.
 * Equal extremes share the gradient. @throws IndexError, ShapeError, DTypeError, ValueError
 */
export function scatterReduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  src: Tensor,
  reduce: ScatterReduction,
  options?: ScatterReduceOptions,
): Tensor {
  const meeting = prepareScatter('scatterReduce', input, dim, index, src, reduce, options);
  return reshape(recorded('ScatterReduceBackward0', meeting), input.shape);
}

/** `indexReduce` as a `scatterReduce` whose index is the same in every slice. */
function prepareIndex(
  op: string,
  input: unknown,
  dim: number,
  index: unknown,
  source: unknown,
  reduce: unknown,
  options: ScatterReduceOptions | undefined,
): Meeting {
  const [x, src] = checkPair(op, 'source', input, source);
  const kind = checkReduction(op, reduce, ['prod', 'mean', 'amax', 'amin'] as const);
  const includeSelf = readIncludeSelf(op, options);
  const d = checkDim(op, x, dim);
  const ids = wrappedIndex(op, 'index', index, x.shape[d]);
  const expected = x.shape.map((size, i) => (i === d ? ids.numel : size));
  if (ids.ndim > 1 || !sameShape(src.shape, expected)) {
    throw new ShapeError(
      `${op}: source must have shape ${formatShape(expected)} for an index of shape ${formatShape(ids.shape)}, got ${formatShape(src.shape)}`,
    );
  }
  const column = reshape(
    ids,
    expected.map((size, i) => (i === d ? size : 1)),
  );
  return { op, x, d, ids: expand(column, expected).contiguous(), src, reduce: kind, includeSelf, slices: ids };
}

/**
 * A copy of input in which the slices of `source` that `index` sends to one slice of `dim` are reduced together, and with
 * input's own unless `includeSelf` is false.
 * @throws IndexError, ShapeError, DTypeError, ValueError
 */
export function indexReduce(
  input: Tensor,
  dim: number,
  index: Tensor,
  source: Tensor,
  reduce: Exclude<ScatterReduction, 'sum'>,
  options?: ScatterReduceOptions,
): Tensor {
  const meeting = prepareIndex('indexReduce', input, dim, index, source, reduce, options);
  return reshape(recorded('IndexReduceBackward0', meeting), input.shape);
}

function inPlace(target: Tensor, meeting: Meeting): Tensor {
  overwrite(target, reshape(reduced(meeting), target.shape));
  return target;
}

installMethods({
  scatterReduce(
    this: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: ScatterReduction,
    options?: ScatterReduceOptions,
  ) {
    return scatterReduce(this, dim, index, src, reduce, options);
  },
  scatterReduce_(
    this: Tensor,
    dim: number,
    index: Tensor,
    src: Tensor,
    reduce: ScatterReduction,
    options?: ScatterReduceOptions,
  ) {
    checkWritable('scatterReduce_', this, src);
    return inPlace(this, prepareScatter('scatterReduce_', this, dim, index, src, reduce, options));
  },
  indexReduce(
    this: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: Exclude<ScatterReduction, 'sum'>,
    options?: ScatterReduceOptions,
  ) {
    return indexReduce(this, dim, index, source, reduce, options);
  },
  indexReduce_(
    this: Tensor,
    dim: number,
    index: Tensor,
    source: Tensor,
    reduce: Exclude<ScatterReduction, 'sum'>,
    options?: ScatterReduceOptions,
  ) {
    checkWritable('indexReduce_', this, source);
    return inPlace(this, prepareIndex('indexReduce_', this, dim, index, source, reduce, options));
  },
});
