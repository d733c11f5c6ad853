import { open } from 'node:fs/promises';
import { ArgumentError, describe, FileFormatError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { contiguousStrides } from '../../tensor/shape.js';
import { Tensor } from '../../tensor/tensor.js';
import { writeFileAtomically } from '../atomic_file.js';
import { type ByteSource, bufferSource, memoryBound, readBytes, readStart, withFile } from '../byte_source.js';
import { elementTypes, formatNames } from '../element_types.js';
import { readElements } from '../elements.js';
import { type LoadFileOptions, leaveOut, readNames, selectNames } from '../entry_names.js';
import { kindOfFile, notThisKind } from '../file_kind.js';
import { bytesOf, checkName, checkSavable, namedTensors, savedBytes } from '../tensor_bytes.js';
import {
  elementsOf,
  formatHeader,
  largestHeader,
  lengthBytes,
  parseHeader,
  readHeaderLength,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './header.js';

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

/**
 * Reads a `.safetensors` file (https://github.com/huggingface/safetensors), as written by {@link saveSafetensors},
 * PyTorch or anything else. Integers of types that Lutra lacks become int32, 8-bit floats float16 (F8_E8M0 float32), all
 * of them exactly.
 *
 * The header is checked as a whole before anything that it claims is allocated, and each tensor is read straight into
 * its own memory.
 *
 * @param options `names` says which tensors to read; the others may be of types that can't be represented
 * @throws FileFormatError naming the file, the tensor, what was expected and what came; ValueError for a name that the
 *   file lacks; the file system's own error where the file can't be read
 */
export function loadSafetensors(path: string, options?: LoadFileOptions): SafetensorsContent {
  const names = readNames('loadSafetensors', options);
  return withFile('loadSafetensors', path, (source) => readContent(source, names));
}

/**
 * {@link loadSafetensors} of bytes in memory. The tensors own copies: the buffer can be reused at once.
 * @throws FileFormatError; ArgumentError unless `buffer` is a Uint8Array (as a Buffer is) or an ArrayBuffer
 */
export function parseSafetensors(buffer: Uint8Array | ArrayBuffer, options?: LoadFileOptions): SafetensorsContent {
  const names = readNames('parseSafetensors', options);
  return readContent(bufferSource('parseSafetensors', buffer), names);
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

/** {@link loadSafetensors} while the event loop goes on, for files that hold float32 mostly: those are read by the system's threads. */
export async function loadSafetensorsInBackground(op: string, path: string): Promise<SafetensorsContent> {
  const { entries, metadata, dataStart } = withFile(op, path, readEntries);
  const tensors: [string, Tensor][] = [];
  const file = await open(path, 'r');
  try {
    for (const entry of entries) {
      checkType(`${op}: ${path}`, entry);
      if (entry.dtype !== 'F32') {
        tensors.push([entry.name, withFile(op, path, (source) => readTensor(source, entry, dataStart))]);
        continue;
      }
      const tensor = Tensor.allocate(entry.shape, 'float32', false);
      const bytes = bytesOf(tensor);
      for (let at = 0; at < bytes.length; ) {
        const position = dataStart + entry.begin + at;
        const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, readAtOnce), position);
        if (bytesRead === 0) throw new FileFormatError(`${op}: ${path}: has become shorter while it was read`);
        at += bytesRead;
      }
      tensors.push([entry.name, tensor]);
    }
  } finally {
    await file.close();
  }
  return { tensors: Object.fromEntries(tensors), metadata };
}

const readAtOnce = 2 ** 24;

/** What a file says that it holds, and where its content begins. @throws FileFormatError */
export function readEntries(source: ByteSource): SafetensorsHeader & { readonly dataStart: number } {
  checkKind(source);
  const headerBytes = readHeaderLength(
    source.name,
    readBytes(source, 0, Math.min(lengthBytes, source.bytes)),
    source.bytes,
  );
  const json = readBytes(source, lengthBytes, headerBytes);
  const dataStart = lengthBytes + headerBytes;
  const dataBytes = source.bytes - dataStart;
  return { ...parseHeader(source.name, json, dataBytes, memoryBound(source.bytes)), dataStart };
}

function readContent(source: ByteSource, names: LoadFileOptions['names']): SafetensorsContent {
  const { entries, metadata, dataStart } = readEntries(source);
  const isWanted = selectNames(source.name, names, new Set(entries.map((entry) => entry.name)));
  const wanted = entries.filter((entry) => isWanted(entry.name));
  for (const entry of wanted) checkType(source.name, entry);
  // fromEntries, since assigning to a key '__proto__' would be no assignment.
  const tensors = Object.fromEntries(wanted.map((entry) => [entry.name, readTensor(source, entry, dataStart)]));
  return { tensors, metadata };
}

/** A file of another kind is called what it is, rather than a header of some trillion bytes. */
function checkKind(source: ByteSource): void {
  const start = readStart(source);
  if (start.byteLength < lengthBytes + 1 || start[lengthBytes] === '{'.charCodeAt(0)) return;
  const length = Buffer.from(start.buffer).readBigUInt64LE(0);
  if (length <= BigInt(source.bytes - lengthBytes)) return;
  if (kindOfFile(start) === null) return;
  const why = `its first 8 bytes say that a header of ${length} bytes follows`;
  throw new FileFormatError(notThisKind(source.name, 'safetensors file', start, why));
}

function checkType(source: string, { name, dtype }: SafetensorsEntry): void {
  if (Object.hasOwn(elementTypes, dtype) && elementTypes[dtype].dtype !== null) return;
  const readable = Object.keys(elementTypes).filter((type) => elementTypes[type].dtype !== null);
  throw new FileFormatError(
    `${source}: tensor ${describe(name)}: dtype must be one of ${readable.join(', ')}, got ${describe(dtype)}; ${leaveOut(name)}`,
  );
}

function readTensor(source: ByteSource, { name, dtype, shape, begin }: SafetensorsEntry, dataStart: number): Tensor {
  const where = `${source.name}: tensor ${describe(name)}`;
  const count = elementsOf(shape);
  const storage = readElements(source, { where, type: dtype, position: dataStart + begin, count, typeName: dtype });
  return new Tensor(storage, shape, contiguousStrides(shape), 0);
}

/** The bytes of a file, part by part: those of tensors where they lie. */
export function serialize(op: string, tensors: NamedTensors, options: SafetensorsOptions | undefined): Uint8Array[] {
  const { metadata = {} } = checkOptions(op, options, ['metadata']);
  checkMetadata(op, metadata);
  const named = namedTensors(op, tensors).map(([name, value]): [string, Tensor] => [name, checkNamed(op, name, value)]);
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
  return [header, ...named.map(([, tensor]) => savedBytes(tensor))];
}

function checkNamed(op: string, name: string, value: unknown): Tensor {
  if (name === '__metadata__') {
    throw new ArgumentError(`${op}: '__metadata__' is no tensor name in this format; use the metadata option`);
  }
  return checkSavable(op, `tensor ${describe(name)}`, value);
}

function checkMetadata(op: string, metadata: unknown): void {
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) {
    throw new ArgumentError(`${op}: metadata must be an object of strings, got ${describe(metadata)}`);
  }
  for (const [key, value] of Object.entries(metadata)) {
    checkName(op, 'names of metadata', key);
    if (typeof value === 'string') {
      checkName(op, `metadata ${describe(key)}`, value);
      continue;
    }
    throw new ArgumentError(`${op}: metadata ${describe(key)} must be a string, got ${describe(value)}`);
  }
}
