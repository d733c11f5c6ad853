import { closeSync, openSync, readSync } from 'node:fs';
import { CorpusError } from '../../errors.js';
import { kindBytes, kindOfFile } from '../../io/file_kind.js';
import { readWhole } from '../../text/corpus/lines.js';

export type TableFormat = 'csv' | 'tsv' | 'jsonl' | 'fasttext' | 'lines';

/** Rows of a file by the names of their columns, and where each stands. */
export interface Table {
  readonly path: string;
  readonly format: TableFormat;
  /** In order of appearance. */
  readonly columns: readonly string[];
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** `FILE, line N` of a row. */
  place(row: number): string;
}

export interface TableOptions {
  /** Guessed by the name, then by the first line, where it is not given. */
  format?: TableFormat;
  /** Whether the first row of CSV and TSV holds names. Default true. */
  header?: boolean;
}

const op = 'reading';
const standardInput = '-';

/**
 * A file as a whole: CSV and TSV with names in their first row (or columns named 1, 2, …), JSON Lines or a JSON list of
 * objects, or fastText's text form, whose columns are `label` (a list) and `text`. Of plain lines the column is `text`.
 * @throws CorpusError for a file that is missing, empty, no text, or not of its format, naming the line
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  const text = await readText(path);
  const format = options.format ?? guessFormat(path, text);
  switch (format) {
    case 'csv':
    case 'tsv':
      return readSeparated(path, text, format, options.header ?? true);
    case 'jsonl':
      return readJson(path, text);
    case 'fasttext':
      return readLabelledLines(path, text);
    case 'lines':
      return linesOf(path, text);
  }
}

/** A file's text. @throws CorpusError for what is missing, empty or no text */
export async function readText(path: string): Promise<string> {
  if (path !== standardInput) {
    const kind = kindOf(path);
    if (kind !== null) throw new CorpusError(`${path} is no text but ${kind}`);
  }
  let text: string;
  try {
    text = await readWhole(op, path, true);
  } catch (error) {
    if (!(error instanceof CorpusError)) throw error;
    throw new CorpusError(error.message.replace(/^reading: /, ''), { cause: error });
  }
  if (text.trim() === '') throw new CorpusError(`${nameOf(path)} is empty; give a file with data in it`);
  if (text.slice(0, 1 << 16).includes('\0')) {
    throw new CorpusError(`${nameOf(path)} is no text: it holds zero bytes; is it binary, or UTF-16?`);
  }
  return text;
}

function nameOf(path: string): string {
  return path === standardInput ? 'the standard input' : path;
}

/** What a file is that is no text, where that is known; gzip is unpacked when it is read. */
function kindOf(path: string): string | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return null; // said when it is read
  }
  try {
    const bytes = new Uint8Array(kindBytes);
    const length = readSync(file, bytes);
    const kind = kindOfFile(bytes.subarray(0, length));
    return kind === null || kind.startsWith('a text') || kind.startsWith('gzip') ? null : kind;
  } catch {
    return null;
  } finally {
    closeSync(file);
  }
}

function guessFormat(path: string, text: string): TableFormat {
  const name = path.toLowerCase().replace(/\.gz$/, '');
  if (name.endsWith('.csv')) return 'csv';
  if (name.endsWith('.tsv')) return 'tsv';
  if (/\.(jsonl|ndjson|json)$/.test(name)) return 'jsonl';
  const first = text.trimStart().split('\n', 1)[0];
  if (first.startsWith('__label__')) return 'fasttext';
  if (/^\{.*\}\s*$/.test(first)) return 'jsonl';
  return first.includes('\t') ? 'tsv' : 'lines';
}

async function readSeparated(path: string, text: string, format: 'csv' | 'tsv', header: boolean): Promise<Table> {
  const { parse, CsvError } = await import('csv-parse/sync');
  let records: { record: string[]; info: { lines: number } }[];
  try {
    records = parse(text, {
      delimiter: format === 'csv' ? ',' : '\t',
      quote: format === 'csv' ? '"' : false,
      skip_empty_lines: true,
      info: true,
    }) as unknown as typeof records;
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const { lines } = error as { lines?: number };
    const place = lines === undefined ? path : `${path}, line ${lines}`;
    throw new CorpusError(`${place}: ${error.message.replace(/ on line \d+/, '')}`, { cause: error });
  }
  const columns = header ? records[0].record : records[0].record.map((_, k) => String(k + 1));
  const twice = columns.find((name, k) => columns.indexOf(name) !== k);
  if (twice !== undefined) throw new CorpusError(`${path}, line 1: two columns are called '${twice}'; rename one`);
  const from = header ? 1 : 0;
  const rows = records.slice(from).map(({ record }) => Object.fromEntries(columns.map((name, k) => [name, record[k]])));
  return { path, format, columns, rows, place: (k) => `${path}, line ${records[k + from].info.lines}` };
}

function readJson(path: string, text: string): Table {
  const start = text.trimStart();
  if (start.startsWith('[')) {
    let list: unknown[];
    try {
      list = JSON.parse(text) as unknown[];
    } catch (error) {
      throw new CorpusError(`${path} is no JSON: ${(error as Error).message}`, { cause: error });
    }
    return tableOf(path, list, (k) => `${path}, entry ${k + 1}`);
  }
  const records: unknown[] = [];
  const lines: number[] = [];
  for (const [k, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    try {
      records.push(JSON.parse(line));
    } catch (error) {
      throw new CorpusError(`${path}, line ${k + 1}: is no JSON: ${(error as Error).message}`, { cause: error });
    }
    lines.push(k + 1);
  }
  return tableOf(path, records, (k) => `${path}, line ${lines[k]}`);
}

function tableOf(path: string, records: readonly unknown[], place: (k: number) => string): Table {
  const columns = new Set<string>();
  for (const [k, record] of records.entries()) {
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw new CorpusError(`${place(k)}: must be an object such as {"text": "…", "label": "…"}`);
    }
    for (const name of Object.keys(record)) columns.add(name);
  }
  const rows = records as Record<string, unknown>[];
  return { path, format: 'jsonl', columns: [...columns], rows, place };
}

function readLabelledLines(path: string, text: string): Table {
  const rows: { label: string[]; text: string }[] = [];
  const lines: number[] = [];
  for (const [k, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const words = line.trim().split(/\s+/);
    const count = words.findIndex((word) => !word.startsWith('__label__'));
    const labels = words.slice(0, count < 0 ? words.length : count);
    if (labels.length === 0) {
      throw new CorpusError(`${path}, line ${k + 1}: begins with no __label__NAME`);
    }
    rows.push({
      label: labels.map((label) => label.slice('__label__'.length)),
      text: words.slice(labels.length).join(' '),
    });
    lines.push(k + 1);
  }
  return { path, format: 'fasttext', columns: ['label', 'text'], rows, place: (k) => `${path}, line ${lines[k]}` };
}

function linesOf(path: string, text: string): Table {
  const rows: { text: string }[] = [];
  const lines: number[] = [];
  for (const [k, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    rows.push({ text: line.replace(/\r$/, '') });
    lines.push(k + 1);
  }
  return { path, format: 'lines', columns: ['text'], rows, place: (k) => `${path}, line ${lines[k]}` };
}
