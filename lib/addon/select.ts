import type { TypedArray } from './typed_array.js';

/** Works on [outer, rows, inner] and [outer, count, inner]; returns the position of the first bad index, or -1. */
export type SelectFunction = (
  dst: TypedArray,
  dstOffset: number,
  src: TypedArray,
  srcOffset: number,
  indices: TypedArray,
  indicesOffset: number,
  outer: number,
  rows: number,
  count: number,
  inner: number,
) => number;

/**
 * The addon's selections along a dimension: native/binding/select.cc. Each returns the position of the first bad index, or
 * -1.
 */
export interface NativeSelect {
  /** dst[o, i, :] = src[o, indices[i], :] */
  selectSlices: SelectFunction;
  /** dst[o, indices[i], :] = src[o, i, :] */
  placeSlices: SelectFunction;
  /** dst[o, indices[i], :] += src[o, i, :] */
  addSlices: SelectFunction;
  /** dst[o, i, k] = src[o, indices[o, i, k], k] */
  gatherElements: SelectFunction;
  /** dst[o, indices[o, i, k], k] = src[o, i, k] */
  scatterElements: SelectFunction;
  /** dst[o, indices[o, i, k], k] += src[o, i, k] */
  scatterAddElements: SelectFunction;
  /** How many bytes of mask are not 0. */
  countSet(mask: TypedArray, maskOffset: number, n: number): number;
  /** Writes the positions of the set bytes of mask to out, ascending, at most `capacity`; returns how many it wrote. */
  setPositions(out: Int32Array, capacity: number, mask: TypedArray, maskOffset: number, n: number): number;
}
