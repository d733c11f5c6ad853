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
  // Marsaglia's xorshift, 32 bits: any numbers do, so long as the seed decides.
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
  for (let row = 0; row < rows; row++) {
    for (let j = 0; j < dim; j++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      table[row * stride + j] = ((state >>> 0) / 2 ** 31 - 1) / dim;
    }
    if (row % 4096 === 4095) await turns.next();
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
