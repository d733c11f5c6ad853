import type { KeyedVectors } from '../../vectors/keyed_vectors.js';

/** Where points come from: a file of vectors, or a run that may still be learning. */
export interface PointSource {
  readonly kind: 'vectors' | 'run';
  readonly name: string;
  /** The vectors as they are now. */
  readonly vectors: KeyedVectors;
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
  constructor(
    readonly name: string,
    readonly vectors: KeyedVectors,
  ) {}

  watch(): void {}

  close(): void {}
}
