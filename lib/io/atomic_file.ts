import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, unlinkSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a file so that a crash at any moment leaves the file that was there, or the new one, never a part: into a
 * temporary file beside it, flushed to the disk, then renamed over it, and the directory flushed in turn.
 *
 * @param path the file to write or replace; its directory must exist
 * @param parts the content, one after the other; strings are written as UTF-8
 * @throws the file system's own error; the temporary file is gone then and `path` as it was
 */
export function writeFileAtomically(path: string, ...parts: (string | Uint8Array)[]): void {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${process.pid}-${randomBytes(6).toString('hex')}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      for (const part of parts) writeFully(file, typeof part === 'string' ? Buffer.from(part, 'utf8') : part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
  flushDirectory(directory);
}

/** Makes renames and new files in a directory survive a power failure. Windows has no such call and needs none. */
export function flushDirectory(directory: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(directory, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** One write call may write less than asked, and at most 2 GiB. */
function writeFully(file: number, bytes: Uint8Array): void {
  const largestWrite = 2 ** 30;
  let written = 0;
  while (written < bytes.byteLength) {
    written += writeSync(file, bytes, written, Math.min(bytes.byteLength - written, largestWrite));
  }
}

/** The error that brought us here matters more than a temporary file that was never made. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    return;
  }
}
