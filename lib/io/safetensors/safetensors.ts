import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ArgumentError, DTypeError, describe, FileFormatError } from '../../errors.js';
import { contiguous } from '../../ops/copy.js';
import { checkOptions } from '../../options.js';
import type { DType } from '../../tensor/dtype.js';
import { checkTensor, Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import {
  formatHeader,
  largestHeader,
  lengthBytes,
  parseHeader,
  readHeaderLength,
  type SafetensorsEntry,
} from './header.js';
import { readWideIntegers } from './wide_integers.js';

/** What a safetensors file holds. */
export interface SafetensorsContent {
  /** By name, in order of their places in the file. */
  tensors: Record<string, Tensor>;
  /** The notes that travel with them; empty when there are none. */
  metadata: Record<string, string>;
}

export interface SafetensorsOptions {
  /** Notes to store with the tensors; strings only, as the format has it. */
  metadata?: Record<string, string>;
}

/** Tensors by name: an object such as a state dict, or a Map. */
export type NamedTensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

/** Our dtypes in the format's words. */
const formatNames: Readonly<Record<DType, string>> = {
  float64: 'F64',
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
  int32: 'I32',
  uint8: 'U8',
  bool: 'BOOL',
};

const ourNames = new Map(Object.entries(formatNames).map(([ours, theirs]) => [theirs, ours as DType]));

/** Bytes that can be read piece by piece: a file, or a buffer. */
interface Source {
  /** What error messages start with. */
  readonly name: string;
  readonly bytes: number;
  /** Fills `target` from `position` on. @throws FileFormatError when there are not enough bytes. */
  read(target: Uint8Array, position: number): void;
}

/**
 * Reads a `.safetensors` file (https://github.com/huggingface/safetensors), as written by {@link saveSafetensors},
 * PyTorch or anything else. The other integer types become int32.
 *
 * The header is checked as a whole before anything that it claims is allocated, and each tensor is read straight into
 * its own memory.
 *
 * @throws FileFormatError naming the file, the tensor, what was expected and what came; the file system's own error
 *   where the file can't be read
 */
export function loadSafetensors(path: string): SafetensorsContent {
  if (typeof path !== 'string') {
    throw new ArgumentError(`loadSafetensors: path must be a string, got ${describe(path)}`);
  }
  const file = openSync(path, 'r');
  try {
    const name = `loadSafetensors: ${path}`;
    const read = (target: Uint8Array, position: number) => {
      let done = 0;
      while (done < target.byteLength) {
        const length = Math.min(target.byteLength - done, 2 ** 30);
        const got = readSync(file, target, done, length, position + done);
        if (got === 0) {
          throw new FileFormatError(`${name}: the file ends at byte ${position + done}; was it cut while being read?`);
        }
        done += got;
      }
    };
    return readContent({ name, bytes: fstatSync(file).size, read });
  } finally {
    closeSync(file);
  }
}

/**
 * {@link loadSafetensors} of bytes in memory. The tensors own copies: the buffer can be reused at once.
 * @throws FileFormatError; ArgumentError unless `buffer` is a Uint8Array (as a Buffer is) or an ArrayBuffer
 */
export function parseSafetensors(buffer: Uint8Array | ArrayBuffer): SafetensorsContent {
  const name = 'parseSafetensors';
  if (!(buffer instanceof Uint8Array) && !(buffer instanceof ArrayBuffer)) {
    throw new ArgumentError(`${name}: buffer must be a Uint8Array or an ArrayBuffer, got ${describe(buffer)}`);
  }
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  return readContent({
    name,
    bytes: bytes.byteLength,
    read: (target, position) => target.set(bytes.subarray(position, position + target.byteLength)),
  });
}

/**
 * Writes tensors to a `.safetensors` file that PyTorch's safetensors reads too. A crash leaves the file that was there,
 * or the new one, never a part. The same tensors give the same bytes: wide types first, then by name.
 *
 * @param path its directory must exist
 * @throws ArgumentError, DTypeError or OptionError naming the tensor, before anything is written; the file system's
 *   own error where the file can't be written
 */
export function saveSafetensors(path: string, tensors: NamedTensors, options?: SafetensorsOptions): void {
  if (typeof path !== 'string') {
    throw new ArgumentError(`saveSafetensors: path must be a string, got ${describe(path)}`);
  }
  writeFileAtomically(path, ...serialize('saveSafetensors', tensors, options));
}

/** The bytes that {@link saveSafetensors} would write. */
export function serializeSafetensors(tensors: NamedTensors, options?: SafetensorsOptions): Uint8Array {
  return Buffer.concat(serialize('serializeSafetensors', tensors, options));
}

function readContent(source: Source): SafetensorsContent {
  const start = new Uint8Array(Math.min(lengthBytes, source.bytes));
  source.read(start, 0);
  const headerBytes = readHeaderLength(source.name, start, source.bytes);
  const json = new Uint8Array(headerBytes);
  source.read(json, lengthBytes);
  const dataStart = lengthBytes + headerBytes;
  const { entries, metadata } = parseHeader(source.name, json, source.bytes - dataStart);
  // fromEntries, since assigning to a key '__proto__' would be no assignment.
  const tensors = Object.fromEntries(entries.map((entry) => [entry.name, readTensor(source, entry, dataStart)]));
  return { tensors, metadata };
}

function readTensor(source: Source, entry: SafetensorsEntry, dataStart: number): Tensor {
  const dtype = ourNames.get(entry.dtype);
  const tensor = Tensor.allocate(entry.shape, dtype ?? 'int32', false);
  const where = `${source.name}: tensor ${describe(entry.name)}`;
  const position = dataStart + entry.begin;
  if (dtype === undefined) {
    const read = (piece: Uint8Array, offset: number) => source.read(piece, position + offset);
    readWideIntegers(where, entry.dtype, tensor.storage.array as Int32Array, read);
    return tensor;
  }
  const bytes = bytesOf(tensor);
  source.read(bytes, position);
  if (dtype === 'bool') {
    const wrong = bytes.findIndex((byte) => byte > 1);
    if (wrong >= 0) throw new FileFormatError(`${where}: a BOOL must be 0 or 1, got ${bytes[wrong]} at ${wrong}`);
  }
  return tensor;
}

function serialize(op: string, tensors: NamedTensors, options: SafetensorsOptions | undefined): Uint8Array[] {
  const { metadata = {} } = checkOptions(op, options, ['metadata']);
  checkMetadata(op, metadata);
  if (typeof tensors !== 'object' || tensors === null || Array.isArray(tensors) || tensors instanceof Tensor) {
    throw new ArgumentError(`${op}: tensors must be an object or a Map from name to Tensor, got ${describe(tensors)}`);
  }
  const named = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [string, Tensor][];
  for (const [name, tensor] of named) checkNamed(op, name, tensor);
  // The widest first, so that every tensor starts at a multiple of its element size.
  named.sort(([a, x], [b, y]) => y.elementSize - x.elementSize || (a < b ? -1 : 1));
  const entries: SafetensorsEntry[] = [];
  let begin = 0;
  for (const [name, tensor] of named) {
    const end = begin + tensor.nbytes;
    entries.push({ name, dtype: formatNames[tensor.dtype], shape: [...tensor.shape], begin, end });
    begin = end;
  }
  const header = formatHeader(entries, metadata);
  if (header.byteLength - lengthBytes > largestHeader) {
    throw new ArgumentError(
      `${op}: names and metadata take ${header.byteLength} bytes, the format allows ${largestHeader}`,
    );
  }
  return [header, ...named.map(([, tensor]) => bytesOf(contiguous(tensor.detach())))];
}

function checkNamed(op: string, name: unknown, value: unknown): void {
  if (typeof name !== 'string') throw new ArgumentError(`${op}: names must be strings, got ${describe(name)}`);
  if (name === '__metadata__') {
    throw new ArgumentError(`${op}: '__metadata__' is no tensor name in this format; use the metadata option`);
  }
  const tensor = checkTensor(op, `tensor ${describe(name)}`, value);
  if (tensor.isSparse) throw new DTypeError(`${op}: tensor ${describe(name)} is row-sparse; save its toDense()`);
}

function checkMetadata(op: string, metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new ArgumentError(`${op}: metadata must be an object of strings, got ${describe(metadata)}`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value === 'string') continue;
    throw new ArgumentError(`${op}: metadata ${describe(key)} must be a string, got ${describe(value)}`);
  }
}

/** The bytes of a contiguous tensor, in place. */
function bytesOf(tensor: Tensor): Uint8Array {
  const { array } = tensor.storage;
  return new Uint8Array(array.buffer, array.byteOffset + tensor.offset * tensor.elementSize, tensor.nbytes);
}
