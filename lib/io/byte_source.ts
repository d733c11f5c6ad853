import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { ArgumentError, describe, FileFormatError } from '../errors.js';

/** Bytes that can be read piece by piece: a file, or a buffer. */
export interface ByteSource {
  /** What error messages start with. */
  readonly name: string;
  readonly bytes: number;
  /** Fills `target` from `position` on. @throws FileFormatError when there are not enough bytes. */
  read(target: Uint8Array, position: number): void;
}

/** One read call takes at most 2 GiB. */
const largestRead = 2 ** 30;

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
        if (got === 0) throw new FileFormatError(`${name}: the file ends at byte ${position + done}`);
        done += got;
      }
    };
    return use({ name, bytes: fstatSync(file).size, read });
  } finally {
    closeSync(file);
  }
}

/** @throws ArgumentError unless `buffer` is a Uint8Array (as a Buffer is) or an ArrayBuffer. */
export function bufferSource(name: string, buffer: Uint8Array | ArrayBuffer): ByteSource {
  if (!(buffer instanceof Uint8Array) && !(buffer instanceof ArrayBuffer)) {
    throw new ArgumentError(`${name}: buffer must be a Uint8Array or an ArrayBuffer, got ${describe(buffer)}`);
  }
  const bytes = buffer instanceof Uint8Array ? buffer : new Uint8Array(buffer);
  const read = (target: Uint8Array, position: number) => {
    if (position + target.byteLength > bytes.byteLength) {
      throw new FileFormatError(`${name}: the content ends at byte ${bytes.byteLength}`);
    }
    target.set(bytes.subarray(position, position + target.byteLength));
  };
  return { name, bytes: bytes.byteLength, read };
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
