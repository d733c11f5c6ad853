import { stat } from 'node:fs/promises';
import { type CountTotals, longestWord, WordCounter } from '../../calls/text.js';
import { CorpusError } from '../../errors.js';
import type { FileState } from '../../io/file_pieces.js';
import { type CountLimits, type TokenTotals, tellPruned } from './count_options.js';
import { byFrequency, type FrequentWords } from './frequent_words.js';
import { readBlocks, readPieces } from './lines.js';
import { NumberList } from './number_list.js';
import { expandPaths, standardInput } from './paths.js';
import { sortedInTurns } from './sorted.js';
import { insideOf, type TextCorpus } from './text_corpus.js';
import type { TextForm } from './text_form.js';
import { Turns } from './turns.js';
import { placesOfWords, WordNumbers } from './word_numbers.js';

/** Whether a corpus is plain text that the addon counts on all threads. */
export function countsNatively(corpus: TextCorpus): boolean {
  const { source, form } = insideOf(corpus);
  return source.plain !== null && form.worksOnTokens;
}

/** Whether what such a corpus is of can be read a second time, which the standard input and pipes can't. */
export async function readsTwice(corpus: TextCorpus): Promise<boolean> {
  for (const path of insideOf(corpus).source.plain?.paths ?? []) {
    if (path === standardInput) return false;
    const found = await stat(path).catch(() => null);
    if (found !== null && !found.isFile() && !found.isDirectory()) return false;
  }
  return true;
}

/** Bytes that are counted or numbered natively before the event loop may have its turn. */
const bytesAtOnce = 1 << 20;
/** Words that are gone through before the event loop may have its turn: a millisecond or two. */
const wordsOfStep = 1 << 12;

interface ReadFile {
  readonly path: string;
  /** Where it begins among the bytes of all files. */
  readonly begin: number;
  readonly state: FileState | null;
}

/**
 * Plain text files whose words are counted natively, then turned into numbers. Files are read twice, so that nothing of them
 * is kept but the words.
 */
export class NativeCount {
  readonly #counter: WordCounter;
  readonly #files: ReadFile[] = [];
  /** Where the forms of a word stand among what was counted, by the word's first appearance; null where each word is its only form. */
  #forms: readonly (readonly number[])[] | null = null;
  #lines = 0;
  /** How often each word occurred that the counter told of. */
  #counts: ArrayLike<number> = [];

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
  totals: Omit<TokenTotals, 'frequent'> = { tokens: 0, documents: 0, distinct: 0, highest: 0 };

  /** The words that occur often enough. */
  frequent: FrequentWords = { words: [], counts: [], firsts: [] };

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
      const note = (opened: FileState) => {
        state = opened;
      };
      await this.#forPieces(path, turns, add, note, true);
      this.#files.push({ path, begin, state });
      begin += place;
    }
    // Words that differ by case alone are rare only together.
    const merges = !this.form.isPlain || !this.form.strict;
    const totals = await this.#counter.finish(merges ? 1 : this.limits.minCount);
    if (this.form.strict && totals.firstInvalid >= 0) await this.#refuse(totals.firstInvalid);
    tellPruned(this.op, totals.pruned, totals.prunedCount, this.limits.mostTokens);
    this.#lines = totals.lines;
    const found = await this.#read(totals, turns);
    this.#counts = found.counts;
    let { highest } = totals;
    if (merges) {
      highest = await this.#merge(found, turns);
    } else {
      this.frequent = found;
    }
    const { tokens, distinct } = totals;
    this.totals = { tokens, documents: this.byLine ? totals.lines : this.paths.length, distinct, highest };
  }

  /** The words of the counter. */
  async #read({ words: count }: CountTotals, turns: Turns): Promise<FrequentWords> {
    const [counts, firsts] = [new Float64Array(count), new Float64Array(count)];
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const words: string[] = [];
    for (let begin = 0; begin < count; begin += wordsOfStep) {
      const bytes = this.#counter.words(begin, Math.min(wordsOfStep, count - begin), counts, firsts);
      for (const text of decoder.decode(bytes.subarray(0, -1)).split('\n')) words.push(text);
      await turns.next();
    }
    return { words, counts, firsts };
  }

  /** Brings together what is one word in its normal form. @returns how often the most frequent occurs */
  async #merge({ words, counts, firsts }: FrequentWords, turns: Turns): Promise<number> {
    const order: number[] = [];
    for (let k = 0; k < words.length; k++) {
      order.push(k);
      if (k % wordsOfStep === 0) await turns.next();
    }
    const numbers = new WordNumbers(words.length);
    const forms: string[] = [];
    const times: number[] = [];
    const places: number[][] = [];
    let highest = 0;
    for (const [k, place] of (await sortedInTurns(order, (a, b) => firsts[a] - firsts[b], turns)).entries()) {
      const form = this.form.form(words[place]);
      const number = numbers.get(form);
      if (number === undefined) {
        numbers.set(form, forms.length);
        forms.push(form);
        times.push(counts[place]);
        places.push([place]);
      } else {
        times[number] += counts[place];
        places[number].push(place);
      }
      highest = Math.max(highest, times[number ?? forms.length - 1]);
      if (k % wordsOfStep === 0) await turns.next();
    }
    this.frequent = await byFrequency(forms, times, this.limits.minCount, turns);
    this.#forms = places;
    return highest;
  }

  /**
   * The corpus in numbers: `tokens[k]` becomes k, others are left out; -1 ends a sentence, which is cut after `longest` words.
   * @param memory bytes that the numbers may take; more are in a file that is mapped
   * @throws CorpusError for a file that has changed since it was counted
   */
  async encode(tokens: readonly string[], longest: number, memory: number): Promise<Int32Array> {
    const turns = new Turns(this.limits.signal);
    const counts = this.#counts;
    const numbers = new Int32Array(counts.length).fill(-1);
    const places = await this.#placesOf(this.frequent.words, tokens, turns);
    let kept = 0;
    for (let number = 0; number < places.length; number++) {
      if (number % wordsOfStep === 0) await turns.next();
      const place = places[number];
      if (place < 0) continue;
      for (const one of this.#forms?.[this.frequent.firsts[place]] ?? [place]) {
        kept += counts[one];
        numbers[one] = number;
      }
    }
    await this.#counter.number(numbers);
    const ends = Math.min(kept, this.byLine ? this.#lines + this.paths.length : this.paths.length);
    const list = await NumberList.of(this.op, kept + ends + Math.ceil(kept / longest) + 16, memory);
    const how = { byLine: this.byLine, longest };
    try {
      for (const { path, state } of this.#files) {
        const write = async (bytes: Uint8Array, last: boolean) => {
          for (;;) {
            const done = this.#counter.encode(bytes, last, how, list.array, list.end);
            if (done.written >= 0) {
              list.end += done.written;
              return done.used;
            }
            // The file has to take some, or words that were pruned came up more often than was counted.
            await list.reserve(2 * bytes.length + 16);
          }
        };
        await this.#forPieces(path, turns, write, (opened) => {
          if (opened.size === state?.size && opened.modified === state.modified) return;
          throw new CorpusError(`${this.op}: ${path}: has changed since its words were counted`);
        });
      }
      return await list.finish();
    } catch (error) {
      await list.close();
      throw error;
    }
  }

  /** Where each of some tokens is among the words, -1 where it isn't. */
  async #placesOf(words: readonly string[], tokens: readonly string[], turns: Turns): Promise<Int32Array> {
    const places = new Int32Array(tokens.length);
    // Mostly they are the words themselves, or the first so many of them.
    let same = 0;
    for (; same < tokens.length && tokens[same] === words[same]; same++) {
      places[same] = same;
      if (same % wordsOfStep === 0) await turns.next();
    }
    if (same === tokens.length) return places;
    const known = await placesOfWords(words, turns);
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
    each: (bytes: Uint8Array, last: boolean) => number | Promise<number>,
    opened: (state: FileState) => void,
    makesRoom = false,
  ): Promise<void> {
    const pieces = readPieces(this.op, path, opened);
    try {
      for (let used = 0; ; ) {
        const { done, value } = await pieces.next(used);
        if (done) return;
        const { bytes, last } = value;
        for (used = 0; ; ) {
          const end = Math.min(used + bytesAtOnce, bytes.length);
          const read = await each(bytes.subarray(used, end), last && end === bytes.length);
          used += read;
          if (makesRoom) await this.#counter.makeRoom();
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
