import type { TypedArray } from '../tensor/dtype.js';

/**
 * The addon's functions for lookups, losses and optimizers. As everywhere, arrays are whole storages, and `plan` holds
 * sizes, offsets and options in the order that native/binding documents beside each function.
 */
export interface TrainingKernels {
  // native/binding/gather.cc. Each returns the position of the first bad index, or -1, and writes nothing before that.
  /** out[i, :] = table[indices[i], :] */
  gatherRows(plan: Float64Array, out: TypedArray, table: TypedArray, indices: TypedArray): number;
  /**
   * table[indices[i], :] += row i of a list of rows, into zeros unless plan says to accumulate. A list is values, and
   * the place in them and the factor of each row: values[source[i], :] * scale[i].
   */
  scatterRows(
    plan: Float64Array,
    table: TypedArray,
    values: TypedArray,
    indices: TypedArray,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** Sums the rows of equal indices; how many distinct ones there are is left in plan[0]. */
  coalesceRows(
    plan: Float64Array,
    outIndices: TypedArray,
    outValues: TypedArray,
    indices: TypedArray,
    values: TypedArray,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** How many distinct indices there are; a bad one at position p gives -1 - p. */
  countDistinct(plan: Float64Array, indices: TypedArray): number;
  /** Scales the rows that indices name to a largest norm. Gives a bad index's position, -1 for no change, or -2. */
  renormRows(plan: Float64Array, table: TypedArray, indices: TypedArray): number;

  // native/binding/embedding_bag.cc. The plan is that of lib/calls/embedding_bag.ts; forward calls return the position of the
  // first bad index, -2 less that of the first bad offset, or -1.
  /** Sums, means or maxima over bags; `winner` gets the tokens that gave the maxima. */
  embeddingBag(
    plan: Float64Array,
    out: TypedArray,
    winner: TypedArray | null,
    table: TypedArray,
    factor: TypedArray | null,
    indices: TypedArray,
    offsets: TypedArray | null,
    weights: TypedArray | null,
  ): number;
  /** Rows of a table of 16-bit floats or int8, widened to float32. */
  gatherStored(
    plan: Float64Array,
    out: TypedArray,
    table: TypedArray,
    factor: TypedArray | null,
    indices: TypedArray,
  ): number;
  /** Index, bag and factor of each token that is no padding; returns how many there are. */
  embeddingBagTokens(
    plan: Float64Array,
    outIndices: TypedArray,
    source: TypedArray,
    scale: TypedArray,
    indices: TypedArray,
    offsets: TypedArray | null,
    weights: TypedArray | null,
  ): number;
  /** gradient[bag of i, :] · table[indices[i], :] for each token. */
  embeddingBagWeightGradients(
    plan: Float64Array,
    out: TypedArray,
    gradient: TypedArray,
    table: TypedArray,
    indices: TypedArray,
    offsets: TypedArray | null,
  ): number;
  /** out[place[winner[b, j]], j] += gradient[b, j] */
  embeddingBagWinners(
    plan: Float64Array,
    out: TypedArray,
    place: TypedArray,
    winner: TypedArray,
    gradient: TypedArray,
  ): void;

  // native/binding/softmax.cc
  softmax(plan: Float64Array, out: TypedArray, x: TypedArray): void;
  softmaxBackward(plan: Float64Array, dx: TypedArray, dy: TypedArray, y: TypedArray): void;
  /** Cross entropy with a normaliser, negative log likelihood without; returns the first bad target's place, or -1. */
  classLoss(
    plan: Float64Array,
    loss: TypedArray,
    normaliser: TypedArray | null,
    scores: TypedArray,
    targets: TypedArray,
    weight: TypedArray | null,
  ): number;
  classLossBackward(
    plan: Float64Array,
    dscores: TypedArray,
    normaliser: TypedArray | null,
    scores: TypedArray | null,
    targets: TypedArray,
    weight: TypedArray | null,
    dloss: TypedArray,
  ): void;

  // native/binding/losses.cc
  /** The position of the first value outside [0, 1], or -1. */
  findOutsideUnit(n: number, offset: number, x: TypedArray): number;
  /** Returns the sum of the losses. */
  elementLoss(
    plan: Float64Array,
    out: TypedArray | null,
    x: TypedArray,
    target: TypedArray,
    weight: TypedArray | null,
    positive: TypedArray | null,
  ): number;
  elementLossBackward(
    plan: Float64Array,
    dx: TypedArray,
    x: TypedArray,
    target: TypedArray,
    weight: TypedArray | null,
    positive: TypedArray | null,
    dloss: TypedArray,
  ): void;

  // native/binding/optim.cc
  /** One optimizer update of one parameter; returns the position of the first bad row index, or -1. */
  updateParameter(
    plan: Float64Array,
    weight: TypedArray,
    state0: TypedArray | null,
    state1: TypedArray | null,
    state2: TypedArray | null,
    values: TypedArray,
    indices: TypedArray | null,
    source: TypedArray | null,
    scale: TypedArray | null,
  ): number;
  /** Σ |x|^p, or the largest |x| for p = Infinity. */
  sumOfPowers(n: number, offset: number, p: number, x: TypedArray): number;
  scaleInPlace(n: number, offset: number, factor: number, x: TypedArray): void;
  clampInPlace(n: number, offset: number, limit: number, x: TypedArray): void;
}
