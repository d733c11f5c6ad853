import type { Turns } from '../text/corpus/turns.js';

const shift = 16;
const chunkLength = 1 << shift;
const mask = chunkLength - 1;

/** Numbers that are added one by one: what is there is not copied before the end. */
export class GrowingList<T extends Int32Array | Float32Array> {
  readonly #chunks: T[] = [];
  length = 0;

  constructor(private readonly make: (length: number) => T) {}

  push(value: number): void {
    const place = this.length++;
    if ((place & mask) === 0) this.#chunks.push(this.make(chunkLength));
    this.#chunks[place >>> shift][place & mask] = value;
  }

  get(place: number): number {
    return this.#chunks[place >>> shift][place & mask];
  }

  set(place: number, value: number): void {
    this.#chunks[place >>> shift][place & mask] = value;
  }

  /** All of them in one array; the list is empty then. */
  async finish(turns: Turns): Promise<T> {
    const all = this.make(this.length);
    for (let begin = 0, k = 0; begin < this.length; begin += chunkLength, k++) {
      all.set(this.#chunks[k].subarray(0, Math.min(chunkLength, this.length - begin)), begin);
      this.#chunks[k] = this.make(0);
      await turns.next();
    }
    this.length = 0;
    this.#chunks.length = 0;
    return all;
  }
}

export const int32List = () => new GrowingList<Int32Array>((length) => new Int32Array(length));
export const float32List = () => new GrowingList<Float32Array>((length) => new Float32Array(length));
