import { setImmediate as nextTurn } from 'node:timers/promises';

/** The event loop has its turn this often, in milliseconds, where steps are shorter than that. */
const longestHold = 45;

/**
 * Lets the event loop have its turn: after the step that, with another like it, would hold it for longer than 45 ms.
 * Waiting for it after every step would cost small steps a tenth of their time.
 */
export class Turns {
  #lastTurn = performance.now();
  #lastAsk = this.#lastTurn;

  /** Whether it is time for `take`. Asked after every step. */
  get isDue(): boolean {
    const now = performance.now();
    const step = now - this.#lastAsk;
    this.#lastAsk = now;
    return now + step - this.#lastTurn > longestHold;
  }

  async take(): Promise<void> {
    await nextTurn();
    this.#lastTurn = performance.now();
    this.#lastAsk = this.#lastTurn;
  }
}
