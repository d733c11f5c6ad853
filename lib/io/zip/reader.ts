import { describe, FileFormatError } from '../../errors.js';
import { type ByteSource, bytesSource, memoryBound, readBytes, readStart } from '../byte_source.js';
import { notThisKind } from '../file_kind.js';
import { crc32, inflateRaw } from './zlib.js';

/** One file of a zip archive, as its central directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** Stored as it is, or deflated. */
  readonly deflated: boolean;
  readonly compressedSize: number;
  readonly size: number;
  readonly crc: number;
  /** Where the entry starts in the archive. */
  readonly headerStart: number;
  /** Where its content does. */
  readonly dataStart: number;
}

const endSignature = 0x06054b50;
const end64LocatorSignature = 0x07064b50;
const end64Signature = 0x06064b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;

const endBytes = 22;
const longestComment = 65535;
const end64LocatorBytes = 20;
const end64Bytes = 56;
const centralBytes = 46;
const localBytes = 30;

/** No deflated byte stands for more: 258 bytes in 2 bits. */
const largestRatio = 1032;

/** How an archive begins. */
export function isZip(start: Uint8Array): boolean {
  return start.byteLength >= 4 && viewOf(start).getUint32(0, true) === localSignature;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

interface Directory {
  entries: number;
  start: number;
  bytes: number;
}

function uint64(view: DataView, at: number, source: string, what: string): number {
  const value = view.getBigUint64(at, true);
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new FileFormatError(`${source}: ${what} can't be ${value}`);
  return Number(value);
}

function findDirectory(source: ByteSource): Directory {
  if (source.bytes < endBytes) {
    const otherwise = `such an archive has at least ${endBytes} bytes, got ${source.bytes}`;
    throw new FileFormatError(notThisKind(source.name, 'zip archive', readStart(source), otherwise));
  }
  const length = Math.min(source.bytes, endBytes + longestComment);
  const tailStart = source.bytes - length;
  const tail = viewOf(readBytes(source, tailStart, length));
  let at = length - endBytes;
  while (
    at >= 0 &&
    !(tail.getUint32(at, true) === endSignature && at + endBytes + tail.getUint16(at + 20, true) === length)
  ) {
    at--;
  }
  if (at < 0) {
    const why = 'its end record is missing; was it cut?';
    throw new FileFormatError(notThisKind(source.name, 'zip archive', readStart(source), why));
  }
  const found = {
    entries: tail.getUint16(at + 10, true),
    bytes: tail.getUint32(at + 12, true),
    start: tail.getUint32(at + 16, true),
  };
  const wide = found.entries === 0xffff || found.bytes === 0xffffffff || found.start === 0xffffffff;
  const directory = wide ? findWideDirectory(source, tailStart + at) : found;
  const { entries, start, bytes } = directory;
  if (start + bytes > tailStart + at || entries * centralBytes > bytes) {
    throw new FileFormatError(
      `${source.name}: a directory of ${entries} entries in ${bytes} bytes at ${start} does not fit an archive of ${source.bytes} bytes`,
    );
  }
  return directory;
}

function findWideDirectory(source: ByteSource, end: number): Directory {
  const locatorStart = end - end64LocatorBytes;
  if (locatorStart < 0) throw new FileFormatError(`${source.name}: the zip64 locator is missing`);
  const locator = viewOf(readBytes(source, locatorStart, end64LocatorBytes));
  if (locator.getUint32(0, true) !== end64LocatorSignature) {
    throw new FileFormatError(`${source.name}: the zip64 locator is missing`);
  }
  const at = uint64(locator, 8, source.name, 'the place of the zip64 end record');
  const record = viewOf(readBytes(source, at, end64Bytes));
  if (record.getUint32(0, true) !== end64Signature) {
    throw new FileFormatError(`${source.name}: the zip64 end record is missing`);
  }
  return {
    entries: uint64(record, 32, source.name, 'the number of entries'),
    bytes: uint64(record, 40, source.name, 'the size of the directory'),
    start: uint64(record, 48, source.name, 'the place of the directory'),
  };
}

/**
 * The files of a zip archive, in order. Everything that the directory claims is checked against the archive's size
 * before anything of that size is allocated.
 *
 * @throws FileFormatError naming the archive, the entry, what was expected and what came
 */
export function readZipDirectory(source: ByteSource): Map<string, ZipEntry> {
  const { entries, start, bytes } = findDirectory(source);
  checkEntries(source, entries);
  const directory = readBytes(source, start, bytes);
  const view = viewOf(directory);
  const found = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < entries; i++) {
    if (at + centralBytes > bytes || view.getUint32(at, true) !== centralSignature) {
      throw new FileFormatError(`${source.name}: entry ${i} of the directory is missing or damaged`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const next = at + centralBytes + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (next > bytes) throw new FileFormatError(`${source.name}: entry ${i} goes beyond the directory`);
    const extraStart = at + centralBytes + nameBytes;
    const name = decodeName(source.name, directory.subarray(at + centralBytes, extraStart));
    const record = new DataView(directory.buffer, directory.byteOffset + at, centralBytes);
    const extra = viewOf(directory.subarray(extraStart, extraStart + extraBytes));
    const where = `${source.name}: entry ${describe(name)}`;
    if (found.has(name)) throw new FileFormatError(`${where} occurs twice`);
    found.set(name, locate(source, where, name, record, extra, start));
    at = next;
  }
  checkApart(source.name, [...found.values()]);
  return found;
}

/** What the list of an entry takes in memory, its name not counted. */
const entryCost = 1000;

function checkEntries(source: ByteSource, entries: number): void {
  if (entries * entryCost <= memoryBound(source.bytes)) return;
  throw new FileFormatError(
    `${source.name}: its directory of ${entries} entries is too long for an archive of ${source.bytes} bytes`,
  );
}

/** Entries that share bytes of the archive could make it as large as they like. */
function checkApart(source: string, entries: ZipEntry[]): void {
  entries.sort((a, b) => a.headerStart - b.headerStart);
  for (const [i, entry] of entries.slice(1).entries()) {
    const before = entries[i];
    const end = before.dataStart + before.compressedSize;
    if (entry.headerStart >= end) continue;
    throw new FileFormatError(
      `${source}: entry ${describe(entry.name)} begins at ${entry.headerStart}, before entry ${describe(before.name)} ends at ${end}`,
    );
  }
}

function decodeName(source: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new FileFormatError(`${source}: the name of an entry is no UTF-8`);
  }
}

/** The wide values of a zip64 extra field, in place of those that are all ones. */
function widen(where: string, values: number[], extra: DataView): number[] {
  if (!values.includes(0xffffffff)) return values;
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const id = extra.getUint16(at, true);
    const length = extra.getUint16(at + 2, true);
    const end = at + 4 + length;
    if (end > extra.byteLength) break;
    if (id === 1) {
      let next = at + 4;
      return values.map((value) => {
        if (value !== 0xffffffff) return value;
        if (next + 8 > end) throw new FileFormatError(`${where}: its zip64 sizes are missing`);
        next += 8;
        return uint64(extra, next - 8, where, 'a size');
      });
    }
    at = end;
  }
  throw new FileFormatError(`${where}: its zip64 sizes are missing`);
}

function locate(
  source: ByteSource,
  where: string,
  name: string,
  record: DataView,
  extra: DataView,
  directoryStart: number,
): ZipEntry {
  const flags = record.getUint16(8, true);
  if (flags & 1) throw new FileFormatError(`${where}: is encrypted`);
  const method = record.getUint16(10, true);
  if (method !== 0 && method !== 8) {
    throw new FileFormatError(`${where}: compression method must be 0 (stored) or 8 (deflated), got ${method}`);
  }
  const claimed = [record.getUint32(24, true), record.getUint32(20, true), record.getUint32(42, true)];
  const [size, compressedSize, headerStart] = widen(where, claimed, extra);
  if (headerStart + localBytes > directoryStart) {
    throw new FileFormatError(
      `${where}: its header at ${headerStart} is not in front of the directory at ${directoryStart}`,
    );
  }
  const header = viewOf(readBytes(source, headerStart, localBytes));
  if (header.getUint32(0, true) !== localSignature || header.getUint16(8, true) !== method) {
    throw new FileFormatError(`${where}: there is no such header at ${headerStart}`);
  }
  const dataStart = headerStart + localBytes + header.getUint16(26, true) + header.getUint16(28, true);
  if (dataStart + compressedSize > directoryStart) {
    throw new FileFormatError(
      `${where}: ${compressedSize} bytes at ${dataStart} go beyond the directory at ${directoryStart}`,
    );
  }
  const possible = method === 0 ? size === compressedSize : size <= compressedSize * largestRatio;
  if (!possible) {
    throw new FileFormatError(`${where}: ${compressedSize} bytes can't hold ${size}`);
  }
  const crc = record.getUint32(16, true);
  return { name, deflated: method === 8, compressedSize, size, crc, headerStart, dataStart };
}

function checkCrc(where: string, entry: ZipEntry, crc: number): void {
  if (crc === entry.crc) return;
  const hex = (value: number) => value.toString(16).padStart(8, '0');
  throw new FileFormatError(`${where}: its checksum should be ${hex(entry.crc)}, but is ${hex(crc)}`);
}

/** Beyond this one piece of output would not do. */
const largestPiece = 2 ** 31 - 1;
/** What of a stored entry is read at a time to sum it up. */
const checkedAtOnce = 2 ** 20;

/**
 * An entry's content, checked, as a source of its own. A stored one stays where it is; a deflated one is unpacked into
 * memory that the reader may keep.
 * @throws FileFormatError where the content is damaged
 */
export function zipEntrySource(source: ByteSource, entry: ZipEntry): ByteSource {
  const where = `${source.name}: entry ${describe(entry.name)}`;
  if (entry.deflated) {
    const content = inflate(source, entry, where);
    checkCrc(where, entry, crc32(content));
    const alone = content.buffer.byteLength <= content.byteLength + 64;
    return bytesSource(where, content, alone ? content : undefined);
  }
  checkStored(source, entry, where);
  const read = (target: Uint8Array, position: number) => {
    if (position + target.byteLength > entry.size) {
      throw new FileFormatError(`${where}: the content ends at byte ${entry.size}`);
    }
    source.read(target, entry.dataStart + position);
  };
  return { name: where, bytes: entry.size, read };
}

function checkStored(source: ByteSource, entry: ZipEntry, where: string): void {
  const piece = new Uint8Array(Math.min(entry.size, checkedAtOnce));
  let crc = 0;
  for (let at = 0; at < entry.size; at += piece.byteLength) {
    const some = piece.subarray(0, Math.min(piece.byteLength, entry.size - at));
    source.read(some, entry.dataStart + at);
    crc = crc32(some, crc);
  }
  checkCrc(where, entry, crc);
}

/** With room for one byte more than is expected, the output comes in one piece, without a copy. */
function inflate(source: ByteSource, entry: ZipEntry, where: string): Uint8Array {
  const packed = readBytes(source, entry.dataStart, entry.compressedSize);
  const { size } = entry;
  const chunkSize = size < largestPiece ? Math.max(64, size + 1) : 2 ** 24;
  let content: Uint8Array;
  try {
    content = inflateRaw(packed, Math.max(size, 1), chunkSize);
  } catch (error) {
    throw new FileFormatError(`${where}: can't be decompressed: ${(error as Error).message}`);
  }
  if (content.byteLength === size) return content;
  throw new FileFormatError(`${where}: should have ${size} bytes, but has ${content.byteLength}`);
}

/** An entry's content. @throws FileFormatError where it is damaged. */
export function readZipEntry(source: ByteSource, entry: ZipEntry): Uint8Array {
  const content = zipEntrySource(source, entry);
  return content.owned ?? readBytes(content, 0, content.bytes);
}
