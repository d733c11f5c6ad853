import { existsSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { CheckpointError } from '../../errors.js';
import { flushDirectory } from '../../io/atomic_file.js';
import { makeFolders } from '../../io/folders.js';
import { saveSafetensors } from '../../io/safetensors/safetensors.js';
import type { StateDict } from '../../nn/state_dict.js';
import {
  type CheckpointContent,
  readCheckpoint,
  readCheckpointInBackground,
  writeCheckpoint,
  writeCheckpointInBackground,
} from './checkpoint_file.js';
import type { SettledCheckpoints } from './checkpoint_options.js';
import { partPath } from './shard_parts.js';

const pattern = /^checkpoint-(\d+)\.safetensors$/;

/** A checkpoint's file, and the step after which it was written. */
interface Entry {
  readonly path: string;
  readonly step: number;
}

/** The checkpoints in a folder, the newest first: by the number of the step, which as text would put 9 behind 10. */
export function checkpointsIn(folder: string): Entry[] {
  let files: string[];
  try {
    files = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return files
    .map((file) => ({ path: join(folder, file), step: Number(pattern.exec(file)?.[1] ?? Number.NaN) }))
    .filter(({ step }) => !Number.isNaN(step))
    .sort((a, b) => b.step - a.step);
}

/** A checkpoint that can't be used, and why. */
interface Refused {
  readonly path: string;
  readonly reason: string;
}

/**
 * Goes on from a checkpoint, or from the newest of a folder that can be read and fits.
 *
 * @param load takes a checkpoint over, or throws and leaves everything as it was
 * @returns the file; null where there is no checkpoint at all
 * @throws CheckpointError where none of them can be used, saying why of each
 */
export function resumeFrom(
  op: string,
  path: string,
  load: (content: CheckpointContent, file: string) => void,
): string | null {
  const refused: Refused[] = [];
  for (const candidate of candidatesAt(path)) {
    try {
      load(readCheckpoint(candidate), candidate);
    } catch (error) {
      refused.push({ path: candidate, reason: (error as Error).message });
      continue;
    }
    return tellChoice(op, candidate, refused);
  }
  return noneOf(op, refused);
}

/** The same while the event loop goes on. */
export async function resumeInBackground(
  op: string,
  path: string,
  load: (content: CheckpointContent) => Promise<void>,
): Promise<string | null> {
  const refused: Refused[] = [];
  for (const candidate of candidatesAt(path)) {
    try {
      await load(await readCheckpointInBackground(candidate));
    } catch (error) {
      refused.push({ path: candidate, reason: (error as Error).message });
      continue;
    }
    return tellChoice(op, candidate, refused);
  }
  return noneOf(op, refused);
}

function candidatesAt(path: string): string[] {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  if (isFolder) return checkpointsIn(path).map((entry) => entry.path);
  return existsSync(path) ? [path] : [];
}

function tellChoice(op: string, chosen: string, refused: readonly Refused[]): string {
  for (const { path: file, reason } of refused) {
    process.emitWarning(`${op}: ${chosen} is used instead of ${file}, which can't be: ${reason}`);
  }
  return chosen;
}

function noneOf(op: string, refused: readonly Refused[]): null {
  if (refused.length === 0) return null;
  const reasons = refused.map(({ path: file, reason }) => `  ${file}: ${reason}`).join('\n');
  throw new CheckpointError(`${op}: none of the checkpoints can be gone on from:\n${reasons}`);
}

/** Writes a training's checkpoints into a folder, and removes those that are no longer kept. */
export class CheckpointFolder {
  readonly #options: SettledCheckpoints;
  readonly folder: string;
  /** Files of an earlier training, which go once the first of this one is there. */
  #old: string[] = [];

  /**
   * @param resumed whether the training goes on from what the folder holds
   * @throws CheckpointError where the folder can't be made, or holds another training's checkpoints
   */
  constructor(op: string, options: SettledCheckpoints, resumed: boolean) {
    this.#options = options;
    this.folder = resolve(options.folder);
    try {
      makeFolders(this.folder);
    } catch (error) {
      throw new CheckpointError(`${op}: the folder ${this.folder} can't be made: ${(error as Error).message}`, {
        cause: error,
      });
    }
    const [newest] = checkpointsIn(this.folder);
    if (resumed || newest === undefined) return;
    if (!options.overwrite) {
      throw new CheckpointError(
        `${op}: ${newest.path} is there from an earlier training; go on from it with { resume: true }, name another folder, or give checkpoints { overwrite: true }`,
      );
    }
    this.#old = checkpointsIn(this.folder).map(({ path }) => path);
  }

  /** The weights with the best score. */
  get best(): string {
    return join(this.folder, 'best.safetensors');
  }

  /** @returns the file @throws CheckpointError; the checkpoints before are as they were then */
  write(op: string, step: number, content: CheckpointContent): string {
    const path = this.#pathOf(step);
    try {
      writeCheckpoint(path, content);
    } catch (error) {
      throw asCheckpointError(op, path, error);
    }
    this.#prune(path);
    return path;
  }

  /** Writes a rank's part of a checkpoint that is to come. @throws CheckpointError */
  writePart(
    op: string,
    step: number,
    content: CheckpointContent,
    { rank, size }: { rank: number; size: number },
  ): void {
    const path = partPath(this.#pathOf(step), rank, size);
    try {
      writeCheckpoint(path, content);
    } catch (error) {
      throw asCheckpointError(op, path, error);
    }
  }

  /** The same while the event loop goes on; the tensors must not be written to until it is done. */
  async writeInBackground(op: string, step: number, content: CheckpointContent): Promise<string> {
    const path = this.#pathOf(step);
    try {
      await writeCheckpointInBackground(path, content);
    } catch (error) {
      throw asCheckpointError(op, path, error);
    }
    this.#prune(path);
    return path;
  }

  #pathOf(step: number): string {
    return join(this.folder, `checkpoint-${String(step).padStart(9, '0')}.safetensors`);
  }

  /** @param notes travel with the weights @throws CheckpointError */
  writeBest(op: string, model: StateDict, notes: Record<string, string>): void {
    try {
      saveSafetensors(this.best, model, { metadata: notes });
    } catch (error) {
      throw asCheckpointError(op, this.best, error);
    }
  }

  /** Removes what is not kept; only when the new one is safely there. */
  #prune(written: string): void {
    const old = new Set(this.#old);
    this.#old = [];
    old.delete(written);
    const own = checkpointsIn(this.folder).filter(({ path }) => !old.has(path));
    for (const { path } of own.slice(this.#options.keepLast)) if (path !== written) old.add(path);
    for (const path of old) {
      removeQuietly(path);
      for (const part of partsOf(path)) removeQuietly(part);
    }
    if (old.size > 0) flushDirectory(this.folder);
  }
}

/** The files beside a checkpoint that hold the ranks' parts of it. */
function partsOf(path: string): string[] {
  const begin = basename(path).replace(/safetensors$/, 'part-');
  return readdirSync(dirname(path))
    .filter((file) => file.startsWith(begin))
    .map((file) => join(dirname(path), file));
}

function asCheckpointError(op: string, path: string, error: unknown): unknown {
  if ((error as NodeJS.ErrnoException).code === undefined) return error;
  return new CheckpointError(`${op}: ${path} can't be written: ${(error as Error).message}`, { cause: error });
}

/** Somebody else may have removed it; and a file too many does no harm. */
function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    return;
  }
}
