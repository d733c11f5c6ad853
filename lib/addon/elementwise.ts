import type { TypedArray } from './typed_array.js';

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
