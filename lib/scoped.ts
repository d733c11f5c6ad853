import { types } from 'node:util';
import { ArgumentError, describe } from './errors.js';

/** @throws ArgumentError unless `body` is a function whose code runs when it is called (a generator's runs later). */
export function checkBody(op: string, body: unknown): void {
  if (typeof body !== 'function') {
    throw new ArgumentError(`${op}: takes a function that runs within, ${op}(() => { … }), got ${describe(body)}`);
  }
  if (types.isGeneratorFunction(body)) {
    throw new ArgumentError(`${op}: the code of a generator function runs only later, when ${op} is over`);
  }
}

/**
 * Runs `body`, then `restore`: when it returns or throws, and where it returns a promise when that settles. Returns what it returns.
 */
export function runThenRestore<T>(body: () => T, restore: () => void): T {
  let result: T;
  try {
    result = body();
  } catch (error) {
    restore();
    throw error;
  }
  if (result instanceof Promise) return result.finally(restore) as T;
  restore();
  return result;
}

/**
 * Refuses what a scoped function can't keep its promise for: the code behind a promise runs on when the scope is over.
 * @param remedy what the caller can do instead.
 */
export function refuseLater(op: string, result: unknown, remedy: string): void {
  if (typeof result !== 'object' || result === null) return;
  const isPromise = types.isPromise(result) || typeof (result as { then?: unknown }).then === 'function';
  if (!isPromise && !types.isGeneratorObject(result)) return;
  if (types.isPromise(result)) result.catch(() => {}); // this error is the one to be seen
  const what = isPromise ? 'a promise, behind which code runs on' : 'a generator, whose code runs only';
  throw new ArgumentError(`${op}: the function returned ${what} when ${op} is over; ${remedy}`);
}
