import { describe, FileFormatError } from '../../errors.js';
import { elementTypes } from '../element_types.js';
import { JsonReader } from './json_reader.js';

/** Where one tensor lies in a safetensors file: bytes `begin` to `end`, counted from the end of the header. */
export interface SafetensorsEntry {
  readonly name: string;
  /** The format's own name of the element type, such as `'F32'`. */
  readonly dtype: string;
  readonly shape: number[];
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  /** In order of their places in the file. */
  readonly entries: SafetensorsEntry[];
  readonly metadata: Record<string, string>;
}

/** The format's own limit; a longer header is refused before it is read. */
export const largestHeader = 100_000_000;

/** The header's length comes first, as a little-endian 64-bit integer. */
export const lengthBytes = 8;

/** What an entry, with its name and the tensor that it becomes, takes in memory besides its content. */
const entryCost = 1000;
/** The same for one of the notes. */
const noteCost = 200;

/**
 * The header's length, checked against the format's limit and the file.
 *
 * @param source what the error message starts with
 * @param start the first bytes of the file, at most {@link lengthBytes} of them
 * @param fileBytes the length of the whole file
 * @throws FileFormatError before anything of that length is allocated
 */
export function readHeaderLength(source: string, start: Uint8Array, fileBytes: number): number {
  if (start.byteLength < lengthBytes) {
    throw new FileFormatError(
      `${source}: expected at least ${lengthBytes} bytes, the header's length, got ${start.byteLength}`,
    );
  }
  const length = new DataView(start.buffer, start.byteOffset, lengthBytes).getBigUint64(0, true);
  if (length > BigInt(largestHeader)) {
    throw new FileFormatError(`${source}: the header may have ${largestHeader} bytes, but its length says ${length}`);
  }
  const present = fileBytes - lengthBytes;
  if (Number(length) > present) {
    throw new FileFormatError(`${source}: the header should have ${length} bytes, but the file ends after ${present}`);
  }
  return Number(length);
}

/**
 * Reads and checks a header: every shape made of sizes, every tensor of a known type as long as its shape says, and all
 * of them together covering the data exactly, without holes or overlap.
 *
 * @param source what the error message starts with
 * @param bytes the JSON text
 * @param dataBytes how many bytes follow it
 * @param memory how many bytes the list of the tensors may take
 * @throws FileFormatError naming the tensor, what was expected and what came
 */
export function parseHeader(source: string, bytes: Uint8Array, dataBytes: number, memory: number): SafetensorsHeader {
  if (bytes[0] !== '{'.charCodeAt(0)) {
    throw new FileFormatError(`${source}: the header must be a JSON object, but it does not start with {`);
  }
  const reader = new JsonReader(source, bytes);
  const entries = new Map<string, SafetensorsEntry>();
  const metadata = new Map<string, string>();
  let hasMetadata = false;
  const checkMemory = () => {
    if (entries.size * entryCost + metadata.size * noteCost <= memory) return;
    throw new FileFormatError(
      `${source}: the header names more than ${entries.size + metadata.size - 1} tensors and notes, too many for a file of this size`,
    );
  };
  reader.object((name) => {
    if (name === '__metadata__') {
      if (hasMetadata) throw new FileFormatError(`${source}: the header has "__metadata__" twice`);
      hasMetadata = true;
      readMetadata(source, reader, metadata, checkMemory);
      return;
    }
    if (entries.has(name)) throw new FileFormatError(`${source}: the header has tensor ${describe(name)} twice`);
    entries.set(name, readEntry(`${source}: tensor ${describe(name)}`, name, reader.value()));
    checkMemory();
  });
  reader.end();
  const ordered = [...entries.values()].sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(source, ordered, dataBytes);
  return { entries: ordered, metadata: Object.fromEntries(metadata) };
}

/** The JSON text of a header, padded with spaces so that the data starts at a multiple of 8 bytes. */
export function formatHeader(entries: readonly SafetensorsEntry[], metadata: Record<string, string>): Uint8Array {
  const notes = Object.entries(metadata)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => jsonPair(key, value));
  const parts = entries.map(({ name, dtype, shape, begin, end }) =>
    jsonPair(name, { dtype, shape, data_offsets: [begin, end] }),
  );
  if (notes.length > 0) parts.unshift(`"__metadata__":{${notes.join(',')}}`);
  const json = Buffer.from(`{${parts.join(',')}}`, 'utf8');
  const padded = Math.ceil(json.byteLength / 8) * 8;
  const bytes = Buffer.alloc(lengthBytes + padded, ' ');
  bytes.writeBigUInt64LE(BigInt(padded), 0);
  json.copy(bytes, lengthBytes);
  return bytes;
}

/** Built by hand: an object would put keys such as '7' before all others. */
function jsonPair(key: string, value: unknown): string {
  return `${JSON.stringify(key)}:${JSON.stringify(value)}`;
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

/** Some writers put null where there are no notes. */
function readMetadata(source: string, reader: JsonReader, notes: Map<string, string>, check: () => void): void {
  if (!reader.begins('{')) {
    const value = reader.value();
    if (value === null) return;
    throw new FileFormatError(`${source}: __metadata__ must be an object of strings, got ${describe(value)}`);
  }
  reader.object((key) => {
    const note = reader.value();
    if (typeof note !== 'string') {
      throw new FileFormatError(`${source}: __metadata__ ${describe(key)} must be a string, got ${describe(note)}`);
    }
    if (notes.has(key)) throw new FileFormatError(`${source}: __metadata__ has ${describe(key)} twice`);
    notes.set(key, note);
    check();
  });
}

function readEntry(source: string, name: string, value: unknown): SafetensorsEntry {
  if (!(value instanceof Map)) throw new FileFormatError(`${source}: expected an object, got ${describe(value)}`);
  const [dtype, shape, offsets] = ['dtype', 'shape', 'data_offsets'].map((key) => value.get(key) as unknown);
  if (typeof dtype !== 'string') {
    const known = Object.keys(elementTypes).join(', ');
    throw new FileFormatError(`${source}: dtype must be one of ${known}, got ${describe(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw new FileFormatError(
      `${source}: shape must be an array of non-negative integers, got ${Array.isArray(shape) ? shorten(shape) : describe(shape)}`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw new FileFormatError(
      `${source}: data_offsets must be two non-negative integers, got ${Array.isArray(offsets) ? shorten(offsets) : describe(offsets)}`,
    );
  }
  const [begin, end] = offsets as number[];
  if (end < begin) throw new FileFormatError(`${source}: data_offsets [${begin}, ${end}] hold ${end - begin} bytes`);
  if (Object.hasOwn(elementTypes, dtype)) checkLength(source, dtype, shape as number[], begin, end);
  return { name, dtype, shape: shape as number[], begin, end };
}

function checkLength(source: string, dtype: string, shape: number[], begin: number, end: number): void {
  const expected = (elementsOf(shape) * elementTypes[dtype].bits) / 8;
  const strides = shape.reduce((n, size) => n * Math.max(size, 1), 1);
  if (end - begin === expected && Number.isSafeInteger(strides)) return;
  throw new FileFormatError(
    `${source}: shape [${shape.join(', ')}] of ${dtype} takes ${expected} bytes, but data_offsets [${begin}, ${end}] hold ${end - begin}`,
  );
}

/** How many elements a tensor of this shape has. */
export function elementsOf(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((n, size) => n * size, 1);
}

function shorten(list: unknown[]): string {
  const text = JSON.stringify(list, (_, value) => (value instanceof Map ? {} : value));
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

/** @param entries by begin */
function checkCoverage(source: string, entries: readonly SafetensorsEntry[], dataBytes: number): void {
  let covered = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== covered) {
      const what = begin > covered ? `leaves a hole of ${begin - covered}` : `overlaps another by ${covered - begin}`;
      throw new FileFormatError(
        `${source}: tensor ${describe(name)} must begin at byte ${covered} of the data, but begins at ${begin} and ${what} bytes`,
      );
    }
    covered = end;
  }
  if (covered !== dataBytes) {
    throw new FileFormatError(
      `${source}: the tensors take ${covered} bytes, but the header is followed by ${dataBytes}`,
    );
  }
}
