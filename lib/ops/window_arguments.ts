/** What convolutions and pools along one dimension are told: sizes, and signals with or without a batch. */
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/** A size along the one dimension: a number, or a list of one, as PyTorch's modules have it. */
export type Size1d = number | readonly [number];

/** A size that is given, or `fallback`. @throws ArgumentError unless it is an integer of at least `least`, or a list of one. */
export function checkSize1d(op: string, name: string, size: unknown, least: number, fallback?: number): number {
  if ((size === undefined || size === null) && fallback !== undefined) return fallback;
  const value = Array.isArray(size) && size.length === 1 ? size[0] : size;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new ArgumentError(`${op}: ${name} must be an integer of at least ${least}, got ${describe(size)}`);
}

/** The sizes of signals [batch, channels, length], or [channels, length] for one alone. */
export interface Signals {
  readonly batch: number;
  readonly channels: number;
  readonly length: number;
  /** The shape of a result with other channels and lengths, without a batch where the input has none. */
  readonly shapeOf: (channels: number, length: number) => number[];
}

/** @throws ShapeError unless the input is [batch, channels, length] or [channels, length]. */
export function signalsOf(op: string, input: Tensor): Signals {
  if (input.ndim !== 2 && input.ndim !== 3) {
    const shape = formatShape(input.shape);
    throw new ShapeError(`${op}: input must have shape [batch, channels, length] or [channels, length], got ${shape}`);
  }
  const lead = input.shape.slice(0, -2);
  const [channels, length] = input.shape.slice(-2);
  return { batch: lead[0] ?? 1, channels, length, shapeOf: (c, l) => [...lead, c, l] };
}
