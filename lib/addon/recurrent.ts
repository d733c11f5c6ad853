import type { TypedArray } from '../tensor/dtype.js';

/**
 * The addon's matrix products and recurrent layers. As everywhere, arrays are whole storages, and `plan` holds sizes,
 * offsets and options in the order that native/binding documents beside each function.
 */
export interface NativeProducts {
  // native/binding/matmul.cc
  /** c = a · b (+ bias per column) (+ c), for each place of a batch. */
  matmul(plan: Float64Array, c: TypedArray, a: TypedArray, b: TypedArray, bias: TypedArray | null): void;
  /** out = the sums of a's columns. */
  columnSums(plan: Float64Array, out: TypedArray, a: TypedArray): void;

  // native/binding/lstm.cc: one layer in one direction
  /** Elements that the forward pass keeps for backward; those of backward's working memory are left in plan[0]. */
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

  // native/binding/gru.cc and rnn.cc: one layer in one direction
  gruSizes: NativeRecurrentSizes;
  gruForward: NativeRecurrentForward;
  gruBackward: NativeRecurrentBackward;
  rnnSizes: NativeRecurrentSizes;
  rnnForward: NativeRecurrentForward;
  rnnBackward: NativeRecurrentBackward;
}

// native/binding/recurrent.h: what the layers with a single state have in common

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
