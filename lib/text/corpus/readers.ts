import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { readCsvColumn } from './csv.js';
import type { Documents } from './documents.js';
import { readJsonLines } from './json_lines.js';
import { readBlocks, readWhole } from './lines.js';
import { checkPaths, expandPaths, type Paths } from './paths.js';
import { type CorpusSource, iterableSource, TextCorpus } from './text_corpus.js';
import { TextForm, type TextOptions, textOptionNames } from './text_form.js';

/** Anything that a corpus can be: texts, lists of tokens, or a function that gives them anew each time. */
export type CorpusItems =
  | Iterable<string | readonly string[]>
  | AsyncIterable<string | readonly string[]>
  | (() => Iterable<string | readonly string[]> | AsyncIterable<string | readonly string[]>);

export interface JsonLinesOptions extends TextOptions {
  /** The field that holds the text, or a list of tokens; an array of names where it lies deeper. */
  field: string | readonly string[];
  /** A record without the field, or with null in it: `'error'` (the default) or `'skip'`. */
  missing?: 'error' | 'skip';
}

export interface CsvColumnOptions extends TextOptions {
  /** A name from the first row, or a number from 0 on. */
  column: string | number;
  /** What parts columns. Default: a tab for files whose names end with `.tsv` or `.tsv.gz`, else a comma. */
  delimiter?: string;
  /** Whether the first row holds names. Default true. */
  header?: boolean;
  /** What a column may be put in. Default: `"`, and null (nothing) where tabs part columns. */
  quote?: string | null;
}

type ReadFile = (path: string) => AsyncGenerator<Documents>;

function filesSource(op: string, paths: Paths, byLine: boolean | null, read: ReadFile): CorpusSource {
  const list = checkPaths(op, paths);
  async function* documents() {
    for (const path of await expandPaths(op, list)) yield* read(path);
  }
  return { op, documents, plain: byLine === null ? null : { paths: list, byLine } };
}

/**
 * The lines of text files, a document each. Files are UTF-8, also packed by gzip; memory holds some megabytes of them at a time.
 *
 * @param paths a path, `'-'` for the standard input, a pattern such as `'data/part-*.txt.gz'` (its files in order of their
 *   names), or several of them
 * @throws ArgumentError, ValueError or OptionError at once; when it is read, CorpusError for a file
 *   that can't be read, what is no UTF-8, damaged gzip, a pattern that no file matches
 */
export function textLines(paths: Paths, options?: TextOptions): TextCorpus {
  const op = 'textLines';
  const form = new TextForm(op, checkOptions(op, options, textOptionNames));
  return new TextCorpus(linesSource(op, paths, form), form);
}

function linesSource(op: string, paths: Paths, form: TextForm): CorpusSource {
  return filesSource(op, paths, true, async function* (path) {
    for await (const { lines, place } of readBlocks(op, path, form.strict)) yield { items: lines, place };
  });
}

/** The same with a document a file, of at most 512 MiB. */
export function textFiles(paths: Paths, options?: TextOptions): TextCorpus {
  const op = 'textFiles';
  const form = new TextForm(op, checkOptions(op, options, textOptionNames));
  const read: ReadFile = async function* (path) {
    yield { items: [await readWhole(op, path, form.strict)], place: () => `${op}: ${path}` };
  };
  return new TextCorpus(filesSource(op, paths, false, read), form);
}

/**
 * One field of the records of JSON Lines files: a text, or a list of tokens. Paths as {@link textLines} has them.
 * @throws as {@link textLines}, and CorpusError for a line that is no JSON or a record without the field
 */
export function jsonLines(paths: Paths, options: JsonLinesOptions): TextCorpus {
  const op = 'jsonLines';
  const { field, missing = 'error', ...text } = checkOptions(op, options, ['field', 'missing', ...textOptionNames]);
  const names = typeof field === 'string' ? [field] : field;
  if (!Array.isArray(names) || names.length === 0 || names.some((name) => typeof name !== 'string')) {
    throw new ArgumentError(`${op}: field must be the name of a field, or an array of them, got ${describe(field)}`);
  }
  if (missing !== 'error' && missing !== 'skip') {
    throw new ValueError(`${op}: missing must be 'error' or 'skip', got ${describe(missing)}`);
  }
  const form = new TextForm(op, text);
  const read: ReadFile = (path) => readJsonLines(op, path, form.strict, names, missing === 'skip');
  return new TextCorpus(filesSource(op, paths, null, read), form);
}

/**
 * One column of CSV or TSV files (RFC 4180). Paths as {@link textLines} has them.
 * @throws as {@link textLines}, and CorpusError for rows of different lengths, quotes without an end, a column that isn't there
 */
export function csvColumn(paths: Paths, options: CsvColumnOptions): TextCorpus {
  const op = 'csvColumn';
  const names = ['column', 'delimiter', 'header', 'quote', ...textOptionNames];
  const { column, delimiter, header = true, quote, ...text } = checkOptions(op, options, names);
  if (typeof column !== 'string' && !(Number.isInteger(column) && column >= 0)) {
    throw new ArgumentError(`${op}: column must be a name or a number from 0 on, got ${describe(column)}`);
  }
  if (delimiter !== undefined && (typeof delimiter !== 'string' || delimiter === '')) {
    throw new ArgumentError(`${op}: delimiter must be a string of at least one character, got ${describe(delimiter)}`);
  }
  if (typeof header !== 'boolean') {
    throw new ArgumentError(`${op}: header must be true or false, got ${describe(header)}`);
  }
  if (!header && typeof column === 'string') {
    throw new ArgumentError(`${op}: column must be a number where header is false, got ${describe(column)}`);
  }
  if (quote !== undefined && quote !== null && (typeof quote !== 'string' || quote.length !== 1)) {
    throw new ArgumentError(`${op}: quote must be one character or null, got ${describe(quote)}`);
  }
  const form = new TextForm(op, text);
  const read: ReadFile = (path) =>
    readCsvColumn(op, path, form.strict, { column, delimiter: delimiter ?? null, header, quote });
  return new TextCorpus(filesSource(op, paths, null, read), form);
}

/**
 * A corpus of what a program has at hand: an iterable or async iterable of texts or of lists of tokens, whose tokens are only
 * brought to their normal form and case; or a function that gives such an iterable, so that it can be gone through more than
 * once.
 */
export function corpusOf(items: CorpusItems, options?: TextOptions): TextCorpus {
  const op = 'corpusOf';
  const form = new TextForm(op, checkOptions(op, options, textOptionNames));
  if (typeof items === 'string') {
    throw new ArgumentError(
      `${op}: items must be a list of texts, got a string; read a file's lines with textLines(path)`,
    );
  }
  return new TextCorpus(iterableSource(op, items), form);
}

/** What a function takes for a corpus: one, a path or pattern of text files, or what {@link corpusOf} takes. */
export type CorpusInput = TextCorpus | string | CorpusItems;

/**
 * The corpus that a caller means. A string is a path of text whose lines are documents.
 * @param options how its texts become tokens, unless it is a TextCorpus, which knows
 */
export function readCorpus(op: string, corpus: unknown, options: TextOptions = {}): TextCorpus {
  const given = textOptionNames.find((name) => options[name] !== undefined);
  if (corpus instanceof TextCorpus) {
    if (given === undefined) return corpus;
    throw new ArgumentError(`${op}: ${given} is an option of the function that made the corpus, such as textLines`);
  }
  const form = new TextForm(op, options);
  return new TextCorpus(typeof corpus === 'string' ? linesSource(op, corpus, form) : iterableSource(op, corpus), form);
}
