import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gunzip } from './zip/zlib.js';

/** Bytes that a piece has at most. */
export const pieceLength = 1 << 22;
/** Of a stream that is unpacked: its pieces come from a buffer that is new each time. */
const unpackedPiece = 1 << 20;

/** A file, and how it was when it was opened: one that is read twice must not have changed meanwhile. */
export interface FileState {
  readonly size: number;
  readonly modified: number;
}

/** Damaged or cut gzip, which a caller words as its own error. */
export class DamagedGzip extends Error {}

const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** Bytes of a file that were read, behind what was left of those before. */
export interface Piece {
  /** A view of a buffer that is filled again: it holds until the next piece is asked for. */
  readonly bytes: Uint8Array;
  /** Whether nothing comes after them. */
  readonly last: boolean;
}

/** Whoever asks for the next piece says how many bytes of this one are done with; the others come again, with more. */
export type Pieces = AsyncGenerator<Piece, void, number | undefined>;

/** Room before a buffer for what is left of the one before. */
const headroom = 1 << 18;

/**
 * The content of a file, piece by piece, unpacked where it is gzip's. The next piece is read from the disk while a caller is
 * at work on this one.
 * @param opened is told how the file was
 * @throws DamagedGzip; the file system's own error where the file can't be read
 */
export async function* readFilePieces(path: string, opened: (state: FileState) => void = () => {}): Pieces {
  const handle = await open(path, 'r');
  let pending: Promise<unknown> = Promise.resolve();
  try {
    const { size, mtimeMs } = await handle.stat();
    opened({ size, modified: mtimeMs });
    const start = await handle.read(new Uint8Array(2), 0, 2, null);
    const zipped = start.bytesRead === 2 && isGzip(start.buffer);
    const read: Read = (buffer, offset) => {
      const reading = handle.read(buffer, offset, buffer.length - offset, null);
      pending = reading.catch(() => {});
      return reading;
    };
    // A file that is small needs no large buffers; one that says 0 may be a pipe.
    const length = size > 0 ? Math.min(pieceLength, Math.max(size + 1, 4096)) : pieceLength;
    const begun = start.buffer.subarray(0, start.bytesRead);
    yield* zipped ? joined(unpacked(plain(alternately(read, begun, length)))) : alternately(read, begun, length);
  } finally {
    await pending;
    await handle.close();
  }
}

type Read = (buffer: Uint8Array, offset: number) => Promise<{ bytesRead: number }>;

/** Fills two buffers in turn; the first begins with what was read already. */
async function* alternately(read: Read, start: Uint8Array, length: number): Pieces {
  const buffers = [new Uint8Array(headroom + length), new Uint8Array(headroom + length)];
  buffers[0].set(start, headroom);
  let filled = headroom + start.length;
  let reading = read(buffers[0], filled);
  let rest: Uint8Array = new Uint8Array(0);
  for (let k = 0; ; k ^= 1) {
    const { bytesRead } = await reading;
    const last = bytesRead === 0 && filled === headroom;
    const end = filled + bytesRead;
    const begin = headroom - rest.length;
    let bytes: Uint8Array;
    if (begin >= 0) {
      buffers[k].set(rest, begin);
      bytes = buffers[k].subarray(begin, end);
    } else {
      bytes = Buffer.concat([rest, buffers[k].subarray(headroom, end)]);
    }
    // Only now: what was left lies in the buffer that is filled next.
    if (!last) {
      reading = read(buffers[k ^ 1], headroom);
      reading.catch(() => {});
    }
    const used = (yield { bytes, last }) ?? bytes.length;
    if (last) return;
    rest = bytes.subarray(used);
    filled = headroom;
  }
}

/** The bytes of pieces that are done with one after the other. */
async function* plain(pieces: Pieces): AsyncGenerator<Uint8Array> {
  for await (const { bytes } of pieces) if (bytes.length > 0) yield bytes;
}

/** What is left of each piece of a stream before the next. */
export async function* joined(stream: AsyncIterable<Uint8Array>): Pieces {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of stream) {
    const bytes: Uint8Array = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    rest = bytes.subarray((yield { bytes, last: false }) ?? bytes.length);
  }
  yield { bytes: rest, last: true };
}

async function* unpacked(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // The stream keeps what it was given for a while, and the buffers are filled again.
  async function* copies() {
    for await (const piece of pieces) yield piece.slice();
  }
  const source = Readable.from(copies(), { objectMode: true, highWaterMark: 1 });
  const stream = source.pipe(gunzip(unpackedPiece));
  source.on('error', (error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Uint8Array;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) throw new DamagedGzip(message);
    throw error;
  } finally {
    source.destroy();
    stream.destroy();
  }
}

/** What comes in by the process's standard input, unpacked where it is gzip's. */
export async function* readInputPieces(): Pieces {
  const input = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array | string>;
  const bytesOf = (piece: Uint8Array | string) => (typeof piece === 'string' ? Buffer.from(piece) : piece);
  const first = await input.next();
  async function* all() {
    for (let next = first; !next.done; next = await input.next()) yield bytesOf(next.value);
  }
  yield* joined(!first.done && isGzip(bytesOf(first.value)) ? unpacked(all()) : all());
}
