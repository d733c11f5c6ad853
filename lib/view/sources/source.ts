import type { KeyedVectors } from '../../vectors/keyed_vectors.js';
import type { RunState } from '../protocol.js';

/** Where points come from: a file of vectors, or a run that may still be learning. */
export interface PointSource {
  readonly kind: 'vectors' | 'run';
  readonly name: string;
  /** The vectors as they are now. */
  readonly vectors: KeyedVectors;
  /** What a run tells of itself; null for vectors. */
  readonly run: RunState | null;
  /** Begins to tell of changes, until `close`. */
  watch(listener: SourceListener): void;
  close(): void;
}

export interface SourceListener {
  /** There are new vectors; `sameWords` when only their numbers have changed. */
  onVectors(sameWords: boolean): void;
  /** What a run tells of itself has changed. */
  onRun(): void;
}

/** Vectors that stay as they are. */
export class TableSource implements PointSource {
  readonly kind = 'vectors';
  readonly run = null;
  constructor(
    readonly name: string,
    readonly vectors: KeyedVectors,
  ) {}

  watch(_listener: SourceListener): void {}

  close(): void {}
}
