/** How words are cut into n-grams of characters, and how many rows these share. */
export interface SubwordRange {
  /** Characters of the shortest n-gram. */
  readonly minN: number;
  /** Characters of the longest n-gram; 0 for no n-grams. */
  readonly maxN: number;
  /** Rows that n-grams are hashed to. */
  readonly bucket: number;
}

const offsetBasis = 0x811c9dc5 | 0;
const prime = 0x01000193;

/** A step of fastText's hash: FNV-1a of 32 bits, but that a byte counts with its sign. Published models keep it so. */
const mix = (hash: number, byte: number) => Math.imul(hash ^ ((byte << 24) >> 24), prime);

/** fastText's hash of a token, as a signed number. */
export function hashOf(bytes: Uint8Array): number {
  let hash = offsetBasis;
  for (let i = 0; i < bytes.length; i++) hash = mix(hash, bytes[i]);
  return hash;
}

const [less, greater] = [0x3c, 0x3e];
let wrapped = new Uint8Array(256);

/** `<word>`, with the number of its bytes; it is there until the next call. */
function wrap(word: Uint8Array): number {
  const length = word.length + 2;
  if (wrapped.length < length) wrapped = new Uint8Array(2 * length);
  wrapped[0] = less;
  wrapped.set(word, 1);
  wrapped[length - 1] = greater;
  return length;
}

/**
 * Calls `each` with the bucket of every n-gram of a word's UTF-8, in fastText's order: over `<word>`, from every character
 * the n-grams from short to long; `<` and `>` alone are none.
 */
export function forNgrams(word: Uint8Array, range: SubwordRange, each: (bucket: number) => void): void {
  const { minN, maxN, bucket } = range;
  if (maxN <= 0) return;
  const length = wrap(word);
  for (let i = 0; i < length; i++) {
    if ((wrapped[i] & 0xc0) === 0x80) continue;
    let hash = offsetBasis;
    for (let [j, n] = [i, 1]; j < length && n <= maxN; n++) {
      hash = mix(hash, wrapped[j++]);
      while (j < length && (wrapped[j] & 0xc0) === 0x80) hash = mix(hash, wrapped[j++]);
      if (n >= minN && !(n === 1 && (i === 0 || j === length))) each((hash >>> 0) % bucket);
    }
  }
}

const multiplier = 116049371;
const two32 = 2 ** 32;

/**
 * Calls `each` with the bucket of every n-gram of words, from the hashes of a line's tokens: of two to `wordNgrams` tokens, by
 * a product in 64 bits that wraps around.
 */
export function forWordNgrams(
  hashes: ArrayLike<number>,
  wordNgrams: number,
  bucket: number,
  each: (bucket: number) => void,
): void {
  const highWeight = two32 % bucket;
  for (let i = 0; i < hashes.length; i++) {
    // The hash is widened with its sign.
    let low = hashes[i] >>> 0;
    let high = hashes[i] < 0 ? 0xffffffff : 0;
    for (let j = i + 1; j < hashes.length && j < i + wordNgrams; j++) {
      const ofLow = (low & 0xffff) * multiplier;
      const ofHigh = (low >>> 16) * multiplier;
      const sum = ofLow + (ofHigh % 65536) * 65536 + (hashes[j] >>> 0);
      const carry = Math.floor(sum / two32) + Math.floor(ofHigh / 65536) + (hashes[j] < 0 ? 0xffffffff : 0);
      high = ((Math.imul(high, multiplier) >>> 0) + carry) % two32;
      low = sum % two32;
      each(remainder(high, low, bucket, highWeight));
    }
  }
}

/** (high · 2^32 + low) mod bucket, exactly. */
function remainder(high: number, low: number, bucket: number, highWeight: number): number {
  const product = (high % bucket) * highWeight;
  if (product < 2 ** 52) return (product + low) % bucket;
  return Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(bucket));
}
