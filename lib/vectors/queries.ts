import { ArgumentError, describe, ShapeError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';

/** A word, its vector, or either with a weight. */
export type Query = string | ArrayLike<number> | Tensor;
export type Queries = Query | readonly (Query | readonly [Query, number])[];

/** What a query means: the row of a word that has one, and the vector. */
export interface Found {
  readonly index: number | null;
  readonly vector: Float32Array;
  readonly weight: number;
}

/**
 * Reads what a search is given.
 * @param weight of what comes without one
 * @param find looks a word up
 * @throws ArgumentError for what is no query, ShapeError for a vector of another size or with what is no number
 */
export function readQueries(
  op: string,
  name: string,
  given: Queries,
  weight: number,
  dim: number,
  find: (word: string) => { readonly index: number | null; readonly vector: Float32Array },
): Found[] {
  const isOne = typeof given === 'string' || given instanceof Tensor || ArrayBuffer.isView(given) || isNumbers(given);
  if (!isOne && !Array.isArray(given)) {
    throw new ArgumentError(`${op}: ${name} must be words or vectors, got ${describe(given)}`);
  }
  const list = (isOne ? [given] : given) as readonly (Query | readonly [Query, number])[];
  return list.map((item) => {
    const isWeighted =
      Array.isArray(item) && item.length === 2 && (typeof item[0] === 'string' || typeof item[0] === 'object');
    const [query, own] = isWeighted ? (item as [Query, number]) : [item as Query, weight];
    if (!Number.isFinite(own)) throw new ArgumentError(`${op}: a weight must be a number, got ${describe(own)}`);
    if (typeof query === 'string') return { ...find(query), weight: own };
    const vector =
      query instanceof Tensor
        ? Float32Array.from(query.detach().float().view([-1]).data)
        : Float32Array.from(query as ArrayLike<number>);
    if (vector.length !== dim || !vector.every(Number.isFinite)) {
      throw new ShapeError(`${op}: a vector in ${name} must be ${dim} finite numbers, got ${describe(query)}`);
    }
    return { index: null, vector, weight: own };
  });
}

function isNumbers(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((x) => typeof x === 'number');
}
