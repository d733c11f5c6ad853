import * as ops from '../ops/pool1d.js';
import { checkSize1d, type Size1d } from '../ops/window_arguments.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPython, formatPythonNumber } from './module_format.js';

/** What a pool gives: with `returnIndices` the places beside the elements. */
export type Pooled<Indices extends boolean> = Indices extends true ? [Tensor, Tensor] : Tensor;

/** The largest element of each window along the last dimension, as `torch.nn.MaxPool1d`; see `functional.maxPool1d`. */
export class MaxPool1d<Indices extends boolean = false> extends Module {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly ceilMode: boolean;
  readonly returnIndices: boolean;

  /** @param kernelSize how many elements a window has. @throws OptionError, ArgumentError */
  constructor(kernelSize: Size1d, options?: ops.MaxPool1dOptions & { returnIndices?: Indices }) {
    super();
    const given = checkOptions('MaxPool1d', options, ['stride', 'padding', 'dilation', 'ceilMode', 'returnIndices']);
    this.kernelSize = checkSize1d('MaxPool1d', 'kernelSize', kernelSize, 1);
    this.stride = checkSize1d('MaxPool1d', 'stride', given.stride, 1, this.kernelSize);
    this.padding = checkSize1d('MaxPool1d', 'padding', given.padding, 0, 0);
    this.dilation = checkSize1d('MaxPool1d', 'dilation', given.dilation, 1, 1);
    this.ceilMode = ops.checkBoolean('MaxPool1d', 'ceilMode', given.ceilMode ?? false);
    this.returnIndices = ops.checkBoolean('MaxPool1d', 'returnIndices', given.returnIndices ?? false);
  }

  /**
   * @param input [batch, channels, length], or [channels, length].
   * @returns the pooled input; with `returnIndices` a pair of that and the elements' places, int32.
   * @throws ShapeError, DTypeError, ValueError
   */
  forward(input: Tensor): Pooled<Indices> {
    const { stride, padding, dilation, ceilMode, returnIndices } = this;
    const options = { stride, padding, dilation, ceilMode, returnIndices };
    return ops.maxPool1d(input, this.kernelSize, options) as Pooled<Indices>;
  }

  override extraRepr(): string {
    const { kernelSize, stride, padding, dilation, ceilMode } = this;
    const sizes = `kernel_size=${kernelSize}, stride=${stride}, padding=${padding}, dilation=${dilation}`;
    return `${sizes}, ceil_mode=${formatPython(ceilMode)}`;
  }
}

/** The mean of each window along the last dimension, as `torch.nn.AvgPool1d`; see `functional.avgPool1d`. */
export class AvgPool1d extends Module {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly ceilMode: boolean;
  readonly countIncludePad: boolean;

  /** @param kernelSize how many elements a window has. @throws OptionError, ArgumentError */
  constructor(kernelSize: Size1d, options?: ops.AvgPool1dOptions) {
    super();
    const given = checkOptions('AvgPool1d', options, ['stride', 'padding', 'ceilMode', 'countIncludePad']);
    this.kernelSize = checkSize1d('AvgPool1d', 'kernelSize', kernelSize, 1);
    this.stride = checkSize1d('AvgPool1d', 'stride', given.stride, 1, this.kernelSize);
    this.padding = checkSize1d('AvgPool1d', 'padding', given.padding, 0, 0);
    this.ceilMode = ops.checkBoolean('AvgPool1d', 'ceilMode', given.ceilMode ?? false);
    this.countIncludePad = ops.checkBoolean('AvgPool1d', 'countIncludePad', given.countIncludePad ?? true);
  }

  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError, DTypeError, ValueError */
  forward(input: Tensor): Tensor {
    const { stride, padding, ceilMode, countIncludePad } = this;
    return ops.avgPool1d(input, this.kernelSize, { stride, padding, ceilMode, countIncludePad });
  }

  override extraRepr(): string {
    return `kernel_size=(${this.kernelSize},), stride=(${this.stride},), padding=(${this.padding},)`;
  }
}

/** The largest element of each of `outputSize` windows, as `torch.nn.AdaptiveMaxPool1d`. */
export class AdaptiveMaxPool1d<Indices extends boolean = false> extends Module {
  readonly outputSize: number;
  readonly returnIndices: boolean;

  /** @param outputSize the length of the result. @throws OptionError, ArgumentError */
  constructor(outputSize: Size1d, options?: ops.AdaptiveMaxPool1dOptions & { returnIndices?: Indices }) {
    super();
    const { returnIndices = false } = checkOptions('AdaptiveMaxPool1d', options, ['returnIndices']);
    this.outputSize = checkSize1d('AdaptiveMaxPool1d', 'outputSize', outputSize, 0);
    this.returnIndices = ops.checkBoolean('AdaptiveMaxPool1d', 'returnIndices', returnIndices);
  }

  /**
   * @param input [batch, channels, length], or [channels, length].
   * @returns the pooled input; with `returnIndices` a pair of that and the elements' places, int32.
   * @throws ShapeError, DTypeError
   */
  forward(input: Tensor): Pooled<Indices> {
    return ops.adaptiveMaxPool1d(input, this.outputSize, { returnIndices: this.returnIndices }) as Pooled<Indices>;
  }

  override extraRepr(): string {
    return `output_size=${this.outputSize}`;
  }
}

/** The mean of each of `outputSize` windows, as `torch.nn.AdaptiveAvgPool1d`. */
export class AdaptiveAvgPool1d extends Module {
  readonly outputSize: number;

  /** @param outputSize the length of the result. @throws ArgumentError */
  constructor(outputSize: Size1d) {
    super();
    this.outputSize = checkSize1d('AdaptiveAvgPool1d', 'outputSize', outputSize, 0);
  }

  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError, DTypeError */
  forward(input: Tensor): Tensor {
    return ops.adaptiveAvgPool1d(input, this.outputSize);
  }

  override extraRepr(): string {
    return `output_size=${this.outputSize}`;
  }
}

/** (Σ xᵖ)^(1/p) of each window along the last dimension, as `torch.nn.LPPool1d`; see `functional.lpPool1d`. */
export class LPPool1d extends Module {
  readonly normType: number;
  readonly kernelSize: number;
  readonly stride: number | null;
  readonly ceilMode: boolean;

  /**
   * @param normType p.
   * @param kernelSize how many elements a window has.
   * @throws OptionError, ArgumentError
   */
  constructor(normType: number, kernelSize: Size1d, options?: ops.LPPool1dOptions) {
    super();
    const { stride = null, ceilMode = false } = checkOptions('LPPool1d', options, ['stride', 'ceilMode']);
    this.normType = ops.checkNormType('LPPool1d', normType);
    this.kernelSize = checkSize1d('LPPool1d', 'kernelSize', kernelSize, 1);
    this.stride = stride === null ? null : checkSize1d('LPPool1d', 'stride', stride, 1);
    this.ceilMode = ops.checkBoolean('LPPool1d', 'ceilMode', ceilMode);
  }

  /** @param input [batch, channels, length], or [channels, length]. @throws ShapeError, DTypeError */
  forward(input: Tensor): Tensor {
    const { normType, kernelSize, stride, ceilMode } = this;
    return ops.lpPool1d(input, normType, kernelSize, { stride, ceilMode });
  }

  override extraRepr(): string {
    const { normType, kernelSize, stride, ceilMode } = this;
    const steps = stride === null ? 'None' : stride;
    return (
      `norm_type=${formatPythonNumber(normType)}, kernel_size=${kernelSize}, stride=${steps}, ` +
      `ceil_mode=${formatPython(ceilMode)}`
    );
  }
}
