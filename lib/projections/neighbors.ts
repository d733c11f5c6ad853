import { callHalfSquaredLengths, callNearestRows, callScanRows } from '../calls/planned/neighbors.js';
import { ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkSignal, type StopSignal } from '../text/corpus/turns.js';
import { checkChoice, checkNumber } from './numbers.js';
import { type PointData, type Points, readPoints } from './points.js';
import { meanOf } from './principal_axes.js';
import { finishInTurns, rowsOfSlice, type Work } from './work.js';

/** How far points are apart: by straight lines, or 1 less the cosine of their angle. */
export type ProjectionMetric = 'euclidean' | 'cosine';
export const metricNames: readonly ProjectionMetric[] = ['euclidean', 'cosine'];

/** Points as the search wants them: about their mean, of length 1 first where the metric is the cosine. */
export interface SearchTable extends Points {
  readonly halfSquares: Float32Array;
}

/** The k nearest of each row, the nearest first, and their squared Euclidean distances (of unit vectors, for the cosine). */
export interface Neighborhood {
  readonly k: number;
  readonly indices: Int32Array;
  readonly squares: Float32Array;
}

/** Multiply-adds of a slice of the search: some milliseconds. */
const workOfSlice = 2e8;

function* unitRows({ data, rows, dim }: Points): Work<void> {
  const slice = rowsOfSlice(4e6, dim);
  for (let begin = 0; begin < rows; begin += slice) {
    for (let i = begin; i < Math.min(rows, begin + slice); i++) {
      let sum = 0;
      for (let j = i * dim; j < (i + 1) * dim; j++) sum += data[j] * data[j];
      const scale = sum > 0 ? 1 / Math.sqrt(sum) : 0;
      for (let j = i * dim; j < (i + 1) * dim; j++) data[j] *= scale;
    }
    yield;
  }
}

/** Takes the points' memory over. A row of length 0 lies between all directions. */
export function* searchTable(points: Points, metric: ProjectionMetric): Work<SearchTable> {
  const { data, rows, dim } = points;
  if (metric === 'cosine') yield* unitRows(points);
  // About the mean, products lose the fewest digits.
  const mean = yield* meanOf(points);
  const halfSquares = new Float32Array(rows);
  const slice = rowsOfSlice(4e6, dim);
  for (let begin = 0; begin < rows; begin += slice) {
    const end = Math.min(rows, begin + slice);
    for (let i = begin, at = begin * dim; i < end; i++) for (let j = 0; j < dim; j++, at++) data[at] -= mean[j];
    callHalfSquaredLengths({ rows, dim, begin, end, halfSquares, x: data });
    yield;
  }
  return { data, rows, dim, halfSquares };
}

/** Rows that are looked at in one call, as native/kernels/projections/neighbors.h has it. */
const rowsScanned = 960;

export function* exactNeighbors(table: SearchTable, k: number): Work<Neighborhood> {
  const { data: x, rows, dim, halfSquares } = table;
  // Some more than are wanted, since products round where differences don't.
  const kept = Math.min(rows - 1, k + 8 + Math.floor(k / 8));
  const found = new Int32Array(rows * kept);
  const scores = new Float32Array(rows * kept).fill(Number.POSITIVE_INFINITY);
  const slice = Math.max(64, Math.floor(rowsOfSlice(workOfSlice, rowsScanned * (dim + 8)) / 32) * 32);
  const indices = new Int32Array(rows * k);
  const squares = new Float32Array(rows * k);
  for (let begin = 0; begin < rows; begin += slice) {
    const end = Math.min(rows, begin + slice);
    for (let column = 0; column < rows; column += rowsScanned) {
      const count = Math.min(rowsScanned, rows - column);
      callScanRows({ rows, dim, kept, begin, end, column, count, found, scores, x, halfSquares });
      yield;
    }
    callNearestRows({ rows, dim, kept, k, begin, end, indices, squares, found, x, halfSquares });
    yield;
  }
  return { k, indices, squares };
}

export interface NearestNeighborsOptions {
  /** How many of each point, itself left out. Default 15. */
  neighbors?: number;
  /** Default 'euclidean'. */
  metric?: ProjectionMetric;
  /** An AbortSignal that stops the search; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

export interface NearestNeighbors {
  /** int32 [points, neighbors], the nearest first */
  readonly indices: Tensor;
  /** float32 [points, neighbors] */
  readonly distances: Tensor;
}

/**
 * The nearest other points of each point, exactly, of equally near ones the first. Time grows with points² · dimensions. The event loop
 * has its turn meanwhile.
 * @param x [points, dimensions], finite: a Tensor, `KeyedVectors` or a list of lists
 * @throws ArgumentError, OptionError, DTypeError, ShapeError or ValueError for what is no such table or option
 */
export async function nearestNeighbors(x: PointData, options?: NearestNeighborsOptions): Promise<NearestNeighbors> {
  const op = 'nearestNeighbors';
  const given = checkOptions(op, options, ['neighbors', 'metric', 'signal']);
  const { neighbors = 15, metric = 'euclidean', signal } = given;
  checkNumber(op, 'neighbors', neighbors, { least: 1, whole: true });
  checkChoice(op, 'metric', metric, metricNames);
  checkSignal(op, signal);
  const points = readPoints(op, 'x', x, 2);
  checkNeighbors(op, neighbors, points.rows);
  const search = function* (): Work<Neighborhood> {
    return yield* exactNeighbors(yield* searchTable(points, metric), neighbors);
  };
  const { indices, squares } = await finishInTurns(search(), { signal });
  const distances = squares.map((square) => distanceOf(square, metric));
  const shape = [points.rows, neighbors];
  return { indices: Tensor.wrap(indices, shape, 'int32'), distances: Tensor.wrap(distances, shape, 'float32') };
}

/** From a squared Euclidean one. */
export function distanceOf(square: number, metric: ProjectionMetric): number {
  return metric === 'cosine' ? square / 2 : Math.sqrt(square);
}

/** @throws ValueError where there are not as many other points. */
export function checkNeighbors(op: string, neighbors: number, rows: number): void {
  if (neighbors < rows) return;
  throw new ValueError(`${op}: neighbors must be less than the number of points (${rows}), got ${neighbors}`);
}
