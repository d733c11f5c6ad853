import type { TypedArray } from './typed_array.js';

/** The addon's reductions: native/binding/reduce.cc. Arrays are contiguous, seen as [outer, n, inner]. */
export interface NativeReduce {
  /** out [outer, inner] = (reduction of x over n) / divisor. p: the power of sumPowers; center: of deviations. */
  reduce(
    op: number,
    p: number,
    divisor: number,
    out: TypedArray,
    outOffset: number,
    x: TypedArray,
    xOffset: number,
    center: TypedArray | null,
    centerOffset: number,
    outer: number,
    n: number,
    inner: number,
  ): void;
  /** The same for int32 and uint8 into int32 (sum, prod, max, min): -1, or the first output that does not fit. */
  reduceIntegers(
    op: number,
    out: TypedArray,
    outOffset: number,
    x: TypedArray,
    xOffset: number,
    outer: number,
    n: number,
    inner: number,
  ): number;
  /** The largest or smallest values over n and their positions. */
  extremes(
    largest: boolean,
    values: TypedArray,
    valuesOffset: number,
    indices: TypedArray,
    indicesOffset: number,
    x: TypedArray,
    xOffset: number,
    outer: number,
    n: number,
    inner: number,
  ): void;
  /** out (a Uint8Array) = whether all (or any) elements over n are not zero. */
  allOrAny(
    all: boolean,
    out: TypedArray,
    outOffset: number,
    x: TypedArray,
    xOffset: number,
    outer: number,
    n: number,
    inner: number,
  ): void;
  /** Running sums over n, from the end when reverse. */
  cumulativeSum(
    reverse: boolean,
    out: TypedArray,
    outOffset: number,
    x: TypedArray,
    xOffset: number,
    outer: number,
    n: number,
    inner: number,
  ): void;
  /** The k largest (smallest) over n, best first, with their positions: outputs are [outer, k, inner]. */
  topk(
    k: number,
    largest: boolean,
    values: TypedArray,
    valuesOffset: number,
    indices: TypedArray,
    indicesOffset: number,
    x: TypedArray,
    xOffset: number,
    outer: number,
    n: number,
    inner: number,
  ): void;
}
