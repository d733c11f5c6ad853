import { needsGrad, record } from '../autograd/record.js';
import { type Generator, type GeneratorMemory, generatorMemory } from '../calls/generator.js';
import {
  fillBernoulli,
  fillBernoulliFrom,
  fillCategories,
  fillExponential,
  fillFullRange,
  fillIntegers,
  fillNormal,
  fillPermutation,
  fillTruncNormal,
  fillUniform,
} from '../calls/random.js';
import { inNameOf } from '../error_names.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkNumbers, checkOptions, readTrailingOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { checkShape, formatShape } from '../tensor/shape.js';
import { checkFloat, checkTensor, installMethods, Tensor } from '../tensor/tensor.js';
import { assertWritable, contiguous } from './copy.js';
import { checkFloatDType } from './creation.js';

export interface DrawOptions {
  /** What to draw from. Default: the library's generator, which `manualSeed` seeds. */
  generator?: Generator | null;
}

export interface RandomTensorOptions extends DrawOptions {
  /** float32 (the default) or float64; int32 (the default), uint8 or a float for `randint` and `randperm`. */
  dtype?: DType;
  /** Ask for gradients. Default false. */
  requiresGrad?: boolean;
}

export interface MultinomialOptions extends DrawOptions {
  /** Put each index back before the next draw. Default false. */
  replacement?: boolean;
}

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** Fills with numbers from [from, to), default [0, 1). */
    uniform_(from?: number, to?: number, options?: DrawOptions): this;
    /** Fills from the normal distribution N(mean, std²), default N(0, 1). */
    normal_(mean?: number, std?: number, options?: DrawOptions): this;
    /** Fills with 1 with probability p (default 0.5; or one probability an element), else 0. */
    bernoulli_(p?: number | Tensor, options?: DrawOptions): this;
    /** Fills from the density lambd · exp(−lambd · x), default lambd 1. */
    exponential_(lambd?: number, options?: DrawOptions): this;
    /** Fills with integers from [from, to); from 0 when one number is given; over the dtype's range when none is. */
    random_(options?: DrawOptions): this;
    random_(to: number, options?: DrawOptions): this;
    random_(from: number, to: number, options?: DrawOptions): this;
    /** A tensor of 0 and 1, each 1 with the probability that stands in its place. */
    bernoulli(options?: DrawOptions): Tensor;
    /** 0 and 1 in this tensor's shape, each 1 with probability p. */
    bernoulli(p: number | Tensor, options?: DrawOptions): Tensor;
    /** Indices drawn with the probabilities of each row. */
    multinomial(numSamples: number, options?: MultinomialOptions): Tensor;
  }
}

function checkFinite(op: string, numbers: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new ArgumentError(`${op}: ${name} must be a finite number, got ${describe(value)}`);
    }
  }
}

function drawOptions(op: string, options: DrawOptions | undefined): GeneratorMemory {
  return generatorMemory(op, checkOptions(op, options, ['generator']).generator);
}

/** In-place fills with uniform numbers. See the method of this name. */
export function uniform_<T extends Tensor>(x: T, from = 0, to = 1, options?: DrawOptions): T {
  const memory = drawOptions('uniform_', options);
  checkFloat('uniform_', 'input', x);
  checkFinite('uniform_', { from, to });
  if (from > to) throw new ValueError(`uniform_: from must not exceed to, got from ${from} and to ${to}`);
  assertWritable('uniform_', x);
  fillUniform('uniform_', x, memory, from, to);
  return x;
}

/** In-place fill with normally distributed numbers. See the method of this name. */
export function normal_<T extends Tensor>(x: T, mean = 0, std = 1, options?: DrawOptions): T {
  const memory = drawOptions('normal_', options);
  checkFloat('normal_', 'input', x);
  checkFinite('normal_', { mean, std });
  if (std < 0) throw new ValueError(`normal_: std must be at least 0, got ${std}`);
  assertWritable('normal_', x);
  fillNormal('normal_', x, memory, mean, std);
  return x;
}

/** In-place fill from N(mean, std²) conditioned on [a, b], drawn as `torch.nn.init.trunc_normal_` draws for contiguous tensors. */
export function truncNormal_<T extends Tensor>(x: T, mean = 0, std = 1, a = -2, b = 2, options?: DrawOptions): T {
  const op = 'truncNormal_';
  const memory = drawOptions(op, options);
  checkFloat(op, 'input', x);
  checkFinite(op, { mean, std });
  if (std <= 0) throw new ValueError(`${op}: std must be above 0, got ${std}`);
  if (typeof a !== 'number' || typeof b !== 'number' || !(a <= b))
    throw new ValueError(`${op}: a and b must be numbers, a not above b, got a ${describe(a)} and b ${describe(b)}`);
  assertWritable(op, x);
  fillTruncNormal(op, x, memory, mean, std, a, b);
  return x;
}

/** In-place fill with exponentially distributed numbers. See the method of this name. */
export function exponential_<T extends Tensor>(x: T, lambd = 1, options?: DrawOptions): T {
  const memory = drawOptions('exponential_', options);
  checkFloat('exponential_', 'input', x);
  checkFinite('exponential_', { lambd });
  if (lambd <= 0) throw new ValueError(`exponential_: lambd must be above 0, got ${lambd}`);
  assertWritable('exponential_', x);
  fillExponential('exponential_', x, memory, lambd);
  return x;
}

/** @throws DTypeError for the 16-bit floats, which are storage only. */
function checkDrawable(op: string, x: Tensor): void {
  checkTensor(op, 'input', x);
  if (x.dtype === 'float16' || x.dtype === 'bfloat16' || x.isSparse) {
    const got = x.isSparse ? 'a row-sparse gradient' : x.dtype;
    throw new DTypeError(`${op}: input must be float32, float64, int32, uint8 or bool, got ${got}`);
  }
}

/** In-place fill with 0 and 1. See the method of this name. */
export function bernoulli_<T extends Tensor>(x: T, p: number | Tensor = 0.5, options?: DrawOptions): T {
  const memory = drawOptions('bernoulli_', options);
  checkDrawable('bernoulli_', x);
  if (!(p instanceof Tensor)) {
    checkFinite('bernoulli_', { p });
    if (p < 0 || p > 1) throw new ValueError(`bernoulli_: p must be from 0 to 1, got ${p}`);
    assertWritable('bernoulli_', x);
    fillBernoulli('bernoulli_', x, memory, p);
    return x;
  }
  checkFloat('bernoulli_', 'p', p);
  if (formatShape(p.shape) !== formatShape(x.shape)) {
    throw new ShapeError(
      `bernoulli_: p must have the tensor's shape ${formatShape(x.shape)}, got ${formatShape(p.shape)}`,
    );
  }
  assertWritable('bernoulli_', x);
  fillBernoulliFrom(x, memory, contiguous(p.detach()));
  return x;
}

/** The first and last integers that a tensor of this dtype holds exactly. */
function integerRange(dtype: DType): readonly [number, number] {
  if (dtype === 'bool') return [0, 1];
  if (dtype === 'uint8') return [0, 255];
  if (dtype === 'int32') return [-(2 ** 31), 2 ** 31 - 1];
  return [-Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
}

function checkBounds(op: string, low: unknown, high: unknown, dtype: DType): void {
  for (const [name, value] of Object.entries({ low, high })) {
    if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
      throw new ArgumentError(`${op}: ${name} must be an integer, got ${describe(value)}`);
    }
  }
  const [first, last] = integerRange(dtype);
  if (!((low as number) < (high as number))) {
    throw new ValueError(`${op}: low must be less than high, got low ${low} and high ${high}`);
  }
  if ((low as number) < first || (high as number) - 1 > last) {
    throw new ValueError(`${op}: ${dtype} holds integers from ${first} to ${last}, got low ${low} and high ${high}`);
  }
}

/** In-place fill with integers. See the method of this name. */
export function random_<T extends Tensor>(x: T, ...args: (number | DrawOptions | undefined)[]): T {
  const { values, options } = readTrailingOptions<DrawOptions>(args);
  const memory = drawOptions('random_', options);
  const numbers = checkNumbers('random_', values);
  if (numbers.length > 2) {
    throw new ArgumentError(`random_: takes (), (high) or (low, high), got ${numbers.length} numbers`);
  }
  checkDrawable('random_', x);
  if (numbers.length === 0) {
    assertWritable('random_', x);
    fillFullRange('random_', x, memory);
    return x;
  }
  const [low, high] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  checkBounds('random_', low, high, x.dtype);
  assertWritable('random_', x);
  fillIntegers('random_', x, memory, low, high);
  return x;
}

const creationKeys = ['dtype', 'requiresGrad', 'generator'];

function sizesOf(op: string, shape: readonly number[] | number): number[] {
  return checkShape(op, typeof shape === 'number' ? [shape] : shape);
}

function makeFloats(
  op: string,
  shape: readonly number[] | number,
  options: RandomTensorOptions | undefined,
  fill: (out: Tensor, options: DrawOptions) => void,
): Tensor {
  const { dtype = 'float32', requiresGrad = false, generator } = checkOptions(op, options, creationKeys);
  generatorMemory(op, generator);
  const out = Tensor.allocate(sizesOf(op, shape), checkFloatDType(op, dtype), false);
  fill(out, { generator });
  out.requiresGrad = requiresGrad;
  return out;
}

/** Numbers from [0, 1). Default dtype float32. */
export function rand(shape: readonly number[] | number, options?: RandomTensorOptions): Tensor {
  return makeFloats('rand', shape, options, (out, from) => uniform_(out, 0, 1, from));
}

/** Numbers from the standard normal distribution. Default dtype float32. */
export function randn(shape: readonly number[] | number, options?: RandomTensorOptions): Tensor {
  return makeFloats('randn', shape, options, (out, from) => normal_(out, 0, 1, from));
}

/** Numbers from N(mean, std²). Default dtype float32. */
export function normal(
  mean: number,
  std: number,
  shape: readonly number[] | number,
  options?: RandomTensorOptions,
): Tensor {
  return makeFloats('normal', shape, options, (out, from) => normal_(out, mean, std, from));
}

function likeOptions(op: string, other: Tensor, options: RandomTensorOptions | undefined): RandomTensorOptions {
  checkTensor(op, 'input', other);
  return { ...checkOptions(op, options, creationKeys), dtype: options?.dtype ?? other.dtype };
}

/** Numbers from [0, 1) in another tensor's shape and dtype. */
export function randLike(other: Tensor, options?: RandomTensorOptions): Tensor {
  return rand(checkTensor('randLike', 'input', other).shape, likeOptions('randLike', other, options));
}

/** Standard normal numbers in another tensor's shape and dtype. */
export function randnLike(other: Tensor, options?: RandomTensorOptions): Tensor {
  return randn(checkTensor('randnLike', 'input', other).shape, likeOptions('randnLike', other, options));
}

/** Integers from low up to but not including high. `randint(high, shape)` starts at 0. Default dtype int32. */
export function randint(high: number, shape: readonly number[], options?: RandomTensorOptions): Tensor;
export function randint(low: number, high: number, shape: readonly number[], options?: RandomTensorOptions): Tensor;
export function randint(...args: (number | readonly number[] | RandomTensorOptions | undefined)[]): Tensor {
  const { values, options } = readTrailingOptions<RandomTensorOptions>(args);
  const [low, high, shape] = (values.length < 3 ? [0, ...values] : values) as [number, number, readonly number[]];
  if (values.length > 3) {
    throw new ArgumentError(`randint: takes (high, shape) or (low, high, shape), got ${values.length} arguments`);
  }
  const { dtype = 'int32', requiresGrad = false, generator } = checkOptions('randint', options, creationKeys);
  checkDType('randint', dtype);
  checkBounds('randint', low, high, dtype);
  generatorMemory('randint', generator);
  const out = Tensor.allocate(checkShape('randint', shape), dtype, false);
  random_(out, low, high, { generator });
  out.requiresGrad = requiresGrad;
  return out;
}

/** Integers from low up to but not including high in another tensor's shape and dtype. `randintLike(x, high)` starts at 0. */
export function randintLike(other: Tensor, high: number, options?: RandomTensorOptions): Tensor;
export function randintLike(other: Tensor, low: number, high: number, options?: RandomTensorOptions): Tensor;
export function randintLike(other: Tensor, ...args: (number | RandomTensorOptions | undefined)[]): Tensor {
  const op = 'randintLike';
  checkTensor(op, 'input', other);
  const { values, options } = readTrailingOptions<RandomTensorOptions>(args);
  if (values.length < 1 || values.length > 2) {
    throw new ArgumentError(`${op}: takes (input, high) or (input, low, high), got ${1 + values.length} arguments`);
  }
  const [low, high] = (values.length < 2 ? [0, ...values] : values) as [number, number];
  return inNameOf(op, () => randint(low, high, other.shape, likeOptions(op, other, options)));
}

/** A random permutation of 0 … n − 1. Default dtype int32. */
export function randperm(n: number, options?: RandomTensorOptions): Tensor {
  const { dtype = 'int32', requiresGrad = false, generator } = checkOptions('randperm', options, creationKeys);
  checkDType('randperm', dtype);
  const out = Tensor.allocate(checkShape('randperm', [n]), dtype, false);
  checkDrawable('randperm', out);
  if (n > 0) checkBounds('randperm', 0, n, dtype);
  fillPermutation(out, generatorMemory('randperm', generator));
  out.requiresGrad = requiresGrad;
  return out;
}

/**
 * A tensor of 0 and 1 in the input's shape and dtype, each 1 with the probability that the input holds there, or with the
 * probability `p` where one is given. The gradient is zero, as in PyTorch: a draw doesn't change with its probability.
 */
export function bernoulli(input: Tensor, options?: DrawOptions): Tensor;
export function bernoulli(input: Tensor, p: number | Tensor, options?: DrawOptions): Tensor;
export function bernoulli(input: Tensor, p?: number | Tensor | DrawOptions, options?: DrawOptions): Tensor {
  const given = typeof p === 'number' || p instanceof Tensor;
  checkOptions('bernoulli', given ? options : (p as DrawOptions | undefined), ['generator']);
  if (!given && options !== undefined) {
    throw new ArgumentError(`bernoulli: p must be a number or a Tensor, got ${describe(p)}`);
  }
  if (given) checkDrawable('bernoulli', input);
  else checkFloat('bernoulli', 'input', input);
  const out = Tensor.allocate(input.shape, input.dtype, false);
  inNameOf('bernoulli', () => (given ? bernoulli_(out, p, options) : bernoulli_(out, input, p)));
  if (!needsGrad(input)) return out;
  return record('BernoulliBackward0', [input], out, (grad) => [Tensor.allocate(grad.shape, grad.dtype)]);
}

/**
 * Indices of categories, drawn with the given probabilities (which need not sum to 1).
 * @param input shape [categories] or [rows, categories], float.
 * @returns int32, shape [numSamples] or [rows, numSamples].
 * @throws ValueError for negative or non-finite weights, and when a row has fewer positive ones than samples to draw.
 */
export function multinomial(input: Tensor, numSamples: number, options?: MultinomialOptions): Tensor {
  const op = 'multinomial';
  const { replacement = false, generator } = checkOptions(op, options, ['replacement', 'generator']);
  checkFloat(op, 'input', input);
  const { shape } = input;
  const categories = shape.at(-1);
  if (categories === undefined || shape.length > 2 || categories === 0) {
    throw new ShapeError(`${op}: input must have shape [categories] or [rows, categories], got ${formatShape(shape)}`);
  }
  if (typeof numSamples !== 'number' || !Number.isInteger(numSamples) || numSamples < 1) {
    throw new ValueError(`${op}: numSamples must be a positive integer, got ${describe(numSamples)}`);
  }
  if (!replacement && numSamples > categories) {
    throw new ValueError(`${op}: ${numSamples} samples of ${categories} categories need { replacement: true }`);
  }
  if (typeof replacement !== 'boolean') {
    throw new ArgumentError(`${op}: replacement must be true or false, got ${describe(replacement)}`);
  }
  const rows = shape.length === 2 ? shape[0] : 1;
  const weights = contiguous(input.detach());
  const out = Tensor.allocate([...shape.slice(0, -1), numSamples], 'int32', false);
  fillCategories(out, generatorMemory(op, generator), weights, rows, categories, numSamples, replacement);
  return out;
}

installMethods({
  uniform_(this: Tensor, from?: number, to?: number, options?: DrawOptions) {
    return uniform_(this, from, to, options);
  },
  normal_(this: Tensor, mean?: number, std?: number, options?: DrawOptions) {
    return normal_(this, mean, std, options);
  },
  bernoulli_(this: Tensor, p?: number | Tensor, options?: DrawOptions) {
    return bernoulli_(this, p, options);
  },
  exponential_(this: Tensor, lambd?: number, options?: DrawOptions) {
    return exponential_(this, lambd, options);
  },
  random_(this: Tensor, ...args: (number | DrawOptions | undefined)[]) {
    return random_(this, ...args);
  },
  bernoulli(this: Tensor, p?: number | Tensor | DrawOptions, options?: DrawOptions) {
    return bernoulli(this, p as number, options);
  },
  multinomial(this: Tensor, numSamples: number, options?: MultinomialOptions) {
    return multinomial(this, numSamples, options);
  },
});
