import { ArgumentError, describe } from '../../errors.js';
import { checkOptions } from '../../options.js';
import { checkSignal } from './turns.js';

/** Checks the functions and the signal that a training is given; `others` are options that may stand beside them. */
export function checkTrainCallbacks(op: string, options: object, others: readonly string[] = []): void {
  const given = checkOptions(op, options, ['onProgress', 'onEpoch', 'signal', ...others]) as {
    readonly onProgress?: unknown;
    readonly onEpoch?: unknown;
    readonly signal?: { readonly throwIfAborted?: unknown };
  };
  for (const name of ['onProgress', 'onEpoch'] as const) {
    const value = given[name];
    if (value !== undefined && typeof value !== 'function') {
      throw new ArgumentError(`${op}: ${name} must be a function, got ${describe(value)}`);
    }
  }
  checkSignal(op, given.signal);
}
