import type { TypedArray } from '../tensor/dtype.js';

/** The addon's elementwise functions: native/binding/elementwise.cc. Codes are those of `calls/opcodes.ts`. */
export interface NativeElementwise {
  /**
   * out = op(x), over strides: `plan` holds ndim, sizes…, then each operand's strides, the output's first. p0 and p1 are
   * the operation's constants.
   */
  unary(
    op: number,
    p0: number,
    p1: number,
    out: TypedArray,
    outOffset: number,
    x: TypedArray,
    xOffset: number,
    plan: Float64Array,
  ): void;
  /** out = op(a, b); a null operand is `number`. */
  binary(
    op: number,
    p0: number,
    p1: number,
    number: number,
    out: TypedArray,
    outOffset: number,
    a: TypedArray | null,
    aOffset: number,
    b: TypedArray | null,
    bOffset: number,
    plan: Float64Array,
  ): void;
  /** out = op(a, b, c); a null c is `number`. */
  ternary(
    op: number,
    p0: number,
    number: number,
    out: TypedArray,
    outOffset: number,
    a: TypedArray,
    aOffset: number,
    b: TypedArray,
    bOffset: number,
    c: TypedArray | null,
    cOffset: number,
    plan: Float64Array,
  ): void;
  /** out (a Uint8Array) = 1 where op(a, b) holds, else 0; a null b is `number`. */
  compare(
    op: number,
    number: number,
    out: TypedArray,
    outOffset: number,
    a: TypedArray,
    aOffset: number,
    b: TypedArray | null,
    bOffset: number,
    plan: Float64Array,
  ): void;
  /** out = mask ? a : b; a null a is `aNumber`, a null b is `bNumber`. */
  where(
    aNumber: number,
    bNumber: number,
    out: TypedArray,
    outOffset: number,
    mask: TypedArray,
    maskOffset: number,
    a: TypedArray | null,
    aOffset: number,
    b: TypedArray | null,
    bOffset: number,
    plan: Float64Array,
  ): void;
  /** out = x · scale where mask is set, else 0. */
  maskScale(
    scale: number,
    out: TypedArray,
    outOffset: number,
    x: TypedArray,
    xOffset: number,
    mask: TypedArray,
    maskOffset: number,
    plan: Float64Array,
  ): void;
  /** Each family's operation names in the order of their codes. */
  elementwiseNames(): { [family: string]: string[] };
}

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
