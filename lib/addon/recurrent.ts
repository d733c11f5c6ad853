import type { TypedArray } from './typed_array.js';

// native/binding/recurrent.h: what the layers with a single state have in common.

/** Elements that the forward pass keeps for backward; those of backward's working memory are left in plan[0]. */
export type NativeRecurrentSizes = (plan: Float64Array, batchSizes: TypedArray | null) => number;

export type NativeRecurrentForward = (
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
) => void;

export type NativeRecurrentBackward = (
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
) => void;
