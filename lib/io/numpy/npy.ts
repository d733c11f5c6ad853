import { ArgumentError, DTypeError, describe, FileFormatError } from '../../errors.js';
import { contiguous } from '../../ops/copy.js';
import type { DType } from '../../tensor/dtype.js';
import { contiguousStrides, formatShape } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import { type ByteSource, bufferSource, memoryBound, readBytes, readStart, withFile } from '../byte_source.js';
import { readElements } from '../elements.js';
import { notThisKind } from '../file_kind.js';
import { checkSavable, savedBytes } from '../tensor_bytes.js';
import { formatNpyHeader, type NpyHeader, npyTypes, parseNpyHeader } from './npy_header.js';
import { type NestedStrings, nestStrings, readStrings, stringCost } from './npy_strings.js';

/** What an array becomes: a tensor, or for text lists of strings, nested as its shape is. */
export type NpyContent = Tensor | NestedStrings;

/** Our dtypes in the format's words. NumPy has no bfloat16. */
const descriptions: Readonly<Partial<Record<DType, string>>> = {
  float64: '<f8',
  float32: '<f4',
  float16: '<f2',
  int32: '<i4',
  uint8: '|u1',
  bool: '|b1',
};

const magic = '\x93NUMPY';
/** Beyond this a header is refused before it is read. */
const largestHeader = 2 ** 20;

/**
 * Reads a NumPy array from a `.npy` file of version 1, 2 or 3, in C or Fortran order and either byte order. The integer
 * types that Lutra lacks become int32. Arrays of text (`U`, and `S` where it is UTF-8) become lists of strings, nested as
 * their shape is, or one string: then name the type, as in `loadNpy<string[]>(path)`.
 *
 * @throws FileFormatError naming the file, what was expected and what came, before anything that the header claims is
 *   allocated; the file system's own error where the file can't be read
 */
export function loadNpy<T extends NpyContent = Tensor>(path: string): T {
  return withFile('loadNpy', path, (source) => readNpy(source)) as T;
}

/** {@link loadNpy} of bytes in memory, which are copied. */
export function parseNpy<T extends NpyContent = Tensor>(buffer: Uint8Array | ArrayBuffer): T {
  return readNpy(bufferSource('parseNpy', buffer)) as T;
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
  const tensor = checkSavable(op, argument, value);
  const descr = descriptions[tensor.dtype];
  if (descr === undefined) {
    throw new DTypeError(`${op}: ${argument} is ${tensor.dtype}, which NumPy lacks; save its float()`);
  }
  return [formatNpyHeader(descr, tensor.shape), savedBytes(tensor)];
}

/** The header, and where the content starts. */
export function readNpyHeader(source: ByteSource, advice = ''): { header: NpyHeader; start: number } {
  const first = readStart(source);
  if (first.byteLength < magic.length) readBytes(source, 0, 8);
  if (Buffer.from(first.buffer, 0, Math.min(6, first.byteLength)).toString('latin1') !== magic) {
    throw new FileFormatError(notThisKind(source.name, '.npy file', first, 'it does not start with \\x93NUMPY'));
  }
  const begin = readBytes(source, 0, 8);
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
  return { header: parseNpyHeader(source.name, text, advice), start };
}

/**
 * Reads an array; a source holds nothing after it.
 * @param advice what a message about a type that can't be represented ends with
 */
export function readNpy(source: ByteSource, advice = ''): NpyContent {
  const { header, start } = readNpyHeader(source, advice);
  const { kind, width, shape, bigEndian, fortranOrder } = header;
  const count = shape.includes(0) ? 0 : shape.reduce((n, size) => n * size, 1);
  if (!Number.isSafeInteger(shape.reduce((n, size) => n * Math.max(size, 1), 1))) {
    throw new FileFormatError(`${source.name}: shape ${formatShape(shape)} has more than 2^53 elements`);
  }
  if (count * width !== source.bytes - start) {
    throw new FileFormatError(
      `${source.name}: shape ${formatShape(shape)} of ${header.descr} takes ${count * width} bytes, but the header is followed by ${source.bytes - start}`,
    );
  }
  if (kind === 'U' || kind === 'S') {
    checkStringMemory(source, header, count);
    const strings = readStrings(source, { kind, width, bigEndian }, start, count, advice);
    return nestStrings(strings, shape, fortranOrder);
  }
  const lying = fortranOrder ? shape.slice().reverse() : shape;
  const range = { where: source.name, type: npyTypes[kind], position: start, count, bigEndian };
  const tensor = new Tensor(readElements(source, range), lying, contiguousStrides(lying), 0);
  if (!fortranOrder || tensor.ndim < 2) return tensor;
  return contiguous(tensor.permute([...lying.keys()].reverse()));
}

/** Strings of no characters take no bytes in the file, but do in memory, and so do the lists around them. */
function checkStringMemory(source: ByteSource, { shape }: NpyHeader, count: number): void {
  let lists = 1;
  let total = 1;
  for (const size of shape.slice(0, -1)) {
    total *= size;
    lists += total;
  }
  if ((count + lists) * stringCost <= memoryBound(source.bytes)) return;
  throw new FileFormatError(
    `${source.name}: shape ${formatShape(shape)} has too many strings for a file of ${source.bytes} bytes`,
  );
}
