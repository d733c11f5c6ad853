// What a native library says of itself, read from its file alone: any platform's on any platform.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { isElf, readElf } from './elf.mjs';
import { isMachO, readMachO } from './macho.mjs';
import { isPe, readPe } from './pe.mjs';

/**
 * @typedef {object} Import
 * @property {string} name
 * @property {string | null} [library] the library that it is looked for in, where the file says so
 * @property {string} [version] the version of it that is needed (ELF)
 * @property {boolean} [weak] whether loading goes on without it
 */

/**
 * @param {string} path
 * @returns {{ format: 'ELF' | 'PE' | 'Mach-O', cpu: string, bytes: number, packedBytes: number, libraries: string[], imports: Import[],
 *   exports: string[], extras: string[] }} and what its format alone has; `packedBytes` is what a user downloads, `extras`
 *   what stripping should have removed
 * @throws Error for a file that is no library of 64 bits
 */
export function inspect(path) {
  const bytes = readFileSync(path);
  for (const [is, read] of [
    [isElf, readElf],
    [isPe, readPe],
    [isMachO, readMachO],
  ]) {
    if (is(bytes)) return { bytes: bytes.length, packedBytes: gzipSync(bytes, { level: 9 }).length, ...read(bytes) };
  }
  throw new Error(`${path}: not a library of Linux, macOS or Windows for 64 bits`);
}
