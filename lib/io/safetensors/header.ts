import { describe, FileFormatError } from '../../errors.js';

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

/** Bytes of one element, for every type that can be read. */
export const elementBytes: Readonly<Record<string, number>> = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  U64: 8,
  I32: 4,
  U32: 4,
  I16: 2,
  U16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

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
 * Reads and checks a header: every type known, every shape made of sizes, every tensor as long as its shape says, and
 * all of them together covering the data exactly, without holes or overlap.
 *
 * @param source what the error message starts with
 * @param bytes the JSON text
 * @param dataBytes how many bytes follow it
 * @throws FileFormatError naming the tensor, what was expected and what came
 */
export function parseHeader(source: string, bytes: Uint8Array, dataBytes: number): SafetensorsHeader {
  const header = parseObject(source, bytes);
  const entries: SafetensorsEntry[] = [];
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(header)) {
    if (name === '__metadata__') metadata = readMetadata(source, value);
    else entries.push(readEntry(`${source}: tensor ${describe(name)}`, name, value));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  checkCoverage(source, entries, dataBytes);
  return { entries, metadata };
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

function parseObject(source: string, bytes: Uint8Array): Record<string, unknown> {
  if (bytes[0] !== '{'.charCodeAt(0)) {
    throw new FileFormatError(`${source}: the header must be a JSON object, but it does not start with {`);
  }
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (error) {
    throw new FileFormatError(`${source}: the header is no JSON: ${(error as Error).message}`);
  }
  return header as Record<string, unknown>;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function readMetadata(source: string, value: unknown): Record<string, string> {
  if (!isObject(value)) {
    throw new FileFormatError(`${source}: __metadata__ must be an object of strings, got ${describe(value)}`);
  }
  for (const [key, note] of Object.entries(value)) {
    if (typeof note === 'string') continue;
    throw new FileFormatError(`${source}: __metadata__ ${describe(key)} must be a string, got ${describe(note)}`);
  }
  return value as Record<string, string>;
}

function readEntry(source: string, name: string, value: unknown): SafetensorsEntry {
  if (!isObject(value)) throw new FileFormatError(`${source}: expected an object, got ${describe(value)}`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(elementBytes, dtype)) {
    const known = Object.keys(elementBytes).join(', ');
    throw new FileFormatError(`${source}: dtype must be one of ${known}, got ${describe(dtype)}`);
  }
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw new FileFormatError(
      `${source}: shape must be an array of non-negative integers, got ${Array.isArray(shape) ? JSON.stringify(shape) : describe(shape)}`,
    );
  }
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    throw new FileFormatError(
      `${source}: data_offsets must be two non-negative integers, got ${Array.isArray(offsets) ? JSON.stringify(offsets) : describe(offsets)}`,
    );
  }
  const [begin, end] = offsets as number[];
  const expected = shape.includes(0) ? 0 : (shape as number[]).reduce((n, size) => n * size, elementBytes[dtype]);
  if (end - begin !== expected) {
    throw new FileFormatError(
      `${source}: shape [${shape.join(', ')}] of ${dtype} takes ${expected} bytes, but data_offsets [${begin}, ${end}] hold ${end - begin}`,
    );
  }
  return { name, dtype, shape: shape as number[], begin, end };
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
