import { needsGrad, record } from '../autograd/record.js';
import { checkDense, checkSameDType } from '../calls/matmul.js';
import {
  callConv1d,
  callConv1dInputGradient,
  callConv1dWeightGradient,
  type Sizes,
} from '../calls/planned/convolution.js';
import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions, nearest } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { sum } from './reduction.js';
import { checkSize1d, type Signals, type Size1d, signalsOf } from './window_arguments.js';

/** Zeros on both sides, as many as keep the length ('same', for a stride of 1), or none ('valid'). */
export type Conv1dPadding = Size1d | 'same' | 'valid';

export interface Conv1dOptions {
  /** Places from one output to the next. Default 1. */
  stride?: Size1d;
  /** Zeros before and behind the input; 'same': as many as keep the length; 'valid': none. Default 0. */
  padding?: Conv1dPadding;
  /** Places from one element of the kernel to the next. Default 1. */
  dilation?: Size1d;
  /** Into how many groups channels are split, each convolved by itself. Default 1. */
  groups?: number;
}

/** A padding that is given. @throws ArgumentError, ValueError for a word that is none. */
export function checkPadding(op: string, padding: unknown, stride: number): number | 'same' | 'valid' {
  if (typeof padding !== 'string') return checkSize1d(op, 'padding', padding, 0, 0);
  if (padding !== 'same' && padding !== 'valid') {
    const close = nearest(padding, ['same', 'valid']);
    const hint = close === null ? `it must be a number, 'same' or 'valid'` : `did you mean '${close}'?`;
    throw new ValueError(`${op}: unknown padding ${describe(padding)}; ${hint}`);
  }
  if (padding === 'same' && stride !== 1) {
    throw new ValueError(`${op}: padding 'same' keeps the length, which a stride of ${stride} does not`);
  }
  return padding;
}

/** Zeros before and behind the input. */
export function paddingWidths(padding: number | 'same' | 'valid', kernel: number, dilation: number): [number, number] {
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return [padding, padding];
  const both = dilation * (kernel - 1);
  const before = Math.floor(both / 2);
  return [before, both - before];
}

function checkWeight(x: Tensor, weight: unknown, { channels }: Signals, groups: number): Tensor {
  const w = checkDense('conv1d', 'weight', weight);
  checkSameDType('conv1d', x, w, 'weight');
  if (w.ndim !== 3 || w.numel === 0) {
    const expected = '[outChannels, inChannels / groups, kernelSize]';
    throw new ShapeError(`conv1d: weight must have shape ${expected}, none 0, got ${formatShape(w.shape)}`);
  }
  if (w.shape[0] % groups !== 0) {
    throw new ShapeError(
      `conv1d: weight must have a multiple of ${groups} outputs for as many groups, got ${w.shape[0]}`,
    );
  }
  if (channels !== w.shape[1] * groups) {
    const of = groups === 1 ? '' : ` and groups is ${groups}`;
    const turned = x.shape[x.ndim - 1] === w.shape[1] * groups;
    const hint = turned ? '; channels come before the length: transpose(-1, -2) turns it' : '';
    throw new ShapeError(
      `conv1d: input must have ${w.shape[1] * groups} channels, as weight has shape ${formatShape(w.shape)}${of}; ` +
        `got an input of shape ${formatShape(x.shape)}${hint}`,
    );
  }
  return w;
}

function checkBias(x: Tensor, bias: unknown, outputs: number): Tensor | null {
  if (bias === null || bias === undefined) return null;
  const b = checkDense('conv1d', 'bias', bias);
  checkSameDType('conv1d', x, b, 'bias');
  if (b.ndim === 1 && b.shape[0] === outputs) return b;
  throw new ShapeError(`conv1d: bias must have shape [${outputs}], got ${formatShape(b.shape)}`);
}

/**
 * The convolution (as everywhere, a correlation: the kernel is not turned round) of signals along their last dimension:
 * out[b, o, l] = bias[o] + Σ weight[o, c, k] · input[b, c, l · stride + k · dilation − padding], zeros beyond the ends.
 *
 * @param input [batch, inChannels, length], or [inChannels, length].
 * @param weight [outChannels, inChannels / groups, kernelSize].
 * @param bias [outChannels], or null (the default) for none.
 * @returns [batch, outChannels, L], L = ⌊(length + 2 · padding − dilation · (kernelSize − 1) − 1) / stride⌋ + 1.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function conv1d(input: Tensor, weight: Tensor, bias: Tensor | null = null, options?: Conv1dOptions): Tensor {
  const given = checkOptions('conv1d', options, ['stride', 'padding', 'dilation', 'groups']);
  const x = checkDense('conv1d', 'input', input);
  const stride = checkSize1d('conv1d', 'stride', given.stride, 1, 1);
  const dilation = checkSize1d('conv1d', 'dilation', given.dilation, 1, 1);
  const { groups = 1 } = given;
  if (typeof groups !== 'number' || !Number.isSafeInteger(groups) || groups < 1) {
    throw new ArgumentError(`conv1d: groups must be an integer of at least 1, got ${describe(groups)}`);
  }
  const padding = checkPadding('conv1d', given.padding, stride);
  const signals = signalsOf('conv1d', x);
  const w = checkWeight(x, weight, signals, groups);
  const b = checkBias(x, bias, w.shape[0]);
  const kernel = w.shape[2];
  const [before, after] = paddingWidths(padding, kernel, dilation);
  const reach = dilation * (kernel - 1) + 1;
  const padded = signals.length + before + after;
  if (padded < reach) {
    throw new ShapeError(
      `conv1d: a kernel of ${kernel}${dilation === 1 ? '' : `, which dilation ${dilation} makes ${reach} long,`} ` +
        `does not fit an input of length ${signals.length}${before + after > 0 ? ` padded to ${padded}` : ''}`,
    );
  }
  const { batch, channels, length } = signals;
  const outLength = Math.floor((padded - reach) / stride) + 1;
  const outputs = w.shape[0];
  const sizes = { batch, channels, length, groups, outputs, kernel, stride, dilation, padding: before, outLength };
  return convolve(x, w, b, sizes, signals.shapeOf(outputs, outLength));
}

function convolve(x: Tensor, w: Tensor, b: Tensor | null, sizes: Sizes, outShape: readonly number[]): Tensor {
  const source = contiguous(x.detach());
  const weight = contiguous(w.detach());
  const out = Tensor.allocate(outShape, x.dtype, false);
  callConv1d({ sizes, out, x: source, weight, bias: b === null ? null : contiguous(b.detach()) });
  if (!needsGrad(x, w, b)) return out;
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const dout = contiguous(grad);
    const dx = needs[0] ? Tensor.allocate(x.shape, x.dtype, false) : null;
    const dweight = needs[1] ? Tensor.allocate(w.shape, w.dtype, false) : null;
    if (dx !== null) callConv1dInputGradient({ sizes, dx, dout, weight });
    if (dweight !== null) callConv1dWeightGradient({ sizes, dweight, dout, x: source });
    if (b === null) return [dx, dweight];
    return [dx, dweight, needs[2] ? sum(dout, dout.ndim === 3 ? [0, 2] : 1) : null];
  };
  return record('ConvolutionBackward0', b === null ? [x, w] : [x, w, b], out, backward, [source, weight]);
}
