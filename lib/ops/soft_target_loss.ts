import { DTypeError, ShapeError } from '../errors.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Reduction } from './loss_reduction.js';
import { logSoftmax } from './softmax.js';

/**
 * Cross entropy between logits and probabilities of the same shape: -Σ_c weight[c] target[c] log softmax(input)[c] for
 * each sample. The mean divides by the number of samples, whatever the weights. Gradients flow into both.
 */
export function softTargetLoss(
  op: string,
  input: Tensor,
  target: Tensor,
  options: { weight: Tensor | null; labelSmoothing: number; reduction: Reduction },
): Tensor {
  const { weight, labelSmoothing, reduction } = options;
  if (target.dtype !== input.dtype) {
    throw new DTypeError(`${op}: target probabilities must be ${input.dtype} like the input, got ${target.dtype}`);
  }
  if (!sameShape(input.shape, target.shape)) {
    throw new ShapeError(
      `${op}: target probabilities must have the input's shape ${formatShape(input.shape)}, got ${formatShape(target.shape)}`,
    );
  }
  const dim = input.ndim === 1 ? 0 : 1;
  const classes = input.shape[dim];
  const smoothed = labelSmoothing > 0 ? target.mul(1 - labelSmoothing).add(labelSmoothing / classes) : target;
  let terms = logSoftmax(input, dim).mul(smoothed);
  if (weight !== null) terms = terms.mul(weight.view(input.shape.map((_, i) => (i === dim ? classes : 1))));
  if (reduction === 'none') return terms.sum(dim).neg();
  const total = terms.sum().neg();
  return reduction === 'sum' ? total : total.div(input.numel / classes);
}
