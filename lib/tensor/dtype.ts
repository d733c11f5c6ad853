import type { TypedArray } from '../addon/typed_array.js';
import { DTypeError, describe } from '../errors.js';
import { nearest } from '../options.js';

/** What a tensor's elements are. float16 and bfloat16 are storage types: arithmetic converts them to float32. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'bool' | 'float16' | 'bfloat16';

export type { TypedArray };

export interface DTypeInfo {
  readonly name: DType;
  /** The number that native code knows this dtype by (binding/arguments.h). */
  readonly code: number;
  readonly bytes: number;
  readonly floating: boolean;
  /** Arithmetic runs on it directly. */
  readonly computes: boolean;
  readonly array: new (buffer: ArrayBuffer, byteOffset: number, length: number) => TypedArray;
}

export const dtypes: { readonly [K in DType]: DTypeInfo } = {
  float32: { name: 'float32', code: 0, bytes: 4, floating: true, computes: true, array: Float32Array },
  float64: { name: 'float64', code: 1, bytes: 8, floating: true, computes: true, array: Float64Array },
  int32: { name: 'int32', code: 2, bytes: 4, floating: false, computes: true, array: Int32Array },
  uint8: { name: 'uint8', code: 3, bytes: 1, floating: false, computes: true, array: Uint8Array },
  bool: { name: 'bool', code: 4, bytes: 1, floating: false, computes: true, array: Uint8Array },
  float16: { name: 'float16', code: 5, bytes: 2, floating: true, computes: false, array: Uint16Array },
  bfloat16: { name: 'bfloat16', code: 6, bytes: 2, floating: true, computes: false, array: Uint16Array },
};

const kindGetter = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Int8Array.prototype), Symbol.toStringTag)
  ?.get as (this: ArrayBufferView) => string | undefined;

/**
 * The kind of a typed array, such as 'Float32Array', or undefined for a DataView. Unlike `instanceof` it also knows the
 * arrays of another realm (vm contexts, test runners that use them) and is not fooled by a prototype.
 */
export function arrayKind(view: ArrayBufferView): string | undefined {
  return kindGetter.call(view);
}

/**
 * The dtype that a typed array's values have as a tensor, by the array's kind; those of the others must be converted.
 * Float16Array comes with Node 24; its memory is read as the bits that it holds.
 */
export const dtypeOfKind: { readonly [kind: string]: DType | undefined } = {
  Float16Array: 'float16',
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int32Array: 'int32',
  Uint8Array: 'uint8',
  Uint8ClampedArray: 'uint8',
};

export function isFloating(dtype: DType): boolean {
  return dtypes[dtype].floating;
}

export function isInteger(dtype: DType): boolean {
  return dtype === 'int32' || dtype === 'uint8';
}

/** @throws DTypeError when `dtype` is no dtype name. */
export function checkDType(op: string, dtype: unknown): DType {
  if (typeof dtype === 'string' && Object.hasOwn(dtypes, dtype)) return dtype as DType;
  const names = Object.keys(dtypes);
  const close = typeof dtype === 'string' ? nearest(dtype, names) : null;
  const hint = close ? `; did you mean '${close}'?` : '';
  throw new DTypeError(`${op}: dtype must be one of ${names.join(', ')}, got ${describe(dtype)}${hint}`);
}

const category: { readonly [K in DType]: number } = {
  bool: 0,
  uint8: 1,
  int32: 1,
  float16: 2,
  bfloat16: 2,
  float32: 2,
  float64: 2,
};

const rank: { readonly [K in DType]: number } = {
  bool: 0,
  uint8: 1,
  int32: 2,
  float16: 3,
  bfloat16: 3,
  float32: 4,
  float64: 5,
};

/** The dtype that holds both, by PyTorch's promotion rules for two tensors (float16 with bfloat16 gives float32). */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  if (rank[a] === rank[b]) return 'float32';
  return rank[a] > rank[b] ? a : b;
}

/**
 * The dtype of a tensor combined with a plain number or boolean: a scalar of a higher category lifts the tensor to that
 * category's default, any other leaves it alone. A number counts as an integer when it is one and the tensor is not
 * boolean-with-fraction; fractions lift integer tensors to float32.
 */
export function promoteScalar(dtype: DType, scalar: number | boolean): DType {
  const scalarCategory = typeof scalar === 'boolean' ? 0 : Number.isInteger(scalar) ? 1 : 2;
  if (scalarCategory <= category[dtype]) return dtype;
  return scalarCategory === 2 ? 'float32' : 'int32';
}
