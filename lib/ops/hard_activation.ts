/** Activations made of pieces: hard ones, shrinking ones, thresholds. */
import { DTypeError, ValueError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { activate, checkNumber, type InplaceOptions, inplaceOf } from './activation.js';
import { le } from './comparison.js';
import { moveInto } from './in_place.js';
import { where } from './masking.js';
import { applyRule, fused } from './one_operand.js';
import { checkDense } from './operands.js';

const rules = {
  hardshrink: fused('hardshrink', 'hardshrink', 'HardshrinkBackward0', 'input', 'shrinkBackward'),
  softshrink: fused('softshrink', 'softshrink', 'SoftshrinkBackward0', 'input', 'shrinkBackward'),
  hardsigmoid: fused('hardsigmoid', 'hardsigmoid', 'HardsigmoidBackward0', 'input', 'hardsigmoidBackward'),
  hardswish: fused('hardswish', 'hardswish', 'HardswishBackward0', 'input', 'hardswishBackward'),
  softsign: fused('softsign', 'softsign', 'DivBackward0', 'input', 'softsignBackward'),
  tanhshrink: fused('tanhshrink', 'tanhshrink', 'SubBackward0', 'input', 'tanhshrinkBackward'),
  threshold: fused('threshold', 'threshold', 'ThresholdBackward0', 'input', 'thresholdBackward'),
};

/** input, and 0 where it lies within [−lambd, lambd]. */
export function hardshrink(input: Tensor, lambd = 0.5): Tensor {
  return applyRule(rules.hardshrink, input, checkNumber('hardshrink', 'lambd', lambd));
}

/** input, moved towards 0 by `lambd`, and 0 where that would pass it. @throws ValueError for a negative lambd. */
export function softshrink(input: Tensor, lambd = 0.5): Tensor {
  return applyRule(rules.softshrink, input, checkShift('softshrink', lambd));
}

/** @throws ValueError, ArgumentError unless `lambd` is a number of at least 0. */
export function checkShift(op: string, lambd: unknown): number {
  const shift = checkNumber(op, 'lambd', lambd);
  if (shift >= 0) return shift;
  throw new ValueError(`${op}: lambd must be at least 0, got ${shift}`);
}

/** (input + 3) / 6, limited to [0, 1]: a sigmoid of straight lines. */
export function hardsigmoid(input: Tensor, options?: InplaceOptions): Tensor {
  return activate(rules.hardsigmoid, input, options);
}

/** input · hardsigmoid(input) (Howard et al. 2019, arXiv:1905.02244). */
export function hardswish(input: Tensor, options?: InplaceOptions): Tensor {
  return activate(rules.hardswish, input, options);
}

/** input / (1 + |input|) */
export function softsign(input: Tensor): Tensor {
  return applyRule(rules.softsign, input);
}

/** input − tanh(input) */
export function tanhshrink(input: Tensor): Tensor {
  return applyRule(rules.tanhshrink, input);
}

/** input where it is above `threshold`, else `value`. Integers stay integers. @throws DTypeError for bool. */
export function threshold(input: Tensor, threshold: number, value: number, options?: InplaceOptions): Tensor {
  const limit = checkNumber('threshold', 'threshold', threshold);
  const replacement = checkNumber('threshold', 'value', value);
  const x = checkDense('threshold', 'input', input);
  if (isFloating(x.dtype)) return activate(rules.threshold, x, options, limit, replacement);
  if (x.dtype === 'bool') throw new DTypeError('threshold: is not defined for bool tensors');
  const inplace = inplaceOf('threshold', options);
  const replaced = (t: Tensor) => where(le(t, Math.trunc(limit)), Math.trunc(replacement), t);
  return inplace ? moveInto('threshold', x, false, replaced) : replaced(x);
}
