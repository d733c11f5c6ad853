import type { TypedArray } from './typed_array.js';

/** The addon's strided copies, casts and fills: native/binding/copy.cc. */
export interface NativeCopy {
  /**
   * dst = src, converting dtypes (codes of tensor/dtype.ts). plan: ndim, sizes…, dst strides…, src strides…
   */
  copy(
    dst: TypedArray,
    dstDType: number,
    dstOffset: number,
    src: TypedArray,
    srcDType: number,
    srcOffset: number,
    plan: Float64Array,
  ): void;
  /** dst[k] = value along a strided window. plan: ndim, sizes…, dst strides… */
  fill(dst: TypedArray, dtype: number, dstOffset: number, value: number, plan: Float64Array): void;
}
