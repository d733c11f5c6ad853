import { callPerplexityRows } from '../calls/planned/tsne.js';
import { ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkSignal, type StopSignal } from '../text/corpus/turns.js';
import { firstDeviation, givenPositions, normalNumbers, positionsByVariance } from './first_positions.js';
import { type Graph, joinNeighbors } from './graph.js';
import { exactNeighbors, metricNames, type Neighborhood, type ProjectionMetric, searchTable } from './neighbors.js';
import { checkChoice, checkFunction, checkNumber, checkSeed } from './numbers.js';
import { type PointData, type Points, readPoints } from './points.js';
import { type DescentOptions, descend } from './tsne_descent.js';
import { finishInTurns, type OnProjectionProgress, type Work } from './work.js';

export interface TsneOptions {
  /** Dimensions of the embedding: 1, 2 or 3. Default 2. */
  components?: number;
  /** How many neighbours count, in a soft way: less than a third of the points. Default 30. */
  perplexity?: number;
  /** Default 'auto': points / earlyExaggeration / 4, at least 50. */
  learningRate?: number | 'auto';
  /** Steps in all. Default 1000. */
  iterations?: number;
  /** By what neighbours' attraction is multiplied at first. Default 12. */
  earlyExaggeration?: number;
  /** For how many steps. Default 250. */
  earlyExaggerationIterations?: number;
  /** Default 'euclidean'. */
  metric?: ProjectionMetric;
  /** How coarsely far points are taken together: 0 is exact (and slow), 0.8 coarse. Default 0.5. */
  angle?: number;
  /** First positions: principal components scaled to a deviation of 1e-4, normal numbers of that size, or [points, components]. Default 'pca'. */
  init?: 'pca' | 'random' | Tensor;
  /** A whole number. Default 0. Only 'random' depends on it. */
  seed?: number;
  /** An AbortSignal that stops the work; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
  onProgress?: OnProjectionProgress;
}

const optionNames: readonly (keyof TsneOptions)[] = [
  'components',
  'perplexity',
  'learningRate',
  'iterations',
  'earlyExaggeration',
  'earlyExaggerationIterations',
  'metric',
  'angle',
  'init',
  'seed',
  'signal',
  'onProgress',
];

/**
 * t-SNE (van der Maaten & Hinton 2008) by Barnes and Hut's approximation, with scikit-learn's defaults: neighbours in the table stay
 * neighbours in the picture; distances between groups say little. The event loop has its turn meanwhile. The result is the same for
 * every number of threads.
 *
 * ```ts
 * const embedding = await tsne(vectors, { onProgress: (step, points) => draw(points) });
 * ```
 *
 * @param x [points, dimensions], finite: a Tensor, `KeyedVectors` or a list of lists
 * @returns float32 [points, components]
 * @throws ArgumentError, OptionError, DTypeError, ShapeError or ValueError for what is no such table or option; the reason of `signal`
 *   once it is aborted
 */
export async function tsne(x: PointData, options?: TsneOptions): Promise<Tensor> {
  const op = 'tsne';
  const given = checkOptions(op, options, optionNames);
  const { components = 2, perplexity = 30, metric = 'euclidean', init = 'pca', seed = 0 } = given;
  checkNumber(op, 'components', components, { least: 1, most: 3, whole: true });
  checkNumber(op, 'perplexity', perplexity, { least: 1 });
  checkChoice(op, 'metric', metric, metricNames);
  if (!(init instanceof Tensor)) checkChoice(op, 'init', init, ['pca', 'random']);
  checkSeed(op, seed);
  checkSignal(op, given.signal);
  checkFunction(op, 'onProgress', given.onProgress);
  const points = readPoints(op, 'x', x, 4);
  const { rows } = points;
  const descent = readDescent(op, given, rows);
  if (perplexity >= rows / 3) {
    const most = `a third of the number of points (${rows})`;
    throw new ValueError(`${op}: perplexity must be less than ${most}, got ${perplexity}`);
  }
  const first = init instanceof Tensor ? givenPositions(op, init, rows, components) : init;
  const work = function* (): Work<Float32Array> {
    const positions = yield* firstPositions(op, points, components, first, seed);
    const graph = yield* affinities(points, metric, perplexity);
    return yield* descend(graph, positions, components, descent);
  };
  const positions = await finishInTurns(work(), given);
  return Tensor.wrap(positions, [rows, components], 'float32');
}

function readDescent(op: string, given: TsneOptions, rows: number): DescentOptions {
  const { iterations = 1000, earlyExaggeration = 12, earlyExaggerationIterations = 250, angle = 0.5 } = given;
  checkNumber(op, 'iterations', iterations, { least: 1, whole: true });
  checkNumber(op, 'earlyExaggeration', earlyExaggeration, { least: 1 });
  checkNumber(op, 'earlyExaggerationIterations', earlyExaggerationIterations, { least: 0, whole: true });
  checkNumber(op, 'angle', angle, { least: 0, most: 0.8 });
  const { learningRate = 'auto' } = given;
  if (typeof learningRate === 'string') checkChoice(op, 'learningRate', learningRate, ['auto']);
  else checkNumber(op, 'learningRate', learningRate, { above: 0 });
  const automatic = Math.max(50, rows / earlyExaggeration / 4);
  const rate = learningRate === 'auto' ? automatic : learningRate;
  return { iterations, exaggeration: earlyExaggeration, early: earlyExaggerationIterations, angle, rate };
}

/** What t-SNE begins with: so small that no point is near the wrong ones. */
const firstScale = 1e-4;

function* firstPositions(
  op: string,
  points: Points,
  components: number,
  init: 'pca' | 'random' | Float32Array,
  seed: number,
): Work<Float32Array> {
  if (typeof init !== 'string') return init;
  const { rows } = points;
  if (init === 'random') return normalNumbers(rows * components, seed).map((x) => x * firstScale);
  const positions = yield* positionsByVariance(op, points, components);
  const deviation = firstDeviation(positions, components);
  return positions.map((x) => (deviation > 0 ? (x / deviation) * firstScale : 0));
}

/** Takes the points' memory over. p_ij = (p_j|i + p_i|j) / 2n over three neighbours for each that counts, as scikit-learn. */
function* affinities(points: Points, metric: ProjectionMetric, perplexity: number): Work<Graph> {
  const { rows } = points;
  const k = Math.min(rows - 1, Math.floor(3 * perplexity + 1));
  const found: Neighborhood = yield* exactNeighbors(yield* searchTable(points, metric), k);
  const { indices, squares } = found;
  // scikit-learn squares distances of every metric.
  if (metric === 'cosine') for (let e = 0; e < squares.length; e++) squares[e] = (squares[e] / 2) ** 2;
  const p = new Float32Array(squares.length);
  const slice = 1 << 12;
  for (let begin = 0; begin < rows; begin += slice) {
    callPerplexityRows({ rows, k, begin, end: Math.min(rows, begin + slice), perplexity, p, squares });
    yield;
  }
  const graph = yield* joinNeighbors(indices, p, k, false);
  const { weights } = graph;
  for (let e = 0; e < weights.length; e++) weights[e] /= 2 * rows;
  return graph;
}
