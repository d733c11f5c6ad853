/**
 * Inputs that every peer can make alike, without files: a multiplicative hash of the element's index and a seed. The
 * Python and C++ peers hold the same few lines.
 */
function hash(index: number, seed: number): number {
  let x = (Math.imul(index, 0x9e3779b1) + Math.imul(seed, 0x85ebca6b)) | 0;
  x ^= x >>> 15;
  x = Math.imul(x, 0x2c1b3c6d);
  x ^= x >>> 12;
  return x >>> 0;
}

/** Fills `out` with floats, evenly spread over [-scale, scale). Where it lies: a copy of a table would count as memory. */
export function fillFloats(out: { [index: number]: number; readonly length: number }, seed: number, scale = 1): void {
  for (let i = 0; i < out.length; i++) out[i] = (hash(i, seed) / 2147483648 - 1) * scale;
}

/** n floats, evenly spread over [-scale, scale). */
export function floats(n: number, seed: number, scale = 1): Float32Array {
  const out = new Float32Array(n);
  fillFloats(out, seed, scale);
  return out;
}

/** n integers below `bound`. */
export function integers(n: number, seed: number, bound: number): Int32Array {
  const out = new Int32Array(n);
  for (let i = 0; i < n; i++) out[i] = hash(i, seed) % bound;
  return out;
}

/** Sum, sum of magnitudes and a few elements of a result: enough to see that two peers computed the same thing. */
export function fingerprint(values: ArrayLike<number>): number[] {
  let sum = 0;
  let magnitude = 0;
  for (let i = 0; i < values.length; i++) {
    sum += values[i];
    magnitude += Math.abs(values[i]);
  }
  const picks = [0, 1, 2, 3].map((k) => values[Math.floor((k * (values.length - 1)) / 3)] ?? 0);
  return [values.length, sum, magnitude, ...picks];
}

/** How many sets of random ids a workload cycles through, so that caches are not flattered. */
export const rotation = 16;
