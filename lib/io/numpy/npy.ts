import { ArgumentError, DTypeError, describe, FileFormatError } from '../../errors.js';
import { contiguous } from '../../ops/copy.js';
import type { DType } from '../../tensor/dtype.js';
import { formatShape } from '../../tensor/shape.js';
import { checkTensor, Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import { type ByteSource, bufferSource, readBytes, withFile } from '../byte_source.js';
import { readWideIntegers } from '../safetensors/wide_integers.js';
import { formatNpyHeader, type NpyHeader, npyBytes, parseNpyHeader } from './npy_header.js';

/** Our dtypes in the format's words. NumPy has no bfloat16. */
const descriptions: Readonly<Partial<Record<DType, string>>> = {
  float64: '<f8',
  float32: '<f4',
  float16: '<f2',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
};

const ourNames: Readonly<Record<string, DType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i4: 'int32',
  u1: 'uint8',
  b1: 'bool',
};

/** Integer types that become int32, by safetensors' names. */
const integerNames: Readonly<Record<string, string>> = {
  i8: 'I64',
  u8: 'U64',
  u4: 'U32',
  i2: 'I16',
  u2: 'U16',
  i1: 'I8',
};

const magic = '\x93NUMPY';
/** Beyond this a header is refused before it is read. */
const largestHeader = 2 ** 20;

/**
 * Reads a NumPy array from a `.npy` file of version 1, 2 or 3, in C or Fortran order and either byte order. The integer
 * types that Lutra lacks become int32.
 *
 * @throws FileFormatError naming the file, what was expected and what came, before anything that the header claims is
 *   allocated; the file system's own error where the file can't be read
 */
export function loadNpy(path: string): Tensor {
  return withFile('loadNpy', path, readNpy);
}

/** {@link loadNpy} of bytes in memory, which are copied. */
export function parseNpy(buffer: Uint8Array | ArrayBuffer): Tensor {
  return readNpy(bufferSource('parseNpy', buffer));
}

/**
 * Writes a tensor to a `.npy` file, version 1, in C order. A crash leaves the file that was there, or the new one.
 * @throws ArgumentError, DTypeError (bfloat16 is unknown to NumPy) before anything is written
 */
export function saveNpy(path: string, tensor: Tensor): void {
  if (typeof path !== 'string') throw new ArgumentError(`saveNpy: path must be a string, got ${describe(path)}`);
  writeFileAtomically(path, ...npyParts('saveNpy', 'tensor', tensor));
}

/** The bytes that {@link saveNpy} would write. */
export function serializeNpy(tensor: Tensor): Uint8Array {
  return Buffer.concat(npyParts('serializeNpy', 'tensor', tensor));
}

/** Header and content of a `.npy` file. */
export function npyParts(op: string, argument: string, value: unknown): Uint8Array[] {
  const tensor = checkTensor(op, argument, value);
  if (tensor.isSparse) throw new DTypeError(`${op}: ${argument} is row-sparse; save its toDense()`);
  const descr = descriptions[tensor.dtype];
  if (descr === undefined) {
    throw new DTypeError(`${op}: ${argument} is ${tensor.dtype}, which NumPy lacks; save its float()`);
  }
  return [formatNpyHeader(descr, tensor.shape), bytesOf(contiguous(tensor.detach()))];
}

function bytesOf(tensor: Tensor): Uint8Array {
  const { array } = tensor.storage;
  return new Uint8Array(array.buffer, array.byteOffset + tensor.offset * tensor.elementSize, tensor.nbytes);
}

/** The header, and where the content starts. */
function readHeader(source: ByteSource): { header: NpyHeader; start: number } {
  const begin = readBytes(source, 0, 8);
  if (Buffer.from(begin.buffer, 0, 6).toString('latin1') !== magic) {
    throw new FileFormatError(`${source.name}: is no .npy file: it does not start with \\x93NUMPY`);
  }
  const [version, minor] = begin.subarray(6);
  if (version < 1 || version > 3 || minor !== 0) {
    throw new FileFormatError(`${source.name}: version must be 1.0, 2.0 or 3.0, got ${version}.${minor}`);
  }
  const lengthBytes = version === 1 ? 2 : 4;
  const lengthField = readBytes(source, 8, lengthBytes);
  const view = new DataView(lengthField.buffer);
  const length = version === 1 ? view.getUint16(0, true) : view.getUint32(0, true);
  if (length > largestHeader) {
    throw new FileFormatError(`${source.name}: a header of ${length} bytes is longer than ${largestHeader}`);
  }
  const start = 8 + lengthBytes + length;
  const text = Buffer.from(readBytes(source, 8 + lengthBytes, length)).toString(version === 3 ? 'utf8' : 'latin1');
  return { header: parseNpyHeader(source.name, text), start };
}

/** Reads an array; a source holds nothing after it. */
export function readNpy(source: ByteSource): Tensor {
  const { header, start } = readHeader(source);
  const width = npyBytes[header.kind];
  const count = header.shape.includes(0) ? 0 : header.shape.reduce((n, size) => n * size, 1);
  if (!Number.isSafeInteger(header.shape.reduce((n, size) => n * Math.max(size, 1), 1))) {
    throw new FileFormatError(`${source.name}: shape ${formatShape(header.shape)} has more than 2^53 elements`);
  }
  if (count * width !== source.bytes - start) {
    throw new FileFormatError(
      `${source.name}: shape ${formatShape(header.shape)} of ${header.kind} takes ${count * width} bytes, but the header is followed by ${source.bytes - start}`,
    );
  }
  const lying = header.fortranOrder ? header.shape.slice().reverse() : header.shape;
  const tensor = Tensor.allocate(lying, ourNames[header.kind] ?? 'int32', false);
  const read = (piece: Uint8Array, offset: number) => {
    source.read(piece, start + offset);
    if (header.bigEndian) swapBytes(piece, width);
  };
  const integers = integerNames[header.kind];
  if (integers !== undefined) readWideIntegers(source.name, integers, tensor.storage.array as Int32Array, read);
  else read(bytesOf(tensor), 0);
  if (header.kind === 'b1') {
    const wrong = bytesOf(tensor).findIndex((byte) => byte > 1);
    if (wrong >= 0)
      throw new FileFormatError(`${source.name}: a bool must be 0 or 1, got ${tensor.at(wrong)} at ${wrong}`);
  }
  if (!header.fortranOrder || tensor.ndim < 2) return tensor;
  return contiguous(tensor.permute([...lying.keys()].reverse()));
}

function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) buffer.swap16();
  else if (width === 4) buffer.swap32();
  else if (width === 8) buffer.swap64();
}
