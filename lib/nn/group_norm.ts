import { ShapeError, ValueError } from '../errors.js';
import { groupNorm } from '../ops/group_norm.js';
import { checkEps } from '../ops/norm.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { ones_, zeros_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';
import type { Parameter } from './parameter.js';

export interface GroupNormModuleOptions {
  /** Added to the variance. Default 1e-5. */
  eps?: number;
  /** Learn a factor and (unless `bias` is false) a summand of each channel. Default true. */
  affine?: boolean;
  /** Learn a summand. Default true. */
  bias?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/**
 * Normalisation of groups of channels by their mean and variance in each item, as `torch.nn.GroupNorm`; see
 * `functional.groupNorm`. The weight starts from ones, the bias from zeros.
 */
export class GroupNorm extends Module {
  readonly numGroups: number;
  readonly numChannels: number;
  readonly eps: number;
  readonly affine: boolean;
  /** [numChannels], or null */
  weight: Parameter | null;
  /** [numChannels], or null */
  bias: Parameter | null;

  /**
   * @param numGroups into how many groups the channels are split.
   * @param numChannels the size of the input's dimension 1, a multiple of `numGroups`.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numGroups: number, numChannels: number, options?: GroupNormModuleOptions) {
    super();
    const given = checkOptions('GroupNorm', options, ['eps', 'affine', 'bias', 'dtype']);
    this.numGroups = checkLayerSize('GroupNorm', 'numGroups', numGroups, 1);
    this.numChannels = checkLayerSize('GroupNorm', 'numChannels', numChannels, 1);
    if (numChannels % numGroups !== 0) {
      throw new ValueError(
        `GroupNorm: numChannels must be a multiple of numGroups, got ${numChannels} and ${numGroups}`,
      );
    }
    this.eps = checkEps('GroupNorm', 'eps', given.eps ?? 1e-5);
    this.affine = checkFlag('GroupNorm', 'affine', given.affine ?? true);
    const bias = checkFlag('GroupNorm', 'bias', given.bias ?? true) && this.affine;
    const dtype = checkLayerDType('GroupNorm', given.dtype);
    this.weight = this.affine ? zeroParameter('GroupNorm', [numChannels], dtype) : null;
    this.bias = bias ? zeroParameter('GroupNorm', [numChannels], dtype) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Weight back to ones, bias to zeros. */
  resetParameters(): void {
    if (this.weight !== null) ones_(this.weight);
    if (this.bias !== null) zeros_(this.bias);
  }

  /** @param input of shape [batch, numChannels, …]. @throws ShapeError, DTypeError */
  forward(input: Tensor): Tensor {
    const { shape, ndim } = checkFloat('GroupNorm', 'input', input);
    if (ndim < 2 || shape[1] !== this.numChannels) {
      throw new ShapeError(
        `GroupNorm: input must have shape [batch, ${this.numChannels}, …], got ${formatShape(shape)}`,
      );
    }
    const { weight, bias, eps } = this;
    return groupNorm(input, this.numGroups, { weight, bias, eps });
  }

  override extraRepr(): string {
    const { numGroups, numChannels, eps, affine } = this;
    const facts = `${numGroups}, ${numChannels}, eps=${formatPythonFloat(eps)}`;
    return `${facts}, affine=${formatPython(affine)}, bias=${formatPython(this.bias !== null)}`;
  }
}
