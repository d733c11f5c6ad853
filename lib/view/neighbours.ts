import { noGrad } from '../autograd/mode.js';
import { cdist } from '../ops/distances.js';
import { topk } from '../ops/sorting.js';
import { Tensor } from '../tensor/tensor.js';
import type { KeyedVectors } from '../vectors/keyed_vectors.js';
import type { Found, Metric, Neighbour } from './protocol.js';

/** The rows nearest to one of them, nearest first: by the angle between them, or by the distance. */
export function neighboursOf(vectors: KeyedVectors, index: number, metric: Metric, count: number): Neighbour[] {
  const key = vectors.keys[index];
  if (metric === 'cosine') {
    const found = vectors.mostSimilar(key, { topn: count });
    return found.map(({ key: other, similarity }) => ({
      index: vectors.index(other),
      key: other,
      score: similarity,
    }));
  }
  const row = Tensor.wrap(vectors.vector(key), [1, vectors.vectorSize], 'float32');
  const distances = noGrad(() => cdist(row, vectors.vectors, { computeMode: 'donot_use_mm_for_euclid_dist' }));
  const nearest = topk(distances.view([-1]), Math.min(count + 1, vectors.size), -1, { largest: false });
  const [values, rows] = [nearest.values.data, nearest.indices.data];
  return Array.from(rows, (other, k) => ({
    index: Number(other),
    key: vectors.keys[Number(other)],
    score: Number(values[k]),
  }))
    .filter((found) => found.index !== index)
    .slice(0, count);
}

/** Words that are, begin with, or hold a text, whatever its case: in this order, the first rows first. */
export function searchWords(keys: readonly string[], text: string, count: number): Found[] {
  const wanted = text.toLowerCase();
  const found: Found[][] = [[], [], []];
  for (const [index, key] of keys.entries()) {
    const at = key.toLowerCase().indexOf(wanted);
    if (at < 0) continue;
    const rank = key.length === text.length ? 0 : at === 0 ? 1 : 2;
    if (found[rank].length < count) found[rank].push({ index, key });
  }
  return found.flat().slice(0, count);
}
