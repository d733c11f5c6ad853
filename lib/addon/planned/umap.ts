// Made by scripts/make_calls.mjs from native/binding/planned/umap.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's UMAP (kernels/projections/umap.h). */
export interface PlannedUmap {
  /** Membership of the k neighbours of rows [begin, end), by their distances. */
  fuzzyRows(plan: Float64Array, weights: TypedArray, distances: TypedArray): void;
  /** Rows [begin, end) of alpha S x + beta x + gamma previous. */
  graphProduct(
    plan: Float64Array,
    out: TypedArray,
    x: TypedArray,
    previous: TypedArray,
    scales: TypedArray,
    indices: TypedArray,
    weights: TypedArray,
    starts: TypedArray,
    ends: TypedArray,
  ): void;
  /** Moves points [begin, end). */
  umapEpoch(
    plan: Float64Array,
    y: TypedArray,
    indices: TypedArray,
    weights: TypedArray,
    starts: TypedArray,
    ends: TypedArray,
  ): void;
}
