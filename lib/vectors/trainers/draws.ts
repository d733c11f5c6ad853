/** The next number, from 0 up to 1. */
export type Draw = () => number;

/** Marsaglia's xorshift of 32 bits, for first vectors, samples and searches. Any numbers do, so long as the seed decides. */
export function uniform(seed: number): Draw {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
