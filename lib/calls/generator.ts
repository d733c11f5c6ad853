import { types } from 'node:util';
import { native } from '../addon/native.js';
import type { GeneratorMemory } from '../addon/random.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';

export type { GeneratorMemory };

/** Bytes of a generator's state; the layout is that of `torch.get_rng_state()`. */
const STATE_BYTES = 5056;
/** Bytes in which the addon keeps a generator between calls. */
const MEMORY_BYTES = 2528;
/** The seed of a generator that nobody seeded, as in PyTorch. */
const DEFAULT_SEED = 67280421310721;

const words = new Uint32Array(2);

/** A seed's high and low 32 bits. Negative seeds stand for their 64-bit two's complement, as in PyTorch. */
function splitSeed(op: string, seed: unknown): [high: number, low: number] {
  if (typeof seed !== 'bigint' && !(typeof seed === 'number' && Number.isSafeInteger(seed))) {
    throw new ArgumentError(`${op}: seed must be an integer below 2^53 or a bigint, got ${describe(seed)}`);
  }
  const wide = BigInt(seed);
  if (wide < -(2n ** 63n) || wide >= 2n ** 64n) {
    throw new ValueError(`${op}: seed must fit in 64 bits, got ${describe(seed)}`);
  }
  const bits = BigInt.asUintN(64, wide);
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)];
}

function joinWords(): bigint {
  return (BigInt(words[0]) << 32n) | BigInt(words[1]);
}

/** A number where it is exact, a bigint above 2^53. */
function plainInteger(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

let readMemory: (generator: Generator) => GeneratorMemory;

/**
 * A source of random numbers: MT19937 with PyTorch's CPU semantics. The same seed and the same calls give the numbers
 * that `torch.Generator` gives. Functions that draw take one as their `generator` option; without it they use the
 * library's own, which `manualSeed` seeds.
 */
export class Generator {
  readonly #memory: GeneratorMemory = new Uint8Array(MEMORY_BYTES);

  static {
    readMemory = (generator) => generator.#memory;
  }

  /** @param seed default 67280421310721, as in PyTorch: a new generator always starts alike. */
  constructor(seed: number | bigint = DEFAULT_SEED) {
    native.generatorSeed(this.#memory, ...splitSeed('Generator', seed));
  }

  /** Starts again from a seed. Returns this generator. */
  manualSeed(seed: number | bigint): this {
    native.generatorSeed(this.#memory, ...splitSeed('manualSeed', seed));
    return this;
  }

  /** Starts again from a seed of the system's entropy, and returns that seed. */
  seed(): number {
    const seed = native.entropySeed();
    this.manualSeed(seed);
    return seed;
  }

  /** The seed last set. */
  initialSeed(): number | bigint {
    native.generatorInitialSeed(this.#memory, words);
    return plainInteger(joinWords());
  }

  /**
   * An integer from [0, 2^63), taking two draws: what `torch.empty((), dtype=torch.int64).random_()` gives, with which
   * PyTorch's samplers seed the generators of their own.
   */
  drawSeed(): bigint {
    native.generatorDraw64(this.#memory, words);
    return BigInt.asUintN(63, joinWords());
  }

  /** The state as a uint8 tensor of 5056 bytes, which PyTorch's `Generator.set_state` understands too. */
  getState(): Tensor {
    const state = new Uint8Array(STATE_BYTES);
    native.generatorGetState(this.#memory, state);
    return Tensor.wrap(state, [STATE_BYTES], 'uint8');
  }

  /** Continues from a state that `getState` (or PyTorch's `get_state`) gave. @throws ValueError for foreign bytes. */
  setState(state: Tensor | Uint8Array): this {
    const bytes = state instanceof Tensor && state.dtype === 'uint8' ? state.data : state;
    if (!types.isUint8Array(bytes)) {
      throw new ArgumentError(`setState: state must be a uint8 Tensor or a Uint8Array, got ${describe(state)}`);
    }
    if (bytes.length !== STATE_BYTES) {
      throw new ValueError(`setState: state must have ${STATE_BYTES} bytes, got ${bytes.length}`);
    }
    try {
      native.generatorSetState(this.#memory, bytes);
    } catch (error) {
      throw types.isNativeError(error) && error.name === 'RangeError' ? new ValueError(error.message) : error;
    }
    return this;
  }
}

/** The generator that everything draws from unless told otherwise. */
export const defaultGenerator = new Generator();

/** The memory of the `generator` option, or of the default generator. */
export function generatorMemory(op: string, generator: Generator | null | undefined): GeneratorMemory {
  if (generator === undefined || generator === null) return readMemory(defaultGenerator);
  if (!(generator instanceof Generator)) {
    throw new ArgumentError(`${op}: generator must be a Generator, got ${describe(generator)}`);
  }
  return readMemory(generator);
}

/** Seeds the library's generator: what follows equals what PyTorch gives after `torch.manual_seed(seed)` on a CPU. */
export function manualSeed(seed: number | bigint): Generator {
  return defaultGenerator.manualSeed(seed);
}

/** Seeds the library's generator from the system's entropy, and returns the seed. */
export function seed(): number {
  return defaultGenerator.seed();
}

/** The seed last set on the library's generator. */
export function initialSeed(): number | bigint {
  return defaultGenerator.initialSeed();
}

/** The state of the library's generator: a uint8 tensor. */
export function getRngState(): Tensor {
  return defaultGenerator.getState();
}

/** Lets the library's generator continue from a state that `getRngState` gave. */
export function setRngState(state: Tensor | Uint8Array): void {
  defaultGenerator.setState(state);
}
