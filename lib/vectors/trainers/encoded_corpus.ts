import { CorpusError } from '../../errors.js';
import { countsNatively, NativeCount, readsTwice } from '../../text/corpus/count_natively.js';
import { type CountLimits, mostTokens, type TokenTotals } from '../../text/corpus/count_options.js';
import { byFrequency, type FrequentWords } from '../../text/corpus/frequent_words.js';
import { type CorpusInput, readCorpus } from '../../text/corpus/readers.js';
import { sortedInTurns } from '../../text/corpus/sorted.js';
import { type TextCorpus, tokenBatches } from '../../text/corpus/text_corpus.js';
import { placesOfWords, WordNumbers } from '../../text/corpus/word_numbers.js';
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
  /** Bytes that the numbers of a text that is read natively may take; more lie in a file that is mapped. Default: all that there are. */
  readonly corpusMemory?: number;
}

/** Words that a model has already, with their counts: all of them stay. */
export interface KnownWords {
  readonly words: readonly string[];
  readonly counts: readonly number[];
  /** Where each word is. */
  readonly places: WordNumbers;
  /** Whether others join them. */
  readonly grow: boolean;
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;
/** Words that may come up, of which nothing is known before. */
const expectedWords = 1 << 21;

/** The words that stay, the most frequent first. */
interface KeptWords {
  readonly words: string[];
  readonly counts: number[];
  /** How often they occur in the text, which of known ones is not all that was counted. */
  readonly length: number;
}

/** The first of those that were found. */
async function firstWords(
  { words: all, counts: times }: FrequentWords,
  { minCount, maxFinalVocab }: WordLimits,
  turns: Turns,
): Promise<KeptWords> {
  const most = Math.min(maxFinalVocab ?? all.length, all.length);
  const [words, counts]: [string[], number[]] = [[], []];
  let length = 0;
  for (let k = 0; k < most && times[k] >= minCount; k++) {
    words.push(all[k]);
    counts.push(times[k]);
    length += times[k];
    if (k % wordsOfStep === 0) await turns.next();
  }
  return { words, counts, length };
}

/** Known ones, whose counts are added up, and those of the others that may join them; of equally frequent ones the known come first. */
async function grownWords(
  found: FrequentWords,
  { minCount, maxFinalVocab }: WordLimits,
  known: KnownWords,
  turns: Turns,
): Promise<KeptWords> {
  const words = known.words.slice();
  const sums = known.counts.slice();
  const most = Math.max(words.length, maxFinalVocab ?? Number.POSITIVE_INFINITY);
  let length = 0;
  for (let k = 0; k < found.words.length; k++) {
    if (k % wordsOfStep === 0) await turns.next();
    const [word, count] = [found.words[k], found.counts[k]];
    const place = known.places.get(word);
    if (place !== undefined) sums[place] += count;
    else if (!known.grow || count < minCount || words.length === most) continue;
    else {
      words.push(word);
      sums.push(count);
    }
    length += count;
  }
  const order: number[] = [];
  for (let k = 0; k < words.length; k++) order.push(k);
  const kept = { words: [] as string[], counts: [] as number[], length };
  for (const [k, place] of (await sortedInTurns(order, (a, b) => sums[b] - sums[a], turns)).entries()) {
    kept.words.push(words[place]);
    kept.counts.push(sums[place]);
    if (k % wordsOfStep === 0) await turns.next();
  }
  return kept;
}

function keptWords(
  found: FrequentWords,
  limits: WordLimits,
  known: KnownWords | undefined,
  turns: Turns,
): Promise<KeptWords> {
  return known === undefined ? firstWords(found, limits, turns) : grownWords(found, limits, known, turns);
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
  if (countsNatively(corpus) && (await readsTwice(corpus))) {
    return encodeNatively(op, corpus, limits, signal, known);
  }
  const numbers = new WordNumbers(expectedWords);
  const words: string[] = [];
  const counts: number[] = [];
  const chunks = new Chunks();
  let [read, position] = [0, 0];
  for await (const batch of tokenBatches(corpus)) {
    signal?.throwIfAborted();
    for (const sentence of batch) {
      for (const token of sentence) {
        let number = numbers.get(token);
        if (number === undefined) {
          number = words.length;
          numbers.set(token, number);
          words.push(token);
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
  return number(op, { words, counts, numbers }, chunks, read, limits, known, new Turns(signal));
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
    const { words, counts, length } = await keptWords(count.frequent, limits, known, new Turns(signal));
    checkKept(op, length, totals, limits.minCount);
    const tokens = await count.encode(words, longestSentence, limits.corpusMemory ?? Number.POSITIVE_INFINITY);
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
  all: { readonly words: readonly string[]; readonly counts: readonly number[]; readonly numbers: WordNumbers },
  chunks: Chunks,
  read: number,
  limits: WordLimits,
  known: KnownWords | undefined,
  turns: Turns,
): Promise<EncodedCorpus> {
  const found = await byFrequency(all.words, all.counts, known === undefined ? limits.minCount : 1, turns);
  const { words, counts, length } = await keptWords(found, limits, known, turns);
  const renumbered = new Int32Array(all.words.length).fill(-1);
  for (let k = 0; k < words.length; k++) {
    const arrival = all.numbers.get(words[k]);
    if (arrival !== undefined) renumbered[arrival] = k;
    if (k % wordsOfStep === 0) await turns.next();
  }
  const highest = all.counts.reduce((a, b) => Math.max(a, b), 0);
  checkKept(op, length, { distinct: all.words.length, highest }, limits.minCount);
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
  return { words, counts, tokens: tokens.subarray(0, at), length, read };
}

/** A corpus in the numbers of words that there are; others are left out. */
export async function encodeWith(
  op: string,
  sentences: Sentences,
  words: readonly string[],
  signal: StopSignal | undefined,
): Promise<{ tokens: Int32Array; length: number }> {
  const turns = new Turns(signal);
  const places = await placesOfWords(words, turns);
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
