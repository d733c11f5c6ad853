import { needsGrad, record } from '../autograd/record.js';
import { backwardOf, binary, ternary, unary } from '../calls/elementwise.js';
import { sumTo } from '../calls/reduce.js';
import { ArgumentError, DTypeError, describe } from '../errors.js';
import { type DType, isFloating, promote } from '../tensor/dtype.js';
import { broadcastShapes, type Shape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { gt, le, logicalOr, lt } from './comparison.js';
import { checkWritable, replace, writeInPlace } from './in_place.js';
import { where } from './masking.js';
import { checkDense, computeType, convert } from './operands.js';

/** A limit of `clamp`: a number, a tensor that broadcasts with the input, or null, which leaves the side open. */
export type Limit = number | Tensor | null;

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Elements limited to [min, max], numbers or tensors; null leaves a side open. NaN stays NaN. */
    clamp(min?: Limit, max?: Limit): Tensor;
    /** Elements of at least min. */
    clampMin(min: number | Tensor): Tensor;
    /** Elements of at most max. */
    clampMax(max: number | Tensor): Tensor;
    /** `clamp`. */
    clip(min?: Limit, max?: Limit): Tensor;
    /** `clamp` in place. */
    clamp_(min?: Limit, max?: Limit): this;
    /** `clampMin` in place. */
    clampMin_(min: number | Tensor): this;
    /** `clampMax` in place. */
    clampMax_(max: number | Tensor): this;
    /** `clamp` in place. */
    clip_(min?: Limit, max?: Limit): this;
  }
}

function checkLimit(op: string, name: string, value: unknown): Limit {
  if (value === undefined || value === null) return null;
  if (value instanceof Tensor) return checkDense(op, name, value);
  if (typeof value === 'number') return value;
  throw new ArgumentError(`${op}: ${name} must be a number, a Tensor or null, got ${describe(value)}`);
}

interface Clamp {
  readonly x: Tensor;
  readonly low: Limit;
  readonly high: Limit;
}

/** Operands in the result's dtype: that of all tensors together, float32 where a number's fraction meets integers. */
function prepare(op: string, input: unknown, min: unknown, max: unknown): Clamp {
  const x = checkDense(op, 'input', input);
  const low = checkLimit(op, 'min', min);
  const high = checkLimit(op, 'max', max);
  if (low === null && high === null) throw new ArgumentError(`${op}: needs min, max or both, got neither`);
  if (x.dtype === 'bool') throw new DTypeError(`${op}: is not defined for bool tensors`);
  let dtype: DType = x.dtype;
  for (const limit of [low, high]) {
    if (limit instanceof Tensor) dtype = joined(dtype, x, limit);
    else if (limit !== null && Number.isFinite(limit) && !Number.isInteger(limit) && !isFloating(dtype)) {
      dtype = 'float32';
    }
  }
  dtype = computeType(dtype);
  const same = (limit: Limit) => (limit instanceof Tensor ? (convert(op, limit, dtype) as Tensor) : limit);
  return { x: convert(op, x, dtype) as Tensor, low: same(low), high: same(high) };
}

/** A 0-dimensional limit counts by its category alone. */
function joined(dtype: DType, x: Tensor, limit: Tensor): DType {
  const lesser = limit.ndim === 0 && x.ndim > 0 && isFloating(dtype) >= isFloating(limit.dtype);
  return lesser ? dtype : promote(dtype, limit.dtype);
}

/** min(max(x, low), high) in one pass where there is a kernel for it. */
function between(x: Tensor, low: Limit, high: Limit, shape: Shape): Tensor {
  if (low instanceof Tensor && high !== null && isFloating(x.dtype)) {
    return ternary('clampBetween', x, low, high, shape);
  }
  const raised = low === null ? x : binary('maximum', x, low, shape);
  if (high === null) return raised;
  return binary('minimum', raised, high, shape, 0, 0, low === null ? undefined : raised);
}

/** The gradient where x ≥ low, else 0. */
function atLeast(grad: Tensor, x: Tensor, low: Limit, shape: Shape): Tensor {
  return low === null ? grad : ternary('passWhereAtLeast', grad, x, low, shape);
}

/** The gradient where x ≤ high, else 0. */
function atMost(grad: Tensor, x: Tensor, high: Limit, shape: Shape): Tensor {
  if (high === null) return grad;
  if (high instanceof Tensor) return ternary('passWhereAtLeast', grad, high, x, shape);
  return where(le(x, high), grad, 0);
}

/** NaN wherever one of the three is. */
function clampByTensors(op: string, { x, low, high }: Clamp): Tensor {
  let shape = x.shape;
  for (const limit of [low, high]) if (limit instanceof Tensor) shape = broadcastShapes(op, shape, limit.shape);
  const source = x.detach();
  const [bottom, top] = [low, high].map((limit) => (limit instanceof Tensor ? limit.detach() : limit));
  const out = between(source, bottom, top, shape);
  const tensors = [x, low, high].filter((t) => t instanceof Tensor);
  if (!isFloating(x.dtype) || !needsGrad(...tensors)) return out;
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const parts: (() => Tensor)[] = [() => atMost(atLeast(grad, source, bottom, shape), source, top, shape)];
    if (low instanceof Tensor) {
      const under = () => ternary('passWhereGreater', grad, bottom as Tensor, source, shape);
      parts.push(() => (top === null ? under() : where(lt(bottom as Tensor, top), under(), 0)));
    }
    if (high instanceof Tensor) {
      const over = () => ternary('passWhereGreater', grad, source, top as Tensor, shape);
      parts.push(() =>
        bottom === null ? over() : where(logicalOr(gt(source, top as Tensor), lt(top as Tensor, bottom)), grad, 0),
      );
    }
    return tensors.map((t, i) => (needs[i] ? sumTo(parts[i](), t.shape) : null));
  };
  return record('ClampBackward0', tensors, out, backward, tensors);
}

function clampAs(op: string, input: unknown, min: unknown, max: unknown): Tensor {
  const prepared = prepare(op, input, min, max);
  const { x, low, high } = prepared;
  if (low instanceof Tensor || high instanceof Tensor) return clampByTensors(op, prepared);
  const [from, to] = [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY];
  const out = unary('clamp', x, from, to);
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  return record('ClampBackward1', [x], out, (grad) => [backwardOf('clampBackward', grad, x, from, to)], [x]);
}

function clampInPlace(op: string, target: Tensor, min: unknown, max: unknown): Tensor {
  checkWritable(op, target, min, max);
  const prepared = prepare(op, target, min, max);
  const { x, low, high } = prepared;
  if (low instanceof Tensor || high instanceof Tensor) {
    return replace(op, target, clampByTensors(op, prepared));
  }
  const [from, to] = [low ?? Number.NEGATIVE_INFINITY, high ?? Number.POSITIVE_INFINITY];
  return writeInPlace(op, target, x.dtype, x.shape, (out) => unary('clamp', x, from, to, out));
}

/**
 * input limited to [min, max]; where min > max, max. Limits are numbers or tensors, which broadcast. The gradient passes to
 * the input where min ≤ input ≤ max, else to the limit that was taken. Limits with a fraction make integers float32.
 * @throws ArgumentError when no limit is given; DTypeError for bool.
 */
export const clamp = (input: Tensor, min?: Limit, max?: Limit): Tensor => clampAs('clamp', input, min, max);
/** PyTorch's other name of `clamp`. */
export const clip = (input: Tensor, min?: Limit, max?: Limit): Tensor => clampAs('clip', input, min, max);
/** input, at least min. */
export const clampMin = (input: Tensor, min: number | Tensor): Tensor => clampAs('clampMin', input, min, null);
/** input, at most max. */
export const clampMax = (input: Tensor, max: number | Tensor): Tensor => clampAs('clampMax', input, null, max);

installMethods({
  clamp(this: Tensor, min?: Limit, max?: Limit) {
    return clamp(this, min, max);
  },
  clip(this: Tensor, min?: Limit, max?: Limit) {
    return clip(this, min, max);
  },
  clampMin(this: Tensor, min: number | Tensor) {
    return clampMin(this, min);
  },
  clampMax(this: Tensor, max: number | Tensor) {
    return clampMax(this, max);
  },
  clamp_(this: Tensor, min?: Limit, max?: Limit) {
    return clampInPlace('clamp_', this, min, max);
  },
  clip_(this: Tensor, min?: Limit, max?: Limit) {
    return clampInPlace('clip_', this, min, max);
  },
  clampMin_(this: Tensor, min: number | Tensor) {
    return clampInPlace('clampMin_', this, min, null);
  },
  clampMax_(this: Tensor, max: number | Tensor) {
    return clampInPlace('clampMax_', this, null, max);
  },
});
