import { CorpusError, describe } from '../../errors.js';
import { nearest } from '../../options.js';
import type { Table } from './read_table.js';

/** A column that was found by looking, and what to say of it. */
export interface FoundColumn {
  readonly name: string;
  /** Why it was taken; null where it was named. */
  readonly guess: string | null;
}

/** @throws CorpusError naming the nearest column */
export function namedColumn(table: Table, name: string, option: string): FoundColumn {
  if (table.columns.includes(name)) return { name, guess: null };
  const close = nearest(name, table.columns);
  const hint =
    close === null ? `there are ${table.columns.map((c) => `'${c}'`).join(', ')}` : `did you mean '${close}'?`;
  throw new CorpusError(`${table.path} has no column ${describe(name)} (${option}); ${hint}`);
}

const looked = 1000;

function valuesOf(table: Table, column: string): string[] {
  return table.rows.slice(0, looked).map((row) => {
    const value = row[column];
    return typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value);
  });
}

/** The column that holds texts: one that is called so, or else that with the longest values. */
export function guessTextColumn(table: Table, others: readonly (string | undefined)[]): FoundColumn {
  const names = /^(text|texts|sentence|body|content|message|document|review|comment|title|tweet|mail|email)$/i;
  const left = table.columns.filter((name) => !others.includes(name));
  const called = left.find((name) => names.test(name));
  if (called !== undefined) return { name: called, guess: `it is called '${called}'` };
  const mean = (name: string) => {
    const values = valuesOf(table, name);
    return values.reduce((sum, value) => sum + value.length, 0) / Math.max(1, values.length);
  };
  const [best] = left.map((name) => ({ name, length: mean(name) })).sort((a, b) => b.length - a.length);
  if (best === undefined) throw new CorpusError(`${table.path} has no column left for texts; name it by --text-column`);
  return { name: best.name, guess: `its values are the longest, ${best.length.toFixed(0)} characters on average` };
}

/** The column that holds labels: one that is called so, or else that with the fewest different values. */
export function guessLabelColumn(table: Table, others: readonly (string | undefined)[]): FoundColumn {
  const names = /^(label|labels|class|category|categories|target|tag|tags|y|topic|genre|sentiment|kind)$/i;
  const left = table.columns.filter((name) => !others.includes(name));
  const called = left.find((name) => names.test(name));
  if (called !== undefined) return { name: called, guess: `it is called '${called}'` };
  const [best] = left
    .map((name) => ({ name, distinct: new Set(valuesOf(table, name)).size }))
    .filter(({ distinct }) => distinct > 1)
    .sort((a, b) => a.distinct - b.distinct);
  if (best === undefined || best.distinct > Math.max(2, Math.min(table.rows.length, looked) / 2)) {
    throw new CorpusError(
      `${table.path}: no column looks like one of labels; there are ${table.columns.map((c) => `'${c}'`).join(', ')}. Name it by --label-column`,
    );
  }
  return { name: best.name, guess: `it has the fewest different values, ${best.distinct}` };
}
