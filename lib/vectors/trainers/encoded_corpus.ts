import { CorpusError } from '../../errors.js';
import { countsNatively, NativeCount } from '../../text/corpus/count_natively.js';
import { type CountLimits, mostTokens, type TokenTotals } from '../../text/corpus/count_options.js';
import { type CorpusInput, readCorpus } from '../../text/corpus/readers.js';
import { type TextCorpus, tokenBatches } from '../../text/corpus/text_corpus.js';
import type { StopSignal } from './turns.js';

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

/**
 * The words that stay, the most frequent first, equals in the order of the counts; known ones, whose counts are added up, before others.
 */
function keptWords(
  counts: Iterable<readonly [word: string, count: number]>,
  { minCount, maxFinalVocab }: WordLimits,
  known: KnownWords | undefined,
): [word: string, count: number][] {
  const together = new Map(known?.counts);
  const others: [string, number][] = [];
  for (const [word, count] of counts) {
    const before = together.get(word);
    if (before !== undefined) together.set(word, before + count);
    else if (count >= minCount && known?.grow !== false) others.push([word, count]);
  }
  others.sort(([, a], [, b]) => b - a);
  const most = maxFinalVocab === null ? others.length : Math.max(0, maxFinalVocab - together.size);
  const kept = others.slice(0, most);
  return known === undefined ? kept : [...together, ...kept].sort(([, a], [, b]) => b - a);
}

/** Longer sentences are cut, as gensim's `batch_words` cuts them, by the words of them that are kept. */
const longestSentence = 10_000;
const chunkLength = 1 << 20;

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
  drain(each: (value: number) => void): void {
    let left = this.length;
    for (const [k, chunk] of this.#chunks.entries()) {
      const count = Math.min(left, chunkLength);
      for (let i = 0; i < count; i++) each(chunk[i]);
      left -= count;
      this.#chunks[k] = new Int32Array(0);
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
  return number(op, numbers, counts, chunks, read, limits, known);
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
    const kept = keptWords(totals.counts, limits, known);
    const length = kept.reduce((sum, [word]) => sum + (totals.counts.get(word) ?? 0), 0);
    checkKept(op, length, totals, limits.minCount);
    const words = kept.map(([word]) => word);
    const tokens = await count.encode(words, longestSentence);
    return { words, counts: kept.map(([, times]) => times), tokens, length, read: totals.tokens };
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

function number(
  op: string,
  numbers: ReadonlyMap<string, number>,
  counts: readonly number[],
  chunks: Chunks,
  read: number,
  limits: WordLimits,
  known: KnownWords | undefined,
): EncodedCorpus {
  const texts = [...numbers.keys()];
  const kept = keptWords(
    texts.map((text, k) => [text, counts[k]] as const),
    limits,
    known,
  );
  const renumbered = new Int32Array(counts.length).fill(-1);
  let length = 0;
  for (const [k, [word]] of kept.entries()) {
    const arrival = numbers.get(word);
    if (arrival === undefined) continue;
    renumbered[arrival] = k;
    length += counts[arrival];
  }
  const highest = counts.reduce((a, b) => Math.max(a, b), 0);
  checkKept(op, length, { distinct: counts.length, highest }, limits.minCount);
  const tokens = new Int32Array(length + Math.min(length, chunks.length - read) + Math.ceil(length / longestSentence));
  let [at, inSentence] = [0, 0];
  chunks.drain((arrival) => {
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
  });
  return {
    words: kept.map(([word]) => word),
    counts: kept.map(([, times]) => times),
    tokens: tokens.subarray(0, at),
    length,
    read,
  };
}

/** A corpus in the numbers of a vocabulary that is there; unknown words are left out. */
export async function encodeWith(
  op: string,
  sentences: Sentences,
  indexOf: (word: string) => number | undefined,
): Promise<{ tokens: Int32Array; length: number }> {
  const chunks = new Chunks();
  let length = 0;
  for await (const batch of tokenBatches(readCorpus(op, sentences))) {
    for (const sentence of batch) {
      for (const token of sentence) {
        const index = indexOf(token);
        if (index === undefined) continue;
        chunks.push(index);
        length++;
      }
      chunks.push(-1);
    }
  }
  const tokens = new Int32Array(chunks.length);
  let at = 0;
  chunks.drain((index) => {
    tokens[at++] = index;
  });
  return { tokens, length };
}
