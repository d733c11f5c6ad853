import { ArgumentError, describe, FileFormatError, ValueError } from '../errors.js';
import { checkOptions, nearest } from '../options.js';

/** Which entries of a file to load: their names, or a function that says so of each name. */
export type EntryNames = readonly string[] | ((name: string) => boolean);

export interface LoadFileOptions {
  /** Only these entries are read; all unless given. What a file holds besides may be of any kind. */
  names?: EntryNames;
}

/** Names that messages list before they say how many there are. */
const namesShown = 5;

/** @throws ArgumentError unless `names` is a list of strings or a function; OptionError for another option */
export function readNames(op: string, options: LoadFileOptions | undefined): EntryNames | undefined {
  const { names } = checkOptions(op, options, ['names']);
  if (names === undefined || typeof names === 'function') return names;
  if (!Array.isArray(names)) {
    throw new ArgumentError(`${op}: names must be a list of names or a function, got ${describe(names)}`);
  }
  for (const [i, name] of names.entries()) {
    if (typeof name !== 'string') throw new ArgumentError(`${op}: names[${i}] must be a string, got ${describe(name)}`);
  }
  return names;
}

/** Asks a predicate. @throws ArgumentError where it gives no boolean: a promise would count as true */
export function asks(op: string, predicate: (name: string) => boolean, name: string): boolean {
  const answer: unknown = predicate(name);
  if (typeof answer === 'boolean') return answer;
  throw new ArgumentError(`${op}: names must return true or false, got ${describe(answer)} for ${describe(name)}`);
}

/**
 * Those of a file's names that are wanted.
 * @param source what the error message starts with
 * @throws ValueError for a name that the file lacks
 */
export function selectNames(
  source: string,
  names: EntryNames | undefined,
  present: ReadonlySet<string>,
): (name: string) => boolean {
  if (names === undefined) return () => true;
  if (typeof names === 'function') return (name) => asks(source, names, name);
  for (const name of names) if (!present.has(name)) throw new ValueError(missingName(source, name, [...present]));
  const wanted = new Set(names);
  return (name) => wanted.has(name);
}

export function missingName(source: string, name: string, present: readonly string[]): string {
  const close = present.length <= 10_000 ? nearest(name, present) : null;
  const shown = present.slice(0, namesShown).map((entry) => describe(entry));
  const rest = present.length > namesShown ? `, … (${present.length} in all)` : '';
  const hint = close === null ? `it holds ${shown.join(', ') || 'nothing'}${rest}` : `did you mean ${describe(close)}?`;
  return `${source}: holds no ${describe(name)}; ${hint}`;
}

/** What to do about an entry that can't be represented. */
export function leaveOut(name: string): string {
  const shown = name.length <= 80 ? JSON.stringify(name) : '…';
  return `leave it out with { names: (name) => name !== ${shown} }`;
}

/** An entry of a kind that can't be represented: an error that names it and says how to do without. */
export function cannotRepresent(where: string, what: string, name: string | null, hint = ''): FileFormatError {
  const ways = [hint, name === null ? '' : leaveOut(name)].filter((way) => way !== '');
  return new FileFormatError(
    `${where}: is ${what}, which can't be represented here${ways.length > 0 ? '; ' : ''}${ways.join(', or ')}`,
  );
}
