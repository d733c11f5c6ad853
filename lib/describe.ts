import { types } from 'node:util';
import { describeForeign } from './copies.js';

const longest = 60;

/** A name that came from outside, no longer than a message can bear. */
export function cut(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

/** What begins with the sound of a vowel: an Int32Array and an LSTM, but a Uint8Array and a OneCycleLR. */
const vowelFirst = /^(?:(?![Oo]ne|[Ee]u|[Uu]int|[Uu]ni)[AEIOUaeiou]|[FHLMNRSX][A-Z\d])/;

/** A name behind its indefinite article. */
export function withArticle(name: string): string {
  return `${vowelFirst.test(name) ? 'an' : 'a'} ${name}`;
}

/** The class that a value says it is of, or '' where it says nothing usable. */
function className(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === 'string' ? cut(name) : '';
}

function describeArray(value: readonly unknown[]): string {
  const { length } = value;
  const short = length <= 8 && value.every((item) => typeof item === 'number');
  return short ? `[${value.join(', ')}]` : `an array of ${length}`;
}

function describeObject(value: object): string {
  if (types.isProxy(value)) return 'a Proxy';
  const foreign = describeForeign(value);
  if (foreign !== null) return foreign;
  if (typeof value === 'function') {
    const { name } = value as { name: unknown };
    return `function ${(typeof name === 'string' && cut(name)) || '(anonymous)'}`;
  }
  if (Array.isArray(value)) return describeArray(value);
  const name = className(value);
  if (ArrayBuffer.isView(value)) return `${withArticle(name || 'typed array')} of ${value.byteLength} bytes`;
  return name !== '' && name !== 'Object' ? withArticle(name) : 'an object';
}

/**
 * What a value is, in words short enough for an error message, however large the value. It never throws: not for
 * proxies, objects without a prototype, or getters that throw.
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
    case 'bigint':
      // The text of a bigint of millions of digits takes minutes.
      return value > -(10n ** 40n) && value < 10n ** 40n ? `${value}n` : 'a bigint of more than 40 digits';
    case 'symbol':
      return cut(value.toString());
    case 'object':
    case 'function':
      if (value === null) return 'null';
      try {
        return describeObject(value);
      } catch {
        return typeof value === 'function' ? 'a function' : 'an object';
      }
    default:
      return String(value);
  }
}
