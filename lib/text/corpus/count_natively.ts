import { type CountedWords, longestWord, WordCounter } from '../../calls/text.js';
import { CorpusError } from '../../errors.js';
import type { FileState } from '../../io/file_pieces.js';
import { type CountLimits, type TokenTotals, tellPruned } from './count_options.js';
import { readBlocks, readPieces } from './lines.js';
import { expandPaths, standardInput } from './paths.js';
import { sortedInTurns } from './sorted.js';
import { insideOf, type TextCorpus } from './text_corpus.js';
import type { TextForm } from './text_form.js';
import { Turns } from './turns.js';

/** Whether a corpus is plain text that the addon counts on all threads. */
export function countsNatively(corpus: TextCorpus): boolean {
  const { source, form } = insideOf(corpus);
  return source.plain !== null && form.worksOnTokens;
}

const newline = 0x0a;
/** Bytes that are counted or numbered natively before the event loop may have its turn. */
const bytesAtOnce = 1 << 20;
/** Of words that are gone through before the event loop may have its turn: a millisecond or two. */
const bytesOfStep = 1 << 15;
const wordsOfStep = 1 << 12;

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
  readonly #words = new Map<string, Merged>();
  #lines = 0;
  /** What the counter told of. */
  #found: CountedWords = { bytes: new Uint8Array(0), counts: new Float64Array(0), firsts: new Float64Array(0) };

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

  /** What was counted, but for the words. */
  totals: Omit<TokenTotals, 'counts'> = { tokens: 0, documents: 0, distinct: 0, highest: 0 };

  /** The words that occur often enough, the most frequent first, equals by first appearance; null where forms of one are to be merged. */
  distinct: { readonly words: readonly string[]; readonly counts: Float64Array } | null = null;

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
    const merges = !this.form.isPlain || !this.form.strict;
    const totals = await this.#counter.finish(merges ? 1 : this.limits.minCount);
    if (this.form.strict && totals.firstInvalid >= 0) await this.#refuse(totals.firstInvalid);
    tellPruned(this.op, totals.pruned, totals.prunedCount, this.limits.mostTokens);
    this.#lines = totals.lines;
    this.#found = this.#counter.words(totals);
    let { highest } = totals;
    if (merges) {
      await this.#merge(this.#found, turns);
      for (const { count } of this.#words.values()) if (count > highest) highest = count;
    } else {
      this.distinct = { words: await this.#read(this.#found, turns), counts: this.#found.counts };
    }
    const { tokens, distinct } = totals;
    this.totals = { tokens, documents: this.byLine ? totals.lines : this.paths.length, distinct, highest };
  }

  /** How often each word occurs that occurs often enough, in order of first appearance. */
  async counts(): Promise<Map<string, number>> {
    const turns = new Turns(this.limits.signal);
    const counts = new Map<string, number>();
    if (this.distinct !== null) {
      const { firsts } = this.#found;
      const { words, counts: times } = this.distinct;
      const places = Array.from(words.keys());
      for (const [k, place] of (await sortedInTurns(places, (a, b) => firsts[a] - firsts[b], turns)).entries()) {
        counts.set(words[place], times[place]);
        if (k % wordsOfStep === 0) await turns.next();
      }
      return counts;
    }
    const order = await sortedInTurns([...this.#words], ([, a], [, b]) => a.first - b.first, turns);
    for (const [k, [token, { count }]] of order.entries()) {
      if (count >= this.limits.minCount) counts.set(token, count);
      if (k % wordsOfStep === 0) await turns.next();
    }
    return counts;
  }

  /** The words as strings. */
  async #read({ bytes }: CountedWords, turns: Turns): Promise<string[]> {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const words: string[] = [];
    for (let begin = 0; begin < bytes.length; ) {
      const end = bytes.indexOf(newline, Math.min(begin + bytesOfStep, bytes.length - 1)) + 1;
      for (const text of decoder.decode(bytes.subarray(begin, end - 1)).split('\n')) words.push(text);
      begin = end;
      await turns.next();
    }
    return words;
  }

  async #merge(found: CountedWords, turns: Turns): Promise<void> {
    const { counts, firsts } = found;
    for (const [place, text] of (await this.#read(found, turns)).entries()) {
      const token = this.form.form(text);
      const there = this.#words.get(token);
      if (there === undefined) {
        this.#words.set(token, { count: counts[place], first: firsts[place], places: [place] });
      } else {
        there.count += counts[place];
        there.first = Math.min(there.first, firsts[place]);
        there.places.push(place);
      }
      if (place % wordsOfStep === 0) await turns.next();
    }
  }

  /**
   * The corpus in numbers: `tokens[k]` becomes k, others are left out; -1 ends a sentence, which is cut after `longest` words.
   * @throws CorpusError for a file that has changed since it was counted
   */
  async encode(tokens: readonly string[], longest: number): Promise<Int32Array> {
    const turns = new Turns(this.limits.signal);
    const numbers = new Int32Array(this.#found.counts.length).fill(-1);
    const places = this.distinct === null ? null : await this.#placesOf(this.distinct.words, tokens, turns);
    let kept = 0;
    for (const [number, token] of tokens.entries()) {
      if (number % wordsOfStep === 0) await turns.next();
      if (places !== null) {
        const place = places[number];
        if (place < 0) continue;
        kept += this.#found.counts[place];
        numbers[place] = number;
        continue;
      }
      const word = this.#words.get(token);
      if (word === undefined) continue;
      kept += word.count;
      for (const place of word.places) numbers[place] = number;
    }
    await this.#counter.number(numbers);
    const ends = Math.min(kept, this.byLine ? this.#lines + this.paths.length : this.paths.length);
    let out = new Int32Array(kept + ends + Math.ceil(kept / longest) + 16);
    let written = 0;
    const how = { byLine: this.byLine, longest };
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

  /** Where each of some tokens is among the words, -1 where it isn't. */
  async #placesOf(words: readonly string[], tokens: readonly string[], turns: Turns): Promise<Int32Array> {
    const places = new Int32Array(tokens.length);
    // Mostly they are the words themselves, or the first so many of them.
    let same = 0;
    while (same < tokens.length && tokens[same] === words[same]) places[same] = same++;
    if (same === tokens.length) return places;
    const known = new Map<string, number>();
    for (let k = 0; k < words.length; k++) {
      known.set(words[k], k);
      if (k % wordsOfStep === 0) await turns.next();
    }
    for (let k = same; k < tokens.length; k++) {
      places[k] = known.get(tokens[k]) ?? -1;
      if (k % wordsOfStep === 0) await turns.next();
    }
    return places;
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
        const { bytes, last } = value;
        for (used = 0; ; ) {
          const end = Math.min(used + bytesAtOnce, bytes.length);
          const read = each(bytes.subarray(used, end), last && end === bytes.length);
          used += read;
          await turns.next();
          // What is left of a piece that doesn't end the file, or of a word that is cut, comes again.
          if (end === bytes.length || read === 0) break;
        }
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
