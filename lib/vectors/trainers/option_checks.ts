import { ArgumentError, describe, ValueError } from '../../errors.js';

/** @throws ValueError that names the option */
export function checkWhole(op: string, name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && (value as number) >= least && (value as number) <= most) return;
  const range = most < Number.MAX_SAFE_INTEGER ? `from ${least} to ${most}` : `of at least ${least}`;
  throw new ValueError(`${op}: ${name} must be a whole number ${range}, got ${describe(value)}`);
}

/** @throws ValueError that names the option */
export function checkNumber(op: string, name: string, value: unknown, least: number, most: number): void {
  if (typeof value === 'number' && value >= least && value <= most) return;
  throw new ValueError(`${op}: ${name} must be a number of at least ${least}, got ${describe(value)}`);
}

/** True, false, 1 or 0 as a boolean. @throws ArgumentError that names the option */
export function readFlag(op: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean' && value !== 0 && value !== 1) {
    throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
  }
  return Boolean(value);
}
