import { setImmediate } from 'node:timers/promises';
import { Tensor } from '../tensor/tensor.js';
import type { StopSignal } from '../text/corpus/turns.js';

/** What an embedding looks like after a step. */
export interface Stage {
  readonly step: number;
  readonly steps: number;
  /** What is made small, as last computed; NaN where it is not. */
  readonly cost: number;
  /** [rows, components], in memory that goes on changing. */
  readonly positions: Float32Array;
  readonly components: number;
}

/** Work in slices of some milliseconds: it stops after each, so that others have their turn, and may show a stage. */
export type Work<Result> = Generator<Stage | undefined, Result, void>;

/** Told beside the embedding. */
export interface ProjectionProgress {
  /** The last step's number. */
  readonly steps: number;
  /** What is made small: the divergence of t-SNE in nats, as last computed (every 50 steps); NaN before, and for UMAP. */
  readonly cost: number;
}

/**
 * Called some twenty times a second and after the last step.
 * @param step from 1
 * @param embedding float32 [points, components], a copy
 */
export type OnProjectionProgress = (step: number, embedding: Tensor, progress: ProjectionProgress) => unknown;

export interface Watchers {
  readonly signal?: StopSignal;
  readonly onProgress?: OnProjectionProgress;
}

/** Does all of it at once. */
export function finish<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** What the event loop waits for at most, in milliseconds, where slices are short. */
const longestHold = 15;
/** Between two calls of onProgress, in milliseconds. */
const progressInterval = 50;

/**
 * Does it with turns of the event loop between slices. A promise that onProgress returns is waited for.
 * @throws the signal's reason once it is aborted
 */
export async function finishInTurns<Result>(work: Work<Result>, { signal, onProgress }: Watchers): Promise<Result> {
  signal?.throwIfAborted();
  let began = performance.now();
  let told = began;
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
    const now = performance.now();
    if (onProgress !== undefined && value && (now - told >= progressInterval || value.step === value.steps)) {
      const { step, steps, cost, positions, components } = value;
      const shape = [positions.length / components, components];
      await onProgress(step, Tensor.wrap(positions.slice(), shape, 'float32'), { steps, cost });
      signal?.throwIfAborted();
      told = performance.now();
    }
    if (now - began < longestHold) continue;
    await setImmediate();
    signal?.throwIfAborted();
    began = performance.now();
  }
}

/** Rows of a slice that does about `longest` units of work, at least one. */
export function rowsOfSlice(longest: number, workOfRow: number): number {
  return Math.max(1, Math.floor(longest / Math.max(1, workOfRow)));
}
