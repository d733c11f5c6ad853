import { needsGrad, record } from '../autograd/record.js';
import { multiplyIntegers } from '../calls/integer_product.js';
import { checkDense, checkDims, checkSameDType, columnSums, multiply, transposed } from '../calls/matmul.js';
import { sumTo } from '../calls/reduce.js';
import { ArgumentError, describe, ShapeError } from '../errors.js';
import { checkOptions } from '../options.js';
import { isInteger } from '../tensor/dtype.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { add, mul } from './arithmetic.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The matrix product, by PyTorch's rules for every number of dimensions: see `matmul`. */
    matmul(other: Tensor): Tensor;
    /** The product of two matrices, [M, K] · [K, N]. */
    mm(other: Tensor): Tensor;
    /** The products of two stacks of matrices, [B, M, K] · [B, K, N]. */
    bmm(other: Tensor): Tensor;
    /** Matrix times vector, [M, K] · [K]. */
    mv(other: Tensor): Tensor;
    /** The inner product of two vectors. */
    dot(other: Tensor): Tensor;
    /** beta · this + alpha · (mat1 · mat2). */
    addmm(mat1: Tensor, mat2: Tensor, options?: AddmmOptions): Tensor;
  }
}

/** `multiply`, recorded. Operands have two dimensions or more. */
function product(op: string, a: Tensor, b: Tensor): Tensor {
  if (isInteger(a.dtype)) return multiplyIntegers(op, a, b);
  const out = multiply(op, a, b);
  if (!needsGrad(a, b)) return out;
  const name = out.ndim === 2 ? 'MmBackward0' : 'BmmBackward0';
  return record(
    name,
    [a, b],
    out,
    (grad, needs) => [
      needs[0] ? sumTo(multiply(op, grad, transposed(b)), a.shape) : null,
      needs[1] ? sumTo(multiply(op, transposed(a), grad), b.shape) : null,
    ],
    [a, b],
  );
}

/** Floats, or integers, whose products are exact. */
function checkFactor(op: string, argument: string, value: unknown): Tensor {
  if (value instanceof Tensor && !value.isSparse && isInteger(value.dtype)) return value;
  return checkDense(op, argument, value);
}

function checkOperands(op: string, a: unknown, b: unknown, nameOfB: string): [Tensor, Tensor] {
  const left = checkFactor(op, 'input', a);
  const right = isInteger(left.dtype) ? checkFactor(op, nameOfB, b) : checkDense(op, nameOfB, b);
  checkSameDType(op, left, right, nameOfB);
  return [left, right];
}

function checkInner(op: string, a: Tensor, b: Tensor, nameOfB: string): void {
  const K = a.shape[a.ndim - 1];
  const rows = b.shape[Math.max(b.ndim - 2, 0)];
  if (K === rows) return;
  throw new ShapeError(
    `${op}: input of shape ${formatShape(a.shape)} and ${nameOfB} of shape ${formatShape(b.shape)} do not fit: ` +
      `rows of ${K} meet columns of ${rows}`,
  );
}

function countOf(shape: Shape): number {
  return shape.reduce((n, size) => n * size, 1);
}

/**
 * The matrix product of tensors of any dimensions, as `torch.matmul`:
 * - two vectors [K]: their inner product, a number;
 * - two matrices [M, K], [K, N]: [M, N];
 * - a vector on the left counts as one row, on the right as one column, and that dimension is dropped from the result;
 * - more dimensions: stacks of matrices, whose leading dimensions broadcast.
 *
 * Transposed views are read as they are, without a copy. Integers multiply exactly; uint8 wraps, as in PyTorch.
 * @throws ShapeError when the sizes don't fit; DTypeError unless both have one dtype, of floats or integers; ValueError
 * when a result does not fit int32.
 */
export function matmul(input: Tensor, other: Tensor): Tensor {
  const [a, b] = checkOperands('matmul', input, other, 'other');
  if (a.ndim === 2 && b.ndim === 2) {
    checkInner('matmul', a, b, 'other');
    return product('matmul', a, b);
  }
  if (a.ndim === 0 || b.ndim === 0) {
    const [name, t] = a.ndim === 0 ? ['input', a] : ['other', b];
    throw new ShapeError(
      `matmul: ${name} must have at least one dimension, got shape ${formatShape(t.shape)}; use mul`,
    );
  }
  checkInner('matmul', a, b, 'other');
  if (a.ndim > 2 && b.ndim <= 2) {
    // Many rows by one matrix: a single product.
    const K = a.shape[a.ndim - 1];
    const right = b.ndim === 1 ? b.unsqueeze(1) : b;
    const rows = a.shape.slice(0, -1);
    const flat = product('matmul', a.reshape(countOf(rows), K), right);
    return flat.reshape(b.ndim === 1 ? rows : [...rows, b.shape[1]]);
  }
  const out = product('matmul', a.ndim === 1 ? a.unsqueeze(0) : a, b.ndim === 1 ? b.unsqueeze(1) : b);
  const dropped = a.ndim === 1 ? out.squeeze(-2) : out;
  return b.ndim === 1 ? dropped.squeeze(-1) : dropped;
}

/** The product of two matrices, [M, K] · [K, N]: [M, N]. @throws ShapeError, DTypeError */
export function mm(input: Tensor, mat2: Tensor): Tensor {
  const [a, b] = checkOperands('mm', input, mat2, 'mat2');
  checkDims('mm', 'input', a, 2);
  checkDims('mm', 'mat2', b, 2);
  checkInner('mm', a, b, 'mat2');
  return product('mm', a, b);
}

/** The products of two stacks of matrices of one length, [B, M, K] · [B, K, N]: [B, M, N]. @throws ShapeError, DTypeError */
export function bmm(input: Tensor, mat2: Tensor): Tensor {
  const [a, b] = checkOperands('bmm', input, mat2, 'mat2');
  checkDims('bmm', 'input', a, 3);
  checkDims('bmm', 'mat2', b, 3);
  if (a.shape[0] !== b.shape[0]) {
    throw new ShapeError(
      `bmm: input and mat2 must be stacks of one length, got shapes ${formatShape(a.shape)} and ${formatShape(b.shape)}`,
    );
  }
  checkInner('bmm', a, b, 'mat2');
  return product('bmm', a, b);
}

/** Matrix times vector, [M, K] · [K]: [M]. @throws ShapeError, DTypeError */
export function mv(input: Tensor, vec: Tensor): Tensor {
  const [a, b] = checkOperands('mv', input, vec, 'vec');
  checkDims('mv', 'input', a, 2);
  checkDims('mv', 'vec', b, 1);
  checkInner('mv', a, b, 'vec');
  return product('mv', a, b.unsqueeze(1)).squeeze(1);
}

/** The inner product of two vectors [K]: a number. @throws ShapeError, DTypeError */
export function dot(input: Tensor, other: Tensor): Tensor {
  const [a, b] = checkOperands('dot', input, other, 'other');
  checkDims('dot', 'input', a, 1);
  checkDims('dot', 'other', b, 1);
  checkInner('dot', a, b, 'other');
  return matmul(a, b);
}

/** mat1 · mat2 + bias per column, in one native call. */
function productPlusBias(bias: Tensor, a: Tensor, b: Tensor): Tensor {
  const out = multiply('addmm', a, b, bias);
  if (!needsGrad(bias, a, b)) return out;
  return record(
    'AddmmBackward0',
    [bias, a, b],
    out,
    (grad, needs) => [
      needs[0] ? columnSums(grad) : null,
      needs[1] ? multiply('addmm', grad, transposed(b)) : null,
      needs[2] ? multiply('addmm', transposed(a), grad) : null,
    ],
    [a, b],
  );
}

export interface AddmmOptions {
  /** Factor of the input. With 0 the input's values don't matter, not even NaN. Default 1. */
  beta?: number;
  /** Factor of the product. Default 1. */
  alpha?: number;
}

/**
 * beta · input + alpha · (mat1 · mat2), with mat1 [M, K], mat2 [K, N] and an input that broadcasts to [M, N].
 * @throws ShapeError, DTypeError
 */
export function addmm(input: Tensor, mat1: Tensor, mat2: Tensor, options?: AddmmOptions): Tensor {
  const { start, a, b } = checkAddition('addmm', input, ['mat1', mat1, 2], ['mat2', mat2, 2]);
  const { beta, alpha } = factorsOf('addmm', options, a);
  if (a.shape[1] !== b.shape[0]) {
    throw new ShapeError(
      `addmm: mat1 of shape ${formatShape(a.shape)} and mat2 of shape ${formatShape(b.shape)} do not fit`,
    );
  }
  const shape = [a.shape[0], b.shape[1]];
  checkStart('addmm', start, shape);
  const asBias = start.ndim === 1 && start.shape[0] === shape[1] && (start.strides[0] === 1 || start.numel <= 1);
  if (asBias && alpha === 1 && beta === 1 && !isInteger(a.dtype)) return productPlusBias(start, a, b);
  return weighted(start, product('addmm', a, b), beta, alpha);
}

/** @throws ArgumentError unless both factors are numbers, and integers where the tensors are. */
export function factorsOf(op: string, options: AddmmOptions | undefined, a: Tensor): Required<AddmmOptions> {
  const { beta = 1, alpha = 1 } = checkOptions(op, options, ['beta', 'alpha']);
  for (const [name, value] of [
    ['beta', beta],
    ['alpha', alpha],
  ] as const) {
    if (typeof value !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
    if (isInteger(a.dtype) && !Number.isInteger(value)) {
      throw new ArgumentError(`${op}: ${name} must be an integer for ${a.dtype} tensors, got ${value}`);
    }
  }
  return { beta, alpha };
}

type Factor = readonly [name: string, value: unknown, ndim: number];

/** What is added to and the two factors of the product, checked for their dtypes and numbers of dimensions. */
export function checkAddition(
  op: string,
  input: unknown,
  first: Factor,
  second: Factor,
): { start: Tensor; a: Tensor; b: Tensor } {
  const start = checkFactor(op, 'input', input);
  const [a, b] = [first, second].map(([name, value, ndim]) => {
    const factor = isInteger(start.dtype) ? checkFactor(op, name, value) : checkDense(op, name, value);
    checkDims(op, name, factor, ndim);
    checkSameDType(op, start, factor, name);
    return factor;
  });
  return { start, a, b };
}

/** @throws ShapeError unless what is added to broadcasts to the product. */
export function checkStart(op: string, start: Tensor, shape: Shape): void {
  const lead = shape.length - start.ndim;
  if (lead >= 0 && start.shape.every((size, i) => size === 1 || size === shape[i + lead])) return;
  throw new ShapeError(
    `${op}: input of shape ${formatShape(start.shape)} does not broadcast to the product's ${formatShape(shape)}`,
  );
}

/** beta · start + alpha · product. With a beta of 0 the start's values don't matter. */
export function weighted(start: Tensor, product: Tensor, beta: number, alpha: number): Tensor {
  const scaled = alpha === 1 ? product : mul(product, alpha);
  if (beta === 0) return scaled;
  return add(scaled, beta === 1 ? start : mul(start, beta));
}

installMethods({
  matmul(this: Tensor, other: Tensor) {
    return matmul(this, other);
  },
  mm(this: Tensor, other: Tensor) {
    return mm(this, other);
  },
  bmm(this: Tensor, other: Tensor) {
    return bmm(this, other);
  },
  mv(this: Tensor, other: Tensor) {
    return mv(this, other);
  },
  dot(this: Tensor, other: Tensor) {
    return dot(this, other);
  },
  addmm(this: Tensor, mat1: Tensor, mat2: Tensor, options?: AddmmOptions) {
    return addmm(this, mat1, mat2, options);
  },
});
