import { Readable } from 'node:stream';
import { CorpusError, describe } from '../../errors.js';
import { nearest } from '../../options.js';
import type { Documents } from './documents.js';
import { readBlocks } from './lines.js';

export interface CsvForm {
  /** A name of the first row, or the number of a column from 0 on. */
  readonly column: string | number;
  /** Null: a tab for names that end with .tsv or .tsv.gz, else a comma. */
  readonly delimiter: string | null;
  readonly header: boolean;
  /** Undefined: the double quote where commas part columns, none where tabs do. */
  readonly quote: string | null | undefined;
}

const recordsOfBlock = 1024;
const longestRecord = 1 << 26;

interface Row {
  readonly record: readonly string[];
  readonly info: { readonly lines: number; readonly bytes: number };
}

/** One column of a file of rows. @throws CorpusError naming file, line and byte */
export async function* readCsvColumn(
  op: string,
  path: string,
  strict: boolean,
  form: CsvForm,
): AsyncGenerator<Documents> {
  const where = `${op}: ${path}`;
  const delimiter = form.delimiter ?? (/\.tsv(\.gz)?$/i.test(path) ? '\t' : ',');
  const quote = form.quote === undefined ? (delimiter === '\t' ? null : '"') : form.quote;
  const { parse } = await import('csv-parse');
  async function* texts() {
    for await (const { text } of readBlocks(op, path, strict)) yield text;
  }
  const source = Readable.from(texts(), { objectMode: true, highWaterMark: 1 });
  const parser = parse({
    delimiter,
    quote: quote ?? false,
    info: true,
    skip_empty_lines: true,
    max_record_size: longestRecord,
  });
  // Its own errors go to whoever reads the rows.
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let column = typeof form.column === 'number' ? form.column : -1;
  let isFirst = true;
  let items: string[] = [];
  let places: { line: number; byte: number }[] = [];
  let [line, byte] = [1, 0];
  const ready = (): Documents => {
    const at = places;
    return { items, place: (k) => `${where}, line ${at[k].line}, byte ${at[k].byte}` };
  };
  try {
    for await (const { record, info } of parser as AsyncIterable<Row>) {
      const place = { line, byte };
      line = info.lines + 1;
      byte = info.bytes;
      if (isFirst) {
        isFirst = false;
        column = columnOf(where, record, form);
        if (form.header) continue;
      }
      items.push(record[column]);
      places.push(place);
      if (items.length < recordsOfBlock) continue;
      yield ready();
      items = [];
      places = [];
    }
  } catch (error) {
    const { code, message, lines } = error as { code?: string; message: string; lines?: number };
    if (!code?.startsWith('CSV_')) throw error;
    throw new CorpusError(`${where}, line ${lines ?? line}: ${message}`);
  } finally {
    source.destroy();
    parser.destroy();
  }
  if (items.length > 0) yield ready();
}

function columnOf(where: string, first: readonly string[], { column, header }: CsvForm): number {
  if (typeof column === 'number') {
    if (column < first.length) return column;
    throw new CorpusError(`${where}, line 1: column ${column} must be below ${first.length}, the number of columns`);
  }
  const index = header ? first.indexOf(column) : -1;
  if (index >= 0) return index;
  const close = nearest(column, first);
  const hint =
    close === null ? `the first row has ${first.slice(0, 8).map(describe).join(', ')}` : `did you mean '${close}'?`;
  throw new CorpusError(`${where}, line 1: there is no column ${describe(column)}; ${hint}`);
}
