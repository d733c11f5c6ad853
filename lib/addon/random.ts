import type { TypedArray } from './typed_array.js';

/** The memory in which a generator is kept between calls: 2528 bytes that only the addon reads and writes. */
export type GeneratorMemory = Uint8Array;

type Floats = Float32Array | Float64Array;

/**
 * The addon's random numbers: native/binding/random.cc. Fills write `n` elements from `offset` on, in order, with the
 * draws that PyTorch's operation of that name takes; they check values and throw a RangeError before they draw.
 */
export interface NativeRandom {
  /** Seeds a generator, or makes one in memory that holds none yet. */
  generatorSeed(generator: GeneratorMemory, seedHigh: number, seedLow: number): void;
  /** Writes the seed's high and low 32 bits. */
  generatorInitialSeed(generator: GeneratorMemory, out: Uint32Array): void;
  /** Writes the high and low 32 bits of the next 64-bit draw. */
  generatorDraw64(generator: GeneratorMemory, out: Uint32Array): void;
  /** 5056 bytes, as torch.get_rng_state() gives. */
  generatorGetState(generator: GeneratorMemory, out: Uint8Array): void;
  generatorSetState(generator: GeneratorMemory, state: Uint8Array): void;
  /** A 53-bit seed from the system's entropy. */
  entropySeed(): number;

  uniform(generator: GeneratorMemory, out: Floats, offset: number, n: number, from: number, to: number): void;
  normal(generator: GeneratorMemory, out: Floats, offset: number, n: number, mean: number, std: number): void;
  exponential(generator: GeneratorMemory, out: Floats, offset: number, n: number, lambda: number): void;
  truncNormal(
    generator: GeneratorMemory,
    out: Floats,
    offset: number,
    n: number,
    mean: number,
    std: number,
    a: number,
    b: number,
  ): void;
  bernoulli(generator: GeneratorMemory, out: TypedArray, offset: number, n: number, p: number): void;
  /** A probability for each value. */
  bernoulliFrom(
    generator: GeneratorMemory,
    out: TypedArray,
    offset: number,
    n: number,
    p: Floats,
    pOffset: number,
  ): void;
  /** Integers from low up to but not including high. */
  randint(generator: GeneratorMemory, out: TypedArray, offset: number, n: number, low: number, high: number): void;
  /** The dtype's whole range of integers from 0 on. */
  randomFull(generator: GeneratorMemory, out: TypedArray, offset: number, n: number): void;
  randomBool(generator: GeneratorMemory, out: Uint8Array, offset: number, n: number): void;
  randperm(generator: GeneratorMemory, out: TypedArray, offset: number, n: number): void;
  /** out (rows, samples) of category indices, from weights (rows, categories). */
  multinomial(
    generator: GeneratorMemory,
    out: Int32Array,
    weights: Floats,
    offset: number,
    rows: number,
    categories: number,
    samples: number,
    replacement: boolean,
  ): void;
}
