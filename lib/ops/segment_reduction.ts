import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating, isInteger } from '../tensor/dtype.js';
import { formatShape, numelOf, type Shape, sameShape, wrapDim } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { div } from './arithmetic.js';
import { fillLike } from './fill_like.js';
import { checkDense, toFloating } from './operands.js';
import { repeatInterleave } from './repetition.js';
import { reshape } from './reshape.js';
import { checkReduction, type ScatterReduction, scatterReduce } from './scatter_reduction.js';
import { expand } from './view.js';

export interface SegmentReduceOptions {
  /** How many rows each segment has: [segments], or [...batch, segments]. Give this or `offsets`. */
  lengths?: Tensor | null;
  /** Where each segment starts, and where the last one ends. */
  offsets?: Tensor | null;
  /** The dimension of the rows. Default 0. */
  axis?: number;
  /** Skip the check of lengths; accepted because PyTorch has it, they are checked all the same. */
  unsafe?: boolean;
  /** What each segment starts from. Default: 0, 1, −Infinity or Infinity; an empty segment's mean is NaN without it. */
  initial?: number | null;
}

const kinds = { sum: 'sum', mean: 'sum', prod: 'prod', max: 'amax', min: 'amin' } as const;
const starts = { sum: 0, mean: 0, prod: 1, max: Number.NEGATIVE_INFINITY, min: Number.POSITIVE_INFINITY } as const;

/** What becomes of a segment's rows. */
export type SegmentReduction = keyof typeof kinds;

/** Integers of dimensions [...batch, n], list by list. */
function listsOf(name: string, value: unknown, batch: Shape): number[][] {
  const t = checkTensor('segmentReduce', name, value);
  if (!isInteger(t.dtype)) throw new DTypeError(`segmentReduce: ${name} must hold integers, got ${t.dtype}`);
  if (t.ndim !== batch.length + 1 || !sameShape(t.shape.slice(0, -1), batch)) {
    throw new ShapeError(
      `segmentReduce: ${name} must have dimensions [${[...batch, 'n'].join(', ')}], got shape ${formatShape(t.shape)}`,
    );
  }
  const n = t.shape[t.ndim - 1];
  return Array.from({ length: numelOf(batch) }, (_, row) => Array.from({ length: n }, (_, i) => t.at(row * n + i)));
}

/** The lengths of the segments, for each place of the batch. */
function lengthsOf(batch: Shape, rows: number, { lengths, offsets }: SegmentReduceOptions): number[][] {
  const given = [lengths, offsets].filter((value) => value !== undefined && value !== null);
  if (given.length !== 1) {
    throw new ArgumentError(`segmentReduce: needs lengths or offsets, got ${given.length === 0 ? 'neither' : 'both'}`);
  }
  let lists: number[][];
  if (given[0] === lengths) lists = listsOf('lengths', lengths, batch);
  else {
    lists = listsOf('offsets', offsets, batch).map((ends) => {
      if (ends[0] !== 0) throw new ValueError('segmentReduce: offsets must begin with 0');
      return ends.slice(1).map((end, i) => end - ends[i]);
    });
  }
  for (const list of lists) {
    const bad = list.findIndex((length) => length < 0);
    if (bad >= 0) throw new ValueError(`segmentReduce: segment ${bad} has length ${list[bad]}`);
    const total = list.reduce((sum, length) => sum + length, 0);
    if (total !== rows) {
      throw new ValueError(`segmentReduce: segments of ${total} rows together do not fit the ${rows} rows of data`);
    }
  }
  return lists;
}

/**
 * Each segment of neighbouring rows reduced to one: data [N, …] gives [segments, …]. As `torch.segment_reduce`. With an
 * `axis` above 0 the dimensions before it are a batch, and `lengths` (or `offsets`) has them too. Equal extremes share the
 * gradient.
 * @throws ValueError, ShapeError, DTypeError, ArgumentError
 */
export function segmentReduce(data: Tensor, reduce: SegmentReduction, options?: SegmentReduceOptions): Tensor {
  const op = 'segmentReduce';
  const given = checkOptions(op, options, ['lengths', 'offsets', 'axis', 'unsafe', 'initial']);
  const input = checkDense(op, 'data', data);
  if (!isFloating(input.dtype)) throw new DTypeError(`${op}: data must be floating-point, got ${input.dtype}`);
  const x = toFloating(input);
  const kind = checkReduction(op, reduce, Object.keys(kinds) as SegmentReduction[]);
  if (x.ndim === 0) throw new ShapeError(`${op}: data must have at least one dimension`);
  const axis = wrapDim(op, given.axis ?? 0, x.ndim, 'axis');
  const initial = given.initial ?? null;
  if (initial !== null && typeof initial !== 'number') {
    throw new ArgumentError(`${op}: initial must be a number, got ${describe(initial)}`);
  }
  const batch = x.shape.slice(0, axis);
  const rest = x.shape.slice(axis + 1);
  const lists = lengthsOf(batch, x.shape[axis], given);
  // The rows of a batch lie one after the other, and so do their segments.
  const lengths = lists.flat();
  const rows = reshape(x, [numelOf(batch) * x.shape[axis], ...rest]);
  const out = reduceSegments(rows, kind, lengths, initial);
  return reshape(out, [...batch, lists.length === 0 ? 0 : lists[0].length, ...rest]);
}

function reduceSegments(x: Tensor, kind: SegmentReduction, lengths: number[], initial: number | null): Tensor {
  const rest = x.shape.slice(1);
  const counts = Tensor.wrap(Int32Array.from(lengths), [lengths.length], 'int32');
  const start = fillLike('segmentReduce', [lengths.length, ...rest], initial ?? starts[kind], x.dtype);
  const column = (t: Tensor) => reshape(t, [t.numel, ...rest.map(() => 1)]);
  const places = expand(column(repeatInterleave(counts)), x.shape);
  const out = scatterReduce(start, 0, places, x, kinds[kind] as ScatterReduction);
  if (kind !== 'mean') return out;
  const divisors = Tensor.allocate([lengths.length], x.dtype, false);
  const empty = initial === null ? 0 : 1;
  divisors.storage.array.set(
    lengths.map((length) => (length === 0 ? empty : length)),
    divisors.offset,
  );
  return div(out, column(divisors));
}
