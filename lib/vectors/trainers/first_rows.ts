import { uniform } from './draws.js';
import { type StopSignal, Turns } from './turns.js';

/** Rows of a table, `stride` apart in memory. */
export interface FirstRows {
  readonly rows: number;
  /** Numbers of a row. */
  readonly columns: number;
  readonly stride: number;
}

/**
 * Fills rows with numbers uniform in ±1 / inverse. Words begin in ±1 / dim, as fastText's do; half of that, as word2vec's, learned
 * less from a small corpus.
 */
export async function fillFirstRows(
  table: Float32Array,
  { rows, columns, stride }: FirstRows,
  inverse: number,
  seed: number,
  signal: StopSignal | undefined,
): Promise<void> {
  const turns = new Turns(signal);
  const draw = uniform(seed);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < columns; j++) table[row * stride + j] = (2 * draw() - 1) / inverse;
    if (row % 256 === 255) await turns.next();
  }
}

/** Rows without what pads them, in the same memory. */
export async function packRows(table: Float32Array, rows: number, dim: number, stride: number): Promise<Float32Array> {
  const turns = new Turns();
  for (let row = 1; row < rows && dim < stride; row++) {
    table.copyWithin(row * dim, row * stride, row * stride + dim);
    if (row % 4096 === 4095) await turns.next();
  }
  return table.subarray(0, rows * dim);
}
