import { uniform } from './draws.js';
import { type StopSignal, Turns } from './turns.js';

/**
 * Fills rows with numbers uniform in ±1 / dim, as fastText begins; half of that, as word2vec does, learned less from a
 * small corpus.
 */
export async function fillFirstRows(
  table: Float32Array,
  rows: number,
  dim: number,
  stride: number,
  seed: number,
  signal: StopSignal | undefined,
): Promise<void> {
  const turns = new Turns(signal);
  const draw = uniform(seed);
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < dim; j++) table[row * stride + j] = (2 * draw() - 1) / dim;
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
