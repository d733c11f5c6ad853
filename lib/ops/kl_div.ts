import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { broadcastShapes } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { div, mul, sub } from './arithmetic.js';
import { eq } from './comparison.js';
import type { Reduction } from './loss_reduction.js';
import { reduceLoss } from './margin_loss.js';
import { where } from './masking.js';
import { exp, log } from './pointwise.js';
import { sum } from './reduction.js';
import { checkFloatPair } from './similarity.js';

/** 'batchmean' divides the sum by the first dimension's size, which is what the divergence's definition asks for. */
export type KlDivReduction = Reduction | 'batchmean';

export interface KlDivOptions {
  /** 'mean' (the default: over all elements), 'batchmean', 'sum' or 'none'. */
  reduction?: KlDivReduction;
  /** The target holds logarithms too. Default false. */
  logTarget?: boolean;
}

export const klDivOptionNames = ['reduction', 'logTarget'] as const;

/** @throws ValueError, ArgumentError naming the option. */
export function checkKlDivOptions(op: string, { reduction = 'mean', logTarget = false }: KlDivOptions) {
  if (!['none', 'mean', 'batchmean', 'sum'].includes(reduction)) {
    throw new ValueError(`${op}: reduction must be 'none', 'mean', 'batchmean' or 'sum', got ${describe(reduction)}`);
  }
  if (typeof logTarget !== 'boolean') {
    throw new ArgumentError(`${op}: logTarget must be true or false, got ${describe(logTarget)}`);
  }
  return { reduction, logTarget };
}

/**
 * The Kullback–Leibler divergence, elementwise: target (log target - input), 0 where the target is 0.
 * As `torch.nn.functional.kl_div`.
 *
 * @param input log-probabilities.
 * @param target probabilities, or with `logTarget` their logarithms; broadcast with the input.
 * @throws ShapeError, DTypeError, ValueError
 */
export function klDiv(input: Tensor, target: Tensor, options?: KlDivOptions): Tensor {
  const op = 'klDiv';
  const { reduction, logTarget } = checkKlDivOptions(op, checkOptions(op, options, klDivOptionNames));
  const [x, t] = checkFloatPair(op, ['input', 'target'], input, target);
  broadcastShapes(op, x.shape, t.shape);
  const terms = logTarget ? mul(exp(t), sub(t, x)) : sub(mul(t, log(where(eq(t, 0), 1, t))), mul(t, x));
  if (reduction !== 'batchmean') return reduceLoss(terms, reduction);
  return x.ndim === 0 ? sum(terms) : div(sum(terms), x.shape[0]);
}
