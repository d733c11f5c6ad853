/** Numbers that look random and are the same for the same seed: mulberry32. */
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }

  /** From 0 up to, not including, 1. */
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let x = this.state;
    x = Math.imul(x ^ (x >>> 15), x | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from 0 up to, not including, a bound. */
  below(bound) {
    return Math.floor(this.next() * bound);
  }

  chance(probability) {
    return this.next() < probability;
  }

  pick(items) {
    return items[this.below(items.length)];
  }

  /** A list of so many things, or fewer. */
  some(most, make) {
    return Array.from({ length: this.below(most + 1) }, make);
  }
}
