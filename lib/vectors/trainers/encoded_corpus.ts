import { ArgumentError, CorpusError, describe } from '../../errors.js';
import { type StopSignal, Turns } from './turns.js';

/**
 * Sentences: each a list of tokens, or a text whose tokens white space parts. Anything that can be iterated, also
 * asynchronously; it is gone through once.
 */
export type Sentences = Iterable<string | readonly string[]> | AsyncIterable<string | readonly string[]>;

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

export interface CountLimits {
  /** Words that occur less often are left out. */
  readonly minCount: number;
  /** At most so many words, the most frequent; null for all. */
  readonly maxFinalVocab: number | null;
}

/** Longer sentences are cut, as gensim's `batch_words` cuts them. */
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

/** White space parts tokens; a text of none is an empty sentence. */
function tokensOf(op: string, sentence: unknown, position: number): readonly string[] {
  if (typeof sentence === 'string') return sentence.match(/\S+/g) ?? [];
  if (!Array.isArray(sentence)) {
    throw new ArgumentError(
      `${op}: sentence ${position} must be a text or an array of tokens, got ${describe(sentence)}`,
    );
  }
  return sentence;
}

/**
 * Reads a corpus once: counts its words, drops rare ones, and numbers the rest by falling frequency (equals in order of
 * appearance).
 * @throws ArgumentError for what is no corpus; CorpusError for one without tokens, or with rare ones only
 */
export async function encodeCorpus(
  op: string,
  sentences: Sentences,
  limits: CountLimits,
  signal?: StopSignal,
): Promise<EncodedCorpus> {
  if (typeof sentences === 'string') {
    throw new ArgumentError(
      `${op}: sentences must be a list of sentences, got a string; read a file's lines with textLines(path)`,
    );
  }
  const iterable = sentences as { [Symbol.iterator]?: unknown; [Symbol.asyncIterator]?: unknown } | null | undefined;
  if (typeof iterable?.[Symbol.iterator] !== 'function' && typeof iterable?.[Symbol.asyncIterator] !== 'function') {
    throw new ArgumentError(`${op}: sentences must be iterable, got ${describe(sentences)}`);
  }
  const numbers = new Map<string, number>();
  const counts: number[] = [];
  const chunks = new Chunks();
  const turns = new Turns(signal);
  let [read, position] = [0, 0];
  for await (const sentence of sentences) {
    let inSentence = 0;
    for (const token of tokensOf(op, sentence, position)) {
      if (typeof token !== 'string') {
        throw new ArgumentError(`${op}: tokens must be strings, got ${describe(token)} in sentence ${position}`);
      }
      let number = numbers.get(token);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(token, number);
        counts.push(0);
      }
      counts[number]++;
      chunks.push(number);
      if (++inSentence % longestSentence === 0) chunks.push(-1);
    }
    read += inSentence;
    if (inSentence % longestSentence !== 0) chunks.push(-1);
    position++;
    if (position % 256 === 0) await turns.next();
  }
  if (read === 0) throw new CorpusError(`${op}: the corpus holds no tokens (${position} sentences were read)`);
  return number(op, numbers, counts, chunks, read, limits);
}

function number(
  op: string,
  numbers: ReadonlyMap<string, number>,
  counts: readonly number[],
  chunks: Chunks,
  read: number,
  { minCount, maxFinalVocab }: CountLimits,
): EncodedCorpus {
  const arrivals = Array.from(counts.keys()).filter((k) => counts[k] >= minCount);
  arrivals.sort((a, b) => counts[b] - counts[a] || a - b);
  const kept = maxFinalVocab === null ? arrivals : arrivals.slice(0, maxFinalVocab);
  if (kept.length === 0) {
    const most = counts.reduce((a, b) => Math.max(a, b), 0);
    throw new CorpusError(
      `${op}: no word is left: the most frequent of ${counts.length} occurs ${most} times, and minCount is ${minCount}`,
    );
  }
  const renumbered = new Int32Array(counts.length).fill(-1);
  for (const [k, arrival] of kept.entries()) renumbered[arrival] = k;
  const tokens = new Int32Array(kept.reduce((sum, k) => sum + counts[k], 0) + chunks.length - read);
  let at = 0;
  chunks.drain((arrival) => {
    // Sentences of which nothing is left need no end either.
    if (arrival < 0) {
      if (at > 0 && tokens[at - 1] >= 0) tokens[at++] = -1;
    } else if (renumbered[arrival] >= 0) {
      tokens[at++] = renumbered[arrival];
    }
  });
  const texts = [...numbers.keys()];
  const keptCounts = kept.map((k) => counts[k]);
  return {
    words: kept.map((k) => texts[k]),
    counts: keptCounts,
    tokens: tokens.subarray(0, at),
    length: keptCounts.reduce((a, b) => a + b, 0),
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
  const turns = new Turns();
  let [length, position] = [0, 0];
  for await (const sentence of sentences) {
    for (const token of tokensOf(op, sentence, position++)) {
      const index = indexOf(token);
      if (index === undefined) continue;
      chunks.push(index);
      length++;
    }
    chunks.push(-1);
    if (position % 256 === 0) await turns.next();
  }
  const tokens = new Int32Array(chunks.length);
  let at = 0;
  chunks.drain((index) => {
    tokens[at++] = index;
  });
  return { tokens, length };
}
