import { readFile } from 'node:fs/promises';
import { ArgumentError, CorpusError, describe, FileFormatError, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';

/** Parts a text into tokens. */
export type Tokenize = (text: string) => string[];

/**
 * How texts are parted: `'whitespace'`: at white space, Unicode's included; `'characters'`: each code point but white space
 * is a token; `'words'`: Unicode's words (https://unicode.org/reports/tr29), without marks; a regular expression: what it
 * matches is a token; a function: what it gives; what {@link loadTokenizer} has read.
 */
export type Tokenizer = 'whitespace' | 'characters' | 'words' | RegExp | Tokenize | PretrainedTokenizer;

const names = ['whitespace', 'characters', 'words'] as const;

let rootSegmenter: Intl.Segmenter | null = null;

function wordsOf(text: string): string[] {
  rootSegmenter ??= new Intl.Segmenter('und', { granularity: 'word' });
  const words: string[] = [];
  for (const { segment, isWordLike } of rootSegmenter.segment(text)) if (isWordLike) words.push(segment);
  return words;
}

const atWhitespace: Tokenize = (text) => text.match(/\S+/g) ?? [];
const ofCharacters: Tokenize = (text) => text.match(/\S/gu) ?? [];

/** @throws ArgumentError or ValueError for what is no tokenizer */
export function readTokenizer(op: string, tokenizer: unknown): Tokenize {
  if (tokenizer === 'whitespace') return atWhitespace;
  if (tokenizer === 'characters') return ofCharacters;
  if (tokenizer === 'words') return wordsOf;
  if (tokenizer instanceof PretrainedTokenizer) return (text) => tokenizer.tokenize(text);
  if (tokenizer instanceof RegExp) return byExpression(op, tokenizer);
  if (typeof tokenizer === 'function') return byFunction(op, tokenizer as Tokenize);
  const kinds = `'${names.join("', '")}', a RegExp, a function or what loadTokenizer gives`;
  if (typeof tokenizer === 'string') {
    throw new ValueError(`${op}: tokenizer must be ${kinds}, got ${describe(tokenizer)}`);
  }
  throw new ArgumentError(`${op}: tokenizer must be ${kinds}, got ${describe(tokenizer)}`);
}

function byExpression(op: string, expression: RegExp): Tokenize {
  const flags = expression.flags.includes('g') ? expression.flags : `${expression.flags}g`;
  const all = new RegExp(expression.source, flags.replace('y', ''));
  if (new RegExp(expression.source, flags.replace(/[gy]/g, '')).test('')) {
    throw new ValueError(`${op}: tokenizer ${expression} matches a text of nothing, so that it could find no token`);
  }
  return (text) => (text.match(all) ?? []).filter((token) => token !== '');
}

function byFunction(op: string, tokenize: Tokenize): Tokenize {
  return (text) => {
    const tokens: unknown = tokenize(text);
    if (!Array.isArray(tokens) || !tokens.every((token) => typeof token === 'string')) {
      throw new ArgumentError(`${op}: tokenizer must give an array of strings, got ${describe(tokens)}`);
    }
    return tokens;
  };
}

/** What is used of `@huggingface/tokenizers`. */
interface Engine {
  tokenize(text: string, options: { add_special_tokens: boolean }): string[];
  encode(text: string, options: { add_special_tokens: boolean }): { ids: number[] };
  decode(ids: number[], options: { skip_special_tokens: boolean }): string;
  get_vocab(): Map<string, number>;
}

/** A tokenizer that came with a model, read from its `tokenizer.json` by {@link loadTokenizer}. */
export class PretrainedTokenizer {
  readonly #engine: Engine;

  /** For {@link loadTokenizer}. */
  constructor(engine: Engine) {
    if (typeof engine?.tokenize !== 'function' || typeof engine.encode !== 'function') {
      throw new ArgumentError('PretrainedTokenizer: is made by await loadTokenizer(path), not by new');
    }
    this.#engine = engine;
  }

  /** The tokens of a text, without those that the model puts around it unless `specials` is true. */
  tokenize(text: string, options?: { specials?: boolean }): string[] {
    const { specials = false } = checkOptions('PretrainedTokenizer.tokenize', options, ['specials']);
    return this.#engine.tokenize(checkText('PretrainedTokenizer.tokenize', text), { add_special_tokens: specials });
  }

  /** The ids of a text's tokens. `specials` is true unless given: a model expects the tokens that stand around a text. */
  encode(text: string, options?: { specials?: boolean }): Int32Array {
    const { specials = true } = checkOptions('PretrainedTokenizer.encode', options, ['specials']);
    const checked = checkText('PretrainedTokenizer.encode', text);
    return Int32Array.from(this.#engine.encode(checked, { add_special_tokens: specials }).ids);
  }

  /** The text of ids. `skipSpecials` leaves out the tokens that stand around texts; false unless given. */
  decode(ids: Iterable<number>, options?: { skipSpecials?: boolean }): string {
    const op = 'PretrainedTokenizer.decode';
    const { skipSpecials = false } = checkOptions(op, options, ['skipSpecials']);
    if (typeof ids !== 'object' || ids === null || !(Symbol.iterator in ids)) {
      throw new ArgumentError(`${op}: ids must be a list of numbers, got ${describe(ids)}`);
    }
    const list = Array.from(ids, Number);
    const bad = list.findIndex((id) => !Number.isInteger(id) || id < 0);
    if (bad >= 0) throw new ArgumentError(`${op}: ids must be whole numbers, got ${describe(list[bad])} at ${bad}`);
    return list.length === 0 ? '' : this.#engine.decode(list, { skip_special_tokens: skipSpecials });
  }

  /** The tokens by id; '' for an id that no token has. */
  tokens(): string[] {
    const vocabulary = this.#engine.get_vocab();
    const size = [...vocabulary.values()].reduce((most, id) => Math.max(most, id + 1), 0);
    const tokens = new Array<string>(size).fill('');
    for (const [token, id] of vocabulary) tokens[id] = token;
    return tokens;
  }
}

function checkText(op: string, text: unknown): string {
  if (typeof text !== 'string') throw new ArgumentError(`${op}: text must be a string, got ${describe(text)}`);
  return text;
}

/**
 * Reads a Hugging Face `tokenizer.json` (WordPiece, BPE, Unigram, …), as it lies beside a model's weights.
 * @returns what `tokenizer` of a corpus takes, and what encodes texts by itself
 * @throws FileFormatError for another file; the file system's own error where there is none
 */
export async function loadTokenizer(path: string): Promise<PretrainedTokenizer> {
  const op = 'loadTokenizer';
  if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
  const text = await readFile(path, 'utf8');
  let json: { model?: unknown } | null;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new FileFormatError(`${op}: ${path}: is no JSON file: ${(error as Error).message}`);
  }
  if (typeof json !== 'object' || typeof json?.model !== 'object' || json.model === null) {
    throw new FileFormatError(`${op}: ${path}: holds no 'model' of a tokenizer; is it the tokenizer.json of a model?`);
  }
  const { Tokenizer: Engine } = await import('@huggingface/tokenizers');
  try {
    return new PretrainedTokenizer(new Engine(json, {}) as Engine);
  } catch (error) {
    throw new FileFormatError(`${op}: ${path}: is no tokenizer that can be read: ${(error as Error).message}`);
  }
}

/** What went wrong while one document was parted, with its place. */
export function tokenizingError(place: string, error: unknown): unknown {
  if (error instanceof ArgumentError || error instanceof ValueError) return error;
  return new CorpusError(`${place}: the tokenizer failed: ${(error as Error)?.message ?? error}`, { cause: error });
}
