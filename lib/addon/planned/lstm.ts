// Made by scripts/make_calls.mjs from native/binding/planned/lstm.calls.
import type { TypedArray } from '../typed_array.js';

/** The addon's LSTM, one layer in one direction. */
export interface PlannedLstm {
  /** Elements that the forward pass keeps for backward; those of backward's working memory are left in the plan. */
  lstmSizes(plan: Float64Array, batchSizes: TypedArray | null): number;
  lstmForward(
    plan: Float64Array,
    output: TypedArray,
    hn: TypedArray,
    cn: TypedArray,
    cache: TypedArray | null,
    input: TypedArray,
    h0: TypedArray | null,
    c0: TypedArray | null,
    inputHidden: TypedArray,
    hiddenHidden: TypedArray,
    projection: TypedArray | null,
    biasInput: TypedArray | null,
    biasHidden: TypedArray | null,
    batchSizes: TypedArray | null,
  ): void;
  /** `ldOutput` is that of dOutput, too. */
  lstmBackward(
    plan: Float64Array,
    dInput: TypedArray | null,
    dh0: TypedArray,
    dc0: TypedArray,
    dInputHidden: TypedArray | null,
    dHiddenHidden: TypedArray | null,
    dProjection: TypedArray | null,
    dBias: TypedArray | null,
    workspace: TypedArray,
    dOutput: TypedArray | null,
    dhn: TypedArray | null,
    dcn: TypedArray | null,
    output: TypedArray,
    cache: TypedArray,
    input: TypedArray,
    h0: TypedArray | null,
    c0: TypedArray | null,
    inputHidden: TypedArray,
    hiddenHidden: TypedArray,
    projection: TypedArray | null,
    batchSizes: TypedArray | null,
  ): void;
}
