import { cut } from './describe.js';
import { ArgumentError, describe, OptionError } from './errors.js';

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The candidate closest to `name`, or null when none is close. Case and underscores don't count. */
export function nearest(name: string, candidates: readonly string[]): string | null {
  const plain = (s: string) => s.replaceAll('_', '').toLowerCase();
  let best: string | null = null;
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of candidates) {
    // A distance is at least the difference in length; names of a million characters are not compared.
    if (name.length > 2 * candidate.length + 40) continue;
    const distance = editDistance(plain(name), plain(candidate));
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Checks a trailing options object: it must be a plain object whose keys are all in `allowed`.
 * Returns it (or an empty object), so that callers can destructure the result.
 * @throws ArgumentError when it is no object; OptionError naming the nearest option when a key is unknown.
 */
export function checkOptions<T extends object>(op: string, options: T | undefined, allowed: readonly string[]): T {
  if (options === undefined) return {} as T;
  if (typeof options !== 'object' || options === null || Array.isArray(options) || ArrayBuffer.isView(options)) {
    // Python's zeros(2, 3): the options of functions that take sizes name a dtype and requiresGrad.
    const sizes = typeof options === 'number' && allowed.includes('requiresGrad') && allowed.includes('dtype');
    const hint = sizes ? `; sizes are given as one array: ${op}([2, 3])` : '';
    throw new ArgumentError(`${op}: options must be an object, got ${describe(options)}${hint}`);
  }
  for (const key of Object.keys(options)) {
    if (allowed.includes(key)) continue;
    const shown = cut(key);
    const close = nearest(shown, allowed);
    const hint = close ? `did you mean '${close}'?` : `it takes ${allowed.length > 0 ? allowed.join(', ') : 'none'}`;
    throw new OptionError(`${op}: unknown option '${shown}'; ${hint}`);
  }
  return options;
}

/**
 * Arguments of a function whose options may follow any number of values: the values, and the options object if the last
 * argument is one. Arguments that were left out at the end don't count.
 */
export function readTrailingOptions<T extends object>(
  args: readonly unknown[],
): { values: unknown[]; options: T | undefined } {
  const values = args.slice();
  const strip = () => {
    while (values.length > 0 && values[values.length - 1] === undefined) values.pop();
  };
  strip();
  const last = values[values.length - 1];
  const isOptions = typeof last === 'object' && last !== null && !Array.isArray(last) && !ArrayBuffer.isView(last);
  if (isOptions) values.pop();
  strip();
  return { values, options: isOptions ? (last as T) : undefined };
}

/** @throws ArgumentError unless all are numbers. */
export function checkNumbers(op: string, values: readonly unknown[]): number[] {
  for (const [i, value] of values.entries()) {
    if (typeof value !== 'number')
      throw new ArgumentError(`${op}: argument ${i + 1} must be a number, got ${describe(value)}`);
  }
  return values as number[];
}

/** Whether a value is an object that gives an iterator: a list, a Set, a generator; no string. */
export function isIterable(value: unknown): value is Iterable<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const { [Symbol.iterator]: iterator } = value as { [Symbol.iterator]?: unknown };
  if (typeof iterator !== 'function') return false;
  if (!ArrayBuffer.isView(value)) return true;
  try {
    return iterator.call(value) !== null;
  } catch {
    return false; // its buffer was transferred away
  }
}
