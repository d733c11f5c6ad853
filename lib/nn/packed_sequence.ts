import { markClass } from '../copies.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { to } from '../ops/copy.js';
import { toIndices } from '../ops/index_argument.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';

/** Whole numbers, one for each sequence or step. */
export type Lengths = Tensor | readonly number[] | Int32Array;

/**
 * Sequences of different lengths without padding, step by step: the first step of every sequence, the second step of
 * those that have one, and so on, the longest sequence first. As `torch.nn.utils.rnn.PackedSequence`.
 *
 * Recurrent layers take it in place of a padded tensor and give one back; they compute nothing for padding. Made by
 * `packPaddedSequence` and `packSequence`, undone by `padPackedSequence`.
 *
 * ```ts
 * const { packPaddedSequence, padPackedSequence } = nn.utils.rnn;
 * const packed = packPaddedSequence(x, [3, 5, 2], { batchFirst: true, enforceSorted: false });
 * const [output, [h, c]] = lstm.forward(packed);
 * const [padded, lengths] = padPackedSequence(output, { batchFirst: true });
 * ```
 */
export class PackedSequence {
  /** [sum of all lengths, …]: the rows of all sequences, ordered by step. */
  readonly data: Tensor;
  /** int32 [longest length]: how many sequences have step t. */
  readonly batchSizes: Tensor;
  /** int32 [batch]: which of the original sequences comes first, second, …; null when they came sorted. */
  readonly sortedIndices: Tensor | null;
  /** int32 [batch]: where each of the original sequences is now; null when they came sorted. */
  readonly unsortedIndices: Tensor | null;

  /**
   * Seldom called by hand, except to replace the data: see `withData`.
   * @param unsortedIndices default: the inverse of `sortedIndices`.
   * @throws ArgumentError, DTypeError, ShapeError or ValueError unless the parts fit each other.
   */
  constructor(data: Tensor, batchSizes: Lengths, sortedIndices?: Lengths | null, unsortedIndices?: Lengths | null) {
    const op = 'PackedSequence';
    checkTensor(op, 'data', data);
    const sizes = toIndices(op, 'batchSizes', batchSizes);
    const batch = checkBatchSizes(op, data, sizes);
    const sorted = permutation(op, 'sortedIndices', sortedIndices, batch);
    const unsorted = permutation(op, 'unsortedIndices', unsortedIndices, batch);
    if (sorted !== null && unsorted !== null) {
      for (let i = 0; i < batch; i++) {
        const back = sorted.at(unsorted.at(i));
        if (back === i) continue;
        throw new ValueError(
          `${op}: unsortedIndices must be the inverse of sortedIndices, but sortedIndices[unsortedIndices[${i}]] is ${back}`,
        );
      }
    }
    this.data = data;
    this.batchSizes = sizes;
    this.sortedIndices = sorted ?? invertPermutation(unsorted);
    this.unsortedIndices = unsorted ?? invertPermutation(sorted);
  }

  /** Other rows in the same arrangement: what an embedding or a linear layer made of `data`, say. */
  withData(data: Tensor): PackedSequence {
    return new PackedSequence(data, this.batchSizes, this.sortedIndices, this.unsortedIndices);
  }

  /** The same sequences in another dtype; this object itself when they have that dtype. */
  to(dtype: DType): PackedSequence {
    const data = to(this.data, dtype);
    return data === this.data ? this : this.withData(data);
  }

  /** `to('float32')` */
  float(): PackedSequence {
    return this.to('float32');
  }

  /** `to('float64')` */
  double(): PackedSequence {
    return this.to('float64');
  }

  /** `to('float16')`: storage in 16 bits. */
  half(): PackedSequence {
    return this.to('float16');
  }

  /** `to('int32')` */
  int(): PackedSequence {
    return this.to('int32');
  }

  /** PyTorch's printed form. */
  toString(): string {
    const index = (indices: Tensor | null) => (indices === null ? 'None' : indices.toString());
    return (
      `PackedSequence(data=${this.data}, batch_sizes=${this.batchSizes}, ` +
      `sorted_indices=${index(this.sortedIndices)}, unsorted_indices=${index(this.unsortedIndices)})`
    );
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

markClass('PackedSequence', PackedSequence);

/** The number of sequences. @throws unless the sizes descend from it and add up to the rows of `data`. */
function checkBatchSizes(op: string, data: Tensor, sizes: Tensor): number {
  if (data.ndim === 0) throw new ShapeError(`${op}: data must have shape [rows, …], got []`);
  if (sizes.ndim !== 1 || sizes.numel === 0) {
    throw new ShapeError(
      `${op}: batchSizes must be one number for each step, at least one, got shape ${formatShape(sizes.shape)}`,
    );
  }
  let total = 0;
  for (let t = 0; t < sizes.numel; t++) {
    const size = sizes.at(t);
    const most = t === 0 ? size : sizes.at(t - 1);
    if (size < 1 || size > most) {
      const range = t === 0 ? 'at least 1' : `from 1 to the ${most} of the step before`;
      throw new ValueError(`${op}: batchSizes[${t}] must be ${range}, got ${size}`);
    }
    total += size;
  }
  if (total !== data.shape[0]) {
    throw new ShapeError(
      `${op}: data must have as many rows as batchSizes adds up to, ${total}, got shape ${formatShape(data.shape)}`,
    );
  }
  return sizes.at(0);
}

function permutation(op: string, name: string, given: Lengths | null | undefined, batch: number): Tensor | null {
  if (given === null || given === undefined) return null;
  const indices = toIndices(op, name, given);
  if (indices.ndim !== 1 || indices.numel !== batch) {
    throw new ShapeError(
      `${op}: ${name} must have one entry for each of ${batch} sequences, got shape ${formatShape(indices.shape)}`,
    );
  }
  checkPermutation(op, name, indices);
  return indices;
}

function checkPermutation(op: string, name: string, indices: Tensor): void {
  const n = indices.numel;
  const seen = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const value = indices.at(i);
    if (value >= 0 && value < n && seen[value] === 0) {
      seen[value] = 1;
      continue;
    }
    const why = value < 0 || value >= n ? `but ${name}[${i}] is ${value}` : `but ${value} is there twice`;
    throw new ValueError(`${op}: ${name} must hold each number from 0 to ${n - 1} once, ${why}`);
  }
}

/**
 * The permutation that undoes another, as `torch.nn.utils.rnn.invert_permutation`; null for null.
 * @param permutation each number from 0 to n − 1 once.
 */
export function invertPermutation(permutation: Lengths): Tensor;
export function invertPermutation(permutation: Lengths | null): Tensor | null;
export function invertPermutation(permutation: Lengths | null): Tensor | null {
  if (permutation === null) return null;
  const op = 'invertPermutation';
  const indices = toIndices(op, 'permutation', permutation);
  if (indices.ndim !== 1) {
    throw new ShapeError(`${op}: permutation must have 1 dimension, got shape ${formatShape(indices.shape)}`);
  }
  checkPermutation(op, 'permutation', indices);
  const inverse = new Int32Array(indices.numel);
  for (let i = 0; i < inverse.length; i++) inverse[indices.at(i)] = i;
  return Tensor.wrap(inverse, [inverse.length], 'int32');
}

/** @throws ArgumentError unless `value` is a PackedSequence. */
export function checkPacked(op: string, argument: string, value: unknown): PackedSequence {
  if (value instanceof PackedSequence) return value;
  throw new ArgumentError(`${op}: ${argument} must be a PackedSequence, got ${describe(value)}`);
}

/** The lengths of the sequences in the order in which they are packed, from longest to shortest. */
export function packedLengths(packed: PackedSequence): Int32Array {
  const { batchSizes } = packed;
  const lengths = new Int32Array(batchSizes.at(0));
  for (let t = 0; t < batchSizes.numel; t++) lengths.fill(t + 1, 0, batchSizes.at(t));
  return lengths;
}
