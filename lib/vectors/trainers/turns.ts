import { setImmediate } from 'node:timers/promises';

/** So long work may go on before the event loop has its turn, in ms. */
const longestTurn = 20;

/** Gives the event loop its turn now and then, and notices when a caller has had enough. */
export class Turns {
  #began = performance.now();

  constructor(private readonly signal?: AbortSignal) {}

  /** @throws the signal's reason once it is aborted */
  async next(): Promise<void> {
    this.signal?.throwIfAborted();
    if (performance.now() - this.#began < longestTurn) return;
    await setImmediate();
    this.#began = performance.now();
    this.signal?.throwIfAborted();
  }
}
