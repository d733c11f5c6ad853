import { FileFormatError } from '../errors.js';
import { dtypes } from '../tensor/dtype.js';
import { Storage } from '../tensor/storage.js';
import type { ByteSource } from './byte_source.js';
import { elementTypes, formatNames } from './element_types.js';
import { smallFloatTable } from './small_floats.js';

type Integers = BigInt64Array | BigUint64Array | Uint32Array | Int16Array | Uint16Array | Int8Array;

const integerArrays: Readonly<Record<string, new (buffer: ArrayBuffer, offset: number, length: number) => Integers>> = {
  I64: BigInt64Array,
  U64: BigUint64Array,
  U32: Uint32Array,
  I16: Int16Array,
  U16: Uint16Array,
  I8: Int8Array,
};

const elementsAtOnce = 65536;

/** Elements of a file: where they lie, and how. */
export interface ElementRange {
  /** What error messages start with. */
  where: string;
  /** By safetensors' name; one that has a dtype. */
  type: string;
  position: number;
  count: number;
  bigEndian?: boolean;
  /** How messages call the type. */
  typeName?: string;
}

/**
 * Reads elements into memory of their own, of the dtype that holds their type.
 *
 * @param source that they lie whole inside it must have been checked
 * @throws FileFormatError naming the first value that is none, or that int32 can't hold, and its place
 */
export function readElements(source: ByteSource, range: ElementRange): Storage {
  const { type, count } = range;
  const dtype = elementTypes[type].dtype!;
  if (formatNames[dtype] === type) return readAsTheyAre(source, range);
  const storage = Storage.allocate(dtype, count, false);
  if (Object.hasOwn(integerArrays, type)) readIntegers(source, range, storage.array as Int32Array);
  else readSmallFloats(source, range, storage.array as Uint16Array | Float32Array);
  return storage;
}

/** Types that we have too: straight into their own memory, or left in that which the source gives away. */
function readAsTheyAre(
  source: ByteSource,
  { where, type, position, count, bigEndian, typeName = 'bool' }: ElementRange,
): Storage {
  const dtype = elementTypes[type].dtype!;
  const { bytes: width, array: TypedArray } = dtypes[dtype];
  const { owned } = source;
  const inPlace = owned !== undefined && owned.byteOffset % width === 0;
  const storage = inPlace
    ? new Storage(
        new TypedArray(owned.buffer as ArrayBuffer, alignedStart(owned, position, width, count), count),
        dtype,
      )
    : Storage.allocate(dtype, count, false);
  const { array } = storage;
  const bytes = new Uint8Array(array.buffer, array.byteOffset, count * width);
  if (!inPlace) source.read(bytes, position);
  if (bigEndian) swapBytes(bytes, width);
  if (dtype === 'bool') {
    const wrong = bytes.findIndex((byte) => byte > 1);
    if (wrong >= 0)
      throw new FileFormatError(`${where}: a ${typeName} must be 0 or 1, got ${bytes[wrong]} at ${wrong}`);
  }
  return storage;
}

/** Where elements begin in memory of ours; they are moved down to a multiple of their width, should they not lie there. */
function alignedStart(owned: Uint8Array, position: number, width: number, count: number): number {
  const start = position - (position % width);
  if (start !== position) owned.copyWithin(start, position, position + count * width);
  return owned.byteOffset + start;
}

/** Reads some elements at a time: no copy of all of them in the file's own type is ever made. */
function inPieces(
  source: ByteSource,
  { type, position, count, bigEndian }: ElementRange,
  use: (buffer: ArrayBuffer, start: number, count: number) => void,
): void {
  const width = elementTypes[type].bits / 8;
  const buffer = new ArrayBuffer(Math.min(count, elementsAtOnce) * width);
  for (let start = 0; start < count; start += elementsAtOnce) {
    const some = Math.min(count - start, elementsAtOnce);
    const piece = new Uint8Array(buffer, 0, some * width);
    source.read(piece, position + start * width);
    if (bigEndian) swapBytes(piece, width);
    use(buffer, start, some);
  }
}

function readIntegers(source: ByteSource, range: ElementRange, out: Int32Array): void {
  const { where, type } = range;
  inPieces(source, range, (buffer, start, count) => {
    const values = new integerArrays[type](buffer, 0, count);
    for (let i = 0; i < count; i++) {
      const value = Number(values[i]);
      if (value < -(2 ** 31) || value >= 2 ** 31) {
        throw new FileFormatError(`${where}: ${type} is read as int32, which can't hold ${values[i]} at ${start + i}`);
      }
      out[start + i] = value;
    }
  });
}

function readSmallFloats(source: ByteSource, range: ElementRange, out: Uint16Array | Float32Array): void {
  const table = smallFloatTable(range.type);
  inPieces(source, range, (buffer, start, count) => {
    const bytes = new Uint8Array(buffer, 0, count);
    for (let i = 0; i < count; i++) out[start + i] = table[bytes[i]];
  });
}

export function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}
