import { CorpusError, describe } from '../../errors.js';
import { namedColumn } from '../table/columns.js';
import { readTable, type Table } from '../table/read_table.js';
import type { RecommenderSettings } from './settings.js';

export interface Sessions {
  /** Each the items in the order in which they came. */
  readonly sessions: readonly (readonly string[])[];
  /** What was guessed, a line each. */
  readonly guesses: readonly string[];
}

type FormSettings = Pick<RecommenderSettings, 'format' | 'sessionColumn' | 'itemColumn'>;

const sessionNames = /^(session|session_?id|user|user_?id|visitor|basket|order_?id|playlist|customer_?id)$/i;
const itemNames = /^(item|item_?id|product|product_?id|movie_?id|track|track_?id|page|song|article_?id)$/i;

/**
 * Sessions of a file: a line each, items parted by white space; JSON Lines with a list of items; or CSV and TSV with a row
 * for each item, whose rows of a session are in the order in which they happened.
 * @throws CorpusError naming file and line
 */
export async function readSessions(path: string, settings: FormSettings): Promise<Sessions> {
  const table = await readTable(path, settings.format === undefined ? {} : { format: settings.format });
  if (table.format === 'lines' || table.format === 'fasttext') {
    return { sessions: table.rows.map(({ text }) => String(text).trim().split(/\s+/)), guesses: [] };
  }
  return table.format === 'jsonl' ? readLists(table, settings) : readEvents(table, settings);
}

function readLists(table: Table, { itemColumn }: FormSettings): Sessions {
  const isList = (name: string) => Array.isArray(table.rows[0]?.[name]);
  const guessed = table.columns.find(isList);
  if (itemColumn === undefined && guessed === undefined) {
    throw new CorpusError(`${table.path}: no field of its records is a list of items; name it by --item-column`);
  }
  const name = itemColumn === undefined ? guessed! : namedColumn(table, itemColumn, '--item-column').name;
  const sessions = table.rows.map((row, k) => {
    const value = row[name];
    if (Array.isArray(value)) return value.map((item: unknown) => nameOf(item, table.place(k), name));
    throw new CorpusError(`${table.place(k)}: '${name}' must be a list of items, got ${describe(value)}`);
  });
  const guess = `Field of the items: '${name}', a guess: it is the first that is a list; --item-column names another`;
  return { sessions, guesses: itemColumn === undefined && table.columns.length > 1 ? [guess] : [] };
}

function readEvents(table: Table, settings: FormSettings): Sessions {
  const column = (named: string | undefined, names: RegExp, what: 'session' | 'item') => {
    if (named !== undefined) return { name: namedColumn(table, named, `--${what}-column`).name, guess: [] };
    const name = table.columns.find((candidate) => names.test(candidate));
    if (name === undefined) {
      throw new CorpusError(
        `${table.path}: no column looks like one of ${what}s; there are ${table.columns.map((c) => `'${c}'`).join(', ')}. Name it by --${what}-column`,
      );
    }
    return {
      name,
      guess: [`Column of the ${what}: '${name}', a guess: it is called so; --${what}-column names another`],
    };
  };
  const session = column(settings.sessionColumn, sessionNames, 'session');
  const item = column(settings.itemColumn, itemNames, 'item');
  const bySession = new Map<string, string[]>();
  for (const [k, row] of table.rows.entries()) {
    const key = nameOf(row[session.name], table.place(k), session.name);
    const items = bySession.get(key) ?? [];
    bySession.set(key, items);
    items.push(nameOf(row[item.name], table.place(k), item.name));
  }
  return { sessions: [...bySession.values()], guesses: [...session.guess, ...item.guess] };
}

function nameOf(value: unknown, place: string, column: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value.trim();
  if (typeof value === 'number') return String(value);
  throw new CorpusError(`${place}: '${column}' must be a name or a number, got ${describe(value)}`);
}
