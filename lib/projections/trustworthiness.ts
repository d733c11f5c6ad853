import { callRanksOfRows } from '../calls/planned/neighbors.js';
import { ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { exactNeighbors, metricNames, type ProjectionMetric, searchTable } from './neighbors.js';
import { checkChoice, checkNumber } from './numbers.js';
import { type PointData, readPoints } from './points.js';
import { finish, rowsOfSlice } from './work.js';

export interface TrustworthinessOptions {
  /** How many neighbours are looked at: less than half of the points. Default 12. */
  neighbors?: number;
  /** How far points of `x` are apart; those of the embedding by straight lines. Default 'euclidean'. */
  metric?: ProjectionMetric;
}

/**
 * How far neighbours in an embedding are neighbours in truth, from 0 to 1 (Venna & Kaski 2001), as scikit-learn computes it: each of the
 * `neighbors` points nearest to a point in the embedding counts against it by how far its rank in `x` lies beyond `neighbors`.
 * Time grows with points² · dimensions.
 * @param x [points, dimensions]
 * @param embedded [points, components]
 * @throws ArgumentError, OptionError, DTypeError, ShapeError or ValueError for what are no such tables or options
 */
export function trustworthiness(x: PointData, embedded: PointData, options?: TrustworthinessOptions): number {
  const op = 'trustworthiness';
  const { neighbors = 12, metric = 'euclidean' } = checkOptions(op, options, ['neighbors', 'metric']);
  checkNumber(op, 'neighbors', neighbors, { least: 1, whole: true });
  checkChoice(op, 'metric', metric, metricNames);
  const points = readPoints(op, 'x', x, 2);
  const picture = readPoints(op, 'embedded', embedded, 2);
  const { rows, dim } = points;
  if (picture.rows !== rows) {
    throw new ShapeError(`${op}: embedded must have a row for each of ${rows} points, got ${picture.rows}`);
  }
  if (neighbors >= rows / 2) {
    throw new ValueError(`${op}: neighbors must be less than half of the points (${rows}), got ${neighbors}`);
  }
  const { indices: near } = finish(exactNeighbors(finish(searchTable(picture, 'euclidean')), neighbors));
  const table = finish(searchTable(points, metric));
  const slice = rowsOfSlice(1e9, rows * dim);
  const ranks = new Int32Array(slice * neighbors);
  let penalty = 0;
  for (let begin = 0; begin < rows; begin += slice) {
    const end = Math.min(rows, begin + slice);
    const [x, halfSquares] = [table.data, table.halfSquares];
    callRanksOfRows({ rows, dim, k: neighbors, begin, end, ranks, near, x, halfSquares });
    // A rank counts the nearer ones, from 0.
    for (let e = 0; e < (end - begin) * neighbors; e++) penalty += Math.max(0, ranks[e] + 1 - neighbors);
  }
  return 1 - (penalty * 2) / (rows * neighbors * (2 * rows - 3 * neighbors - 1));
}
