import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FileFormatError, ValueError } from '../errors.js';
import type { KeyedVectors } from '../vectors/keyed_vectors.js';
import type { ColumnInfo, ColumnValues } from './protocol.js';

/** A column by which points can be coloured. */
export interface Column extends ColumnInfo {
  /** A value for each of the first `count` words. */
  values(vectors: KeyedVectors, count: number): ColumnValues;
}

/** Categories that get a colour of their own; the others share one. */
const mostCategories = 11;

/** Whole numbers of fewer different values than this are categories: years of a decade are not, ratings are. */
const fewValues = 12;

/** What is known of every table. */
export function ownColumns(vectors: KeyedVectors): Column[] {
  const number = (name: string, read: (now: KeyedVectors, row: number) => number): Column => ({
    name,
    kind: 'number',
    values: (now, count) => ({ kind: 'number', values: Array.from({ length: count }, (_, row) => read(now, row)) }),
  });
  const { counts } = vectors;
  return [
    ...(counts === null ? [] : [number('Count', (now, row) => now.counts?.[row] ?? 0)]),
    number('Length of the vector', (now, row) => Math.hypot(...now.vector(now.keys[row]))),
    number('Row', (_, row) => row),
  ];
}

/** Where labels of a file of vectors lie when nobody says so. */
export function metadataBeside(path: string): string | null {
  const bare = path.replace(/(\.[^./\\]+)?(\.gz)?$/, '');
  const candidates = [path, bare].flatMap((stem) =>
    ['.tsv', '.csv', '.labels.tsv', '.labels.csv'].map((end) => stem + end),
  );
  return candidates.find((candidate) => candidate !== path && existsSync(candidate)) ?? null;
}

/**
 * Reads labels: a table with names in its first row. One of its columns holds words, or there is a row for each word, in order.
 * @param isGiven whether the user named the file: one that was found beside and does not fit is left out
 * @throws FileFormatError, ValueError saying what does not fit
 */
export async function readMetadata(
  op: string,
  path: string,
  keys: readonly string[],
  isGiven: boolean,
): Promise<Column[]> {
  try {
    return await readColumns(op, path, keys);
  } catch (error) {
    if (isGiven) throw error;
    return [];
  }
}

async function readColumns(op: string, path: string, keys: readonly string[]): Promise<Column[]> {
  const { parse } = await import('csv-parse/sync');
  const isCsv = /\.csv$/i.test(path);
  let rows: string[][];
  try {
    const text = readFileSync(path, 'utf8');
    rows = parse(text, {
      bom: true,
      delimiter: isCsv ? ',' : '\t',
      quote: isCsv ? '"' : false,
      skip_empty_lines: true,
    });
  } catch (error) {
    if (typeof (error as NodeJS.ErrnoException).syscall === 'string') throw error;
    throw new FileFormatError(`${op}: ${path}: ${(error as Error).message}`, { cause: error });
  }
  const where = `${op}: metadata ${path}`;
  const [names, ...records] = rows;
  if (names === undefined || records.length === 0)
    throw new ValueError(`${where} has no rows behind its first, which holds names`);
  const places = new Map(keys.map((key, row) => [key, row]));
  const shares = names.map((_, c) => records.filter((record) => places.has(record[c])).length);
  const best = shares.indexOf(Math.max(...shares));
  const isByWord = shares[best] > 0;
  if (!isByWord && records.length !== keys.length) {
    throw new ValueError(
      `${where} must have a column of words, or a row for each of the ${keys.length} words; none of its columns (${names.slice(0, 8).join(', ')}) holds one, and its rows are ${records.length}`,
    );
  }
  // Words come and go in a run: rows are looked up when a column is asked for.
  const recordOf = new Map(isByWord ? records.map((record) => [record[best], record]) : []);
  const textOf = (key: string, row: number, c: number) => (isByWord ? recordOf.get(key) : records[row])?.[c] ?? '';
  return names.flatMap((name, c) => {
    if (isByWord && c === best) return [];
    const isNumber = isNumeric(records.map((record) => record[c] ?? ''));
    return [
      {
        name: name || `${basename(path)} ${c + 1}`,
        kind: isNumber ? ('number' as const) : ('category' as const),
        values: (vectors: KeyedVectors, count: number) => {
          const texts = vectors.keys.slice(0, count).map((key, row) => textOf(key, row, c));
          return isNumber ? numbersOf(texts) : categoriesOf(texts);
        },
      },
    ];
  });
}

function isNumeric(texts: readonly string[]): boolean {
  const given = texts.filter((text) => text.trim() !== '');
  if (given.length === 0 || !given.every((text) => Number.isFinite(Number(text)))) return false;
  const different = new Set(given.map(Number));
  return different.size >= fewValues || [...different].some((value) => !Number.isInteger(value));
}

function numbersOf(texts: readonly string[]): ColumnValues {
  return { kind: 'number', values: texts.map((text) => (text.trim() === '' ? null : Number(text))) };
}

/** The most frequent have numbers of their own, in order of their frequency; code 0 is for the rest, and for what has no value. */
function categoriesOf(texts: readonly string[]): ColumnValues {
  const counts = new Map<string, number>();
  for (const text of texts) if (text !== '') counts.set(text, (counts.get(text) ?? 0) + 1);
  const names = [...counts]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostCategories)
    .map(([name]) => name);
  const codes = new Map(names.map((name, k) => [name, k + 1]));
  return { kind: 'category', names: ['other', ...names], codes: texts.map((text) => codes.get(text) ?? 0) };
}
