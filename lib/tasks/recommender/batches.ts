import { DataLoader } from '../../data/data_loader.js';
import { Tensor } from '../../tensor/tensor.js';
import { type EncodedSession, firstItem } from './baselines.js';

/** Sessions side by side, and which item follows each. */
export interface SessionBatch {
  /** int32 [steps, sessions], filled up with 0. */
  readonly ids: Tensor;
  /** int32 [places]: the rows of [steps · sessions] whose next item is known. */
  readonly rows: Tensor;
  /** int32 [places]: that item. */
  readonly targets: Tensor;
  readonly places: number;
}

export function sessionBatch(sessions: readonly EncodedSession[]): SessionBatch {
  const n = sessions.length;
  const steps = sessions.reduce((most, { length }) => Math.max(most, length - 1), 1);
  const ids = new Int32Array(steps * n);
  const rows: number[] = [];
  const targets: number[] = [];
  for (let t = 0; t < steps; t++) {
    for (const [b, session] of sessions.entries()) {
      if (t + 1 >= session.length) continue;
      ids[t * n + b] = session[t];
      if (session[t] < firstItem || session[t + 1] < firstItem) continue;
      rows.push(t * n + b);
      targets.push(session[t + 1]);
    }
  }
  return {
    ids: Tensor.wrap(ids, [steps, n], 'int32'),
    rows: Tensor.wrap(Int32Array.from(rows), [rows.length], 'int32'),
    targets: Tensor.wrap(Int32Array.from(targets), [targets.length], 'int32'),
    places: rows.length,
  };
}

/** Batches of sessions, in a new order each pass where there is a seed. */
export function sessionLoader(
  sessions: readonly EncodedSession[],
  batchSize: number,
  seed: number | null,
): DataLoader<EncodedSession, SessionBatch> {
  return new DataLoader<EncodedSession, SessionBatch>(sessions, {
    batchSize,
    collate: sessionBatch,
    ...(seed === null ? {} : { shuffle: true, seed }),
  });
}
