import { CorpusError } from '../../errors.js';
import { countsNatively, NativeCount } from '../../text/corpus/count_natively.js';
import { type CountLimits, mostTokens, type TokenTotals } from '../../text/corpus/count_options.js';
import { type CorpusInput, readCorpus } from '../../text/corpus/readers.js';
import { sortedInTurns } from '../../text/corpus/sorted.js';
import { type TextCorpus, tokenBatches } from '../../text/corpus/text_corpus.js';
import { placesInTurns } from '../word_list.js';
import { type StopSignal, Turns } from './turns.js';

/**
 * Sentences: what `textLines` and its like give, a path or pattern of text files (a sentence a line), or an iterable, also an
 * asynchronous one, of texts, which white space parts, or of lists of tokens.
 */
export type Sentences = CorpusInput;

/** A corpus as word numbers, the most frequent word first; -1 ends a sentence. */
export interface EncodedCorpus {
  readonly words: readonly string[];
  /** How often each word occurs. */
  readonly counts: readonly number[];
  readonly tokens: Int32Array;
  /** Words in `tokens`, ends of sentences not counted. */
  readonly length: number;
  /** All tokens that were read, rare ones too. */
  readonly read: number;
}

export interface WordLimits {
  /** Words that occur less often are left out. */
  readonly minCount: number;
  /** At most so many words, the most frequent; null for all. */
  readonly maxFinalVocab: number | null;
}

/** Words that a model has already, with their counts: all of them stay. */
export interface KnownWords {
  readonly counts: ReadonlyMap<string, number>;
  /** Whether others join them. */
  readonly grow: boolean;
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/**
 * The words that stay, the most frequent first, equals in the order of the counts; known ones, whose counts are added up, before others.
 */
async function keptWords(
  counts: Iterable<readonly [word: string, count: number]>,
  { minCount, maxFinalVocab }: WordLimits,
  known: KnownWords | undefined,
  turns: Turns,
): Promise<(readonly [word: string, count: number])[]> {
  const together = new Map(known?.counts);
  let others: (readonly [string, number])[] = [];
  let seen = 0;
  for (const one of counts) {
    const [word, count] = one;
    const before = known === undefined ? undefined : together.get(word);
    if (before !== undefined) together.set(word, before + count);
    else if (count >= minCount && known?.grow !== false) others.push(one);
    if (++seen % wordsOfStep === 0) await turns.next();
  }
  const byCount = ([, a]: readonly [string, number], [, b]: readonly [string, number]) => b - a;
  others = await sortedInTurns(others, byCount, turns);
  const most = maxFinalVocab === null ? others.length : Math.max(0, maxFinalVocab - together.size);
  if (others.length > most) others.length = most;
  return known === undefined ? others : sortedInTurns([...together, ...others], byCount, turns);
}

/** Longer sentences are cut, as gensim's `batch_words` cuts them, by the words of them that are kept. */
const longestSentence = 10_000;
const chunkLength = 1 << 18;

/** Numbers in order of arrival, without ever copying what is there. */
class Chunks {
  readonly #chunks: Int32Array[] = [];
  length = 0;

  push(value: number): void {
    const place = this.length % chunkLength;
    if (place === 0) this.#chunks.push(new Int32Array(chunkLength));
    this.#chunks[this.#chunks.length - 1][place] = value;
    this.length++;
  }

  /** Calls `each` with every number; a chunk is let go when it has been seen. */
  async drain(each: (value: number) => void, turns: Turns): Promise<void> {
    let left = this.length;
    for (const [k, chunk] of this.#chunks.entries()) {
      const count = Math.min(left, chunkLength);
      for (let i = 0; i < count; i++) each(chunk[i]);
      left -= count;
      this.#chunks[k] = new Int32Array(0);
      await turns.next();
    }
  }
}

/**
 * Reads a corpus: counts its words, drops rare ones, and numbers the rest by falling frequency (equals in order of
 * appearance). Plain text is read twice, by native code on all threads; anything else once.
 * @param known words of a model that is trained on: their counts there are added
 * @throws ArgumentError for what is no corpus; CorpusError for one without tokens, or with rare ones only
 */
export async function encodeCorpus(
  op: string,
  sentences: Sentences,
  limits: WordLimits,
  signal?: StopSignal,
  known?: KnownWords,
): Promise<EncodedCorpus> {
  const corpus = readCorpus(op, sentences);
  if (countsNatively(corpus)) return encodeNatively(op, corpus, limits, signal, known);
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const chunks = new Chunks();
  let [read, position] = [0, 0];
  for await (const batch of tokenBatches(corpus)) {
    signal?.throwIfAborted();
    for (const sentence of batch) {
      for (const token of sentence) {
        let number = numbers.get(token);
        if (number === undefined) {
          number = numbers.size;
          numbers.set(token, number);
          counts.push(0);
        }
        counts[number]++;
        chunks.push(number);
      }
      read += sentence.length;
      chunks.push(-1);
    }
    position += batch.length;
  }
  checkRead(op, read, position);
  return number(op, numbers, counts, chunks, read, limits, known, new Turns(signal));
}

async function encodeNatively(
  op: string,
  corpus: TextCorpus,
  limits: WordLimits,
  signal?: StopSignal,
  known?: KnownWords,
): Promise<EncodedCorpus> {
  const counted: CountLimits = { minCount: known === undefined ? limits.minCount : 1, mostTokens, signal };
  const count = await NativeCount.of(op, corpus, counted);
  try {
    const { totals } = count;
    checkRead(op, totals.tokens, totals.documents);
    const turns = new Turns(signal);
    if (known === undefined && count.distinct !== null) {
      const { words: all, counts: times } = count.distinct;
      const most = Math.min(limits.maxFinalVocab ?? all.length, all.length);
      const words = most === all.length ? all : all.slice(0, most);
      const counts: number[] = [];
      let length = 0;
      while (counts.length < most) {
        length += times[counts.length];
        counts.push(times[counts.length]);
        if (counts.length % wordsOfStep === 0) await turns.next();
      }
      checkKept(op, length, totals, limits.minCount);
      return { words, counts, tokens: await count.encode(words, longestSentence), length, read: totals.tokens };
    }
    const ofText = await count.counts();
    const kept = await keptWords(ofText, limits, known, turns);
    const words: string[] = [];
    const counts: number[] = [];
    let length = 0;
    for (const [word, times] of kept) {
      words.push(word);
      counts.push(times);
      length += known === undefined ? times : (ofText.get(word) ?? 0);
      if (words.length % wordsOfStep === 0) await turns.next();
    }
    checkKept(op, length, totals, limits.minCount);
    const tokens = await count.encode(words, longestSentence);
    return { words, counts, tokens, length, read: totals.tokens };
  } finally {
    count.close();
  }
}

function checkRead(op: string, read: number, sentences: number): void {
  if (read === 0) throw new CorpusError(`${op}: the corpus holds no tokens (${sentences} sentences were read)`);
}

function checkKept(
  op: string,
  kept: number,
  { distinct, highest }: Pick<TokenTotals, 'distinct' | 'highest'>,
  minCount: number,
): void {
  if (kept > 0) return;
  throw new CorpusError(
    `${op}: no word is left: the most frequent of ${distinct} occurs ${highest} times, and minCount is ${minCount}`,
  );
}

async function number(
  op: string,
  numbers: ReadonlyMap<string, number>,
  counts: readonly number[],
  chunks: Chunks,
  read: number,
  limits: WordLimits,
  known: KnownWords | undefined,
  turns: Turns,
): Promise<EncodedCorpus> {
  const counted = function* () {
    for (const [word, arrival] of numbers) yield [word, counts[arrival]] as const;
  };
  const kept = await keptWords(counted(), limits, known, turns);
  const renumbered = new Int32Array(counts.length).fill(-1);
  const words: string[] = [];
  const keptCounts: number[] = [];
  let length = 0;
  for (const [word, times] of kept) {
    const arrival = numbers.get(word);
    if (arrival !== undefined) {
      renumbered[arrival] = words.length;
      length += counts[arrival];
    }
    words.push(word);
    keptCounts.push(times);
    if (words.length % wordsOfStep === 0) await turns.next();
  }
  const highest = counts.reduce((a, b) => Math.max(a, b), 0);
  checkKept(op, length, { distinct: counts.length, highest }, limits.minCount);
  const tokens = new Int32Array(length + Math.min(length, chunks.length - read) + Math.ceil(length / longestSentence));
  let [at, inSentence] = [0, 0];
  const write = (arrival: number) => {
    if (arrival >= 0 && renumbered[arrival] < 0) return;
    if (arrival >= 0) {
      tokens[at++] = renumbered[arrival];
      inSentence++;
    }
    // Sentences of which nothing is left need no end either.
    if ((arrival < 0 && inSentence > 0) || inSentence === longestSentence) {
      tokens[at++] = -1;
      inSentence = 0;
    }
  };
  await chunks.drain(write, turns);
  return { words, counts: keptCounts, tokens: tokens.subarray(0, at), length, read };
}

/** A corpus in the numbers of words that there are; others are left out. */
export async function encodeWith(
  op: string,
  sentences: Sentences,
  words: readonly string[],
  signal: StopSignal | undefined,
): Promise<{ tokens: Int32Array; length: number }> {
  const turns = new Turns(signal);
  const places = await placesInTurns(words, turns);
  const chunks = new Chunks();
  let length = 0;
  for await (const batch of tokenBatches(readCorpus(op, sentences))) {
    signal?.throwIfAborted();
    for (const sentence of batch) {
      for (const token of sentence) {
        const index = places.get(token);
        if (index === undefined) continue;
        chunks.push(index);
        length++;
      }
      chunks.push(-1);
    }
  }
  const tokens = new Int32Array(chunks.length);
  let at = 0;
  const write = (index: number) => {
    tokens[at++] = index;
  };
  await chunks.drain(write, turns);
  return { tokens, length };
}
