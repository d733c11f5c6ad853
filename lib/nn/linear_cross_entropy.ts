import { ShapeError } from '../errors.js';
import { checkIgnoreIndex, checkLabelSmoothing } from '../ops/cross_entropy.js';
import type { IndexInput } from '../ops/index_argument.js';
import {
  checkChunks,
  type LinearCrossEntropyChunks,
  type LinearCrossEntropyOptions,
  linearCrossEntropy,
  linearLossOptionNames,
} from '../ops/linear_cross_entropy.js';
import { reshape } from '../ops/reshape.js';
import { checkOptions } from '../options.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkLayerSize } from './layer_arguments.js';
import { Linear } from './linear.js';
import { WeightedLoss } from './loss.js';
import { guardMembersOf } from './module.js';
import { formatPython, formatPythonFloat } from './module_format.js';

export interface LinearCrossEntropyLossOptions extends Omit<LinearCrossEntropyOptions, 'linearBias'> {
  /** Dimensions of the loss beside the batch. Default none. */
  outFeatures?: readonly number[];
  /** Add a bias to the logits. Default false. */
  bias?: boolean;
  /** The projection's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

/**
 * A projection to classes and the cross entropy of its logits, which are never held all at once, as
 * `torch.nn.LinearCrossEntropyLoss`. The projection is a `Linear` of its own, `linear`; a layer that is there already goes into
 * `functional.linearCrossEntropy`.
 *
 * ```ts
 * const criterion = new nn.LinearCrossEntropyLoss(512, 100_000);
 * criterion.forward(hidden, words).backward(); // hidden [N, 512], words [N]
 * ```
 */
export class LinearCrossEntropyLoss extends WeightedLoss {
  readonly numClasses: number;
  readonly outFeatures: readonly number[];
  ignoreIndex: number | null;
  labelSmoothing: number;
  options: LinearCrossEntropyChunks | null;
  linear: Linear;

  /**
   * @param inFeatures the size of a row of the input.
   * @param numClasses how many classes there are.
   * @throws OptionError for an unknown option; ArgumentError, ValueError, ShapeError for one that is out of range.
   */
  constructor(inFeatures: number, numClasses: number, options?: LinearCrossEntropyLossOptions) {
    const op = 'LinearCrossEntropyLoss';
    const given = checkOptions(op, options, [...linearLossOptionNames, 'outFeatures', 'bias', 'dtype']);
    super(given);
    checkLayerSize(op, 'inFeatures', inFeatures);
    this.numClasses = checkLayerSize(op, 'numClasses', numClasses);
    const { outFeatures = [], bias = false, dtype } = given;
    if (!Array.isArray(outFeatures)) throw new ShapeError(`${op}: outFeatures must be a list of sizes`);
    this.outFeatures = outFeatures.map((size, i) => checkLayerSize(op, `outFeatures[${i}]`, size));
    if (this.weight !== null && (this.weight.ndim !== 1 || this.weight.shape[0] !== numClasses)) {
      throw new ShapeError(
        `${op}: weight must have shape [${numClasses}], one number for each class, got ${formatShape(this.weight.shape)}`,
      );
    }
    this.ignoreIndex = given.ignoreIndex == null ? null : checkIgnoreIndex(op, given.ignoreIndex);
    this.labelSmoothing = checkLabelSmoothing(op, given.labelSmoothing);
    checkChunks(op, given.options);
    this.options = given.options ?? null;
    const rows = this.outFeatures.reduce((product, size) => product * size, numClasses);
    this.linear = new Linear(inFeatures, rows, { bias, ...(dtype === undefined ? {} : { dtype }) });
    guardMembersOf(this);
  }

  /**
   * @param input [N, inFeatures] or [inFeatures].
   * @param target class numbers, [N, ...outFeatures]; or probabilities, [N, numClasses, ...outFeatures].
   * See `functional.linearCrossEntropy`.
   */
  forward(input: Tensor, target: IndexInput): Tensor {
    const { numClasses, outFeatures, linear, weight, reduction, ignoreIndex, labelSmoothing, options } = this;
    const shape = [numClasses, ...outFeatures];
    const flat = outFeatures.length === 0;
    const linearWeight = flat ? linear.weight : reshape(linear.weight, [...shape, linear.inFeatures]);
    const linearBias = flat || linear.bias === null ? linear.bias : reshape(linear.bias, shape);
    const given = { linearBias, weight, reduction, ignoreIndex, labelSmoothing, options };
    return linearCrossEntropy(input, linearWeight, target, given);
  }

  override extraRepr(): string {
    const { linear, numClasses, outFeatures, reduction, ignoreIndex, labelSmoothing, options } = this;
    const facts = [
      `in_features=${linear.inFeatures}`,
      `num_classes=${numClasses}`,
      `out_features=${formatPython(outFeatures)}`,
      `bias=${formatPython(linear.bias !== null)}`,
      `reduction=${reduction}`,
      `ignore_index=${formatPython(ignoreIndex)}`,
      `label_smoothing=${formatPythonFloat(labelSmoothing)}`,
      `options=${options === null ? 'None' : `(batch_chunk_size=${formatPython(options.batchChunkSize)})`}`,
    ];
    return facts.join(', ');
  }
}
