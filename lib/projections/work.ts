import { setImmediate } from 'node:timers/promises';
import type { StopSignal } from '../text/corpus/turns.js';

/** Work in slices of some milliseconds: it stops after each, so that others have their turn. */
export type Work<Result> = Generator<void, Result, void>;

/** Does all of it at once. */
export function finish<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** What the event loop waits for at most, in milliseconds, where slices are short. */
const longestHold = 20;

/**
 * Does it with turns of the event loop between slices.
 * @throws the signal's reason once it is aborted
 */
export async function finishInTurns<Result>(work: Work<Result>, signal: StopSignal | undefined): Promise<Result> {
  signal?.throwIfAborted();
  let began = performance.now();
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    if (performance.now() - began < longestHold) continue;
    await setImmediate();
    signal?.throwIfAborted();
    began = performance.now();
  }
}

/** Rows of a slice that does about `longest` units of work, at least one. */
export function rowsOfSlice(longest: number, workOfRow: number): number {
  return Math.max(1, Math.floor(longest / Math.max(1, workOfRow)));
}
