import { bilinear } from '../ops/bilinear.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { uniform_ } from './init.js';
import { checkFlag, checkLayerDType, checkLayerSize, zeroParameter } from './layer_arguments.js';
import type { LinearOptions } from './linear.js';
import { guardMembersOf, Module } from './module.js';
import { formatPython } from './module_format.js';
import type { Parameter } from './parameter.js';

/**
 * input1ᵀ · weight[o] · input2 + bias[o] for each output o, as `torch.nn.Bilinear`: how two vectors go together. Both
 * parameters start from U(−1/√in1Features, 1/√in1Features).
 *
 * @example
 * const score = new nn.Bilinear(100, 100, 1);
 * score.forward(head, tail).shape; // [32, 1] for vectors of shape [32, 100]
 */
export class Bilinear extends Module {
  readonly in1Features: number;
  readonly in2Features: number;
  readonly outFeatures: number;
  /** [outFeatures, in1Features, in2Features] */
  weight: Parameter;
  /** [outFeatures], or null */
  bias: Parameter | null;

  /** @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range. */
  constructor(in1Features: number, in2Features: number, outFeatures: number, options?: LinearOptions) {
    super();
    const { bias = true, dtype } = checkOptions('Bilinear', options, ['bias', 'dtype']);
    this.in1Features = checkLayerSize('Bilinear', 'in1Features', in1Features, 1);
    this.in2Features = checkLayerSize('Bilinear', 'in2Features', in2Features);
    this.outFeatures = checkLayerSize('Bilinear', 'outFeatures', outFeatures);
    const withBias = checkFlag('Bilinear', 'bias', bias);
    const kind = checkLayerDType('Bilinear', dtype);
    this.weight = zeroParameter('Bilinear', [outFeatures, in1Features, in2Features], kind);
    this.bias = withBias ? zeroParameter('Bilinear', [outFeatures], kind) : null;
    this.resetParameters();
    guardMembersOf(this);
  }

  /** Draws both parameters anew. */
  resetParameters(): void {
    const bound = 1 / Math.sqrt(this.in1Features);
    uniform_(this.weight, -bound, bound);
    if (this.bias !== null) uniform_(this.bias, -bound, bound);
  }

  /**
   * @param input1 [..., in1Features].
   * @param input2 [..., in2Features].
   * @returns [..., outFeatures].
   * @throws ShapeError, DTypeError
   */
  forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extraRepr(): string {
    const sizes = `in1_features=${this.in1Features}, in2_features=${this.in2Features}, out_features=${this.outFeatures}`;
    return `${sizes}, bias=${formatPython(this.bias !== null)}`;
  }
}
