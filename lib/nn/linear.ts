import { linear } from '../ops/linear.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { kaimingUniform_, uniform_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython } from './module_format.js';
import type { Parameter } from './parameter.js';

export interface LinearOptions {
  /** Add a bias. Default true. */
  bias?: boolean;
  /** The parameters' dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/**
 * input · weightᵀ + bias along the last dimension, as `torch.nn.Linear`.
 *
 * ```ts
 * const fc = new nn.Linear(128, 5);
 * fc.forward(hidden).shape; // [32, 5] for hidden of shape [32, 128]
 * ```
 *
 * Both parameters start from U(−1/√inFeatures, 1/√inFeatures).
 */
export class Linear extends Module {
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** [outFeatures, inFeatures] */
  weight: Parameter;
  /** [outFeatures], or null */
  bias: Parameter | null;

  /**
   * @param inFeatures the size of the input's last dimension.
   * @param outFeatures the size of the output's.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(inFeatures: number, outFeatures: number, options?: LinearOptions) {
    super();
    const { bias = true, dtype } = checkOptions('Linear', options, ['bias', 'dtype']);
    this.inFeatures = checkLayerSize('Linear', 'inFeatures', inFeatures);
    this.outFeatures = checkLayerSize('Linear', 'outFeatures', outFeatures);
    const withBias = checkFlag('Linear', 'bias', bias);
    const kind = checkLayerDType('Linear', dtype);
    this.weight = zeroParameter('Linear', [outFeatures, inFeatures], kind);
    this.bias = withBias ? zeroParameter('Linear', [outFeatures], kind) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Draws both parameters anew. */
  resetParameters(): void {
    kaimingUniform_(this.weight, { a: Math.sqrt(5) });
    if (this.bias === null) return;
    const bound = this.inFeatures > 0 ? 1 / Math.sqrt(this.inFeatures) : 0;
    uniform_(this.bias, -bound, bound);
  }

  /**
   * @param input [..., inFeatures].
   * @returns [..., outFeatures].
   * @throws ShapeError, DTypeError
   */
  forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extraRepr(): string {
    return `in_features=${this.inFeatures}, out_features=${this.outFeatures}, bias=${formatPython(this.bias !== null)}`;
  }
}
