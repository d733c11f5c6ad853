import { CorpusError, describe } from '../../errors.js';
import { type FoundColumn, guessLabelColumn, guessTextColumn, namedColumn } from '../table/columns.js';
import { readTable, type Table } from '../table/read_table.js';
import type { ClassifierSettings } from './settings.js';

export interface Example {
  readonly text: string;
  readonly labels: readonly string[];
}

export interface Examples {
  readonly path: string;
  readonly examples: readonly Example[];
  /** Whether a text may have none, or several labels. */
  readonly several: boolean;
  readonly textColumn: string;
  readonly labelColumn: string;
  /** What was guessed, a line each. */
  readonly guesses: readonly string[];
}

type ColumnSettings = Pick<ClassifierSettings, 'textColumn' | 'labelColumn' | 'format' | 'header' | 'labelSeparator'>;

/** Texts and their labels from a file. @throws CorpusError */
export async function readExamples(path: string, settings: ColumnSettings): Promise<Examples> {
  const table = await readTable(path, settings);
  if (table.format === 'lines') {
    throw new CorpusError(
      `${path} has no columns: lines must begin with __label__NAME, or the file be CSV, TSV or JSON Lines (say --format)`,
    );
  }
  const { textColumn, labelColumn } = settings;
  const label =
    labelColumn === undefined
      ? guessLabelColumn(table, [textColumn])
      : namedColumn(table, labelColumn, '--label-column');
  const text =
    textColumn === undefined ? guessTextColumn(table, [label.name]) : namedColumn(table, textColumn, '--text-column');
  const examples = table.rows.map((row, k) => ({
    text: textOf(table, k, row[text.name], text.name),
    labels: labelsOf(table, k, row[label.name], label.name, settings.labelSeparator),
  }));
  const isList = table.rows.some((row) => Array.isArray(row[label.name]));
  const several =
    settings.labelSeparator !== undefined || (isList && examples.some(({ labels }) => labels.length !== 1));
  return {
    path,
    examples,
    several,
    textColumn: text.name,
    labelColumn: label.name,
    guesses: table.format === 'fasttext' ? [] : [...said('text', text), ...said('label', label)],
  };
}

/** The texts alone: those of a column, or a line each. */
export async function readTexts(path: string, settings: ColumnSettings): Promise<string[]> {
  const table = await readTable(path, settings);
  const { textColumn } = settings;
  const isThere = textColumn !== undefined && table.columns.includes(textColumn);
  const { name } = isThere ? { name: textColumn } : guessTextColumn(table, [settings.labelColumn]);
  return table.rows.map((row, k) => textOf(table, k, row[name], name));
}

function said(what: string, { name, guess }: FoundColumn): string[] {
  return guess === null ? [] : [`Column of the ${what}: '${name}', a guess: ${guess}; --${what}-column names another`];
}

function textOf(table: Table, k: number, value: unknown, column: string): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new CorpusError(`${table.place(k)}: '${column}' must be a text, got ${describe(value)}`);
}

function labelsOf(table: Table, k: number, value: unknown, column: string, separator: string | undefined): string[] {
  const list = Array.isArray(value)
    ? value
    : typeof value === 'string' && separator !== undefined
      ? value.split(separator).filter((part) => part.trim() !== '')
      : [value];
  return list.map((label: unknown) => {
    if (typeof label === 'number' || typeof label === 'boolean') return String(label);
    if (typeof label === 'string' && label.trim() !== '') return label.trim();
    throw new CorpusError(`${table.place(k)}: '${column}' must be a label, got ${describe(label)}`);
  });
}
