import type { DType } from '../tensor/dtype.js';

/** What becomes of an element type of files: how many bits it has there, and our dtype, null where none can hold it. */
export interface ElementType {
  readonly bits: number;
  readonly dtype: DType | null;
}

/**
 * The element types of files, by safetensors' names (https://github.com/huggingface/safetensors). Integers that Lutra
 * lacks become int32, where they fit; 8-bit floats become float16, which holds each of their values, and powers of two
 * (F8_E8M0) float32.
 */
export const elementTypes: Readonly<Record<string, ElementType>> = {
  F64: { bits: 64, dtype: 'float64' },
  F32: { bits: 32, dtype: 'float32' },
  F16: { bits: 16, dtype: 'float16' },
  BF16: { bits: 16, dtype: 'bfloat16' },
  F8_E4M3: { bits: 8, dtype: 'float16' },
  F8_E5M2: { bits: 8, dtype: 'float16' },
  F8_E4M3FNUZ: { bits: 8, dtype: 'float16' },
  F8_E5M2FNUZ: { bits: 8, dtype: 'float16' },
  F8_E8M0: { bits: 8, dtype: 'float32' },
  I64: { bits: 64, dtype: 'int32' },
  U64: { bits: 64, dtype: 'int32' },
  I32: { bits: 32, dtype: 'int32' },
  U32: { bits: 32, dtype: 'int32' },
  I16: { bits: 16, dtype: 'int32' },
  U16: { bits: 16, dtype: 'int32' },
  I8: { bits: 8, dtype: 'int32' },
  U8: { bits: 8, dtype: 'uint8' },
  BOOL: { bits: 8, dtype: 'bool' },
  C64: { bits: 64, dtype: null },
  F6_E2M3: { bits: 6, dtype: null },
  F6_E3M2: { bits: 6, dtype: null },
  F4: { bits: 4, dtype: null },
};

/** Our dtypes in the format's words. */
export const formatNames: Readonly<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};

/** What elements take in memory, compared with the file: 4 for the smallest integers, which become int32. */
export function widening({ bits, dtype }: ElementType): number {
  const ours = dtype === null ? 0 : dtype === 'float32' || dtype === 'int32' ? 32 : dtype === 'float16' ? 16 : bits;
  return Math.max(1, ours / bits);
}
