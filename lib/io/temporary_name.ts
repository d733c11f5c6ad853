import { readdirSync, statSync, unlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** It takes milliseconds to load: when the first file is written, not with the library. */
const crypto = () => process.getBuiltinModule('node:crypto');

let host: string | null = null;

/** This machine, so that a process on another one that shares the folder is not taken for a dead one here. */
function hostMark(): string {
  host ??= crypto().createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  return host;
}

/** Name of the file, process, machine, and what makes it unique. */
const pattern = /^\..*\.lutra-(\d+)-([0-9a-f]{8})-[0-9a-f]{12}\.tmp$/s;

/** Where the writing process can't be asked for, a file that nobody has written to for so long is left over: a day. */
const longAgo = 24 * 3600 * 1000;

/** The system allows 255 bytes for a name; this many characters of the file's own leave room for any alphabet. */
const shownLength = 40;

/** Folders that this process has tidied up. */
const tidied = new Set<string>();

/** A name beside a file for what will take its place. */
export function temporaryName(path: string): string {
  const shown = basename(path).slice(0, shownLength);
  return join(
    dirname(path),
    `.${shown}.lutra-${process.pid}-${hostMark()}-${crypto().randomBytes(6).toString('hex')}.tmp`,
  );
}

/**
 * Removes the temporary files of processes that were killed while they saved; once for each folder, since only processes
 * that end leave any. What can't be removed stays, without an error.
 */
export function removeLeftovers(directory: string): void {
  if (tidied.has(directory)) return;
  tidied.add(directory);
  for (const name of namesIn(directory)) {
    const match = pattern.exec(name);
    if (match === null) continue;
    const path = join(directory, name);
    const isOver = match[2] === hostMark() && !isAlive(Number(match[1]));
    try {
      if (isOver || Date.now() - statSync(path).mtimeMs > longAgo) unlinkSync(path);
    } catch {}
  }
}

/** A folder may be written to without being listed. */
function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
