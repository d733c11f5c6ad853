/**
 * Vectors as text, one word a line: GloVe's files, word2vec's and fastText's `.vec`, the latter two with a first line that says
 * how many words and numbers follow.
 *
 * The rule that survives every published file: a line is parted at spaces (0x20) alone, its last numbers are the vector and
 * all before them is the word, which may hold spaces of other kinds and even this one; the first of two equal words counts.
 */
import { FileFormatError } from '../../errors.js';
import type { Bytes } from './bytes.js';
import { parseDecimal } from './decimal.js';
import { type LoadedVectors, type Selection, TableBuilder } from './table_builder.js';
import type { WordDecoder } from './words.js';

const [space, newline, carriageReturn, tab] = [0x20, 0x0a, 0x0d, 0x09];

/** The most numbers of a vector. */
export const widest = 65_536;

/** Two whole numbers and nothing else: the first line of word2vec's format. */
export function readHeader(line: Uint8Array): { words: number; dim: number } | null {
  const match = /^(\d+)[ \t](\d+)[ \t]*\r?$/.exec(Buffer.from(line).toString('latin1'));
  return match === null ? null : { words: Number(match[1]), dim: Number(match[2]) };
}

/** Where the parts of a line begin and end; the last `most` of them. */
class Parts {
  readonly begin: Int32Array;
  readonly end: Int32Array;
  count = 0;

  constructor(private readonly most: number) {
    this.begin = new Int32Array(most);
    this.end = new Int32Array(most);
  }

  /** Parts line[from … to) from its end, `most` parts at most; returns where the rest before them ends. */
  split(line: Uint8Array, from: number, to: number): number {
    this.count = 0;
    let end = to;
    while (this.count < this.most) {
      while (end > from && (line[end - 1] === space || line[end - 1] === tab)) end--;
      let begin = end;
      while (begin > from && line[begin - 1] !== space && line[begin - 1] !== tab) begin--;
      if (begin <= from) return end;
      this.count++;
      this.begin[this.most - this.count] = begin;
      this.end[this.most - this.count] = end;
      end = begin - 1;
    }
    return end;
  }
}

/** Numbers after the word of a line, which say how wide a table without a first line is; looks for no more than there may be. */
function numbersAtEnd(line: Uint8Array): number {
  const parts = new Parts(widest + 1);
  parts.split(line, 0, line.length);
  for (let k = 1; k <= parts.count; k++) {
    const at = widest + 1 - k;
    if (!Number.isFinite(parseDecimal(line, parts.begin[at], parts.end[at]))) return k - 1;
  }
  return parts.count;
}

export async function readTextVectors(
  bytes: Bytes,
  selection: Selection,
  decoder: WordDecoder,
): Promise<LoadedVectors> {
  const { name } = bytes;
  let [lineNumber, rows, promised] = [0, 0, 0];
  let builder: TableBuilder | null = null;
  let parts: Parts | null = null;

  function readLine(line: Uint8Array): boolean {
    lineNumber++;
    let end = line.length;
    if (end > 0 && line[end - 1] === carriageReturn) end--;
    if (lineNumber === 1) {
      const header = readHeader(line.subarray(0, end));
      if (header !== null) {
        promised = header.words;
        checkDim(header.dim);
        return rows < selection.limit;
      }
    }
    if (end === 0) return true;
    if (builder === null || parts === null) checkDim(numbersAtEnd(line.subarray(0, end)));
    const table = builder as TableBuilder;
    const split = parts as Parts;
    const where = () => `${name}, line ${lineNumber}`;
    const wordEnd = split.split(line, 0, end);
    if (split.count < table.dim) {
      throw new FileFormatError(`${where()}: expected a word and ${table.dim} numbers, got ${split.count} numbers`);
    }
    const row = table.rowFor(decoder.decode(line.subarray(0, wordEnd), where));
    rows++;
    if (row !== null) {
      for (let j = 0; j < table.dim; j++) {
        const value = parseDecimal(line, split.begin[j], split.end[j]);
        if (!Number.isFinite(value)) {
          const text = Buffer.from(line.subarray(split.begin[j], split.end[j])).toString('latin1').slice(0, 40);
          throw new FileFormatError(
            `${where()}: expected a word and ${table.dim} numbers, got '${text}' as number ${j + 1}`,
          );
        }
        row[j] = value;
      }
    }
    return rows < selection.limit;
  }

  function checkDim(dim: number): void {
    if (dim < 1 || dim > widest) {
      throw new FileFormatError(`${name}, line ${lineNumber}: expected a word and its numbers, got ${dim} numbers`);
    }
    builder = new TableBuilder(dim, selection);
    parts = new Parts(dim);
  }

  await forLines(bytes, readLine);
  if (builder === null) throw new FileFormatError(`${name}: holds no vectors`);
  if (rows < Math.min(promised, selection.limit)) {
    throw new FileFormatError(`${name}: its first line promises ${promised} words, but it ends after ${rows}`);
  }
  return (builder as TableBuilder).finish(name);
}

/** Calls `each` with every line, without its newline, until it returns false. */
async function forLines(bytes: Bytes, each: (line: Uint8Array) => boolean): Promise<void> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of bytes.pieces()) {
    const chunk = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let begin = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, begin)) {
      if (!each(chunk.subarray(begin, end))) return;
      begin = end + 1;
    }
    rest = chunk.subarray(begin);
    if (rest.length > longestLine) {
      throw new FileFormatError(
        `${bytes.name}: a line has more than ${longestLine} bytes; is this a file of vectors as text?`,
      );
    }
  }
  if (rest.length > 0) each(rest);
}

const longestLine = 1 << 24;

/** The lines of a table, as `%g` with enough digits that reading them gives the same floats. */
export function* writeTextVectors(
  keys: readonly string[],
  data: Float32Array,
  dim: number,
  header: boolean,
): Generator<string> {
  if (header) yield `${keys.length} ${dim}\n`;
  let part: string[] = [];
  for (const [k, key] of keys.entries()) {
    const numbers: string[] = [];
    for (let j = 0; j < dim; j++) numbers.push(shortest(data[k * dim + j]));
    part.push(`${key} ${numbers.join(' ')}\n`);
    if (part.length === 1024) {
      yield part.join('');
      part = [];
    }
  }
  yield part.join('');
}

/** The fewest digits, up to nine, that round to the same float. */
function shortest(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}
