import { ArgumentError, CorpusError, describe } from '../../errors.js';
import type { Documents } from './documents.js';
import type { TextForm } from './text_form.js';
import { tokenizingError } from './tokenizers.js';
import { Turns } from './turns.js';

/** Where a corpus comes from. */
export interface CorpusSource {
  /** What made it, for errors. */
  readonly op: string;
  /** Its documents, from the beginning. */
  documents(): AsyncGenerator<Documents>;
  /** Plain text files, which can be read natively, and whether a line is a document; null for anything else. */
  readonly plain: { readonly paths: readonly string[]; readonly byLine: boolean } | null;
}

const insides = new WeakMap<TextCorpus, { source: CorpusSource; form: TextForm }>();

/** Documents between two looks at the time. */
const documentsOfTurn = 64;

/**
 * Documents that are read as they are asked for, however many there are: made by {@link textLines}, {@link textFiles},
 * {@link jsonLines}, {@link csvColumn} or {@link corpusOf}. To iterate over it gives a list of tokens for each document; each
 * time it is read from the beginning.
 *
 * ```ts
 * const corpus = textLines('reviews/*.txt.gz', { tokenizer: 'words', lowercase: true });
 * for await (const tokens of corpus) console.log(tokens.length);
 * const vocabulary = await Vocabulary.build(corpus, { minCount: 5 });
 * ```
 */
export class TextCorpus implements AsyncIterable<string[]> {
  /** For the functions that make one. */
  constructor(source: CorpusSource, form: TextForm) {
    if (typeof source?.documents !== 'function') {
      throw new ArgumentError(
        'TextCorpus: is made by textLines, textFiles, jsonLines, csvColumn or corpusOf, not by new',
      );
    }
    insides.set(this, { source, form });
  }

  /** The tokens of each document. @throws CorpusError naming file, line and byte of what can't be read */
  async *[Symbol.asyncIterator](): AsyncGenerator<string[]> {
    for await (const documents of tokenBatches(this)) yield* documents;
  }

  /** Each document as a text, in its normal form and case; the tokens of one that came as tokens are joined by spaces. */
  texts(): AsyncGenerator<string> {
    return textsOf(this);
  }
}

async function* textsOf(corpus: TextCorpus): AsyncGenerator<string> {
  const { source, form } = insideOf(corpus);
  const turns = new Turns();
  for await (const { items } of source.documents()) {
    for (const [k, item] of items.entries()) {
      yield form.form(typeof item === 'string' ? item : item.join(' '));
      if (k % documentsOfTurn === 0) await turns.next();
    }
  }
}

export function insideOf(corpus: TextCorpus): { source: CorpusSource; form: TextForm } {
  return insides.get(corpus) as { source: CorpusSource; form: TextForm };
}

/** The tokens of the documents, some documents at a time; the event loop has its turns between them. */
export async function* tokenBatches(corpus: TextCorpus): AsyncGenerator<string[][]> {
  const { source, form } = insideOf(corpus);
  const turns = new Turns();
  for await (const documents of source.documents()) {
    const { items } = documents;
    for (let begin = 0; begin < items.length; begin += documentsOfTurn) {
      const part = items.slice(begin, begin + documentsOfTurn);
      yield part.map((item, k) => tokensOf(item, form, () => documents.place(begin + k)));
      await turns.next();
    }
  }
}

function tokensOf(item: string | readonly string[], form: TextForm, place: () => string): string[] {
  if (typeof item !== 'string' && form.isPlain) return item as string[];
  try {
    return typeof item === 'string' ? form.tokens(item) : item.map((token) => form.form(token));
  } catch (error) {
    throw tokenizingError(place(), error);
  }
}

/** The documents of whatever can be iterated; of an iterator, which is gone through once, only once. */
export function iterableSource(op: string, given: unknown): CorpusSource {
  type Any = { [Symbol.iterator]?: () => Iterator<unknown>; [Symbol.asyncIterator]?: () => AsyncIterator<unknown> };
  const isIterable = (value: unknown): value is Any =>
    typeof value === 'object' &&
    value !== null &&
    (typeof (value as Any)[Symbol.iterator] === 'function' ||
      typeof (value as Any)[Symbol.asyncIterator] === 'function');
  if (typeof given !== 'function' && (!isIterable(given) || ArrayBuffer.isView(given))) {
    throw new ArgumentError(
      `${op}: the corpus must be iterable, of texts or lists of tokens, or a function that gives such an iterable, got ${describe(given)}`,
    );
  }
  let used = false;
  async function* documents(): AsyncGenerator<Documents> {
    const iterable: unknown = typeof given === 'function' ? given() : given;
    if (!isIterable(iterable)) {
      throw new ArgumentError(`${op}: the function must give something iterable, got ${describe(iterable)}`);
    }
    const isOnce = typeof (iterable as { next?: unknown }).next === 'function';
    if (isOnce && typeof given !== 'function') {
      if (used) {
        throw new CorpusError(
          `${op}: the iterator has been gone through already; give a function that makes a new one, () => …`,
        );
      }
      used = true;
    }
    let [items, first] = [[] as (string | string[])[], 0];
    const ready = (): Documents => {
      const start = first;
      return { items, place: (k) => `${op}: document ${start + k}` };
    };
    const isAsync = typeof iterable[Symbol.asyncIterator] === 'function';
    for await (const item of iterable as AsyncIterable<unknown>) {
      items.push(checkDocument(op, item, first + items.length));
      // Whoever waits for the next document shall have those that are there.
      if (!isAsync && items.length < documentsOfTurn) continue;
      yield ready();
      first += items.length;
      items = [];
    }
    if (items.length > 0) yield ready();
  }
  return { op, documents, plain: null };
}

function checkDocument(op: string, item: unknown, position: number): string | string[] {
  if (typeof item === 'string') return item;
  if (!Array.isArray(item)) {
    throw new ArgumentError(`${op}: document ${position} must be a text or an array of tokens, got ${describe(item)}`);
  }
  const wrong = item.findIndex((token) => typeof token !== 'string');
  if (wrong < 0) return item;
  throw new ArgumentError(`${op}: tokens must be strings, got ${describe(item[wrong])} in document ${position}`);
}
