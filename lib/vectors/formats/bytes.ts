import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { FileFormatError } from '../../errors.js';
import { joined, type Pieces, readFilePieces } from '../../io/file_pieces.js';
import { gunzip } from '../../io/zip/zlib.js';

/** A file's content, piece by piece, unpacked where it is gzip's. */
export interface Bytes {
  /** What error messages start with. */
  readonly name: string;
  /** The first bytes, as many as there are up to `headLength`. */
  readonly head: Uint8Array;
  pieces(): AsyncIterable<Uint8Array>;
  /** The same, where whoever reads says how much of a piece is done with, and the rest comes again. */
  overlapping(): Pieces;
  /** How many bytes there are, where that is known before they are read; else 0. */
  readonly size: number;
}

const headLength = 4096;
const longestPiece = 1 << 20;
/** Pieces of small files need not be longer than they are. */
const shortestPiece = 1 << 12;

/** A file of vectors shrinks to a third or a half; one that unpacks to this many times its size is made to fill memory. */
const mostUnpacked = 50;
/** Small files may be of any kind. */
const alwaysUnpacked = 1 << 24;

interface Packing {
  readonly zipped: boolean;
  /** What the file system says; 0 for pipes. */
  readonly size: number;
}

async function* readPieces(name: string, path: string, { zipped, size }: Packing): AsyncGenerator<Uint8Array> {
  const highWaterMark = Math.min(longestPiece, Math.max(shortestPiece, size));
  const file = createReadStream(path, { highWaterMark });
  const stream = zipped ? file.pipe(gunzip(Math.min(longestPiece, 4 * highWaterMark))) : file;
  if (zipped) file.on('error', (error) => stream.destroy(error));
  const most = zipped && size > 0 ? Math.max(alwaysUnpacked, mostUnpacked * size) : Number.POSITIVE_INFINITY;
  let read = 0;
  try {
    for await (const piece of stream as AsyncIterable<Uint8Array>) {
      read += piece.length;
      if (read > most) {
        throw new FileFormatError(
          `${name}: its gzip holds more than ${most} bytes, and the file has ${size}; unpack it first if that is meant`,
        );
      }
      yield piece;
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new FileFormatError(`${name}: its gzip is damaged or cut short (${message})`);
    throw error;
  } finally {
    file.destroy();
  }
}

/** Opens a file for reading. @throws the file system's own error where there is none */
export async function openBytes(op: string, path: string): Promise<Bytes> {
  const name = `${op}: ${path}`;
  const handle = await open(path, 'r');
  let head: Uint8Array;
  let size: number;
  try {
    size = (await handle.stat()).size;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(headLength), 0, headLength, 0);
    head = buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
  const zipped = head[0] === 0x1f && head[1] === 0x8b;
  const pieces = () => readPieces(name, path, { zipped, size });
  if (zipped) {
    head = new Uint8Array(0);
    for await (const piece of pieces()) {
      head = Buffer.concat([head, piece.subarray(0, headLength - head.length)]);
      if (head.length === headLength) break;
    }
  }
  // The bytes that a reader of files hands out without a copy are those of the file itself.
  const overlapping = () => (zipped ? joined(pieces()) : readFilePieces(path));
  return { name, head, pieces, overlapping, size: zipped ? 0 : size };
}
