import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { types } from 'node:util';
import { removeLeftovers, temporaryName } from './temporary_name.js';

/** Longer chains of links are endless, as the system sees it too. */
const mostLinks = 40;

/**
 * Writes a file so that a crash at any moment leaves the file that was there, or the new one, never a part: into a
 * temporary file beside it, flushed to the disk, then renamed over it, and the directory flushed in turn.
 *
 * A file that is replaced keeps its permissions, and its owner where the system allows that; a link stays one, and the
 * file that it leads to is replaced. What a killed process left unfinished in that directory is removed. Devices and
 * pipes are written to as they are.
 *
 * @param path the file to write or replace; its directory must exist
 * @param parts the content, one after the other; strings are written as UTF-8
 * @throws the file system's own error, naming `path`; the temporary file is gone then and `path` as it was
 */
export function writeFileAtomically(path: string, ...parts: (string | Uint8Array)[]): void {
  writePartsAtomically(path, parts);
}

/** The same for parts that are made as they are written. */
export function writePartsAtomically(path: string, parts: Iterable<string | Uint8Array>): void {
  const replacement = replacementFor(path);
  if (replacement === null) {
    writeInPlace(path, parts);
    return;
  }
  const { target, temporary, directory, before, mode } = replacement;
  try {
    const file = openSync(temporary, 'wx', mode);
    try {
      for (const part of parts) writeFully(file, bytesOf(part));
      if (before !== undefined) keepAccess(file, before);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, target);
  } catch (error) {
    removeQuietly(temporary);
    throw aboutPath(error, path, directory);
  }
  flushDirectory(directory);
}

/**
 * The same while the event loop goes on: the system's threads write and flush. What `parts` give must not be written to until the promise
 * is settled.
 */
export async function writePartsInBackground(
  path: string,
  parts: Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>,
): Promise<void> {
  const replacement = replacementFor(path);
  if (replacement === null) {
    const file = openInPlace(path);
    try {
      for await (const part of parts) writeFully(file, bytesOf(part));
    } finally {
      closeSync(file);
    }
    return;
  }
  const { target, temporary, directory, before, mode } = replacement;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      for await (const part of parts) {
        const bytes = bytesOf(part);
        for (let at = 0; at < bytes.byteLength; ) {
          const { bytesWritten } = await file.write(bytes, at, Math.min(bytes.byteLength - at, largestBackgroundWrite));
          at += bytesWritten;
        }
      }
      if (before !== undefined) keepAccess(file.fd, before);
      await file.sync();
    } finally {
      await file.close();
    }
    renameSync(temporary, target);
  } catch (error) {
    removeQuietly(temporary);
    throw aboutPath(error, path, directory);
  }
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** So that a process that is to end waits for no more than this. */
const largestBackgroundWrite = 2 ** 24;

/** How a file comes to its place: written beside it first. */
interface Replacement {
  /** Where links lead. */
  readonly target: string;
  readonly temporary: string;
  readonly directory: string;
  /** The file that is replaced. */
  readonly before: Stats | undefined;
  readonly mode: number;
}

/** Null for what is written in place. */
function replacementFor(path: string): Replacement | null {
  const target = followLinks(path);
  const before = statSync(target, { throwIfNoEntry: false });
  if (before !== undefined && !before.isFile()) return null;
  const directory = dirname(target);
  const temporary = temporaryName(target);
  // First, since they may be what fills the disk.
  removeLeftovers(directory);
  return { target, temporary, directory, before, mode: before === undefined ? 0o666 : before.mode & 0o777 };
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

function bytesOf(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(part, 'utf8') : part;
}

/** Where the links at the end of a path lead, whether there is something or not. */
function followLinks(path: string): string {
  let at = path;
  for (let links = 0; links < mostLinks; links++) {
    if (!lstatSync(at, { throwIfNoEntry: false })?.isSymbolicLink()) return at;
    at = resolve(dirname(at), readlinkSync(at));
  }
  return at;
}

/** A folder, which the system refuses with its own words, or a device or pipe, which no file may take the place of. */
function writeInPlace(path: string, parts: Iterable<string | Uint8Array>): void {
  const file = openInPlace(path);
  try {
    for (const part of parts) writeFully(file, bytesOf(part));
  } finally {
    closeSync(file);
  }
}

function openInPlace(path: string): number {
  const { mode } = statSync(path);
  const isFifo = (mode & constants.S_IFMT) === constants.S_IFIFO;
  return openSync(path, isFifo ? 'w' : 'r+');
}

/** Permissions, and the owner where another one's file is replaced; only the superuser may give files away. */
function keepAccess(file: number, before: Stats): void {
  if (process.platform === 'win32') return;
  try {
    fchownSync(file, before.uid, before.gid);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') throw error;
  }
  fchmodSync(file, before.mode & 0o7777);
}

/** One write call may write less than asked, and at most 2 GiB. */
function writeFully(file: number, bytes: Uint8Array): void {
  const largestWrite = 2 ** 30;
  let written = 0;
  while (written < bytes.byteLength) {
    written += writeSync(file, bytes, written, Math.min(bytes.byteLength - written, largestWrite));
  }
}

/** The system's error in terms of the file that the caller named, not of the temporary one. */
function aboutPath(error: unknown, path: string, directory: string): unknown {
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (!types.isNativeError(error) || code === undefined || syscall === undefined) return error;
  const reason = /^\w+: ([^,]*)/.exec(error.message)?.[1] ?? error.message;
  const hints: Record<string, string> = {
    ENOENT: `; its folder ${directory} does not exist`,
    ENOTDIR: `; ${directory} is no folder`,
    EACCES: `; a new file is written beside it first, in the folder ${directory}`,
    EROFS: `; the folder ${directory} is read-only`,
  };
  const about = new Error(`${code}: ${reason}, write '${path}'${hints[code] ?? ''}`, { cause: error });
  return Object.assign(about, { code, errno, syscall, path });
}

/** The error that brought us here matters more than a temporary file that was never made. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    return;
  }
}
