import type { KeyPlaces, LazyWords } from './word_list.js';

const fewestSlots = 1 << 10;
/** More are made as words come. */
const mostReserved = 1 << 26;
/** Bytes of a word that are encoded without asking how long it becomes. */
const scratchLength = 1 << 12;

/** FNV-1a over bytes, mixed so that its lower bits may choose a slot. */
function hashOf(bytes: Uint8Array, begin: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = begin; at < end; at++) hash = Math.imul(hash ^ bytes[at], 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

/**
 * Distinct words in UTF-8, end to end, and where each is among them: a third of what strings in an array and a Map take. They become
 * strings as they are asked for.
 */
export class PackedWords implements LazyWords, KeyPlaces {
  #bytes: Buffer = Buffer.allocUnsafeSlow(1 << 14);
  /** Where word k ends; it begins where the one before does. */
  #ends = new Int32Array(fewestSlots >> 1);
  /** The numbers of words, and 1; 0 where a slot is free. */
  #slots = new Int32Array(fewestSlots);
  #scratch: Buffer | null = null;
  length = 0;

  /** Has room for about so many words, so that it need not grow, which takes long with millions. */
  reserve(words: number): void {
    let slots = this.#slots.length;
    while (2 * slots < 3 * words && slots < mostReserved) slots *= 2;
    if (slots > this.#slots.length) this.#resize(slots);
  }

  /** Adds bytes[begin, end), UTF-8, unless they are there already. @returns the word's number, or -1 */
  add(bytes: Uint8Array, begin: number, end: number): number {
    const slot = this.#slotOf(bytes, begin, end);
    if (this.#slots[slot] !== 0) return -1;
    const from = this.#end;
    const to = from + end - begin;
    if (to > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, to));
      larger.set(this.#bytes.subarray(0, from));
      this.#bytes = larger;
    }
    for (let at = begin, out = from; at < end; at++, out++) this.#bytes[out] = bytes[at];
    if (this.length === this.#ends.length) {
      const larger = new Int32Array(2 * this.length);
      larger.set(this.#ends);
      this.#ends = larger;
    }
    this.#ends[this.length++] = to;
    this.#slots[slot] = this.length;
    if (3 * this.length > 2 * this.#slots.length) this.#resize(2 * this.#slots.length);
    return this.length - 1;
  }

  addText(word: string): number {
    const bytes = Buffer.from(word, 'utf8');
    return this.add(bytes, 0, bytes.length);
  }

  get(key: string): number | undefined {
    // Half a pair would be found as U+FFFD.
    if (/\p{Surrogate}/u.test(key)) return undefined;
    let bytes = this.#scratch;
    let length: number;
    if (3 * key.length <= scratchLength) {
      bytes = this.#scratch ??= Buffer.allocUnsafeSlow(scratchLength);
      length = bytes.write(key, 'utf8');
    } else {
      bytes = Buffer.from(key, 'utf8');
      length = bytes.length;
    }
    const number = this.#slots[this.#slotOf(bytes, 0, length)];
    return number === 0 ? undefined : number - 1;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  word(k: number): string {
    return this.#bytes.toString('utf8', k === 0 ? 0 : this.#ends[k - 1], this.#ends[k]);
  }

  words(): string[] {
    return Array.from({ length: this.length }, (_, k) => this.word(k));
  }

  get #end(): number {
    return this.length === 0 ? 0 : this.#ends[this.length - 1];
  }

  /** The slot of a word, or the free one that it would have. */
  #slotOf(bytes: Uint8Array, begin: number, end: number): number {
    const mask = this.#slots.length - 1;
    for (let slot = hashOf(bytes, begin, end) & mask; ; slot = (slot + 1) & mask) {
      const number = this.#slots[slot];
      if (number === 0 || this.#equals(number - 1, bytes, begin, end)) return slot;
    }
  }

  #equals(k: number, bytes: Uint8Array, begin: number, end: number): boolean {
    const from = k === 0 ? 0 : this.#ends[k - 1];
    if (this.#ends[k] - from !== end - begin) return false;
    for (let at = begin, own = from; at < end; at++, own++) if (this.#bytes[own] !== bytes[at]) return false;
    return true;
  }

  #resize(slots: number): void {
    this.#slots = new Int32Array(slots);
    const mask = this.#slots.length - 1;
    for (let k = 0, from = 0; k < this.length; from = this.#ends[k++]) {
      let slot = hashOf(this.#bytes, from, this.#ends[k]) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = k + 1;
    }
  }
}
