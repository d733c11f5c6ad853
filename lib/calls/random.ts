import { types } from 'node:util';
/** One native call each: fills with random numbers, without recording. Every fill counts the storage's version up. */
import { native } from '../addon/native.js';
import type { GeneratorMemory } from '../addon/random.js';
import { ShapeError, ValueError } from '../errors.js';
import type { TypedArray } from '../tensor/dtype.js';
import { formatShape, isContiguous } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { copyInto } from './copy.js';

type Floats = Float32Array | Float64Array;

/** Native code checks what depends on the data; its words are kept, under the error class for values. */
function guarded(draw: () => void): void {
  try {
    draw();
  } catch (error) {
    throw types.isNativeError(error) && error.name === 'RangeError' ? new ValueError(error.message) : error;
  }
}

/**
 * Lets `draw` write a tensor's elements in the order in which they lie in memory, which is PyTorch's order for views
 * too. `draw` gets a whole array, an offset and a number of elements, and whether the tensor is contiguous as it is.
 */
function fillInMemoryOrder(
  op: string,
  x: Tensor,
  draw: (array: TypedArray, offset: number, n: number, plain: boolean) => void,
): void {
  if (x.strides.some((stride, dim) => stride === 0 && x.shape[dim] > 1)) {
    throw new ShapeError(`${op}: elements of an expanded view of shape ${formatShape(x.shape)} share memory; clone it`);
  }
  const { storage } = x;
  if (x.isContiguous()) {
    guarded(() => draw(storage.array, x.offset, x.numel, true));
  } else {
    const dims = x.shape.map((_, dim) => dim).sort((a, b) => x.strides[b] - x.strides[a]);
    const shape = dims.map((dim) => x.shape[dim]);
    const strides = dims.map((dim) => x.strides[dim]);
    if (isContiguous(shape, strides)) {
      guarded(() => draw(storage.array, x.offset, x.numel, false));
    } else {
      const drawn = Tensor.allocate(shape, x.dtype, false);
      guarded(() => draw(drawn.storage.array, 0, x.numel, false));
      copyInto(new Tensor(storage, shape, strides, x.offset), drawn);
    }
  }
  storage.version++;
}

/** Numbers from [from, to). */
export function fillUniform(op: string, x: Tensor, generator: GeneratorMemory, from: number, to: number): void {
  fillInMemoryOrder(op, x, (array, offset, n) => native.uniform(generator, array as Floats, offset, n, from, to));
}

/** PyTorch draws pairs in double for tensors below this size and for all that are not contiguous. */
const NORMAL_BLOCK = 16;

/** Numbers from N(mean, std²). */
export function fillNormal(op: string, x: Tensor, generator: GeneratorMemory, mean: number, std: number): void {
  fillInMemoryOrder(op, x, (array, offset, n, plain) => {
    const step = plain ? Math.max(n, 1) : NORMAL_BLOCK - 2;
    for (let i = 0; i < n; i += step) {
      native.normal(generator, array as Floats, offset + i, Math.min(step, n - i), mean, std);
    }
  });
}

/** Numbers from N(mean, std²) conditioned on [a, b]. */
export function fillTruncNormal(
  op: string,
  x: Tensor,
  generator: GeneratorMemory,
  mean: number,
  std: number,
  a: number,
  b: number,
): void {
  fillInMemoryOrder(op, x, (array, offset, n) =>
    native.truncNormal(generator, array as Floats, offset, n, mean, std, a, b),
  );
}

/** Numbers from the density lambda · exp(−lambda · x). */
export function fillExponential(op: string, x: Tensor, generator: GeneratorMemory, lambda: number): void {
  fillInMemoryOrder(op, x, (array, offset, n) => native.exponential(generator, array as Floats, offset, n, lambda));
}

/** 1 with probability p, else 0. */
export function fillBernoulli(op: string, x: Tensor, generator: GeneratorMemory, p: number): void {
  fillInMemoryOrder(op, x, (array, offset, n) => native.bernoulli(generator, array, offset, n, p));
}

/** 1 with the probability that stands in its place, else 0, in x's row-major order; `chances` is contiguous. */
export function fillBernoulliFrom(x: Tensor, generator: GeneratorMemory, chances: Tensor): void {
  const drawn = Tensor.allocate(x.shape, x.dtype, false);
  const { storage, offset } = chances;
  guarded(() => native.bernoulliFrom(generator, drawn.storage.array, 0, x.numel, storage.array as Floats, offset));
  copyInto(x, drawn);
  x.storage.version++;
}

/** Integers from low up to but not including high. */
export function fillIntegers(op: string, x: Tensor, generator: GeneratorMemory, low: number, high: number): void {
  fillInMemoryOrder(op, x, (array, offset, n) => native.randint(generator, array, offset, n, low, high));
}

/** The dtype's whole range of integers from 0 on. */
export function fillFullRange(op: string, x: Tensor, generator: GeneratorMemory): void {
  fillInMemoryOrder(op, x, (array, offset, n) => {
    if (x.dtype === 'bool') native.randomBool(generator, array as Uint8Array, offset, n);
    else native.randomFull(generator, array, offset, n);
  });
}

/** A permutation of 0 … n − 1, into a fresh tensor of one dimension. */
export function fillPermutation(x: Tensor, generator: GeneratorMemory): void {
  native.randperm(generator, x.storage.array, x.offset, x.numel);
}

/** Indices of categories (int32), [rows, samples] in any shape, drawn with the weights of a contiguous [rows, categories]. */
export function fillCategories(
  x: Tensor,
  generator: GeneratorMemory,
  weights: Tensor,
  rows: number,
  categories: number,
  samples: number,
  replacement: boolean,
): void {
  const indices = x.storage.array as Int32Array;
  const { storage, offset } = weights;
  guarded(() =>
    native.multinomial(generator, indices, storage.array as Floats, offset, rows, categories, samples, replacement),
  );
}
