/** Numbers from 0 up to 1 for first vectors: Marsaglia's xorshift of 32 bits. Any numbers do, so long as the seed decides. */
export function uniform(seed: number): () => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
