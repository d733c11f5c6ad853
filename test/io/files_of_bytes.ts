import { expect } from 'vitest';
import { FileFormatError } from '../../lib/index.js';

/** A repeatable source of integers below a bound. */
export function smallRandom(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/**
 * Parses every prefix of a file (some of them, when it is long) and many copies with one to four bytes changed: each
 * must be read or refused with a FileFormatError, and nothing else may happen. Returns how many were refused.
 */
export function expectOnlyFormatErrors(
  bytes: Uint8Array,
  parse: (bytes: Uint8Array) => unknown,
  flips: number,
): number {
  let refused = 0;
  const attempt = (damaged: Uint8Array, what: string) => {
    try {
      parse(damaged);
    } catch (error) {
      if (!(error instanceof FileFormatError)) expect.fail(`${what}: ${(error as Error).stack}`);
      refused++;
    }
  };
  const stride = Math.max(1, Math.floor(bytes.length / 400));
  for (let length = 0; length < bytes.length; length += stride)
    attempt(Uint8Array.from(bytes.subarray(0, length)), `cut to ${length}`);
  const random = smallRandom(7);
  for (let i = 0; i < flips; i++) {
    const damaged = Uint8Array.from(bytes);
    const places = Array.from({ length: 1 + random(4) }, () => [random(bytes.length), random(256)]);
    for (const [place, value] of places) damaged[place] = value;
    attempt(damaged, `bytes ${JSON.stringify(places)}`);
  }
  return refused;
}
