import { crc32, deflateRaw } from './zlib.js';

/** A file to put in an archive; its parts follow each other. */
export interface ZipFile {
  name: string;
  parts: Uint8Array[];
}

/** Beyond these sizes and places need zip64's fields. */
const wide = 0xffffffff;
/** What the format's field for the length of a name holds. */
export const longestName = 0xffff;
/** 1 January 1980: archives of the same content are the same bytes. */
const date = 0x0021;
/** Names are UTF-8. */
const utf8Flag = 0x0800;

interface Packed {
  name: Buffer;
  parts: Uint8Array[];
  method: number;
  crc: number;
  size: number;
  packedSize: number;
  start: number;
}

function pack({ name, parts }: ZipFile, compress: boolean, start: number): Packed {
  const size = parts.reduce((total, part) => total + part.byteLength, 0);
  // Node's crc32 of nothing forgets what came before.
  const crc = parts.reduce((sum, part) => (part.byteLength === 0 ? sum : crc32(part, sum)), 0);
  const packed = compress ? [deflateRaw(Buffer.concat(parts))] : parts;
  const packedSize = packed.reduce((total, part) => total + part.byteLength, 0);
  return { name: Buffer.from(name, 'utf8'), parts: packed, method: compress ? 8 : 0, crc, size, packedSize, start };
}

/** The zip64 extra field for the values that need one. */
function wideField(values: number[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const field = Buffer.alloc(4 + 8 * values.length);
  field.writeUInt16LE(1, 0);
  field.writeUInt16LE(8 * values.length, 2);
  for (const [i, value] of values.entries()) field.writeBigUInt64LE(BigInt(value), 4 + 8 * i);
  return field;
}

/** Writes what local and central headers have in common, from the version needed on. */
function writeShared(header: Buffer, at: number, entry: Packed, sizesAreWide: boolean, extraBytes: number): void {
  header.writeUInt16LE(sizesAreWide ? 45 : 20, at);
  header.writeUInt16LE(utf8Flag, at + 2);
  header.writeUInt16LE(entry.method, at + 4);
  header.writeUInt16LE(date, at + 8);
  header.writeUInt32LE(entry.crc, at + 10);
  header.writeUInt32LE(sizesAreWide ? wide : entry.packedSize, at + 14);
  header.writeUInt32LE(sizesAreWide ? wide : entry.size, at + 18);
  header.writeUInt16LE(entry.name.byteLength, at + 22);
  header.writeUInt16LE(extraBytes, at + 24);
}

function isWide(entry: Packed): boolean {
  return entry.size >= wide || entry.packedSize >= wide;
}

function localHeader(entry: Packed): Buffer {
  const extra = wideField(isWide(entry) ? [entry.size, entry.packedSize] : []);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  writeShared(header, 4, entry, isWide(entry), extra.byteLength);
  return Buffer.concat([header, entry.name, extra]);
}

function centralHeader(entry: Packed): Buffer {
  const far = entry.start >= wide;
  const extra = wideField([...(isWide(entry) ? [entry.size, entry.packedSize] : []), ...(far ? [entry.start] : [])]);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(45, 4);
  writeShared(header, 6, entry, isWide(entry), extra.byteLength);
  header.writeUInt32LE(far ? wide : entry.start, 42);
  return Buffer.concat([header, entry.name, extra]);
}

function endRecords(entries: number, start: number, bytes: number): Buffer[] {
  const needsWide = entries >= 0xffff || start >= wide || bytes >= wide;
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  for (const at of [8, 10]) end.writeUInt16LE(needsWide ? 0xffff : entries, at);
  end.writeUInt32LE(needsWide ? wide : bytes, 12);
  end.writeUInt32LE(needsWide ? wide : start, 16);
  if (!needsWide) return [end];
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE(45, 12);
  record.writeUInt16LE(45, 14);
  for (const at of [24, 32]) record.writeBigUInt64LE(BigInt(entries), at);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(start), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(start + bytes), 8);
  locator.writeUInt32LE(1, 16);
  return [record, locator, end];
}

/** The pieces of a zip archive, in order; the same files give the same bytes. */
export function zipParts(files: readonly ZipFile[], compress: boolean): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  const entries: Packed[] = [];
  let at = 0;
  for (const file of files) {
    const entry = pack(file, compress, at);
    const header = localHeader(entry);
    entries.push(entry);
    pieces.push(header, ...entry.parts);
    at += header.byteLength + entry.packedSize;
  }
  const directory = entries.map(centralHeader);
  const bytes = directory.reduce((total, header) => total + header.byteLength, 0);
  return [...pieces, ...directory, ...endRecords(entries.length, at, bytes)];
}
