// Made by scripts/make_calls.mjs from native/binding/planned/tsne.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's t-SNE (kernels/projections/tsne.h). A tree's cells are eight numbers each. */
export interface PlannedTsne {
  /** Probabilities of neighbours from rows [begin, end) of squared distances. */
  perplexityRows(plan: Float64Array, p: TypedArray, squares: TypedArray): void;
  /** Makes the tree of y; `cells` is how many it has. */
  tsneTree(plan: Float64Array, tree: TypedArray, order: TypedArray, positions: TypedArray, y: TypedArray): void;
  /** Forces and sums of the points at places [begin, end) of the order. */
  tsneRepulsion(
    plan: Float64Array,
    forces: TypedArray,
    sums: TypedArray,
    tree: TypedArray,
    order: TypedArray,
    positions: TypedArray,
  ): void;
  /** Brings steps and gains of points [begin, end) up to date. */
  tsneSteps(
    plan: Float64Array,
    steps: TypedArray,
    gains: TypedArray,
    y: TypedArray,
    forces: TypedArray,
    indices: TypedArray,
    values: TypedArray,
    starts: TypedArray,
    ends: TypedArray,
  ): void;
  /** The share of the cost of points [begin, end). */
  tsneCosts(
    plan: Float64Array,
    costs: TypedArray,
    y: TypedArray,
    indices: TypedArray,
    values: TypedArray,
    starts: TypedArray,
    ends: TypedArray,
  ): void;
}
