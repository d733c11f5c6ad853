import {
  callTsneCosts,
  callTsneRepulsion,
  callTsneSteps,
  callTsneTree,
  resultsOfTsneTree,
} from '../calls/planned/tsne.js';
import type { Graph } from './graph.js';
import type { Work } from './work.js';

export interface DescentOptions {
  readonly iterations: number;
  /** Steps with exaggeration, which come first. */
  readonly early: number;
  readonly exaggeration: number;
  readonly angle: number;
  readonly rate: number;
}

/** Points of a slice: some milliseconds. A multiple of the points that walk through the tree together. */
const pointsAtOnce = 1 << 13;
/** Steps between two computations of the cost. */
const costInterval = 50;

/** The numbers of one run. */
class Descent {
  readonly #tree: Float32Array;
  readonly #order: Int32Array;
  readonly #packed: Float32Array;
  readonly #forces: Float32Array;
  readonly #sums: Float32Array;
  readonly #steps: Float32Array;
  readonly #gains: Float32Array;
  readonly #points: number;

  constructor(
    private readonly graph: Graph,
    private readonly positions: Float32Array,
    private readonly dims: number,
    private readonly options: DescentOptions,
  ) {
    const points = graph.rows;
    this.#points = points;
    this.#tree = new Float32Array(points * 16);
    this.#order = new Int32Array(points);
    this.#packed = new Float32Array(Math.ceil(points / 16) * 16 * dims);
    this.#forces = new Float32Array(points * dims);
    this.#sums = new Float32Array(points);
    this.#steps = new Float32Array(points * dims);
    this.#gains = new Float32Array(points * dims).fill(1);
  }

  /** Momentum and gains begin anew, as where scikit-learn's second phase begins. */
  startAnew(): void {
    this.#steps.fill(0);
    this.#gains.fill(1);
  }

  *#slices(call: (begin: number, end: number) => void): Work<void> {
    for (let begin = 0; begin < this.#points; begin += pointsAtOnce) {
      call(begin, Math.min(this.#points, begin + pointsAtOnce));
      yield;
    }
  }

  /** The forces between all points; gives the sum Z of all q. */
  *#repel(): Work<number> {
    const [points, dims, tree, order] = [this.#points, this.dims, this.#tree, this.#order];
    const positions = this.#packed;
    callTsneTree({ points, dims, tree, order, positions, y: this.positions });
    const { cells } = resultsOfTsneTree;
    const angle = this.options.angle;
    const [forces, sums] = [this.#forces, this.#sums];
    yield* this.#slices((begin, end) => {
      callTsneRepulsion({ points, dims, cells, begin, end, angle, forces, sums, tree, order, positions });
    });
    let z = 0;
    for (let i = 0; i < points; i++) z += sums[i];
    return Math.max(z, Number.MIN_VALUE);
  }

  get #affinities() {
    const { k, total, indices, weights: values, starts, ends } = this.graph;
    return { k, total, indices, values, starts, ends };
  }

  /** One step; gives Z before it. */
  *step(momentum: number, exaggeration: number): Work<number> {
    const z = yield* this.#repel();
    const [points, dims, y, p] = [this.#points, this.dims, this.positions, this.#affinities];
    const [steps, gains, forces, learningRate] = [this.#steps, this.#gains, this.#forces, this.options.rate];
    yield* this.#slices((begin, end) => {
      const motion = { learningRate, momentum, exaggeration, inverseZ: 1 / z };
      callTsneSteps({ points, dims, begin, end, ...motion, ...p, steps, gains, y, forces });
    });
    for (let e = 0; e < y.length; e++) y[e] += steps[e];
    return z;
  }

  /** The divergence of the picture from the table, in nats, where Z is known. */
  *cost(z: number): Work<number> {
    const [points, dims, y, p] = [this.#points, this.dims, this.positions, this.#affinities];
    const costs = this.#sums;
    yield* this.#slices((begin, end) => callTsneCosts({ points, dims, begin, end, z, ...p, costs, y }));
    let sum = 0;
    for (let i = 0; i < points; i++) sum += costs[i];
    return sum;
  }
}

/** Moves the positions, which stay in their memory, downhill. */
export function* descend(
  graph: Graph,
  positions: Float32Array,
  components: number,
  options: DescentOptions,
): Work<Float32Array> {
  const { iterations, early, exaggeration } = options;
  const descent = new Descent(graph, positions, components, options);
  let cost = Number.NaN;
  for (let step = 1; step <= iterations; step++) {
    const isEarly = step <= early;
    if (step === early + 1) descent.startAnew();
    const z = yield* descent.step(isEarly ? 0.5 : 0.8, isEarly ? exaggeration : 1);
    // Z is that of the positions before the step, which differs in the fourth digit at most.
    if (step % costInterval === 0 || step === iterations) cost = yield* descent.cost(z);
    yield { step, steps: iterations, cost, positions, components };
  }
  return positions;
}
