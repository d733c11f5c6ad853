import { needsGrad, record } from '../autograd/record.js';
import {
  callAveragePool,
  callAveragePoolBackward,
  callMaxPool,
  callMaxPoolBackward,
  type Windows,
} from '../calls/planned/pooling.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { mul, neg } from './arithmetic.js';
import { contiguous } from './copy.js';
import { abs } from './pointwise.js';
import { pow } from './power.js';
import { checkSize1d, type Signals, type Size1d, signalsOf } from './window_arguments.js';

export interface MaxPool1dOptions {
  /** Places from one window to the next. Default `kernelSize`. */
  stride?: Size1d | null;
  /** How far windows may begin before the input, and end behind it; at most half a window. Default 0. */
  padding?: Size1d;
  /** Places from one element of a window to the next. Default 1. */
  dilation?: Size1d;
  /** Let windows that begin in the input end behind it. Default false. */
  ceilMode?: boolean;
  /** Give the places of the largest elements too, int32. Default false. */
  returnIndices?: boolean;
}

export interface AvgPool1dOptions {
  /** Places from one window to the next. Default `kernelSize`. */
  stride?: Size1d | null;
  /** Zeros before and behind the input; at most half a window. Default 0. */
  padding?: Size1d;
  /** Let windows that begin in the input end behind it. Default false. */
  ceilMode?: boolean;
  /** Count the zeros of the padding in the mean. Default true. */
  countIncludePad?: boolean;
}

export interface AdaptiveMaxPool1dOptions {
  /** Give the places of the largest elements too, int32. Default false. */
  returnIndices?: boolean;
}

export interface LPPool1dOptions {
  /** Places from one window to the next. Default `kernelSize`. */
  stride?: Size1d | null;
  /** Let windows that begin in the input end behind it. Default false. */
  ceilMode?: boolean;
}

/** An option that is true or false. @throws ArgumentError */
export function checkBoolean(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

interface WindowOptions {
  stride?: unknown;
  padding?: unknown;
  dilation?: unknown;
  ceilMode?: unknown;
}

/** The windows over signals at a distance of `stride`. @throws ArgumentError, ValueError, ShapeError */
function windowsOver(
  op: string,
  { batch, channels, length }: Signals,
  kernelSize: unknown,
  given: WindowOptions,
): Windows {
  const kernel = checkSize1d(op, 'kernelSize', kernelSize, 1);
  const stride = checkSize1d(op, 'stride', given.stride, 1, kernel);
  const padding = checkSize1d(op, 'padding', given.padding, 0, 0);
  const dilation = checkSize1d(op, 'dilation', given.dilation, 1, 1);
  const ceil = checkBoolean(op, 'ceilMode', given.ceilMode ?? false);
  const reach = (kernel - 1) * dilation + 1;
  if (padding > reach / 2) {
    throw new ValueError(`${op}: padding must be at most half a window, ${reach} elements long, got ${padding}`);
  }
  const spare = length + 2 * padding - reach;
  let outLength = Math.floor((spare + (ceil ? stride - 1 : 0)) / stride) + 1;
  // A window begins in the input or the padding before it.
  if (ceil && (outLength - 1) * stride >= length + padding) outLength--;
  if (outLength < 1 || length === 0) {
    throw new ShapeError(
      `${op}: a window of ${reach} does not fit an input of length ${length}${padding > 0 ? ` padded to ${length + 2 * padding}` : ''}`,
    );
  }
  return { rows: batch * channels, length, outLength, kernel, stride, dilation, padding, adaptive: false };
}

function adaptiveWindows(op: string, { batch, channels, length }: Signals, outputSize: unknown): Windows {
  const outLength = checkSize1d(op, 'outputSize', outputSize, 0);
  if (length === 0) throw new ShapeError(`${op}: input must have elements to pool, got length 0`);
  return { rows: batch * channels, length, outLength, kernel: 1, stride: 1, dilation: 1, padding: 0, adaptive: true };
}

function checkSignals(op: string, input: unknown): { x: Tensor; signals: Signals } {
  const x = checkFloat(op, 'input', input);
  const signals = signalsOf(op, x);
  if (signals.channels > 0) return { x, signals };
  throw new ShapeError(`${op}: input must have channels, got shape ${formatShape(x.shape)}`);
}

function largest(node: string, x: Tensor, signals: Signals, windows: Windows): [Tensor, Tensor] {
  const shape = signals.shapeOf(signals.channels, windows.outLength);
  const source = contiguous(x.detach());
  const out = Tensor.allocate(shape, x.dtype, false);
  const index = Tensor.allocate(shape, 'int32', false);
  callMaxPool({ windows, out, index, x: source });
  if (!needsGrad(x)) return [out, index];
  const backward = (grad: Tensor) => {
    const dx = Tensor.allocate(x.shape, x.dtype, false);
    callMaxPoolBackward({ windows, dx, dy: contiguous(grad), index });
    return [dx];
  };
  return [record(node, [x], out, backward, [index]), index];
}

function average(node: string, x: Tensor, signals: Signals, windows: Windows, countPadding: boolean): Tensor {
  const out = Tensor.allocate(signals.shapeOf(signals.channels, windows.outLength), x.dtype, false);
  callAveragePool({ windows, countPadding, out, x: contiguous(x.detach()) });
  if (!needsGrad(x)) return out;
  return record(node, [x], out, (grad) => {
    const dx = Tensor.allocate(x.shape, x.dtype, false);
    callAveragePoolBackward({ windows, countPadding, dx, dy: contiguous(grad) });
    return [dx];
  });
}

/**
 * The largest element of each window along the last dimension; NaN counts as the largest. The gradient goes to the first
 * of equals.
 *
 * @param input [batch, channels, length], or [channels, length].
 * @param kernelSize how many elements a window has.
 * @returns [batch, channels, L], L = ⌊(length + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1; with
 * `returnIndices` a pair of that and the elements' places in the input.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function maxPool1d(
  input: Tensor,
  kernelSize: Size1d,
  options: MaxPool1dOptions & { returnIndices: true },
): [Tensor, Tensor];
export function maxPool1d(
  input: Tensor,
  kernelSize: Size1d,
  options?: MaxPool1dOptions & { returnIndices?: false },
): Tensor;
export function maxPool1d(input: Tensor, kernelSize: Size1d, options?: MaxPool1dOptions): Tensor | [Tensor, Tensor];
export function maxPool1d(input: Tensor, kernelSize: Size1d, options?: MaxPool1dOptions): Tensor | [Tensor, Tensor] {
  const names = ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices'];
  const given = checkOptions('maxPool1d', options, names);
  const { x, signals } = checkSignals('maxPool1d', input);
  const withIndices = checkBoolean('maxPool1d', 'returnIndices', given.returnIndices ?? false);
  const windows = windowsOver('maxPool1d', signals, kernelSize, given);
  const results = largest('MaxPool1DWithIndicesBackward0', x, signals, windows);
  return withIndices ? results : results[0];
}

/**
 * The mean of each window along the last dimension.
 *
 * @param input [batch, channels, length], or [channels, length].
 * @param kernelSize how many elements a window has.
 * @returns [batch, channels, L], L = ⌊(length + 2 · padding − kernelSize) / stride⌋ + 1.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function avgPool1d(input: Tensor, kernelSize: Size1d, options?: AvgPool1dOptions): Tensor {
  const given = checkOptions('avgPool1d', options, ['stride', 'padding', 'ceilMode', 'countIncludePad']);
  const { x, signals } = checkSignals('avgPool1d', input);
  const countPadding = checkBoolean('avgPool1d', 'countIncludePad', given.countIncludePad ?? true);
  return average('AvgPool1DBackward0', x, signals, windowsOver('avgPool1d', signals, kernelSize, given), countPadding);
}

/**
 * The largest element of each of `outputSize` windows that cover the last dimension as evenly as they go: window l begins
 * at ⌊l · length / outputSize⌋ and ends before ⌈(l + 1) · length / outputSize⌉.
 *
 * @param input [batch, channels, length], or [channels, length].
 * @returns [batch, channels, outputSize]; with `returnIndices` a pair of that and the elements' places in the input.
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: Size1d,
  options: { returnIndices: true },
): [Tensor, Tensor];
export function adaptiveMaxPool1d(input: Tensor, outputSize: Size1d, options?: { returnIndices?: false }): Tensor;
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: Size1d,
  options?: AdaptiveMaxPool1dOptions,
): Tensor | [Tensor, Tensor];
export function adaptiveMaxPool1d(
  input: Tensor,
  outputSize: Size1d,
  options?: AdaptiveMaxPool1dOptions,
): Tensor | [Tensor, Tensor] {
  const { returnIndices = false } = checkOptions('adaptiveMaxPool1d', options, ['returnIndices']);
  const { x, signals } = checkSignals('adaptiveMaxPool1d', input);
  checkBoolean('adaptiveMaxPool1d', 'returnIndices', returnIndices);
  const windows = adaptiveWindows('adaptiveMaxPool1d', signals, outputSize);
  const results = largest('AdaptiveMaxPool1DBackward0', x, signals, windows);
  return returnIndices ? results : results[0];
}

/**
 * The mean of each of `outputSize` windows that cover the last dimension as evenly as they go, as those of
 * `adaptiveMaxPool1d`.
 *
 * @param input [batch, channels, length], or [channels, length].
 * @returns [batch, channels, outputSize].
 * @throws ShapeError, DTypeError, ArgumentError
 */
export function adaptiveAvgPool1d(input: Tensor, outputSize: Size1d): Tensor {
  const { x, signals } = checkSignals('adaptiveAvgPool1d', input);
  const windows = adaptiveWindows('adaptiveAvgPool1d', signals, outputSize);
  return average('AdaptiveAvgPool1DBackward0', x, signals, windows, false);
}

/** @throws ArgumentError unless `p` is a number other than 0. */
export function checkNormType(op: string, p: unknown): number {
  if (typeof p === 'number' && p !== 0 && !Number.isNaN(p)) return p;
  throw new ArgumentError(`${op}: normType must be a number other than 0, got ${describe(p)}`);
}

/**
 * The power mean's kin (Σ xᵖ)^(1/p) of each window along the last dimension, p being `normType`: with 1 the sum, with
 * Infinity the largest magnitude. Where a sum of powers is zero, so is the gradient.
 *
 * @param input [batch, channels, length], or [channels, length].
 * @param kernelSize how many elements a window has.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function lpPool1d(input: Tensor, normType: number, kernelSize: Size1d, options?: LPPool1dOptions): Tensor {
  const given = checkOptions('lpPool1d', options, ['stride', 'ceilMode']);
  const { x, signals } = checkSignals('lpPool1d', input);
  const p = checkNormType('lpPool1d', normType);
  const windows = windowsOver('lpPool1d', signals, kernelSize, given);
  if (p === Number.POSITIVE_INFINITY) return largest('MaxPool1DWithIndicesBackward0', abs(x), signals, windows)[0];
  if (p === Number.NEGATIVE_INFINITY) {
    return neg(largest('MaxPool1DWithIndicesBackward0', neg(abs(x)), signals, windows)[0]);
  }
  const means = average('AvgPool1DBackward0', pow(x, p), signals, windows, true);
  return root(mul(means, windows.kernel), 1 / p);
}

/** xʳ, whose gradient at 0 is 0. */
function root(x: Tensor, r: number): Tensor {
  const out = pow(x.detach(), r);
  if (!needsGrad(x)) return out;
  return record(
    'PowBackward0',
    [x],
    out,
    (grad) => [mul(grad, pow(x.detach(), r - 1).mul(r)).maskedFill(x.detach().eq(0), 0)],
    [x],
  );
}
