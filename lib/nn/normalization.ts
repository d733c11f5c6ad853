import { checkEps, checkNormalizedShape, layerNorm, rmsNorm } from '../ops/norm.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { ones_, zeros_ } from './init.js';
import { checkFlag, checkLayerDType, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';
import type { Parameter } from './parameter.js';

export interface LayerNormModuleOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a factor and (unless `bias` is false) a summand of each normalised value. Default true. */
  elementwiseAffine?: boolean;
  /** Learn a summand. Default true. */
  bias?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export interface RMSNormModuleOptions {
  /** Added to the mean square. Default null: the input's machine epsilon. */
  eps?: number | null;
  /** Learn a factor of each normalised value. Default true. */
  elementwiseAffine?: boolean;
  /** The parameter's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/**
 * (x - mean) / √(variance + eps) · weight + bias over the last dimensions, as `torch.nn.LayerNorm`.
 *
 * ```ts
 * const norm = new nn.LayerNorm(512);
 * norm.forward(x).shape; // that of x, [..., 512]
 * ```
 *
 * The weight starts from ones, the bias from zeros.
 */
export class LayerNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number;
  readonly elementwiseAffine: boolean;
  /** Of shape `normalizedShape`, or null. */
  weight: Parameter | null;
  bias: Parameter | null;

  /** @param normalizedShape the sizes of the input's last dimensions, or the size of the last one. */
  constructor(normalizedShape: number | readonly number[], options?: LayerNormModuleOptions) {
    super();
    const given = checkOptions('LayerNorm', options, ['eps', 'elementwiseAffine', 'bias', 'dtype']);
    this.normalizedShape = checkNormalizedShape('LayerNorm', normalizedShape);
    this.eps = checkEps('LayerNorm', 'eps', given.eps ?? 1e-5);
    this.elementwiseAffine = checkFlag('LayerNorm', 'elementwiseAffine', given.elementwiseAffine ?? true);
    const bias = checkFlag('LayerNorm', 'bias', given.bias ?? true) && this.elementwiseAffine;
    const dtype = checkLayerDType('LayerNorm', given.dtype);
    this.weight = this.elementwiseAffine ? zeroParameter('LayerNorm', this.normalizedShape, dtype) : null;
    this.bias = bias ? zeroParameter('LayerNorm', this.normalizedShape, dtype) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Weight back to ones, bias to zeros. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** @param input of shape [..., …normalizedShape]. @throws ShapeError, DTypeError */
  forward(input: Tensor): Tensor {
    const { weight, bias, eps } = this;
    return layerNorm(input, this.normalizedShape, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { normalizedShape, eps, elementwiseAffine, bias } = this;
    const facts = `${formatPython(normalizedShape)}, eps=${formatPythonFloat(eps)}`;
    return `${facts}, elementwise_affine=${formatPython(elementwiseAffine)}, bias=${formatPython(bias !== null)}`;
  }
}

/**
 * x / √(mean of squares + eps) · weight over the last dimensions, as `torch.nn.RMSNorm`. The weight starts from ones.
 */
export class RMSNorm extends Module {
  readonly normalizedShape: readonly number[];
  readonly eps: number | null;
  readonly elementwiseAffine: boolean;
  /** Of shape `normalizedShape`, or null. */
  weight: Parameter | null;

  /** @param normalizedShape the sizes of the input's last dimensions, or the size of the last one. */
  constructor(normalizedShape: number | readonly number[], options?: RMSNormModuleOptions) {
    super();
    const given = checkOptions('RMSNorm', options, ['eps', 'elementwiseAffine', 'dtype']);
    this.normalizedShape = checkNormalizedShape('RMSNorm', normalizedShape);
    this.eps = given.eps === undefined || given.eps === null ? null : checkEps('RMSNorm', 'eps', given.eps);
    this.elementwiseAffine = checkFlag('RMSNorm', 'elementwiseAffine', given.elementwiseAffine ?? true);
    const dtype = checkLayerDType('RMSNorm', given.dtype);
    this.weight = this.elementwiseAffine ? zeroParameter('RMSNorm', this.normalizedShape, dtype) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Weight back to ones. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
  }

  /** @param input of shape [..., …normalizedShape]. @throws ShapeError, DTypeError */
  forward(input: Tensor): Tensor {
    return rmsNorm(input, this.normalizedShape, { weight: this.weight, eps: this.eps });
  }

  override extraRepr(): string {
    const eps = this.eps === null ? 'None' : formatPythonFloat(this.eps);
    return `${formatPython(this.normalizedShape)}, eps=${eps}, elementwise_affine=${formatPython(this.elementwiseAffine)}`;
  }
}
