import { callFuzzyRows, callUmapEpoch } from '../calls/planned/umap.js';
import { ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkSignal, type StopSignal } from '../text/corpus/turns.js';
import { type Curve, fitCurve } from './curve.js';
import { givenPositions, normalNumbers, positionsByVariance } from './first_positions.js';
import { type Graph, joinNeighbors } from './graph.js';
import {
  checkNeighbors,
  distanceOf,
  exactNeighbors,
  metricNames,
  type ProjectionMetric,
  type SearchTable,
  searchTable,
} from './neighbors.js';
import { checkChoice, checkFunction, checkNumber, checkSeed } from './numbers.js';
import { type PointData, readPoints } from './points.js';
import { spectralPositions } from './spectral_positions.js';
import { finishInTurns, type OnProjectionProgress, type Work } from './work.js';

export interface UmapOptions {
  /** Dimensions of the embedding: 1, 2 or 3. Default 2. */
  components?: number;
  /** How many nearest points of each count, the point itself one of them, as in umap-learn. Default 15. */
  neighbors?: number;
  /** How near points may come to each other. Default 0.1. */
  minDist?: number;
  /** The scale of distances in the embedding, at least minDist. Default 1. */
  spread?: number;
  /** Default 'euclidean'. */
  metric?: ProjectionMetric;
  /** Times through all edges. Default 500 up to 10,000 points, else 200. */
  epochs?: number;
  /** Of the first epoch; falls to 0. Default 1. */
  learningRate?: number;
  /** Random points that push a point away for each neighbour that draws it near. Default 5. */
  negativeSampleRate?: number;
  /** How strongly. Default 1. */
  repulsionStrength?: number;
  /** First positions: the graph's eigenvectors, principal components, uniform numbers, or [points, components]. Default 'spectral'. */
  init?: 'spectral' | 'pca' | 'random' | Tensor;
  /** A whole number. Default 0. */
  seed?: number;
  /** An AbortSignal that stops the work; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
  onProgress?: OnProjectionProgress;
}

const optionNames: readonly (keyof UmapOptions)[] = [
  'components',
  'neighbors',
  'minDist',
  'spread',
  'metric',
  'epochs',
  'learningRate',
  'negativeSampleRate',
  'repulsionStrength',
  'init',
  'seed',
  'signal',
  'onProgress',
];

type Init = 'spectral' | 'pca' | 'random' | Float32Array;

interface Layout {
  readonly epochs: number;
  readonly rate: number;
  readonly negatives: number;
  readonly repulsion: number;
  readonly curve: Curve;
  readonly seed: number;
}

/**
 * UMAP (McInnes, Healy & Melville 2018) with umap-learn's defaults: groups stay groups, and of the distances between them more is kept
 * than by t-SNE. The event loop has its turn meanwhile. The result is the same for every number of threads.
 *
 * ```ts
 * const embedding = await umap(vectors, { metric: 'cosine', onProgress: (step, points) => draw(points) });
 * ```
 *
 * @param x [points, dimensions], finite: a Tensor, `KeyedVectors` or a list of lists
 * @returns float32 [points, components]
 * @throws ArgumentError, OptionError, DTypeError, ShapeError or ValueError for what is no such table or option; the reason of `signal`
 *   once it is aborted
 */
export async function umap(x: PointData, options?: UmapOptions): Promise<Tensor> {
  const op = 'umap';
  const given = checkOptions(op, options, optionNames);
  const { components = 2, neighbors = 15, metric = 'euclidean', init = 'spectral', seed = 0 } = given;
  checkNumber(op, 'components', components, { least: 1, most: 3, whole: true });
  checkNumber(op, 'neighbors', neighbors, { least: 2, whole: true });
  checkChoice(op, 'metric', metric, metricNames);
  if (!(init instanceof Tensor)) checkChoice(op, 'init', init, ['spectral', 'pca', 'random']);
  checkSeed(op, seed);
  checkSignal(op, given.signal);
  checkFunction(op, 'onProgress', given.onProgress);
  const points = readPoints(op, 'x', x, 4);
  const { rows } = points;
  checkNeighbors(op, neighbors, rows);
  const layout = readLayout(op, given, rows, seed);
  const first: Init = init instanceof Tensor ? givenPositions(op, init, rows, components) : init;
  const work = function* (): Work<Float32Array> {
    const table = yield* searchTable(points, metric);
    const graph = yield* memberships(table, metric, neighbors);
    const positions = yield* firstPositions(op, table, graph, components, first, seed);
    return yield* lay(graph, positions, components, layout);
  };
  return Tensor.wrap(await finishInTurns(work(), given), [rows, components], 'float32');
}

function readLayout(op: string, given: UmapOptions, rows: number, seed: number): Layout {
  const { epochs = rows <= 10_000 ? 500 : 200, learningRate: rate = 1, minDist = 0.1, spread = 1 } = given;
  const { negativeSampleRate: negatives = 5, repulsionStrength: repulsion = 1 } = given;
  checkNumber(op, 'epochs', epochs, { least: 1, whole: true });
  checkNumber(op, 'learningRate', rate, { above: 0 });
  checkNumber(op, 'negativeSampleRate', negatives, { least: 0, most: 1000, whole: true });
  checkNumber(op, 'repulsionStrength', repulsion, { least: 0 });
  checkNumber(op, 'minDist', minDist, { least: 0 });
  checkNumber(op, 'spread', spread, { above: 0 });
  if (minDist > spread) throw new ValueError(`${op}: minDist must be at most spread (${spread}), got ${minDist}`);
  return { epochs, rate, negatives, repulsion, curve: fitCurve(minDist, spread), seed };
}

/** The fuzzy union of each point's neighbourhood. */
function* memberships(table: SearchTable, metric: ProjectionMetric, neighbors: number): Work<Graph> {
  const { rows } = table;
  const k = neighbors - 1;
  const { indices, squares } = yield* exactNeighbors(table, k);
  const distances = squares.map((square) => distanceOf(square, metric));
  let sum = 0;
  for (const distance of distances) sum += distance;
  const mean = sum / (rows * neighbors);
  const weights = new Float32Array(rows * k);
  const slice = 1 << 13;
  for (let begin = 0; begin < rows; begin += slice) {
    callFuzzyRows({ rows, k, begin, end: Math.min(rows, begin + slice), mean, weights, distances });
    yield;
  }
  return yield* joinNeighbors(indices, weights, k, true);
}

/** Where points begin, each dimension from 0 to 10. */
const extent = 10;

function* firstPositions(
  op: string,
  points: SearchTable,
  graph: Graph,
  components: number,
  init: Init,
  seed: number,
): Work<Float32Array> {
  const count = points.rows * components;
  if (typeof init !== 'string') return init;
  let positions: Float32Array;
  if (init === 'random') positions = normalNumbers(count, seed);
  else if (init === 'pca') positions = yield* positionsByVariance(op, points, components);
  else positions = yield* spectralPositions(op, graph, points, components, seed);
  const noise = normalNumbers(count, seed);
  for (let c = 0; c < components; c++) {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let e = c; e < count; e += components) {
      low = Math.min(low, positions[e]);
      high = Math.max(high, positions[e]);
    }
    const scale = high > low ? extent / (high - low) : 0;
    // A little noise, since points in one place don't push each other.
    for (let e = c; e < count; e += components) positions[e] = (positions[e] - low) * scale + 1e-4 * noise[e];
  }
  return positions;
}

/** Points of a slice: some milliseconds. A multiple of those that move at once. */
const pointsAtOnce = 1 << 13;

/** Moves the positions, which stay in their memory. */
function* lay(graph: Graph, y: Float32Array, components: number, layout: Layout): Work<Float32Array> {
  const { rows: points, k, total, indices, weights, starts, ends } = graph;
  const { epochs, negatives, repulsion, curve, seed } = layout;
  let largest = 0;
  for (const weight of weights) largest = Math.max(largest, weight);
  const edges = { points, dims: components, k, total, y, indices, weights, starts, ends };
  const scale = largest > 0 ? 1 / largest : 0;
  for (let number = 0; number < epochs; number++) {
    const how = { number, negatives, seed, ...curve, rate: layout.rate * (1 - number / epochs), repulsion, scale };
    for (let begin = 0; begin < points; begin += pointsAtOnce) {
      callUmapEpoch({ ...edges, ...how, begin, end: Math.min(points, begin + pointsAtOnce) });
      yield;
    }
    yield { step: number + 1, steps: epochs, cost: Number.NaN, positions: y, components };
  }
  return y;
}
