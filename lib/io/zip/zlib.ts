/** What packed files need of Node's zlib, which takes milliseconds to load: when the first one comes, not with the library. */

import type { Gunzip } from 'node:zlib';

const zlib = () => process.getBuiltinModule('node:zlib');

/** The CRC-32 of data, or of what `before` is the CRC of, followed by data. */
export function crc32(data: Uint8Array, before = 0): number {
  return zlib().crc32(data, before);
}

/** @throws Error when the data is damaged, or longer than `longest` bytes once it is inflated. */
export function inflateRaw(packed: Uint8Array, longest: number, chunkSize: number): Buffer {
  return zlib().inflateRawSync(packed, { maxOutputLength: longest, chunkSize });
}

export function deflateRaw(data: Uint8Array): Buffer {
  return zlib().deflateRawSync(data);
}

/** A stream that unpacks gzip. */
export function gunzip(chunkSize: number): Gunzip {
  return zlib().createGunzip({ chunkSize });
}
