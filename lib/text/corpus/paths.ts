import { stat } from 'node:fs/promises';
import { ArgumentError, CorpusError, describe } from '../../errors.js';

/** A path, `-` for the standard input, or a pattern such as `data/part-*.txt`; or several of them. */
export type Paths = string | readonly string[];

/** The standard input, by the name that command lines have for it. */
export const standardInput = '-';

export function checkPaths(op: string, paths: unknown): readonly string[] {
  const list = typeof paths === 'string' ? [paths] : paths;
  if (!Array.isArray(list)) {
    throw new ArgumentError(`${op}: paths must be a path, a pattern or an array of them, got ${describe(paths)}`);
  }
  const wrong = list.findIndex((path) => typeof path !== 'string' || path === '');
  if (wrong >= 0) throw new ArgumentError(`${op}: a path must be a string, got ${describe(list[wrong])}`);
  if (list.length === 0) throw new ArgumentError(`${op}: paths must name at least one file`);
  return list;
}

/**
 * The files that paths and patterns name, those of a pattern in order of their names.
 * @throws CorpusError for a pattern that no file matches, or a folder
 */
export async function expandPaths(op: string, paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    if (path === standardInput) {
      files.push(path);
      continue;
    }
    const found = await stat(path).catch(() => null);
    if (found?.isDirectory()) {
      throw new CorpusError(`${op}: ${path}: is a folder; name its files by a pattern, such as ${path}/**/*.txt`);
    }
    files.push(...(found === null && /[*?[\]{}()!]/.test(path) ? await matching(op, path) : [path]));
  }
  return files;
}

async function matching(op: string, pattern: string): Promise<string[]> {
  const { glob } = await import('tinyglobby');
  const matches = await glob(pattern, { expandDirectories: false, absolute: pattern.startsWith('/') });
  if (matches.length === 0) throw new CorpusError(`${op}: no file matches ${describe(pattern)}`);
  return matches.sort();
}
