// What options of the command line are read as.
import { InvalidArgumentError } from 'commander';

function number(value: string): number {
  return value.trim() === '' ? Number.NaN : Number(value);
}

/** A whole number in a range. */
export function whole(least: number, most = 2 ** 31 - 1): (value: string) => number {
  return (value) => {
    const n = number(value);
    if (Number.isInteger(n) && n >= least && n <= most) return n;
    const range = most === 2 ** 31 - 1 ? `of at least ${least}` : `from ${least} to ${most}`;
    throw new InvalidArgumentError(`It must be an integer ${range}.`);
  };
}

/** A number above 0. */
export function positive(value: string): number {
  const x = number(value);
  if (Number.isFinite(x) && x > 0) return x;
  throw new InvalidArgumentError('It must be a number above 0.');
}

/** A number of at least 0. */
export function nonNegative(value: string): number {
  const x = number(value);
  if (Number.isFinite(x) && x >= 0) return x;
  throw new InvalidArgumentError('It must be a number of at least 0.');
}

/** Any number. */
export function finite(value: string): number {
  const x = number(value);
  if (Number.isFinite(x)) return x;
  throw new InvalidArgumentError('It must be a number.');
}

/** A number from 0 up to 1. */
export function fraction(value: string): number {
  const x = number(value);
  if (x >= 0 && x < 1) return x;
  throw new InvalidArgumentError('It must be a number from 0 up to, but not including, 1.');
}

/** A number above 0 and up to 1. */
export function share(value: string): number {
  const x = number(value);
  if (x > 0 && x <= 1) return x;
  throw new InvalidArgumentError('It must be a number above 0 and at most 1.');
}

/** Words that commas part. */
export function words(value: string): string[] {
  return value
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
