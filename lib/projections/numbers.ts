import { ArgumentError, describe, ValueError } from '../errors.js';

/** Bounds of an option; `above` is a lower bound that is not reached. */
export interface Bounds {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly whole?: boolean;
}

/** @throws ArgumentError for what is no number, ValueError for one out of bounds or not finite. */
export function checkNumber(op: string, name: string, value: unknown, bounds: Bounds): number {
  const { least = -Infinity, above = -Infinity, most = Infinity, whole = false } = bounds;
  const words = [whole ? 'a whole number' : 'a finite number'];
  if (least > -Infinity) words.push(`of at least ${least}`);
  if (above > -Infinity) words.push(`above ${above}`);
  if (most < Infinity) words.push(`${least > -Infinity || above > -Infinity ? 'and ' : ''}of at most ${most}`);
  const message = `${op}: ${name} must be ${words.join(' ')}, got ${describe(value)}`;
  if (typeof value !== 'number') throw new ArgumentError(message);
  const fits = Number.isFinite(value) && value >= least && value > above && value <= most;
  if (!fits || (whole && !Number.isSafeInteger(value))) throw new ValueError(message);
  return value;
}

/** @throws ValueError unless the value is one of the choices. */
export function checkChoice<Choice extends string>(
  op: string,
  name: string,
  value: unknown,
  choices: readonly Choice[],
): Choice {
  if (choices.includes(value as Choice)) return value as Choice;
  throw new ValueError(`${op}: ${name} must be ${choices.map((c) => `'${c}'`).join(' or ')}, got ${describe(value)}`);
}

/** @throws ArgumentError unless the value is true or false. */
export function checkFlag(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

/** @throws ArgumentError unless the value is a function or left out. */
export function checkFunction(op: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new ArgumentError(`${op}: ${name} must be a function, got ${describe(value)}`);
}

/** Seeds are whole numbers that floats hold. */
export function checkSeed(op: string, value: unknown): number {
  return checkNumber(op, 'seed', value, { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true });
}
