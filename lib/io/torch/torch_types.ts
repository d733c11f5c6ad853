import { elementTypes } from '../element_types.js';

/** An element type of PyTorch's: its name there, and by safetensors' names, null where nothing here can hold it. */
export interface TorchType {
  readonly dtype: string;
  readonly type: string | null;
}

/** By PyTorch's dtypes. */
export const torchTypes: Readonly<Record<string, string | null>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  float8_e4m3fn: 'F8_E4M3',
  float8_e5m2: 'F8_E5M2',
  float8_e4m3fnuz: 'F8_E4M3FNUZ',
  float8_e5m2fnuz: 'F8_E5M2FNUZ',
  float8_e8m0fnu: 'F8_E8M0',
  int64: 'I64',
  int32: 'I32',
  int16: 'I16',
  int8: 'I8',
  uint64: 'U64',
  uint32: 'U32',
  uint16: 'U16',
  uint8: 'U8',
  bool: 'BOOL',
  complex128: null,
  complex64: null,
  complex32: null,
  float4_e2m1fn_x2: null,
  quint8: null,
  qint8: null,
  qint32: null,
  quint4x2: null,
  quint2x4: null,
  bits1x8: null,
  bits2x4: null,
  bits4x2: null,
  bits8: null,
  bits16: null,
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7].flatMap((n) => [`int${n}`, `uint${n}`].map((name) => [name, null]))),
};

/** The dtypes of PyTorch's storage classes. A storage without a type is bytes: its tensors say what they are. */
export const storageDtypes: Readonly<Record<string, string>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexDoubleStorage: 'complex128',
  ComplexFloatStorage: 'complex64',
  QUInt8Storage: 'quint8',
  QInt8Storage: 'qint8',
  QInt32Storage: 'qint32',
  QUInt4x2Storage: 'quint4x2',
  QUInt2x4Storage: 'quint2x4',
};

/** What to do in PyTorch about a dtype that nothing here can hold. */
export function remedyFor(dtype: string): string {
  if (dtype.startsWith('complex')) return 'save torch.view_as_real(it)';
  return /^q/.test(dtype) ? 'save its dequantize()' : 'save it as another dtype';
}

/** Bytes of the types that nothing here can hold, where they have more than one. */
const otherBytes: Readonly<Record<string, number>> = {
  complex128: 16,
  complex64: 8,
  complex32: 4,
  qint32: 4,
  bits16: 2,
};

/** Bytes of an element, also of what nothing here can hold; of a storage without a dtype each byte is one. */
export function dtypeBytes(dtype: string | null): number {
  const type = dtype === null ? null : torchTypes[dtype];
  return type === null ? (otherBytes[dtype ?? ''] ?? 1) : elementTypes[type].bits / 8;
}
