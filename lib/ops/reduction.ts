import { needsGrad, record } from '../autograd/record.js';
import { choose } from '../calls/elementwise.js';
import type { ReduceName } from '../calls/opcodes.js';
import { reduceFloats, reduceIntegers, allOrAny as runAllOrAny } from '../calls/reduce.js';
import { ArgumentError, DTypeError, describe, ValueError } from '../errors.js';
import { checkDType, type DType, isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div, mul } from './arithmetic.js';
import { eq } from './comparison.js';
import { to } from './copy.js';
import { checkDense, toComputing } from './operands.js';
import {
  type Dims,
  type KeepdimOptions,
  type Layout,
  layoutOf,
  readArguments,
  reducedDims,
  spread,
} from './reduction_layout.js';

export interface SumOptions extends KeepdimOptions {
  /** Convert to this dtype first; the result has it too. Default: the input's; int32 for bool and uint8. */
  dtype?: DType;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The sum over all elements, or over some dimensions. bool and uint8 add up as int32. */
    sum(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
    /** The mean over all elements, or over some dimensions; floating dtypes only. */
    mean(dim?: Dims | SumOptions, options?: SumOptions): Tensor;
    /** The product over all elements, or over one dimension. */
    prod(dim?: number | null | SumOptions, options?: SumOptions): Tensor;
    /** Whether all elements (along some dimensions) are not zero. */
    all(dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor;
    /** Whether any element (along some dimensions) is not zero. */
    any(dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor;
  }
}

/** @throws ValueError when a result does not fit int32. */
function integerReduction(op: ReduceName, layout: Layout): Tensor {
  const out = reduceIntegers(op, layout);
  if (out instanceof Tensor) return out;
  throw new ValueError(`${op}: result ${out} does not fit int32; pass { dtype: 'float64' } to compute in floats`);
}

function prepare(op: string, input: unknown, dtype: DType | undefined): Tensor {
  const x = toComputing(checkDense(op, 'input', input));
  return dtype === undefined ? x : toComputing(to(x, checkDType(op, dtype)));
}

/** A result in the dtype that was asked for. @throws ValueError when a uint8 can't hold it. */
function finish(op: string, result: Tensor, dtype: DType | undefined): Tensor {
  if (dtype === undefined || result.dtype === dtype) return result;
  if (dtype === 'uint8') checkBytes(op, result);
  return to(result, dtype);
}

function checkBytes(op: string, x: Tensor): void {
  const { array } = x.storage;
  for (let i = 0; i < x.numel; i++) {
    const value = array[x.offset + i];
    if (value < 0 || value > 255) {
      throw new ValueError(`${op}: result ${value} does not fit uint8; pass { dtype: 'int32' }`);
    }
  }
}

/** The sum over `dim` (all dimensions by default). @throws ValueError when an integer sum does not fit int32. */
export function sum(input: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  const args = readArguments('sum', dim, options, ['keepdim', 'dtype']);
  const x = prepare('sum', input, args.options.dtype);
  const dims = reducedDims('sum', args.dim, x.ndim);
  const layout = layoutOf(x, dims, args.keepdim);
  const { dtype } = args.options;
  if (dtype === 'bool') return runAllOrAny(false, layout);
  if (!isFloating(x.dtype)) return finish('sum', integerReduction('sum', layout), dtype);
  const out = reduceFloats('sum', layout);
  if (!needsGrad(x)) return finish('sum', out, dtype);
  record(namedByDim('Sum', args.dim), [x], out, (grad) => [spread(grad, x.shape, dims)]);
  return finish('sum', out, dtype);
}

/** PyTorch numbers the node of a full reduction 0 and that of a reduction along dimensions 1. */
function namedByDim(op: string, dim: Dims | undefined): string {
  return `${op}Backward${dim === undefined || dim === null ? 0 : 1}`;
}

/** The mean over `dim` (all dimensions by default); NaN of nothing. @throws DTypeError for integers without a dtype. */
export function mean(input: Tensor, dim?: Dims | SumOptions, options?: SumOptions): Tensor {
  const args = readArguments('mean', dim, options, ['keepdim', 'dtype']);
  const x = prepare('mean', input, args.options.dtype);
  if (!isFloating(x.dtype)) {
    throw new DTypeError(`mean: input must be floating-point, got ${x.dtype}; pass { dtype: 'float32' }`);
  }
  const dims = reducedDims('mean', args.dim, x.ndim);
  const layout = layoutOf(x, dims, args.keepdim);
  const out = reduceFloats('sum', layout, 0, layout.n);
  const { dtype } = args.options;
  if (!needsGrad(x)) return finish('mean', out, dtype);
  const node = namedByDim('Mean', args.dim);
  record(node, [x], out, (grad) => [spread(div(grad, layout.n), x.shape, dims)]);
  return finish('mean', out, dtype);
}

/** The product over `dim` (all dimensions by default). @throws ValueError when an integer product does not fit int32. */
export function prod(input: Tensor, dim?: number | null | SumOptions, options?: SumOptions): Tensor {
  const args = readArguments('prod', dim, options, ['keepdim', 'dtype']);
  if (Array.isArray(args.dim)) throw new ArgumentError(`prod: dim must be one dimension, got ${describe(args.dim)}`);
  const x = prepare('prod', input, args.options.dtype);
  const dims = reducedDims('prod', args.dim, x.ndim);
  const layout = layoutOf(x, dims, args.keepdim);
  const { dtype } = args.options;
  if (dtype === 'bool') return runAllOrAny(true, layout);
  if (!isFloating(x.dtype)) return finish('prod', integerReduction('prod', layout), dtype);
  const out = reduceFloats('prod', layout);
  if (!needsGrad(x)) return finish('prod', out, dtype);
  record(namedByDim('Prod', args.dim), [x], out, (grad) => [prodGradient(x, grad, dims)], [x]);
  return finish('prod', out, dtype);
}

/**
 * The product of the others for each element. Without zeros that is product / x; where one element of a group is zero,
 * only that one has a gradient, the product of the rest; where several are, none has.
 */
function prodGradient(x: Tensor, grad: Tensor, dims: readonly number[]): Tensor {
  const isZero = eq(x, 0);
  const zeros = sum(isZero, dims.length > 0 ? dims : null, { keepdim: true });
  const rest = choose(isZero, 1, x, x.shape, x.dtype);
  const product = reduceFloats('prod', layoutOf(rest, dims, true));
  const nothing = Tensor.allocate([], x.dtype);
  const atZero = choose(eq(zeros, 1), product, nothing, product.shape, x.dtype);
  const elsewhere = choose(eq(zeros, 0), product, nothing, product.shape, x.dtype);
  const others = choose(isZero, atZero, div(elsewhere, rest), x.shape, x.dtype);
  return mul(spread(grad, x.shape, dims), others);
}

function allOrAny(op: 'all' | 'any', input: unknown, dim: Dims | KeepdimOptions | undefined, options?: KeepdimOptions) {
  const args = readArguments(op, dim, options, ['keepdim']);
  const x = toComputing(checkDense(op, 'input', input));
  return runAllOrAny(op === 'all', layoutOf(x, reducedDims(op, args.dim, x.ndim), args.keepdim));
}

/** Whether all elements (over `dim`) are not zero; true of nothing. bool, or uint8 for uint8. */
export function all(input: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor {
  return allOrAny('all', input, dim, options);
}

/** Whether any element (over `dim`) is not zero; false of nothing. bool, or uint8 for uint8. */
export function any(input: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions): Tensor {
  return allOrAny('any', input, dim, options);
}

installMethods({
  sum(this: Tensor, dim?: Dims | SumOptions, options?: SumOptions) {
    return sum(this, dim, options);
  },
  mean(this: Tensor, dim?: Dims | SumOptions, options?: SumOptions) {
    return mean(this, dim, options);
  },
  prod(this: Tensor, dim?: number | null | SumOptions, options?: SumOptions) {
    return prod(this, dim, options);
  },
  all(this: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions) {
    return all(this, dim, options);
  },
  any(this: Tensor, dim?: Dims | KeepdimOptions, options?: KeepdimOptions) {
    return any(this, dim, options);
  },
});
