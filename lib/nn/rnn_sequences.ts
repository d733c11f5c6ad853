import { needsGrad, record } from '../autograd/record.js';
import { copyInto } from '../calls/copy.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { to } from '../ops/copy.js';
import { full } from '../ops/creation.js';
import { toIndices } from '../ops/index_argument.js';
import { narrow, select, transpose } from '../ops/view.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';

export interface PadSequenceOptions {
  /** Give [batch, longest, …] instead of [longest, batch, …]. Default false. */
  batchFirst?: boolean;
  /** What fills up the shorter sequences. Default 0. */
  paddingValue?: number;
  /** Where the padding goes. Default `right`. */
  paddingSide?: 'left' | 'right';
}

export interface UnpadSequenceOptions {
  /** The sequences lie as [batch, longest, …] instead of [longest, batch, …]. Default false. */
  batchFirst?: boolean;
}

/** Tensors of shape [length, …] that agree behind the first dimension; a tensor counts as its rows. */
export function checkSequences(op: string, sequences: unknown): Tensor[] {
  if (sequences instanceof Tensor && sequences.ndim > 0) {
    const rows = Array.from({ length: sequences.shape[0] }, (_, i) => select(sequences, 0, i));
    return checkSequences(op, rows);
  }
  if (!Array.isArray(sequences)) {
    throw new ArgumentError(`${op}: sequences must be an array of tensors, got ${describe(sequences)}`);
  }
  if (sequences.length === 0) throw new ArgumentError(`${op}: needs at least one sequence, got none`);
  for (const [i, sequence] of sequences.entries()) {
    const { shape } = checkTensor(op, `sequences[${i}]`, sequence);
    const rest = shape.slice(1);
    const expected = (sequences[0] as Tensor).shape.slice(1);
    if (shape.length === 0 || formatShape(rest) !== formatShape(expected)) {
      throw new ShapeError(
        `${op}: sequences[${i}] must have shape [${['length', ...expected].join(', ')}] ` +
          `like the first, got ${formatShape(shape)}`,
      );
    }
  }
  return sequences as Tensor[];
}

/**
 * Puts sequences of different lengths into one tensor, the shorter ones filled up, as
 * `torch.nn.utils.rnn.pad_sequence`. Gradients flow back to the sequences, not from the padding.
 *
 * @param sequences tensors of shape [length, …], the same behind the first dimension; the first one's dtype is used.
 * @returns shape [longest, batch, …], or [batch, longest, …] with `batchFirst`.
 */
export function padSequence(sequences: readonly Tensor[] | Tensor, options?: PadSequenceOptions): Tensor {
  const op = 'padSequence';
  const given = checkOptions(op, options, ['batchFirst', 'paddingValue', 'paddingSide']);
  const { batchFirst = false, paddingValue = 0, paddingSide = 'right' } = given;
  if (paddingSide !== 'left' && paddingSide !== 'right') {
    throw new ValueError(`${op}: paddingSide must be 'left' or 'right', got ${describe(paddingSide)}`);
  }
  if (typeof batchFirst !== 'boolean') {
    throw new ArgumentError(`${op}: batchFirst must be true or false, got ${describe(batchFirst)}`);
  }
  if (typeof paddingValue !== 'number') {
    throw new ArgumentError(`${op}: paddingValue must be a number, got ${describe(paddingValue)}`);
  }
  const list = checkSequences(op, sequences);
  const { dtype } = list[0];
  const parts = list.map((sequence) => to(sequence, dtype));
  const longest = Math.max(...parts.map((part) => part.shape[0]));
  const rest = parts[0].shape.slice(1);
  const lead = batchFirst ? [parts.length, longest] : [longest, parts.length];
  const out = full([...lead, ...rest], paddingValue, { dtype });
  const window = (padded: Tensor, i: number): Tensor => {
    const length = parts[i].shape[0];
    return narrow(select(padded, batchFirst ? 0 : 1, i), 0, paddingSide === 'right' ? 0 : longest - length, length);
  };
  for (const [i, part] of parts.entries()) copyInto(window(out, i), part);
  if (!needsGrad(...parts)) return out;
  return record('CopySlices', parts, out, (grad, needs) => parts.map((_, i) => (needs[i] ? window(grad, i) : null)));
}

/**
 * Takes padded sequences (padded on the right) apart again, as `torch.nn.utils.rnn.unpad_sequence`: views, one a
 * sequence.
 *
 * @param padded shape [longest, batch, …], or [batch, longest, …] with `batchFirst`.
 * @param lengths one for each sequence: an array, a typed array or an integer tensor.
 */
export function unpadSequence(
  padded: Tensor,
  lengths: Tensor | readonly number[] | Int32Array,
  options?: UnpadSequenceOptions,
): Tensor[] {
  const op = 'unpadSequence';
  const { batchFirst = false } = checkOptions(op, options, ['batchFirst']);
  checkTensor(op, 'padded', padded);
  if (padded.ndim < 2) {
    throw new ShapeError(`${op}: padded must have at least 2 dimensions, got shape ${formatShape(padded.shape)}`);
  }
  const sequences = batchFirst ? padded : transpose(padded, 0, 1);
  const [batch, longest] = sequences.shape;
  const counts = toIndices(op, 'lengths', lengths);
  if (counts.ndim !== 1 || counts.numel !== batch) {
    throw new ShapeError(
      `${op}: lengths must have one entry for each of ${batch} sequences, got ${formatShape(counts.shape)}`,
    );
  }
  return Array.from({ length: batch }, (_, i) => {
    const length = counts.at(i);
    if (length < 0 || length > longest) {
      throw new ValueError(`${op}: lengths[${i}] must be from 0 to ${longest}, got ${length}`);
    }
    return narrow(select(sequences, 0, i), 0, 0, length);
  });
}
