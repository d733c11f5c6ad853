// Made by scripts/make_calls.mjs from native/binding/planned/optim.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's optimizer updates. */
export interface PlannedOptim {
  /**
   * One update of one parameter by the rule that has the code in native/binding/optim.cc. A dense gradient has count *
   * dim values; with indices they, source and scale are a list of rows. Returns the position of the first bad row
   * index, or -1.
   */
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
  /**
   * One update by Adafactor: of [matrices, rows, columns] weights with their rows' means and, as means, their
   * columns'; or without rowMeans of a vector, whose means are its variance.
   */
  adafactor(
    plan: Float64Array,
    weight: TypedArray,
    rowMeans: TypedArray | null,
    means: TypedArray,
    gradient: TypedArray,
  ): void;
}
