/** Lines of vectors as text, parted and read by the addon on all threads. */
import { native } from '../addon/native.js';

/** What a line without a word has for the end of one: nothing is in it, or too few parts are. */
export const [emptyLine, shortLine] = [-1, -2];

/** Lines of a block: begin, end and the end of the word of each. */
export interface VectorLines {
  readonly count: number;
  readonly places: Int32Array;
  /** Bytes of the block that they take. */
  readonly used: number;
}

const used = new Float64Array(1);
const bad = new Float64Array(2);

/** Lines of a block, each ended by a newline but the last: all, or the first so many as places have room for. */
export function findVectorLines(bytes: Uint8Array, dim: number, places: Int32Array): VectorLines {
  const count = native.vectorTextLines(dim, bytes.length, bytes, places, used);
  return { count, places, used: used[0] };
}

/** Writes the numbers of line i to row rows[i] of the table; the first line with what is no number, or -1. */
export function parseVectorLines(
  bytes: Uint8Array,
  { places }: VectorLines,
  rows: Int32Array,
  count: number,
  table: { readonly array: Float32Array; readonly begin: number; readonly dim: number },
): number {
  const { array, begin, dim } = table;
  native.vectorTextNumbers(count, bytes.length, dim, bytes, places, rows, begin, array, bad);
  return bad[0];
}
