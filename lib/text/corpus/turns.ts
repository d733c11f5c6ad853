import { setImmediate } from 'node:timers/promises';
import { ArgumentError, describe } from '../../errors.js';

/** So long work may go on before the event loop has its turn, in ms. */
const longestTurn = 20;

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
