/** Activations with a second operand: a gate, a learned slope, a random one; and the softmax of random numbers. */
import { needsGrad, record } from '../autograd/record.js';
import { binary, ternary } from '../calls/elementwise.js';
import { sumTo } from '../calls/reduce.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, wrapDim } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { checkNumber, leakyRelu } from './activation.js';
import { add, div, mul, neg } from './arithmetic.js';
import { le } from './comparison.js';
import { contiguous, to } from './copy.js';
import { zeros } from './creation.js';
import { argmax } from './extremes.js';
import { moveInto } from './in_place.js';
import { maskedScatter } from './index_writing.js';
import { log } from './pointwise.js';
import { exponential_, uniform_ } from './random.js';
import { reshape } from './reshape.js';
import { scatter } from './scatter.js';
import { type SoftmaxOptions, softmax } from './softmax.js';
import { narrow } from './view.js';

/**
 * a · sigmoid(b), a and b being the halves of `input` along `dim`: a gated linear unit (Dauphin et al. 2017,
 * arXiv:1612.08083).
 * @throws ShapeError unless the dimension's size is even.
 */
export function glu(input: Tensor, dim = -1): Tensor {
  const x = checkFloat('glu', 'input', input);
  if (x.ndim === 0) throw new ShapeError('glu: input must have at least one dimension, got shape []');
  const d = wrapDim('glu', dim, x.ndim);
  const half = x.shape[d] / 2;
  if (!Number.isInteger(half)) {
    throw new ShapeError(`glu: dimension ${d} of input must be even, got shape ${formatShape(x.shape)}`);
  }
  const halves = (t: Tensor) => [narrow(t, d, 0, half), narrow(t, d, half, half)];
  const [a, b] = halves(x.detach());
  const out = binary('glu', a, b, a.shape);
  if (!needsGrad(x)) return out;
  return record(
    'GluBackward0',
    [x],
    out,
    (grad) => {
      const dx = Tensor.allocate(x.shape, x.dtype, false);
      const [da, db] = halves(dx);
      binary('glu', grad, b, a.shape, 0, 0, da);
      ternary('gluGateBackward', grad, a, b, a.shape, 0, db);
      return [dx];
    },
    [x],
  );
}

/**
 * input where it is positive, else weight · input: one slope for all, or one for each channel (dimension 1).
 * He et al. 2015, Delving deep into rectifiers (arXiv:1502.01852).
 *
 * @param weight [1], [channels], or a number's tensor [].
 * @throws ShapeError, DTypeError
 */
export function prelu(input: Tensor, weight: Tensor): Tensor {
  const x = checkFloat('prelu', 'input', input);
  const w = checkFloat('prelu', 'weight', weight);
  if (x.dtype !== w.dtype) {
    throw new DTypeError(`prelu: input and weight must have one dtype, got ${x.dtype} and ${w.dtype}`);
  }
  const channels = x.ndim < 2 ? 1 : x.shape[1];
  if (w.ndim > 1 || (w.numel !== 1 && (w.numel !== channels || x.ndim === 0))) {
    const expected = channels === 1 ? '[1]' : `[1] or [${channels}]`;
    throw new ShapeError(
      `prelu: weight must have shape ${expected} for an input of shape ${formatShape(x.shape)}, got ${formatShape(w.shape)}`,
    );
  }
  const along = w.numel === 1 ? [] : [w.numel, ...x.shape.slice(2).map(() => 1)];
  const slope = reshape(w.detach(), along);
  const out = binary('prelu', x.detach(), slope, x.shape);
  if (!needsGrad(x, w)) return out;
  return record(
    'PreluKernelBackward0',
    [x, w],
    out,
    (grad, needs) => [
      needs[0] ? ternary('preluBackward', grad, x, slope, x.shape) : null,
      needs[1] ? reshape(sumTo(binary('preluWeightBackward', grad, x, x.shape), along), w.shape) : null,
    ],
    [x, w],
  );
}

export interface RReluOptions {
  /** Draw the slopes; without, their mean is the slope. Default false. */
  training?: boolean;
  /** Write the result into the input's memory and return the input. Default false. */
  inplace?: boolean;
}

/** @throws ArgumentError, ValueError unless both are numbers, lower not above upper. */
export function checkSlopes(op: string, lower: unknown, upper: unknown): [number, number] {
  const [from, beyond] = [checkNumber(op, 'lower', lower), checkNumber(op, 'upper', upper)];
  if (from <= beyond && Number.isFinite(beyond - from)) return [from, beyond];
  throw new ValueError(`${op}: lower must be finite and not exceed upper, got ${from} and ${beyond}`);
}

/**
 * input where it is positive, else r · input: in training with an r from U(lower, upper) for each element, of PyTorch's
 * random numbers, else with their mean (Xu et al. 2015, arXiv:1505.00853).
 */
export function rrelu(input: Tensor, lower = 1 / 8, upper = 1 / 3, options?: RReluOptions): Tensor {
  const { training = false, inplace = false } = checkOptions('rrelu', options, ['training', 'inplace']);
  const x = checkFloat('rrelu', 'input', input);
  const [from, beyond] = checkSlopes('rrelu', lower, upper);
  for (const [name, value] of Object.entries({ training, inplace })) {
    if (typeof value !== 'boolean')
      throw new ArgumentError(`rrelu: ${name} must be true or false, got ${describe(value)}`);
  }
  const apply = (t: Tensor) => {
    if (!training) return leakyRelu(t, (from + beyond) / 2);
    const slopes = drawSlopes(t.detach(), from, beyond);
    const out = mul(t.detach(), slopes);
    if (!needsGrad(t)) return out;
    return record('RreluWithNoiseBackward0', [t], out, (grad) => [mul(grad, slopes)]);
  };
  return inplace ? moveInto('rrelu', x, !training, apply) : apply(x);
}

/** The factor of each element: 1 for positive ones, drawn in the order of the others for them. */
function drawSlopes(x: Tensor, from: number, beyond: number): Tensor {
  const others = le(contiguous(x), 0);
  const count = others.sum().item();
  const ones = zeros(x.shape, { dtype: x.dtype }).fill_(1);
  if (count === 0) return ones;
  const drawn = uniform_(zeros([count], { dtype: 'float64' }), from, beyond);
  return maskedScatter(ones, others, to(drawn, x.dtype));
}

/** softmax(−input) along `dim`. */
export function softmin(input: Tensor, dim: number, options?: SoftmaxOptions): Tensor {
  checkOptions('softmin', options, ['dtype']);
  if (dim === undefined || dim === null) throw new ArgumentError('softmin: dim must be given');
  return inNameOf('softmin', () => softmax(neg(input), dim, options));
}

export interface GumbelSoftmaxOptions {
  /** Temperature: the nearer to 0, the nearer to one-hot. Default 1. */
  tau?: number;
  /** Give one-hot vectors, with the gradient of what they were made from. Default false. */
  hard?: boolean;
  /** The dimension whose numbers add up to 1. Default -1. */
  dim?: number;
}

/**
 * softmax((logits + g) / tau) with g from a Gumbel distribution: a sample of the classes that logits describe, which lets
 * gradients through (Jang, Gu & Poole 2017, arXiv:1611.01144). PyTorch's random numbers.
 *
 * @example
 * nn.functional.gumbelSoftmax(logits, { tau: 0.5, hard: true }); // one-hot rows
 */
export function gumbelSoftmax(logits: Tensor, options?: GumbelSoftmaxOptions): Tensor {
  const { tau = 1, hard = false, dim = -1 } = checkOptions('gumbelSoftmax', options, ['tau', 'hard', 'dim']);
  const x = checkFloat('gumbelSoftmax', 'logits', logits);
  if (checkNumber('gumbelSoftmax', 'tau', tau) <= 0) {
    throw new ValueError(`gumbelSoftmax: tau must be above 0, got ${tau}`);
  }
  if (typeof hard !== 'boolean') {
    throw new ArgumentError(`gumbelSoftmax: hard must be true or false, got ${describe(hard)}`);
  }
  const d = wrapDim('gumbelSoftmax', dim, Math.max(x.ndim, 1));
  const noise = neg(log(exponential_(zeros(x.shape, { dtype: x.dtype }))));
  const soft = softmax(div(add(x, noise), tau), d);
  if (!hard) return soft;
  const best = argmax(soft.detach(), d, { keepdim: true });
  const out = scatter(zeros(x.shape, { dtype: x.dtype }), d, best, 1);
  return needsGrad(soft) ? record('AddBackward0', [soft], out, (grad) => [grad]) : out;
}
