// Made by scripts/make_calls.mjs from native/binding/planned/classifier.calls.
import type { TypedArray } from '../typed_array.js';

/**
 * The addon's trainer of classifiers of bags of features (kernels/vectors/classifier.h). Rows of both tables are
 * `dim` rounded up to 16 apart.
 */
export interface PlannedClassifier {
  /**
   * Trains on examples[begin … end), on at most `threads` threads. `loss` is 0 softmax, 1 negative sampling, 2
   * hierarchical softmax, 3 one against all. The summed loss comes back, and of how many examples.
   */
  classifierSlice(
    plan: Float64Array,
    input: TypedArray,
    output: TypedArray,
    exampleBegin: TypedArray,
    rows: TypedArray,
    weights: TypedArray,
    labelBegin: TypedArray,
    exampleLabels: TypedArray,
    negatives: TypedArray | null,
    pathBegin: TypedArray | null,
    pathNodes: TypedArray | null,
    pathCodes: TypedArray | null,
  ): void;
  /** codes[i] = the nearest of 256 centroids to point i. */
  nearestCentroids(plan: Float64Array, codes: TypedArray, points: TypedArray, centroids: TypedArray): void;
}
