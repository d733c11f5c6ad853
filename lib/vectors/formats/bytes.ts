import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { FileFormatError } from '../../errors.js';
import { gunzip } from '../../io/zip/zlib.js';

/** A file's content, piece by piece, unpacked where it is gzip's. */
export interface Bytes {
  /** What error messages start with. */
  readonly name: string;
  /** The first bytes, as many as there are up to `headLength`. */
  readonly head: Uint8Array;
  pieces(): AsyncIterable<Uint8Array>;
}

const headLength = 4096;
const pieceLength = 1 << 20;

async function* readPieces(name: string, path: string, zipped: boolean): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: pieceLength });
  const stream = zipped ? file.pipe(gunzip(pieceLength)) : file;
  if (zipped) file.on('error', (error) => stream.destroy(error));
  try {
    for await (const piece of stream) yield piece as Uint8Array;
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
  let first: Uint8Array;
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    first = buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
  const zipped = first[0] === 0x1f && first[1] === 0x8b;
  let head: Uint8Array = new Uint8Array(0);
  for await (const piece of readPieces(name, path, zipped)) {
    head = Buffer.concat([head, piece.subarray(0, headLength - head.length)]);
    if (head.length === headLength) break;
  }
  return { name, head, pieces: () => readPieces(name, path, zipped) };
}
