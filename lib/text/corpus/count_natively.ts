import { type CountedWords, longestWord, WordCounter } from '../../calls/text.js';
import { CorpusError } from '../../errors.js';
import type { FileState } from '../../io/file_pieces.js';
import { type CountLimits, type TokenTotals, tellPruned } from './count_options.js';
import { readBlocks, readPieces } from './lines.js';
import { expandPaths, standardInput } from './paths.js';
import { insideOf, type TextCorpus } from './text_corpus.js';
import type { TextForm } from './text_form.js';
import { Turns } from './turns.js';

/** Whether a corpus is plain text that the addon counts on all threads. */
export function countsNatively(corpus: TextCorpus): boolean {
  const { source, form } = insideOf(corpus);
  return source.plain !== null && form.worksOnTokens;
}

interface ReadFile {
  readonly path: string;
  /** Where it begins among the bytes of all files. */
  readonly begin: number;
  readonly state: FileState | null;
}

/** The words of one form: where they stand among those that were counted. */
interface Merged {
  count: number;
  first: number;
  readonly places: number[];
}

/**
 * Plain text files whose words are counted natively, then turned into numbers. Files are read twice, so that nothing of them
 * is kept but the words.
 */
export class NativeCount {
  readonly #counter: WordCounter;
  readonly #files: ReadFile[] = [];
  #words: Map<string, Merged> = new Map();
  #lines = 0;

  private constructor(
    private readonly op: string,
    private readonly paths: readonly string[],
    private readonly byLine: boolean,
    private readonly form: TextForm,
    private readonly limits: CountLimits,
  ) {
    this.#counter = new WordCounter(limits.mostTokens);
  }

  /** Counts a corpus; whoever has the result closes it. */
  static async of(op: string, corpus: TextCorpus, limits: CountLimits): Promise<NativeCount> {
    const { source, form } = insideOf(corpus);
    const { paths, byLine } = source.plain as NonNullable<typeof source.plain>;
    const files = await expandPaths(source.op, paths);
    const count = new NativeCount(op, files, byLine, form, limits);
    try {
      await count.#count();
    } catch (error) {
      count.close();
      throw error;
    }
    return count;
  }

  close(): void {
    this.#counter.close();
  }

  totals: TokenTotals = { tokens: 0, documents: 0, distinct: 0, highest: 0, counts: new Map() };

  async #count(): Promise<void> {
    let begin = 0;
    const turns = new Turns(this.limits.signal);
    for (const path of this.paths) {
      let state: FileState | null = null;
      let place = 0;
      const add = (bytes: Uint8Array, last: boolean) => {
        const used = this.#counter.add(bytes, begin + place, last);
        if (used < 0) throw this.#tooLong(path, place);
        place += used;
        return used;
      };
      await this.#forPieces(path, turns, add, (opened) => {
        state = opened;
      });
      this.#files.push({ path, begin, state });
      begin += place;
    }
    // Words that differ by case alone are rare only together.
    const merges = this.form.lowercase || this.form.normalize !== 'none';
    const totals = this.#counter.finish(merges || !this.form.strict ? 1 : this.limits.minCount);
    if (this.form.strict && totals.firstInvalid >= 0) await this.#refuse(totals.firstInvalid);
    tellPruned(this.op, totals.pruned, totals.prunedCount, this.limits.mostTokens);
    this.#lines = totals.lines;
    this.#words = this.#merge(this.#counter.words(totals));
    const counts = new Map<string, number>();
    const order = [...this.#words].sort(([, a], [, b]) => a.first - b.first);
    for (const [token, { count }] of order) if (count >= this.limits.minCount) counts.set(token, count);
    const { tokens, distinct } = totals;
    const highest = order.reduce((most, [, { count }]) => Math.max(most, count), totals.highest);
    this.totals = { tokens, documents: this.byLine ? totals.lines : this.paths.length, distinct, highest, counts };
  }

  #merge({ bytes, counts, firsts }: CountedWords): Map<string, Merged> {
    const texts = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes).split('\n');
    const words = new Map<string, Merged>();
    for (let place = 0; place < counts.length; place++) {
      const token = this.form.form(texts[place]);
      const there = words.get(token);
      if (there === undefined) {
        words.set(token, { count: counts[place], first: firsts[place], places: [place] });
        continue;
      }
      there.count += counts[place];
      there.first = Math.min(there.first, firsts[place]);
      there.places.push(place);
    }
    return words;
  }

  /**
   * The corpus in numbers: `tokens[k]` becomes k, others are left out; -1 ends a sentence, which is cut after `longest` words.
   * @throws CorpusError for a file that has changed since it was counted
   */
  async encode(tokens: readonly string[], longest: number): Promise<Int32Array> {
    const total = [...this.#words.values()].reduce((sum, { places }) => sum + places.length, 0);
    const numbers = new Int32Array(total).fill(-1);
    let kept = 0;
    for (const [number, token] of tokens.entries()) {
      const word = this.#words.get(token);
      if (word === undefined) continue;
      kept += word.count;
      for (const place of word.places) numbers[place] = number;
    }
    this.#counter.number(numbers);
    const ends = Math.min(kept, this.byLine ? this.#lines + this.paths.length : this.paths.length);
    let out = new Int32Array(kept + ends + Math.ceil(kept / longest) + 16);
    let written = 0;
    const how = { byLine: this.byLine, longest };
    const turns = new Turns(this.limits.signal);
    for (const { path, state } of this.#files) {
      const write = (bytes: Uint8Array, last: boolean) => {
        for (;;) {
          const done = this.#counter.encode(bytes, last, how, out, written);
          if (done.written >= 0) {
            written += done.written;
            return done.used;
          }
          // Words that were pruned came up more often than was counted.
          const larger = new Int32Array(out.length + Math.max(out.length >> 2, bytes.length));
          larger.set(out.subarray(0, written));
          out = larger;
        }
      };
      await this.#forPieces(path, turns, write, (opened) => {
        if (opened.size === state?.size && opened.modified === state.modified) return;
        throw new CorpusError(`${this.op}: ${path}: has changed since its words were counted`);
      });
    }
    return out.subarray(0, written);
  }

  /** Hands pieces of a file to `each`, which says how many of their bytes it used. */
  async #forPieces(
    path: string,
    turns: Turns,
    each: (bytes: Uint8Array, last: boolean) => number,
    opened: (state: FileState) => void,
  ): Promise<void> {
    const pieces = readPieces(this.op, path, opened);
    try {
      for (let used = 0; ; ) {
        const { done, value } = await pieces.next(used);
        if (done) return;
        used = each(value.bytes, value.last);
        await turns.next();
      }
    } finally {
      await pieces.return();
    }
  }

  #tooLong(path: string, place: number): CorpusError {
    return new CorpusError(
      `${this.op}: ${path}, after byte ${place}: a word is longer than ${longestWord} bytes; is this a text that white space parts?`,
    );
  }

  /** Finds the line and the byte of what is not UTF-8, by reading the file as its lines are read. */
  async #refuse(place: number): Promise<void> {
    const file = this.#files.findLast(({ begin }) => begin <= place) as ReadFile;
    if (file.path !== standardInput) for await (const _ of readBlocks(this.op, file.path, true));
    const where = `${this.op}: ${file.path}, after byte ${place - file.begin}`;
    throw new CorpusError(`${where}: a word is no UTF-8; encodingErrors: 'replace' reads it with U+FFFD`);
  }
}
