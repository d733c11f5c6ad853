import { types } from 'node:util';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { isIterable } from '../options.js';
import type { FrequentWords } from './corpus/frequent_words.js';
import { sortedInTurns } from './corpus/sorted.js';
import type { Turns } from './corpus/turns.js';
import { checkToken, checkTokenList } from './token_counts.js';

/** How words get their ids. All three are deterministic; `'alphabetical'` compares code points, as Python's `sorted`. */
export type TokenOrder = 'frequency' | 'insertion' | 'alphabetical';

/** Which of the counted tokens become a vocabulary, and in which order. */
export interface TokenArrangement {
  /**
   * Tokens that are always in, whatever their count: a list gives them the first ids in that order; a Map or an object
   * from token to id places each at its id, with the words on the ids left over.
   */
  specials?: Iterable<string> | ReadonlyMap<string, number> | Record<string, number>;
  /** Whether a list of specials comes before the words (the default) or after them. */
  specialsFirst?: boolean;
  /** Words that occur less often are left out; 1 unless set. */
  minFrequency?: number;
  /** Most tokens in all, specials included; the most frequent words stay. Unlimited unless set. */
  maxSize?: number;
  /**
   * How words get their ids: `'frequency'` (the default): most frequent first, equally frequent ones by first
   * appearance; `'insertion'`: by first appearance; `'alphabetical'`: by code point.
   */
  sort?: TokenOrder;
}

const ORDERS: readonly TokenOrder[] = ['frequency', 'insertion', 'alphabetical'];

/** An arrangement as it was given, checked. */
export interface Arranged {
  readonly specials: readonly string[];
  readonly ids: ReadonlyMap<number, string> | null;
  readonly specialsFirst: boolean;
  readonly minFrequency: number;
  /** Words that have room beside the specials. */
  readonly room: number;
  readonly order: TokenOrder;
}

/** @throws ArgumentError or ValueError naming the option */
export function readArrangement(op: string, arrangement: TokenArrangement): Arranged {
  const { specialsFirst, minFrequency = 1, maxSize, sort = 'frequency' } = arrangement;
  const { specials, ids } = readSpecials(op, arrangement.specials ?? []);
  if (specialsFirst !== undefined && typeof specialsFirst !== 'boolean') {
    throw new ArgumentError(`${op}: specialsFirst must be true or false, got ${describe(specialsFirst)}`);
  }
  if (specialsFirst !== undefined && ids !== null) {
    throw new ArgumentError(`${op}: specialsFirst can't go with specials whose ids are given`);
  }
  checkWhole(op, 'minFrequency', minFrequency);
  if (maxSize !== undefined) checkWhole(op, 'maxSize', maxSize);
  const room = (maxSize ?? Number.POSITIVE_INFINITY) - specials.length;
  if (room < 0) {
    throw new ValueError(`${op}: maxSize must leave room for the ${specials.length} specials, got ${maxSize}`);
  }
  if (!ORDERS.includes(sort)) {
    throw new ValueError(`${op}: sort must be '${ORDERS.join("', '")}', got ${describe(sort)}`);
  }
  return { specials, ids, specialsFirst: specialsFirst !== false, minFrequency, room, order: sort };
}

/**
 * The tokens of a vocabulary by id, and which of them are special.
 *
 * @param counts every token of the corpus, in order of first appearance; a word equal to a special is that special
 * @throws ArgumentError or ValueError naming the option
 */
export function arrangeTokens(
  op: string,
  counts: ReadonlyMap<string, number>,
  arrangement: TokenArrangement,
): { tokens: string[]; specials: readonly string[] } {
  const { specials, ids, specialsFirst, minFrequency, room, order } = readArrangement(op, arrangement);
  const wordCounts = new Map(counts);
  for (const special of specials) wordCounts.delete(special);
  const words = selectWords(wordCounts, minFrequency, room, order);
  if (ids !== null) return { tokens: placeAtIds(op, ids, words), specials };
  return { tokens: specialsFirst ? [...specials, ...words] : [...words, ...specials], specials };
}

/** Tokens by id, with how often each occurred, and which are special. */
export interface ArrangedTokens {
  readonly tokens: readonly string[];
  readonly counts: readonly number[];
  readonly specials: readonly string[];
}

/** Words between two looks at the time. */
const wordsOfStep = 1 << 12;

/** The same for words that were counted already, however many: the event loop has its turns meanwhile. */
export async function arrangeInTurns(
  op: string,
  { words, counts, firsts }: FrequentWords,
  { specials, ids, specialsFirst, minFrequency, room, order }: Arranged,
  turns: Turns,
): Promise<ArrangedTokens> {
  const countOfSpecial = new Map(specials.map((special) => [special, 0]));
  let places: number[] = [];
  for (let k = 0; k < words.length; k++) {
    if (k % wordsOfStep === 0) await turns.next();
    if (countOfSpecial.has(words[k])) countOfSpecial.set(words[k], counts[k]);
    else if (places.length < room && counts[k] >= minFrequency) places.push(k);
  }
  if (order === 'insertion') places = await sortedInTurns(places, (a, b) => firsts[a] - firsts[b], turns);
  if (order === 'alphabetical') {
    places = await sortedInTurns(places, (a, b) => compareCodePoints(words[a], words[b]), turns);
  }
  const size = specials.length + places.length;
  if (ids !== null) checkIds(op, ids, size);
  const arranged = { tokens: [] as string[], counts: [] as number[], specials };
  const first = ids === null && !specialsFirst ? places.length : 0;
  for (let id = 0, next = 0; id < size; id++) {
    const special = ids === null ? specials[id - first] : ids.get(id);
    arranged.tokens.push(special ?? words[places[next]]);
    arranged.counts.push(special === undefined ? counts[places[next++]] : (countOfSpecial.get(special) as number));
    if (id % wordsOfStep === 0) await turns.next();
  }
  return arranged;
}

/**
 * The words that get an id in the order of their ids: those that occur at least `minFrequency` times, of these the
 * `limit` most frequent, ordered as `order` says. Among equally frequent words the one that appeared first comes first.
 */
function selectWords(
  counts: ReadonlyMap<string, number>,
  minFrequency: number,
  limit: number,
  order: TokenOrder,
): string[] {
  const words = [...counts.keys()].filter((word) => counts.get(word)! >= minFrequency);
  const appearance = new Map(words.map((word, position) => [word, position]));
  // The sort is stable, so that ties stay in order of appearance.
  words.sort((a, b) => counts.get(b)! - counts.get(a)!);
  if (words.length > limit) words.length = limit;
  if (order === 'insertion') words.sort((a, b) => appearance.get(a)! - appearance.get(b)!);
  if (order === 'alphabetical') words.sort(compareCodePoints);
  return words;
}

/** The special tokens, each once, and the ids they ask for (null for a list of them). */
function readSpecials(
  op: string,
  specials: NonNullable<TokenArrangement['specials']>,
): { specials: string[]; ids: Map<number, string> | null } {
  if (typeof specials === 'object' && specials !== null && (types.isMap(specials) || !isIterable(specials))) {
    const ids = new Map<number, string>();
    for (const [token, id] of types.isMap(specials) ? specials : Object.entries(specials)) {
      checkWhole(op, `the id of special ${describe(checkToken(op, token))}`, id);
      if (ids.has(id)) {
        throw new ValueError(`${op}: specials ${describe(ids.get(id))} and ${describe(token)} both ask for id ${id}`);
      }
      ids.set(id, token);
    }
    return { specials: [...ids.values()], ids };
  }
  checkTokenList(op, specials);
  const seen = new Set<string>();
  for (const special of specials as Iterable<unknown>) {
    const token = checkToken(op, special, seen.size);
    if (seen.has(token)) throw new ValueError(`${op}: specials must differ, got ${describe(token)} twice`);
    seen.add(token);
  }
  return { specials: [...seen], ids: null };
}

/** Specials at their ids, words in order on the others. */
function placeAtIds(op: string, ids: ReadonlyMap<number, string>, words: readonly string[]): string[] {
  const size = ids.size + words.length;
  checkIds(op, ids, size);
  let next = 0;
  return Array.from({ length: size }, (_, id) => ids.get(id) ?? words[next++]);
}

function checkIds(op: string, ids: ReadonlyMap<number, string>, size: number): void {
  for (const [id, special] of ids) {
    if (id >= size) {
      throw new ValueError(
        `${op}: special ${describe(special)} asks for id ${id}, but the vocabulary has ${size} tokens and no id may stay empty`,
      );
    }
  }
}

function checkWhole(op: string, name: string, value: unknown): void {
  if (typeof value !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new ValueError(`${op}: ${name} must be an integer of at least 0, got ${value}`);
  }
}

/** By Unicode code point; plain `<` compares UTF-16 units, which puts U+1F600 before U+FF21. */
function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a.charCodeAt(i) === b.charCodeAt(i)) continue;
    // Where only the second halves of two surrogate pairs differ, the units decide as the code points would.
    return a.codePointAt(i)! - b.codePointAt(i)!;
  }
  return a.length - b.length;
}
