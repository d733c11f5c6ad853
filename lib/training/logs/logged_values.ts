import { ArgumentError, describe } from '../../errors.js';

/** @throws ArgumentError naming the value that is no number */
export function checkLogged(op: string, values: unknown, step: unknown): void {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw new ArgumentError(`${op}: values must be an object of numbers, got ${describe(values)}`);
  }
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number') {
      throw new ArgumentError(`${op}: ${describe(name)} must be a number, got ${describe(value)}`);
    }
  }
  if (!Number.isSafeInteger(step)) {
    throw new ArgumentError(`${op}: step must be a whole number, got ${describe(step)}`);
  }
}
