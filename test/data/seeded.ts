/** What the tests of orders and draws begin with. */
import { Generator, manualSeed } from '../../lib/index.js';

export function numbers(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i);
}

/** A generator of one's own, or undefined and the global one seeded. */
export function generatorOf({ own, seed }: { own: boolean; seed: number }): Generator | undefined {
  if (own) return new Generator(seed);
  manualSeed(seed);
  return undefined;
}
