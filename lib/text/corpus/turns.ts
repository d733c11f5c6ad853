import { setImmediate } from 'node:timers/promises';
import { ArgumentError, describe } from '../../errors.js';

/** So long work may go on before the event loop has its turn, in ms. */
const longestTurn = 15;

/** What is needed of an AbortSignal. Its own type comes with Node's or a browser's, which not every program loads. */
export interface StopSignal {
  /** @throws its reason once it is aborted */
  throwIfAborted(): void;
}

/** @throws ArgumentError for what is neither an AbortSignal nor left out */
export function checkSignal(op: string, signal: unknown): void {
  if (signal === undefined || typeof (signal as Partial<StopSignal> | null)?.throwIfAborted === 'function') return;
  throw new ArgumentError(`${op}: signal must be an AbortSignal, got ${describe(signal)}`);
}

/** Work in steps of some milliseconds at most. */
export type Steps<T> = Generator<void, T>;

/** All steps of a work, one after the other. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** The same, with turns for the event loop between them. @throws the signal's reason once it is aborted */
export async function inTurns<T>(steps: Steps<T>, signal?: StopSignal): Promise<T> {
  const turns = new Turns(signal);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await turns.next();
  }
}

/** Gives the event loop its turn now and then, and notices when a caller has had enough. */
export class Turns {
  #began = performance.now();

  constructor(private readonly signal?: StopSignal) {}

  /** @throws the signal's reason once it is aborted */
  async next(): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.#began < longestTurn) return;
    await setImmediate();
    this.#began = performance.now();
    this.signal?.throwIfAborted();
  }
}
