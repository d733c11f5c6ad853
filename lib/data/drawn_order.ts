import { Generator } from '../calls/generator.js';
import { describe, StateDictError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';

/** What a sampler or a loader needs to go on from: plain numbers, tensors, and objects of them. */
export interface OrderState {
  [name: string]: unknown;
}

/** Some indices that were drawn at once. */
export interface DrawnPiece {
  readonly indices: ArrayLike<number>;
  /** Whether nothing follows, even when all of them have been given. */
  readonly isLast: boolean;
}

/** Where in an order an iteration stands. */
interface Place {
  /** The generator's state before the piece was drawn: the piece itself need not be kept. */
  readonly before: Tensor;
  /** Indices that earlier pieces gave. */
  readonly given: number;
  /** Indices of this piece that were given. */
  place: number;
}

/** How a sampler draws. */
export interface Drawing {
  /** The sampler's class, for messages. */
  readonly name: string;
  /** The generator that the user gave. */
  readonly generator: Generator | undefined;
  /** What an iteration draws from. */
  begin(): Generator;
  /** Whether `begin` makes a generator that nobody else draws from. */
  readonly isOwn: boolean;
  /** @param given how many indices there were before. */
  draw(generator: Generator, given: number): DrawnPiece;
}

/**
 * An order of indices that is drawn in pieces, and that another process can go on with in the middle. What is stored is
 * the generator's state before a piece, and how much of it was given: drawing it again takes milliseconds, and reads no data.
 */
export class DrawnOrder {
  readonly #drawing: Drawing;
  #now: Place | null = null;
  #loaded: Place | null = null;

  constructor(drawing: Drawing) {
    this.#drawing = drawing;
  }

  *[Symbol.iterator](): Iterator<number> {
    const drawing = this.#drawing;
    const loaded = this.#loaded;
    this.#loaded = null;
    let generator = loaded === null ? drawing.begin() : generatorAt(loaded.before);
    let given = loaded?.given ?? 0;
    let start = loaded?.place ?? 0;
    for (;;) {
      const now: Place = { before: generator.getState(), given, place: start };
      this.#now = now;
      const { indices, isLast } = drawing.draw(generator, given);
      for (let i = start; i < indices.length; i++) {
        now.place = i + 1;
        yield indices[i];
      }
      if (isLast) break;
      // Others may have drawn from a shared generator since: it goes on from where it is.
      if (given === loaded?.given && !drawing.isOwn) generator = drawing.begin();
      given += indices.length;
      start = 0;
    }
    this.#now = null;
  }

  stateDict(): OrderState {
    const { generator } = this.#drawing;
    const now = this.#loaded ?? this.#now;
    return {
      generator: generator === undefined ? null : generator.getState(),
      order: now === null ? null : { ...now },
    };
  }

  /** @throws StateDictError, before anything is changed */
  loadStateDict(state: OrderState): void {
    const op = `${this.#drawing.name}.loadStateDict`;
    const { generator: own } = this.#drawing;
    const { generator, order } = readEntries(op, state, ['generator', 'order']);
    if ((generator === null) !== (own === undefined)) {
      const has = (whether: boolean) => (whether ? 'has a generator of its own' : 'has none');
      throw new StateDictError(
        `${op}: the state's sampler ${has(generator !== null)}, this one ${has(own !== undefined)}`,
      );
    }
    const place = order === null ? null : readPlace(op, order);
    if (own !== undefined) loadGenerator(op, own, generator);
    this.#loaded = place;
    this.#now = null;
  }
}

function generatorAt(state: Tensor): Generator {
  return new Generator().setState(state);
}

function readPlace(op: string, order: unknown): Place {
  const { before, given, place } = readEntries(op, order, ['before', 'given', 'place']);
  loadGenerator(op, new Generator(), before);
  return { before: before as Tensor, given: readCount(op, 'given', given), place: readCount(op, 'place', place) };
}

/** @throws StateDictError unless `state` is an object with these entries */
export function readEntries(op: string, state: unknown, names: readonly string[]): { [name: string]: unknown } {
  if (typeof state !== 'object' || state === null) {
    throw new StateDictError(`${op}: state must be an object, as stateDict() gives, got ${describe(state)}`);
  }
  const missing = names.find((name) => !Object.hasOwn(state, name));
  if (missing !== undefined) throw new StateDictError(`${op}: the state has no '${missing}'`);
  return state as { [name: string]: unknown };
}

/** @throws StateDictError unless it is an integer of at least 0 */
export function readCount(op: string, name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new StateDictError(`${op}: ${name} must be an integer of at least 0, got ${describe(value)}`);
}

/** Sets a generator's state. @throws StateDictError where it is none */
export function loadGenerator(op: string, generator: Generator, state: unknown): void {
  if (!(state instanceof Tensor)) {
    throw new StateDictError(`${op}: a generator's state must be a Tensor, got ${describe(state)}`);
  }
  try {
    generator.setState(state);
  } catch (error) {
    throw new StateDictError(`${op}: ${(error as Error).message}`, { cause: error });
  }
}
