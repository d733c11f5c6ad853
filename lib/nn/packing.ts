import { inNameOf } from '../error_names.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { to } from '../ops/copy.js';
import { toIndices } from '../ops/index_argument.js';
import { cat } from '../ops/joining.js';
import { placeRows, takeRows } from '../ops/row_moves.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { checkFlag } from './layer_arguments.js';
import { checkPacked, type Lengths, PackedSequence, packedLengths } from './packed_sequence.js';
import { checkSequences, unpadSequence } from './rnn_sequences.js';

export interface PackSequenceOptions {
  /**
   * Demand that the sequences come from longest to shortest. Default true. Without, they are sorted, and
   * `sortedIndices` and `unsortedIndices` remember how.
   */
  enforceSorted?: boolean;
}

export interface PackPaddedSequenceOptions extends PackSequenceOptions {
  /** The input lies as [batch, steps, …] instead of [steps, batch, …]. Default false. */
  batchFirst?: boolean;
}

export interface PadPackedSequenceOptions {
  /** Give [batch, steps, …] instead of [steps, batch, …]. Default false. */
  batchFirst?: boolean;
  /** What fills up the shorter sequences. Default 0. */
  paddingValue?: number;
  /** How many steps the result has; at least as many as the longest sequence, which is the default. */
  totalLength?: number | null;
}

/** How sequences are arranged when they are packed. */
interface Arrangement {
  /** Which sequence comes first, second, … */
  order: Int32Array;
  batchSizes: Int32Array;
  sorted: boolean;
}

/**
 * The sequence numbers from longest to shortest, and how many have each step. Equally long ones stay as they came: in
 * PyTorch their order depends on the processor where there are more than 16.
 */
function arrange(lengths: Int32Array, sorted: boolean): Arrangement {
  const order = Int32Array.from(lengths.keys());
  if (!sorted) order.sort((a, b) => lengths[b] - lengths[a] || a - b);
  const batchSizes = new Int32Array(lengths[order[0]]);
  let t = 0;
  for (let count = order.length; count > 0; count--) {
    const length = lengths[order[count - 1]];
    if (length > t) batchSizes.fill(count, t, length);
    t = length;
  }
  return { order, batchSizes, sorted };
}

/** `row(sequence, step)` for every row of the packed sequences, in their order. */
function packedRows({ order, batchSizes }: Arrangement, row: (sequence: number, step: number) => number): Tensor {
  let total = 0;
  for (const size of batchSizes) total += size;
  const rows = new Int32Array(total);
  let next = 0;
  for (let t = 0; t < batchSizes.length; t++) {
    for (let i = 0; i < batchSizes[t]; i++) rows[next++] = row(order[i], t);
  }
  return Tensor.wrap(rows, [total], 'int32');
}

function indexTensor(values: Int32Array): Tensor {
  return Tensor.wrap(values, [values.length], 'int32');
}

function packed(data: Tensor, { order, batchSizes, sorted }: Arrangement): PackedSequence {
  return new PackedSequence(data, indexTensor(batchSizes), sorted ? null : indexTensor(order));
}

function checkDescending(op: string, lengths: Int32Array, nameOf: (i: number) => string, remedy: string): void {
  for (let i = 1; i < lengths.length; i++) {
    if (lengths[i] <= lengths[i - 1]) continue;
    throw new ValueError(
      `${op}: with enforceSorted lengths must not grow, but ${nameOf(i)} is ${lengths[i]} after ${lengths[i - 1]}; ${remedy}`,
    );
  }
}

const sortRemedy = 'sort the sequences from longest to shortest, or pass { enforceSorted: false }';

/**
 * Packs padded sequences (padded on the right), as `torch.nn.utils.rnn.pack_padded_sequence`. Gradients flow back to the
 * steps that were packed; those of the padding are zero.
 *
 * @param input [steps, batch, …], or [batch, steps, …] with `batchFirst`; of any dtype.
 * @param lengths how many steps of each sequence count, from 1 to steps: an array, an Int32Array or an integer tensor.
 * @throws ShapeError for an input without two dimensions or without elements, or when there is not one length for each
 *   sequence; ValueError for a length that is out of range, and for lengths that grow under `enforceSorted`.
 */
export function packPaddedSequence(
  input: Tensor,
  lengths: Lengths,
  options?: PackPaddedSequenceOptions,
): PackedSequence {
  const op = 'packPaddedSequence';
  const given = checkOptions(op, options, ['batchFirst', 'enforceSorted']);
  const batchFirst = checkFlag(op, 'batchFirst', given.batchFirst ?? false);
  const enforceSorted = checkFlag(op, 'enforceSorted', given.enforceSorted ?? true);
  checkTensor(op, 'input', input);
  const form = batchFirst ? '[batch, steps, …]' : '[steps, batch, …]';
  if (input.ndim < 2) throw new ShapeError(`${op}: input must have shape ${form}, got ${formatShape(input.shape)}`);
  if (input.numel === 0) {
    throw new ShapeError(
      `${op}: input must have at least one element to pack, got shape ${formatShape(input.shape)}; drop empty batches before`,
    );
  }
  const [steps, batch] = batchFirst ? [input.shape[1], input.shape[0]] : input.shape;
  const counts = checkLengths(op, lengths, steps, batch, batchFirst);
  if (enforceSorted) checkDescending(op, counts, (i) => `lengths[${i}]`, sortRemedy);
  const arrangement = arrange(counts, enforceSorted);
  const rows = packedRows(arrangement, batchFirst ? (b, t) => b * steps + t : (b, t) => t * batch + b);
  return packed(takeRows('PackPaddedSequenceBackward0', input, 2, rows), arrangement);
}

function checkLengths(op: string, lengths: Lengths, steps: number, batch: number, batchFirst: boolean): Int32Array {
  const counts = toIndices(op, 'lengths', lengths);
  if (counts.ndim !== 1 || counts.numel !== batch) {
    const got = counts.ndim === 1 ? `${counts.numel}` : `shape ${formatShape(counts.shape)}`;
    const turned = counts.ndim === 1 && counts.numel === steps;
    throw new ShapeError(
      `${op}: lengths must have one entry for each of ${batch} sequences (dimension ${batchFirst ? 0 : 1} of input), got ${got}` +
        (turned ? `; that fits batchFirst: ${!batchFirst}` : ''),
    );
  }
  const values = Int32Array.from({ length: batch }, (_, i) => counts.at(i));
  for (const [i, length] of values.entries()) {
    if (length >= 1 && length <= steps) continue;
    const why = length < 1 ? '; leave empty sequences out' : ` (dimension ${batchFirst ? 1 : 0} of input)`;
    throw new ValueError(`${op}: lengths[${i}] must be from 1 to the ${steps} steps of input, got ${length}${why}`);
  }
  return values;
}

/**
 * Packs sequences of different lengths, as `torch.nn.utils.rnn.pack_sequence`. Gradients flow back to them.
 *
 * @param sequences tensors of shape [length, …] with length at least 1, the same behind the first dimension; the first
 *   one's dtype is used.
 * @throws ArgumentError, ShapeError; ValueError for an empty sequence, and for lengths that grow under `enforceSorted`.
 */
export function packSequence(sequences: readonly Tensor[] | Tensor, options?: PackSequenceOptions): PackedSequence {
  const op = 'packSequence';
  const given = checkOptions(op, options, ['enforceSorted']);
  const enforceSorted = checkFlag(op, 'enforceSorted', given.enforceSorted ?? true);
  const list = checkSequences(op, sequences);
  const lengths = Int32Array.from(list, (sequence) => sequence.shape[0]);
  for (const [i, { shape, numel }] of list.entries()) {
    if (numel > 0) continue;
    throw new ValueError(
      `${op}: sequences[${i}] must have at least one element, got shape ${formatShape(shape)}; leave empty sequences out`,
    );
  }
  if (enforceSorted) checkDescending(op, lengths, (i) => `the length of sequences[${i}]`, sortRemedy);
  const starts = new Int32Array(list.length);
  for (let i = 1; i < starts.length; i++) starts[i] = starts[i - 1] + lengths[i - 1];
  const arrangement = arrange(lengths, enforceSorted);
  const { dtype } = list[0];
  const joined = inNameOf(op, () =>
    list.length === 1 ? to(list[0], dtype) : cat(list.map((sequence) => to(sequence, dtype))),
  );
  const rows = packedRows(arrangement, (b, t) => starts[b] + t);
  return packed(takeRows('PackPaddedSequenceBackward0', joined, 1, rows), arrangement);
}

/**
 * Packed sequences side by side in one tensor, the shorter ones filled up, in the order in which they were before packing;
 * as `torch.nn.utils.rnn.pad_packed_sequence`. Gradients flow back from the sequences, not from the padding.
 *
 * @returns output [steps, batch, …], or [batch, steps, …] with `batchFirst`; and the lengths, int32 [batch].
 * @throws ArgumentError, OptionError; ValueError for a `totalLength` shorter than the longest sequence.
 */
export function padPackedSequence(
  sequence: PackedSequence,
  options?: PadPackedSequenceOptions,
): [output: Tensor, lengths: Tensor] {
  const op = 'padPackedSequence';
  const given = checkOptions(op, options, ['batchFirst', 'paddingValue', 'totalLength']);
  const batchFirst = checkFlag(op, 'batchFirst', given.batchFirst ?? false);
  const { paddingValue = 0, totalLength = null } = given;
  checkPacked(op, 'sequence', sequence);
  if (typeof paddingValue !== 'number') {
    throw new ArgumentError(`${op}: paddingValue must be a number, got ${describe(paddingValue)}`);
  }
  const longest = sequence.batchSizes.numel;
  if (totalLength !== null && !(Number.isSafeInteger(totalLength) && totalLength >= longest)) {
    throw new ValueError(
      `${op}: totalLength must be an integer of at least ${longest}, the length of the longest sequence, got ${describe(totalLength)}`,
    );
  }
  const steps = totalLength ?? longest;
  const { sortedIndices } = sequence;
  const sortedLengths = packedLengths(sequence);
  const batch = sortedLengths.length;
  const order = Int32Array.from({ length: batch }, (_, i) => (sortedIndices === null ? i : sortedIndices.at(i)));
  const lengths = new Int32Array(batch);
  for (let i = 0; i < batch; i++) lengths[order[i]] = sortedLengths[i];
  const arrangement = arrange(sortedLengths, true);
  const rows = packedRows({ ...arrangement, order }, batchFirst ? (b, t) => b * steps + t : (b, t) => t * batch + b);
  const lead = batchFirst ? [batch, steps] : [steps, batch];
  return [placeRows('PadPackedSequenceBackward0', sequence.data, rows, lead, paddingValue), indexTensor(lengths)];
}

/** The sequences of a pack, each by itself, in the order in which they were before packing. */
export function unpackSequence(sequence: PackedSequence): Tensor[] {
  checkPacked('unpackSequence', 'packed', sequence);
  const [padded, lengths] = padPackedSequence(sequence, { batchFirst: true });
  return unpadSequence(padded, lengths, { batchFirst: true });
}
