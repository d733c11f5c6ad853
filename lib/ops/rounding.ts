import { needsGrad, record } from '../autograd/record.js';
import { binary, unary } from '../calls/elementwise.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { checkWritable, writeInPlace } from './in_place.js';
import { applyRule, applyRuleInPlace, stepwise } from './one_operand.js';
import { checkDense, toFloating } from './operands.js';

export interface RoundOptions {
  /** How many digits after the point stay; negative ones round to tens, hundreds, … Default 0. */
  decimals?: number;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The nearest integer, or with `decimals` the nearest decimal; halves go to the even one. */
    round(options?: RoundOptions): Tensor;
    /** `round` in place. */
    round_(options?: RoundOptions): this;
  }
}

const rule = stepwise('round', 'round', 'RoundBackward0', 'same');

function decimalsOf(op: string, options: RoundOptions | undefined): number {
  const { decimals = 0 } = checkOptions(op, options, ['decimals']);
  if (typeof decimals === 'number' && Number.isSafeInteger(decimals)) return decimals;
  throw new ArgumentError(`${op}: decimals must be an integer, got ${describe(decimals)}`);
}

function checkFloats(op: string, input: unknown): Tensor {
  const x = checkDense(op, 'input', input);
  if (isFloating(x.dtype)) return toFloating(x);
  throw new DTypeError(`${op}: decimals are for floating-point tensors, got ${x.dtype}`);
}

/** round(x · 10^decimals) / 10^decimals in x's own precision, as PyTorch computes it. */
function toDecimals(x: Tensor, decimals: number, out?: Tensor): Tensor {
  const power = 10 ** Math.abs(decimals);
  const moved = binary(decimals > 0 ? 'mul' : 'div', x, power, x.shape);
  unary('round', moved, 0, 0, moved);
  return binary(decimals > 0 ? 'div' : 'mul', moved, power, x.shape, 0, 0, out);
}

/**
 * The nearest integer, or with `decimals` the nearest multiple of 10^−decimals; halves go to the even one. Integers stay as
 * they are, and have no decimals. The gradient is zero.
 */
export function round(input: Tensor, options?: RoundOptions): Tensor {
  const decimals = options === undefined ? 0 : decimalsOf('round', options);
  if (decimals === 0) return applyRule(rule, input);
  const x = checkFloats('round', input);
  const out = toDecimals(x, decimals);
  if (!needsGrad(x)) return out;
  return record('RoundBackward1', [x], out, (grad) => [Tensor.allocate(grad.shape, grad.dtype)]);
}

installMethods({
  round(this: Tensor, options?: RoundOptions) {
    return round(this, options);
  },
  round_(this: Tensor, options?: RoundOptions) {
    const decimals = decimalsOf('round_', options);
    if (decimals === 0) return applyRuleInPlace(rule, this);
    const x = checkFloats('round_', checkWritable('round_', this));
    return writeInPlace('round_', this, x.dtype, x.shape, (out) => toDecimals(x, decimals, out));
  },
});
