import { types } from 'node:util';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { isIterable } from '../options.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * Tokens with how often each occurs, in any of the usual forms. An object lists keys such as `'7'` before all others;
 * where first appearance matters, a Map or pairs keep it.
 */
export type TokenCounts = ReadonlyMap<string, number> | Iterable<readonly [string, number]> | Record<string, number>;

/**
 * Counts tokens, in order of first appearance.
 *
 * @param tokens tokens, or lists of tokens (sentences), or both mixed
 * @param counts counts to add to, so that a corpus can be counted piece by piece
 * @returns `counts`
 * @throws ArgumentError for a bare string, or an item that is neither a token nor a list of tokens
 */
export function countTokens(
  tokens: Iterable<string | Iterable<string>>,
  counts: Map<string, number> = new Map(),
): Map<string, number> {
  checkTokenList('countTokens', tokens);
  if (!types.isMap(counts)) throw new ArgumentError(`countTokens: counts must be a Map, got ${describe(counts)}`);
  const add = (token: string) => counts.set(token, (counts.get(token) ?? 0) + 1);
  let position = 0;
  for (const item of tokens) {
    if (typeof item === 'string') {
      add(item);
    } else if (isIterable(item) && !(item instanceof Tensor)) {
      for (const token of item) add(checkToken('countTokens', token, position));
    } else {
      throw notAToken('countTokens', item, position);
    }
    position++;
  }
  return counts;
}

/** The counts as a Map in order of appearance, every token and count checked. A token that comes twice adds up. */
export function readCounts(op: string, counts: TokenCounts): Map<string, number> {
  if (typeof counts !== 'object' || counts === null || ArrayBuffer.isView(counts)) {
    throw new ArgumentError(`${op}: counts must be a Map, pairs or an object, got ${describe(counts)}`);
  }
  const read = new Map<string, number>();
  let position = 0;
  for (const pair of isIterable(counts) ? counts : Object.entries(counts)) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw new ArgumentError(`${op}: counts[${position}] must be a pair [token, count], got ${describe(pair)}`);
    }
    const token = checkToken(op, pair[0], position);
    const count: unknown = pair[1];
    if (!Number.isSafeInteger(count) || (count as number) < 0) {
      throw new ValueError(
        `${op}: the count of ${describe(token)} must be an integer of at least 0, got ${describe(count)}`,
      );
    }
    read.set(token, (read.get(token) ?? 0) + (count as number));
    position++;
  }
  return read;
}

/** A bare string is iterable too, by character, which is hardly ever meant where tokens are asked for. */
export function checkTokenList(op: string, tokens: unknown): void {
  if (typeof tokens === 'string') {
    throw new ArgumentError(
      `${op}: expected a list of tokens, got the string ${describe(tokens)}; ` +
        'split it first, into characters with [...text] or into words with tokenizeWords(text)',
    );
  }
  if (!isIterable(tokens)) throw new ArgumentError(`${op}: expected a list of tokens, got ${describe(tokens)}`);
}

export function checkToken(op: string, token: unknown, position?: number): string {
  if (typeof token !== 'string') throw notAToken(op, token, position);
  return token;
}

function notAToken(op: string, item: unknown, position?: number): ArgumentError {
  const place = position === undefined ? '' : ` at position ${position}`;
  return new ArgumentError(`${op}: a token must be a string, got ${describe(item)}${place}`);
}
