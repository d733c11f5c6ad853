/** Training of classifiers of bags of features, and the nearest centroids of points. */
import {
  type ClassifierSliceCall,
  callClassifierSlice,
  callNearestCentroids,
  resultsOfClassifierSlice,
} from './planned/classifier.js';

/** The codes of native/kernels/vectors/classifier.h. */
export const objectives = { softmax: 0, ns: 1, hs: 2, ova: 3 } as const;

/** Trains on one slice, changing the tables in place: the summed loss, and of how many examples. */
export function trainClassifierSlice(call: ClassifierSliceCall): { loss: number; examples: number } {
  callClassifierSlice(call);
  const { loss, examples } = resultsOfClassifierSlice;
  return { loss, examples };
}

/** codes[i] = the nearest of 256 centroids [256, dim] to point i of [count, dim]. */
export function nearestCentroids(
  codes: Uint8Array,
  points: Float32Array,
  centroids: Float32Array,
  count: number,
  dim: number,
): void {
  callNearestCentroids({ count, dim, codes, points, centroids });
}
