import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { types } from 'node:util';
import { ArgumentError, describe, FileFormatError } from '../errors.js';
import { kindBytes } from './file_kind.js';

/** Bytes that can be read piece by piece: a file, or a buffer. */
export interface ByteSource {
  /** What error messages start with. */
  readonly name: string;
  readonly bytes: number;
  /** All of it, where it lies in memory that nobody else needs: whoever reads may keep parts as they are. */
  readonly owned?: Uint8Array;
  /** Fills `target` from `position` on. @throws FileFormatError when there are not enough bytes. */
  read(target: Uint8Array, position: number): void;
}

/** One read call takes at most 2 GiB. */
const largestRead = 2 ** 30;

/**
 * What reading may take besides the content itself: the rule is twice the file and 100 MB. Structures that a file only
 * describes (tables of contents, nests of small objects) are counted against it before they are made.
 */
export function memoryBound(fileBytes: number): number {
  return 2 * fileBytes + 100e6;
}

/**
 * Opens a file for the time of one function.
 * @throws ArgumentError unless `path` is a string; the file system's own error where it can't be read.
 */
export function withFile<T>(op: string, path: string, use: (source: ByteSource) => T): T {
  if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
  const file = openSync(path, 'r');
  try {
    const name = `${op}: ${path}`;
    const read = (target: Uint8Array, position: number) => {
      let done = 0;
      while (done < target.byteLength) {
        const length = Math.min(target.byteLength - done, largestRead);
        const got = readSync(file, target, done, length, position + done);
        if (got === 0) {
          throw new FileFormatError(`${name}: the file ends at byte ${position + done}; was it cut while being read?`);
        }
        done += got;
      }
    };
    return use({ name, bytes: fstatSync(file).size, read });
  } finally {
    closeSync(file);
  }
}

/**
 * Bytes in memory. Those that another thread could change meanwhile are copied first.
 * @throws ArgumentError unless `buffer` is a Uint8Array (as a Buffer is) or an ArrayBuffer.
 */
export function bufferSource(name: string, buffer: Uint8Array | ArrayBuffer): ByteSource {
  if (!types.isUint8Array(buffer) && !types.isAnyArrayBuffer(buffer)) {
    throw new ArgumentError(`${name}: buffer must be a Uint8Array or an ArrayBuffer, got ${describe(buffer)}`);
  }
  const given = types.isUint8Array(buffer) ? buffer : new Uint8Array(buffer);
  return bytesSource(name, types.isSharedArrayBuffer(given.buffer) ? Uint8Array.from(given) : given);
}

/** Bytes as they are, which `owned` gives away. */
export function bytesSource(name: string, bytes: Uint8Array, owned?: Uint8Array): ByteSource {
  const read = (target: Uint8Array, position: number) => {
    if (position + target.byteLength > bytes.byteLength) {
      throw new FileFormatError(`${name}: the content ends at byte ${bytes.byteLength}`);
    }
    target.set(bytes.subarray(position, position + target.byteLength));
  };
  return { name, bytes: bytes.byteLength, owned, read };
}

/** Some bytes of a source, in memory of their own. */
export function readBytes(source: ByteSource, position: number, length: number): Uint8Array {
  if (position + length > source.bytes) {
    throw new FileFormatError(
      `${source.name}: expected ${length} bytes at ${position}, but the content ends after ${source.bytes}`,
    );
  }
  const bytes = new Uint8Array(length);
  source.read(bytes, position);
  return bytes;
}

/** The first bytes, enough to tell what kind of file it is. */
export function readStart(source: ByteSource): Uint8Array {
  return readBytes(source, 0, Math.min(source.bytes, kindBytes));
}
