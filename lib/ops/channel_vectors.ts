/** What normalisations of channels have in common: tensors [batch, channels, …], and vectors with a number a channel. */
import { DTypeError, ShapeError } from '../errors.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';

/** The sizes of a tensor [batch, channels, …], as native calls take them. */
export interface ChannelSizes {
  readonly batch: number;
  readonly channels: number;
  /** Elements of one channel of one item. */
  readonly inner: number;
}

/** @throws ShapeError unless there are a batch and channels. */
export function channelSizesOf(op: string, { shape }: Tensor): ChannelSizes {
  if (shape.length < 2) {
    throw new ShapeError(`${op}: input must have shape [batch, channels, …], got ${formatShape(shape)}`);
  }
  const [batch, channels] = shape;
  return { batch, channels, inner: shape.slice(2).reduce((product, size) => product * size, 1) };
}

/** A vector with a number for each channel, of the input's dtype, or null. @throws ShapeError, DTypeError, ArgumentError */
export function checkChannelVector(
  op: string,
  name: string,
  value: unknown,
  x: Tensor,
  channels: number,
): Tensor | null {
  if (value === null || value === undefined) return null;
  const t = checkFloat(op, name, value);
  if (t.ndim !== 1 || t.shape[0] !== channels) {
    const shapes: [Shape, Shape] = [x.shape, t.shape];
    const [input, got] = shapes.map(formatShape);
    throw new ShapeError(`${op}: ${name} must have shape [${channels}], the channels of ${input}, got ${got}`);
  }
  if (t.dtype === x.dtype) return t;
  throw new DTypeError(`${op}: input and ${name} must have one dtype, got ${x.dtype} and ${t.dtype}`);
}
