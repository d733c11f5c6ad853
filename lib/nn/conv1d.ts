import { ArgumentError, describe, ValueError } from '../errors.js';
import { type Conv1dPadding, checkPadding, conv1d, paddingWidths } from '../ops/conv1d.js';
import { pad } from '../ops/padding.js';
import { checkSize1d, type Size1d } from '../ops/window_arguments.js';
import { checkOptions, nearest } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { checkTensor, type Tensor } from '../tensor/tensor.js';
import { kaimingUniform_, uniform_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython } from './module_format.js';
import type { Parameter } from './parameter.js';

/** What stands beyond the ends of an input: zeros, its mirror image, its last elements, its other end. */
export type PaddingMode = 'zeros' | 'reflect' | 'replicate' | 'circular';

export interface Conv1dModuleOptions {
  /** Places from one output to the next. Default 1. */
  stride?: Size1d;
  /** Elements added at both ends; 'same': as many as keep the length; 'valid': none. Default 0. */
  padding?: Conv1dPadding;
  /** Places from one element of the kernel to the next. Default 1. */
  dilation?: Size1d;
  /** Into how many groups channels are split, each convolved by itself. Default 1. */
  groups?: number;
  /** Add a bias. Default true. */
  bias?: boolean;
  /** What the added elements are. Default 'zeros'. */
  paddingMode?: PaddingMode;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

const optionNames = ['stride', 'padding', 'dilation', 'groups', 'bias', 'paddingMode', 'dtype'];
const paddingModes = ['zeros', 'reflect', 'replicate', 'circular'];

function checkPaddingMode(mode: unknown): PaddingMode {
  if (typeof mode === 'string' && paddingModes.includes(mode)) return mode as PaddingMode;
  if (typeof mode !== 'string') {
    throw new ArgumentError(`Conv1d: paddingMode must be one of ${paddingModes.join(', ')}, got ${describe(mode)}`);
  }
  const close = nearest(mode, paddingModes);
  const hint = close === null ? `one of ${paddingModes.join(', ')}` : `did you mean '${close}'?`;
  throw new ValueError(`Conv1d: unknown paddingMode ${describe(mode)}; ${hint}`);
}

/**
 * Convolution along the last dimension, as `torch.nn.Conv1d`; see `functional.conv1d` for the formula. Both parameters
 * start from U(−√k, √k), k = groups / (inChannels · kernelSize).
 *
 * @example
 * const conv = new nn.Conv1d(128, 100, 5, { padding: 'same' });
 * conv.forward(embedded.transpose(1, 2)).shape; // [64, 100, 200] for embedded of shape [64, 200, 128]
 */
export class Conv1d extends Module {
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number | 'same' | 'valid';
  readonly dilation: number;
  readonly groups: number;
  readonly paddingMode: PaddingMode;
  /** [outChannels, inChannels / groups, kernelSize] */
  weight: Parameter;
  /** [outChannels], or null */
  bias: Parameter | null;

  /**
   * @param inChannels the input's channels.
   * @param outChannels the output's channels.
   * @param kernelSize how many elements of each channel an output sees.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inChannels: number, outChannels: number, kernelSize: Size1d, options?: Conv1dModuleOptions) {
    super();
    const given = checkOptions('Conv1d', options, optionNames);
    this.groups = checkLayerSize('Conv1d', 'groups', given.groups ?? 1, 1);
    this.inChannels = this.channels('inChannels', inChannels);
    this.outChannels = this.channels('outChannels', outChannels);
    this.kernelSize = checkSize1d('Conv1d', 'kernelSize', kernelSize, 1);
    this.stride = checkSize1d('Conv1d', 'stride', given.stride, 1, 1);
    this.padding = checkPadding('Conv1d', given.padding, this.stride);
    this.dilation = checkSize1d('Conv1d', 'dilation', given.dilation, 1, 1);
    this.paddingMode = checkPaddingMode(given.paddingMode ?? 'zeros');
    const withBias = checkFlag('Conv1d', 'bias', given.bias ?? true);
    const dtype = checkLayerDType('Conv1d', given.dtype);
    this.weight = zeroParameter('Conv1d', [outChannels, inChannels / this.groups, this.kernelSize], dtype);
    this.bias = withBias ? zeroParameter('Conv1d', [outChannels], dtype) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  private channels(name: string, count: unknown): number {
    const channels = checkLayerSize('Conv1d', name, count, 1);
    if (channels % this.groups === 0) return channels;
    throw new ValueError(`Conv1d: ${name} must be a multiple of groups, ${this.groups}, got ${channels}`);
  }

  /** Draws both parameters anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const bound = 1 / Math.sqrt(this.weight.shape[1] * this.kernelSize);
    uniform_(this.bias, -bound, bound);
  }

  /**
   * @param input [batch, inChannels, length], or [inChannels, length].
   * @returns the same with outChannels, and the length that `functional.conv1d` says.
   * @throws ShapeError, DTypeError
   */
  forward(input: Tensor): Tensor {
    const { stride, padding, dilation, groups } = this;
    if (this.paddingMode === 'zeros') {
      return conv1d(input, this.weight, this.bias, { stride, padding, dilation, groups });
    }
    const widths = paddingWidths(padding, this.kernelSize, dilation);
    const padded = pad(checkTensor('Conv1d', 'input', input), widths, { mode: this.paddingMode });
    return conv1d(padded, this.weight, this.bias, { stride, dilation, groups });
  }

  override extraRepr(): string {
    const { inChannels, outChannels, kernelSize, stride, padding, dilation, groups, paddingMode } = this;
    let facts = `${inChannels}, ${outChannels}, kernel_size=(${kernelSize},), stride=(${stride},)`;
    if (padding !== 0) facts += typeof padding === 'number' ? `, padding=(${padding},)` : `, padding=${padding}`;
    if (dilation !== 1) facts += `, dilation=(${dilation},)`;
    if (groups !== 1) facts += `, groups=${groups}`;
    if (this.bias === null) facts += `, bias=${formatPython(false)}`;
    return paddingMode === 'zeros' ? facts : `${facts}, padding_mode=${paddingMode}`;
  }
}
