import { callGraphCollect, callGraphCount, callGraphJoin } from '../calls/planned/graph.js';
import type { Work } from './work.js';

/** A symmetric graph of neighbours: row i's list lies at [i k + starts[i], ends[i]), in order of the rows it names. */
export interface Graph {
  readonly rows: number;
  readonly k: number;
  /** How much room indices and weights have. */
  readonly total: number;
  readonly indices: Int32Array;
  readonly weights: Float32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

const rowsAtOnce = 1 << 14;

/** Joins a row's k neighbours and those whose neighbour it is: weights a + b, or a + b - a b where they are fuzzy. */
export function* joinNeighbors(indices: Int32Array, weights: Float32Array, k: number, fuzzy: boolean): Work<Graph> {
  const rows = indices.length / k;
  const counts = new Int32Array(rows);
  for (let begin = 0; begin < rows; begin += rowsAtOnce) {
    callGraphCount({ rows, k, begin, end: Math.min(rows, begin + rowsAtOnce), counts, indices });
    yield;
  }
  const starts = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) starts[i + 1] = starts[i] + counts[i];
  const total = starts[rows];
  const sources = new Int32Array(total);
  const sourceWeights = new Float32Array(total);
  const cursors = starts.slice(0, rows);
  for (let begin = 0; begin < rows; begin += rowsAtOnce) {
    const end = Math.min(rows, begin + rowsAtOnce);
    callGraphCollect({ rows, k, begin, end, total, sources, sourceWeights, cursors, indices, weights });
    yield;
  }
  const size = rows * k + total;
  const joined = { rows, k, total: size, indices: new Int32Array(size), weights: new Float32Array(size) };
  const ends = new Int32Array(rows);
  for (let begin = 0; begin < rows; begin += rowsAtOnce) {
    const end = Math.min(rows, begin + rowsAtOnce);
    const [out, outWeights] = [joined.indices, joined.weights];
    const own = { indices, weights, starts, sources, sourceWeights };
    callGraphJoin({ rows, k, begin, end, total, fuzzy, out, outWeights, ends, ...own });
    yield;
  }
  return { ...joined, starts, ends };
}
