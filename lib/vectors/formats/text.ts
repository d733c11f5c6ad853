/**
 * Vectors as text, one word a line: GloVe's files, word2vec's and fastText's `.vec`, the latter two with a first line that says
 * how many words and numbers follow.
 *
 * The rule that survives every published file: a line is parted at spaces (0x20) alone, its last numbers are the vector and
 * all before them is the word, which may hold spaces of other kinds and even this one; the first of two equal words counts.
 */
import { isUtf8 } from 'node:buffer';
import { emptyLine, findVectorLines, parseVectorLines, shortLine, type VectorLines } from '../../calls/vector_text.js';
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
  const reader = new TextReader(bytes, selection, decoder);
  const pieces = bytes.overlapping();
  try {
    for (let used = 0; ; ) {
      const { done, value } = await pieces.next(used);
      if (done) break;
      used = value.last ? value.bytes.length : value.bytes.lastIndexOf(newline) + 1;
      if (used > 0 && !reader.readBlock(value.bytes.subarray(0, used))) break;
      if (value.bytes.length - used > longestLine) {
        throw new FileFormatError(
          `${bytes.name}: a line has more than ${longestLine} bytes; is this a file of vectors as text?`,
        );
      }
    }
  } finally {
    await pieces.return();
  }
  return reader.finish();
}

const longestLine = 1 << 24;
/** Room for lines with nothing in them, besides those that the width allows. */
const fewestLines = 1024;

/** Reads blocks of whole lines: native code parts them and reads their numbers, on all threads. */
class TextReader {
  #lineNumber = 0;
  #rows = 0;
  #promised = 0;
  #table: TableBuilder | null = null;
  #places = new Int32Array(0);
  #bytesRead = 0;

  constructor(
    private readonly bytes: Bytes,
    private readonly selection: Selection,
    private readonly decoder: WordDecoder,
  ) {}

  /** Says whether more is wanted. */
  readBlock(block: Uint8Array): boolean {
    let at = this.#lineNumber === 0 ? this.#readHeader(block) : 0;
    while (at < block.length && this.#rows < this.selection.limit) {
      const table = this.#table ?? this.#begin(block, at);
      if (table === null) break;
      // Line ends are found in what is there: a subarray begins where lines do.
      const rest = at === 0 ? block : block.subarray(at);
      at += this.#readLines(rest, table);
    }
    this.#bytesRead += block.length;
    return this.#rows < this.selection.limit;
  }

  async finish(): Promise<LoadedVectors> {
    const { name } = this.bytes;
    if (this.#table === null) throw new FileFormatError(`${name}: holds no vectors`);
    if (this.#rows < Math.min(this.#promised, this.selection.limit)) {
      throw new FileFormatError(
        `${name}: its first line promises ${this.#promised} words, but it ends after ${this.#rows}`,
      );
    }
    return this.#table.finish(name);
  }

  #readHeader(block: Uint8Array): number {
    const header = readHeader(lineAt(block, 0));
    if (header === null) return 0;
    this.#lineNumber = 1;
    this.#promised = header.words;
    this.#table = this.#tableOf(header.dim);
    return lineAt(block, 0).length + 1;
  }

  /** The first line with anything in it says how wide the table is; null where there is none. */
  #begin(block: Uint8Array, from: number): TableBuilder | null {
    for (let at = from, line = this.#lineNumber; at < block.length; line++) {
      const bytes = lineAt(block, at);
      const end = withoutReturn(bytes);
      at += bytes.length + 1;
      if (end === 0) continue;
      const before = this.#lineNumber;
      this.#lineNumber = line + 1;
      this.#table = this.#tableOf(numbersAtEnd(bytes.subarray(0, end)));
      this.#lineNumber = before;
      return this.#table;
    }
    for (let at = from; at < block.length; at += lineAt(block, at).length + 1) this.#lineNumber++;
    return null;
  }

  #tableOf(dim: number): TableBuilder {
    if (dim < 1 || dim > widest) {
      throw new FileFormatError(
        `${this.bytes.name}, line ${Math.max(this.#lineNumber, 1)}: expected a word and its numbers, got ${dim} numbers`,
      );
    }
    return new TableBuilder(dim, this.selection);
  }

  /** How many bytes were read. */
  #readLines(block: Uint8Array, table: TableBuilder): number {
    const room = Math.ceil(block.length / (2 * table.dim + 1)) + fewestLines;
    if (this.#places.length < 3 * room) this.#places = new Int32Array(3 * room);
    const lines = findVectorLines(block, table.dim, this.#places);
    const { places } = lines;
    // Up to the limit, or to a line of too few parts, which is an error after those before it.
    let [count, rows] = [0, 0];
    while (count < lines.count && this.#rows + rows < this.selection.limit && places[3 * count + 2] !== shortLine) {
      if (places[3 * count + 2] !== emptyLine) rows++;
      count++;
    }
    const texts = areUtf8(block, places, count) ? null : this.#decode(block, places, count);
    const rowOf = new Int32Array(count).fill(-1);
    table.reserve(rows, this.#expectedRows(table.dim, lines));
    for (let k = 0, seen = 0; k < count; k++) {
      const [begin, end] = [places[3 * k], places[3 * k + 2]];
      if (end === emptyLine) continue;
      if (texts === null) rowOf[k] = table.placeFor(block, begin, end);
      else if (seen < texts.length) rowOf[k] = table.placeFor(texts[seen], 0, texts[seen].length);
      seen++;
    }
    const bad = parseVectorLines(block, lines, rowOf, count, { array: table.block, begin: 0, dim: table.dim });
    if (bad >= 0) this.#refuse(block, lines, bad, table.dim);
    if (texts !== null && texts.length < rows) this.#refuse(block, lines, lineOfWord(places, texts.length), table.dim);
    this.#rows += rows;
    if (count < lines.count && this.#rows < this.selection.limit) this.#refuse(block, lines, count, table.dim);
    this.#lineNumber += lines.count;
    return lines.used;
  }

  /** The words of lines in UTF-8 where some bytes of the block are not, up to the first that is to be refused. */
  #decode(block: Uint8Array, places: Int32Array, count: number): Uint8Array[] {
    const words: Uint8Array[] = [];
    for (let k = 0; k < count; k++) {
      const [begin, end] = [places[3 * k], places[3 * k + 2]];
      if (end === emptyLine) continue;
      try {
        words.push(
          Buffer.from(
            this.decoder.decode(block.subarray(begin, end), () => ''),
            'utf8',
          ),
        );
      } catch {
        break;
      }
    }
    return words;
  }

  /** How many rows there will be, by what the first line says and by what lines take; 0 where the size is not known. */
  #expectedRows(dim: number, { count, used }: VectorLines): number {
    const { size } = this.bytes;
    if (size === 0 || count === 0) return 0;
    const most = Math.ceil(size / (2 * dim + 1));
    if (this.#promised > 0) return Math.min(this.#promised, most);
    const left = Math.max(0, size - this.#bytesRead);
    return this.#rows + Math.min(most, Math.ceil((left / used) * count * spareRows) + fewSpareRows);
  }

  /** Words what is wrong with a line. */
  #refuse(block: Uint8Array, { places }: VectorLines, k: number, dim: number): never {
    const where = `${this.bytes.name}, line ${this.#lineNumber + k + 1}`;
    const line = block.subarray(places[3 * k], places[3 * k + 1]);
    const split = new Parts(dim);
    const wordEnd = split.split(line, 0, line.length);
    if (split.count < dim) {
      throw new FileFormatError(`${where}: expected a word and ${dim} numbers, got ${split.count} numbers`);
    }
    this.decoder.decode(line.subarray(0, wordEnd), () => where);
    const wrong = Array.from(split.begin, (begin, j) => Math.fround(parseDecimal(line, begin, split.end[j])));
    const j = Math.max(
      0,
      wrong.findIndex((value) => !Number.isFinite(value)),
    );
    const text = Buffer.from(line.subarray(split.begin[j], split.end[j])).toString('latin1').slice(0, 40);
    throw new FileFormatError(`${where}: expected a word and ${dim} numbers, got '${text}' as number ${j + 1}`);
  }
}

/** Whether the words of lines are UTF-8, which only those can fail to be that are not ASCII. */
function areUtf8(block: Uint8Array, places: Int32Array, count: number): boolean {
  for (let k = 0; k < count; k++) {
    const [begin, end] = [places[3 * k], places[3 * k + 2]];
    let all = 0;
    for (let at = begin; at < end; at++) all |= block[at];
    if (all >= 0x80 && !isUtf8(block.subarray(begin, end))) return false;
  }
  return true;
}

/** Lines differ in length; too little room costs a copy, too much costs nothing until it is written. */
const [spareRows, fewSpareRows] = [1.03, 64];

/** The line that begins at a byte, without its newline. */
function lineAt(block: Uint8Array, at: number): Uint8Array {
  const end = block.indexOf(newline, at);
  return block.subarray(at, end < 0 ? block.length : end);
}

function withoutReturn(line: Uint8Array): number {
  return line[line.length - 1] === carriageReturn ? line.length - 1 : line.length;
}

/** The line of the n-th word. */
function lineOfWord(places: Int32Array, n: number): number {
  let k = 0;
  for (let seen = 0; ; k++) {
    if (places[3 * k + 2] === emptyLine) continue;
    if (seen++ === n) return k;
  }
}

/** Numbers that are written as text before somebody else may have a turn. */
const numbersOfPart = 1 << 13;

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
    if (part.length * dim >= numbersOfPart) {
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
