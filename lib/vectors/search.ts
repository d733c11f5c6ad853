import { noGrad } from '../autograd/mode.js';
import { callScanQueries } from '../calls/planned/neighbors.js';
import { ValueError } from '../errors.js';
import { matmul } from '../ops/matmul.js';
import { Tensor } from '../tensor/tensor.js';
import type { Turns } from '../text/corpus/turns.js';
import type { RowStore } from './row_store.js';

export interface SearchOptions {
  /** How many to give. Default 10. */
  topn?: number;
  /** Search among the first so many words only, which are the most frequent. Default null: all. */
  restrictVocab?: number | null;
}

/** A word and the cosine with the query (for products, their quotient). */
export interface Nearest {
  readonly key: string;
  readonly similarity: number;
}

export interface WeightedVector {
  readonly vector: Float32Array;
  readonly weight: number;
}

export function normOf(vector: Float32Array): number {
  let sum = 0;
  for (let j = 0; j < vector.length; j++) sum += vector[j] * vector[j];
  return Math.sqrt(sum);
}

/** Scales a vector to length 1, in place; zero stays zero. */
export function unit(vector: Float32Array): Float32Array {
  const norm = normOf(vector);
  if (norm > 0) for (let j = 0; j < vector.length; j++) vector[j] /= norm;
  return vector;
}

/** Σ weight · vector / Σ |weight|, of unit vectors where asked. */
export function meanOf(vectors: readonly WeightedVector[], dim: number, ofUnits: boolean): Float32Array {
  const sum = new Float64Array(dim);
  let total = 0;
  for (const { vector, weight } of vectors) {
    const norm = ofUnits ? normOf(vector) : 1;
    const factor = norm > 0 ? weight / norm : 0;
    for (let j = 0; j < dim; j++) sum[j] += factor * vector[j];
    total += Math.abs(weight);
  }
  return Float32Array.from(sum, (x) => (total > 0 ? x / total : 0));
}

/** Added to a divisor of 3CosMul, as gensim does. */
const cosmulEpsilon = 1e-6;

/** Rows that are looked at in one call, as native/kernels/projections/neighbors.h has it. */
const rowsAtOnce = 960;

/** Exact search over all rows: one product with the table, then the largest. */
export class Searcher {
  readonly #inverseNorms: Float32Array;

  constructor(
    private readonly keyOf: (index: number) => string,
    private readonly rows: RowStore,
  ) {
    const norms = new Float32Array(rows.size);
    noGrad(() => rows.forBlocks(rows.size, (some, begin) => norms.set(some.norm(2, 1).data as Float32Array, begin)));
    this.#inverseNorms = norms.map((norm) => (norm > 0 ? 1 / norm : 0));
  }

  /** The cosine of each row with a vector, for the first `count` rows. */
  cosines(query: Float32Array, count = this.rows.size): Float32Array {
    const direction = Tensor.wrap(unit(query.slice()), [query.length], 'float32');
    const dots = new Float32Array(count);
    noGrad(() =>
      this.rows.forBlocks(count, (some, begin) => dots.set(matmul(some, direction).data as Float32Array, begin)),
    );
    for (let k = 0; k < count; k++) dots[k] *= this.#inverseNorms[k];
    return dots;
  }

  nearest(op: string, query: Float32Array, without: ReadonlySet<number>, options: SearchOptions): Nearest[] {
    const { topn, count } = this.#limits(op, options);
    return this.#best(this.cosines(query, count), topn, without);
  }

  /** {@link nearest} of many queries: rows are read once for all of them, and the event loop has its turns. */
  async nearestOfEach(
    op: string,
    queries: readonly { readonly vector: Float32Array; readonly without: ReadonlySet<number> }[],
    options: SearchOptions,
    turns: Turns,
  ): Promise<Nearest[][]> {
    const { topn, count } = this.#limits(op, options);
    const { dim } = this.rows;
    const most = queries.reduce((n, { without }) => Math.max(n, without.size), 0);
    const kept = Math.min(count, topn + most);
    const directions = new Float32Array(queries.length * dim);
    for (const [q, { vector }] of queries.entries()) directions.set(unit(vector.slice()), q * dim);
    const found = new Int32Array(queries.length * kept);
    const scores = new Float32Array(queries.length * kept).fill(Number.POSITIVE_INFINITY);
    for (let begin = 0; begin < count; begin += rowsAtOnce) {
      const length = Math.min(rowsAtOnce, count - begin);
      const x = this.rows.stretch(begin, length);
      const inverseNorms = this.#inverseNorms.subarray(begin, begin + length);
      const call = { queryCount: queries.length, dim, kept, first: begin, count: length };
      callScanQueries({ ...call, found, scores, queries: directions, x, inverseNorms });
      await turns.next();
    }
    return queries.map(({ without }, q) => {
      const nearest: Nearest[] = [];
      for (let at = q * kept; at < (q + 1) * kept && nearest.length < topn; at++) {
        if (scores[at] === Number.POSITIVE_INFINITY || without.has(found[at])) continue;
        nearest.push({ key: this.keyOf(found[at]), similarity: -scores[at] });
      }
      return nearest;
    });
  }

  nearestByProduct(
    op: string,
    wanted: readonly WeightedVector[],
    unwanted: readonly WeightedVector[],
    without: ReadonlySet<number>,
    options: SearchOptions,
  ): Nearest[] {
    const { topn, count } = this.#limits(op, options);
    const scores = new Float64Array(count).fill(1);
    const factors = new Float64Array(count).fill(1);
    for (const { vector, weight } of wanted) {
      const cosines = this.cosines(vector, count);
      for (let k = 0; k < count; k++) scores[k] *= ((1 + cosines[k]) / 2) ** weight;
    }
    for (const { vector, weight } of unwanted) {
      const cosines = this.cosines(vector, count);
      for (let k = 0; k < count; k++) factors[k] *= ((1 + cosines[k]) / 2) ** weight;
    }
    return this.#best(
      Float32Array.from(scores, (score, k) => score / (factors[k] + cosmulEpsilon)),
      topn,
      without,
    );
  }

  #limits(op: string, { topn = 10, restrictVocab = null }: SearchOptions): { topn: number; count: number } {
    if (!Number.isInteger(topn) || topn < 1) {
      throw new ValueError(`${op}: topn must be a whole number of at least 1, got ${topn}`);
    }
    if (restrictVocab !== null && (!Number.isInteger(restrictVocab) || restrictVocab < 1)) {
      throw new ValueError(`${op}: restrictVocab must be null or a whole number of at least 1, got ${restrictVocab}`);
    }
    return { topn, count: Math.min(restrictVocab ?? this.rows.size, this.rows.size) };
  }

  #best(scores: Float32Array, topn: number, without: ReadonlySet<number>): Nearest[] {
    const k = Math.min(scores.length, topn + without.size);
    const best = noGrad(() => Tensor.wrap(scores, [scores.length], 'float32').topk(k));
    const found: Nearest[] = [];
    const [values, indices] = [best.values.data, best.indices.data];
    for (let i = 0; i < k && found.length < topn; i++) {
      if (!without.has(indices[i])) found.push({ key: this.keyOf(indices[i]), similarity: values[i] });
    }
    return found;
  }
}
