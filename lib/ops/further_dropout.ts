/** Dropouts of whole channels, and those that keep mean and variance. */
import { needsGrad, record } from '../autograd/record.js';
import { maskScale } from '../calls/elementwise.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { type InplaceOptions, inplaceOf } from './activation.js';
import { add, mul } from './arithmetic.js';
import { to } from './copy.js';
import { checkProbability, drawMask } from './dropout.js';
import { moveInto } from './in_place.js';

export interface AlphaDropoutOptions {
  /** The probability of an element (or channel) to be dropped. Default 0.5. */
  p?: number;
  /** Drop at all. Default false. */
  training?: boolean;
  /** Write the result into the input's memory and return the input. Default false. */
  inplace?: boolean;
}

function checkTraining(op: string, training: unknown): boolean {
  if (typeof training === 'boolean') return training;
  throw new ArgumentError(`${op}: training must be true or false, got ${describe(training)}`);
}

/**
 * Sets whole channels to zero with probability `p` and divides the others by 1 − p, as `torch.nn.functional.dropout1d`,
 * with the same random numbers. Without `training` the input is returned as it is.
 *
 * @param input [batch, channels, length], or [channels, length].
 * @throws ShapeError, DTypeError, ValueError
 */
export function dropout1d(input: Tensor, p = 0.5, training = true, options?: InplaceOptions): Tensor {
  const inplace = options !== undefined && inplaceOf('dropout1d', options);
  const x = checkFloat('dropout1d', 'input', input);
  checkProbability('dropout1d', p);
  checkTraining('dropout1d', training);
  if (x.ndim !== 2 && x.ndim !== 3) {
    const expected = '[batch, channels, length] or [channels, length]';
    throw new ShapeError(`dropout1d: input must have shape ${expected}, got ${formatShape(x.shape)}`);
  }
  if (!training || p === 0 || x.numel === 0) return x;
  const { mask, scale } = drawMask([...x.shape.slice(0, -1), 1], x.dtype, p);
  const masked = (t: Tensor) => {
    const out = maskScale(t, mask, scale);
    return needsGrad(t) ? record('MulBackward0', [t], out, (grad) => [maskScale(grad, mask, scale)]) : out;
  };
  return inplace ? moveInto('dropout1d', x, false, masked) : masked(x);
}

/** −λα of selu (Klambauer et al. 2017), to which dropped elements go. */
const lowest = 1.7580993408473766;

function dropToLowest(
  op: string,
  input: Tensor,
  options: AlphaDropoutOptions | undefined,
  maskShape: (x: Tensor) => Shape,
) {
  const { p = 0.5, training = false, inplace = false } = checkOptions(op, options, ['p', 'training', 'inplace']);
  const x = checkFloat(op, 'input', input);
  checkProbability(op, p);
  checkTraining(op, training);
  if (typeof inplace !== 'boolean')
    throw new ArgumentError(`${op}: inplace must be true or false, got ${describe(inplace)}`);
  if (!training || p === 0 || x.numel === 0) return x;
  const shape = maskShape(x);
  const { mask } = p === 1 ? { mask: Tensor.allocate(shape, 'bool') } : drawMask(shape, x.dtype, p);
  // Kept elements become a x + b, dropped ones b − a · lowest; both together keep mean 0 and variance 1.
  const a = p === 1 ? 0 : 1 / Math.sqrt((lowest * lowest * p + 1) * (1 - p));
  const kept = mul(to(mask, x.dtype), lowest * a);
  const shift = p === 1 ? 0 : add(kept, lowest * a * (p - 1));
  const apply = (t: Tensor) => {
    const out = add(maskScale(t.detach(), mask, a), shift);
    return needsGrad(t) ? record('AddBackward0', [t], out, (grad) => [maskScale(grad, mask, a)]) : out;
  };
  return inplace ? moveInto(op, x, false, apply) : apply(x);
}

/**
 * Sets each element with probability `p` to what selu comes to far below 0, then scales and shifts all, so that mean 0 and
 * variance 1 stay (Klambauer et al. 2017, arXiv:1706.02515). As `torch.nn.functional.alpha_dropout`, with the same random
 * numbers.
 * @throws DTypeError, ValueError
 */
export function alphaDropout(input: Tensor, options?: AlphaDropoutOptions): Tensor {
  return dropToLowest('alphaDropout', input, options, (x) => x.shape);
}

/**
 * `alphaDropout` of whole channels.
 *
 * @param input [batch, channels, …].
 * @throws ShapeError, DTypeError, ValueError
 */
export function featureAlphaDropout(input: Tensor, options?: AlphaDropoutOptions): Tensor {
  return dropToLowest('featureAlphaDropout', input, options, ({ shape }) => {
    if (shape.length < 2) {
      throw new ShapeError(
        `featureAlphaDropout: input must have shape [batch, channels, …], got ${formatShape(shape)}`,
      );
    }
    return shape.map((size, d) => (d < 2 ? size : 1));
  });
}
