// Made by scripts/make_calls.mjs from native/binding/planned/recurrent.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's layers with a single state, one layer in one direction. */
export interface PlannedRecurrent {
  /** Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan. */
  gruSizes(plan: Float64Array, batchSizes: TypedArray | null): number;
  /** Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan. */
  rnnSizes(plan: Float64Array, batchSizes: TypedArray | null): number;
  gruForward(
    plan: Float64Array,
    output: TypedArray,
    hn: TypedArray,
    cache: TypedArray | null,
    input: TypedArray,
    h0: TypedArray | null,
    inputHidden: TypedArray,
    hiddenHidden: TypedArray,
    biasInput: TypedArray | null,
    biasHidden: TypedArray | null,
    batchSizes: TypedArray | null,
  ): void;
  rnnForward(
    plan: Float64Array,
    output: TypedArray,
    hn: TypedArray,
    cache: TypedArray | null,
    input: TypedArray,
    h0: TypedArray | null,
    inputHidden: TypedArray,
    hiddenHidden: TypedArray,
    biasInput: TypedArray | null,
    biasHidden: TypedArray | null,
    batchSizes: TypedArray | null,
  ): void;
  /** `ldOutput` is that of dOutput, too. */
  gruBackward(
    plan: Float64Array,
    dInput: TypedArray | null,
    dh0: TypedArray,
    dInputHidden: TypedArray | null,
    dHiddenHidden: TypedArray | null,
    dBiasInput: TypedArray | null,
    dBiasHidden: TypedArray | null,
    workspace: TypedArray,
    dOutput: TypedArray | null,
    dhn: TypedArray | null,
    output: TypedArray,
    cache: TypedArray | null,
    input: TypedArray,
    h0: TypedArray | null,
    inputHidden: TypedArray,
    hiddenHidden: TypedArray,
    batchSizes: TypedArray | null,
  ): void;
  /** `ldOutput` is that of dOutput, too. */
  rnnBackward(
    plan: Float64Array,
    dInput: TypedArray | null,
    dh0: TypedArray,
    dInputHidden: TypedArray | null,
    dHiddenHidden: TypedArray | null,
    dBiasInput: TypedArray | null,
    dBiasHidden: TypedArray | null,
    workspace: TypedArray,
    dOutput: TypedArray | null,
    dhn: TypedArray | null,
    output: TypedArray,
    cache: TypedArray | null,
    input: TypedArray,
    h0: TypedArray | null,
    inputHidden: TypedArray,
    hiddenHidden: TypedArray,
    batchSizes: TypedArray | null,
  ): void;
}
