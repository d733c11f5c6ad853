import {
  bytesOfRecord,
  type CountSettings,
  capacityOf,
  collectDensePairs,
  collectPairs,
  countPairs,
  type DensePairs,
  emptyTable,
  insertPairs,
  numbersOfRecord,
  type PairTable,
  partitionPairs,
  shufflePairs,
} from '../../calls/cooccurrences.js';
import { PairFiles } from './pair_files.js';
import type { Turns } from './turns.js';

/** How pairs are counted, and in how much memory. */
export interface PairSettings {
  readonly window: number;
  readonly symmetric: boolean;
  readonly distanceWeighting: boolean;
  /** Bytes. */
  readonly memory: number;
  /** For what outgrows them. */
  readonly folder: string | null;
}

/** Pairs in random order: in memory, or in files each of which fits there. */
export interface ShuffledPairs {
  readonly count: number;
  readonly parts: number;
  /** Records of a part, which the caller may change if it is `owned`. */
  part(k: number): Promise<{ readonly records: Int32Array; readonly owned: boolean }>;
  close(): Promise<void>;
}

/** Places or records that a native call goes through before the event loop has its turn: a few milliseconds. */
const slice = 1 << 15;
/** Pairs that it counts before that. */
const pairsOfSlice = 1 << 17;
/** Records that are read, shuffled or written at once. */
const chunk = 1 << 18;
const firstCapacity = 1 << 16;
/** Groups of pairs that are put together one after the other once they don't fit together. */
const groups = 64;
/** Of the memory: the table, which is twice there while it grows, has a third of it, the dense cells a sixteenth. */
const shareOfTable = 3;
const shareOfDense = 16;

/** Cells for the pairs of frequent words: those whose ranks multiply to `product` at most, as many as fit into the bytes. */
function denseCells(words: number, bytes: number): DensePairs {
  const cells = Math.min(bytes / Float64Array.BYTES_PER_ELEMENT, 2 ** 31 - 1);
  const count = (product: number) => {
    let sum = 0;
    for (let i = 1; i <= words && i <= product && sum <= cells; i++) sum += Math.min(words, Math.floor(product / i));
    return sum;
  };
  let product = 1;
  while (product < words ** 2 && count(product * 2) <= cells) product *= 2;
  const begin = new Int32Array(words + 1);
  for (let i = 1; i <= words; i++) begin[i] = begin[i - 1] + Math.min(words, Math.floor(product / i));
  return { sums: new Float64Array(begin[words]), begin };
}

/** Counts pairs of words in bounded memory: a hash table that grows, and is emptied into files when it may not grow any more. */
export class PairCounter {
  readonly #settings: CountSettings;
  readonly #dense: DensePairs;
  readonly #mostCapacity: number;
  #table: PairTable;
  #spilled: PairFiles | null = null;

  constructor(
    private readonly op: string,
    words: number,
    private readonly settings: PairSettings,
    private readonly turns: Turns,
  ) {
    const { window, symmetric, distanceWeighting, memory } = settings;
    this.#settings = { words, window, symmetric, weighted: distanceWeighting };
    this.#dense = denseCells(words, memory / shareOfDense);
    this.#mostCapacity = Math.max(firstCapacity, 2 ** Math.floor(Math.log2(memory / shareOfTable / bytesOfRecord)));
    this.#table = emptyTable(firstCapacity);
  }

  /** @param onSlice is told how many tokens have been gone through */
  async count(tokens: Int32Array, onSlice?: (done: number) => void): Promise<void> {
    const tokensOfSlice = Math.ceil(pairsOfSlice / this.settings.window);
    for (let at = 0; at < tokens.length; ) {
      const end = Math.min(at + tokensOfSlice, tokens.length);
      const reached = countPairs(this.#table, this.#dense, tokens, at, end, this.#settings);
      if (reached < end) await this.#makeRoom();
      at = reached;
      onSlice?.(at);
      await this.turns.next();
    }
  }

  async #makeRoom(): Promise<void> {
    const capacity = capacityOf(this.#table);
    if (2 * capacity > this.#mostCapacity) return this.#spill();
    this.#table = await this.#grown(this.#table);
  }

  /** The pairs of a table in one of twice the room. */
  async #grown(table: PairTable): Promise<PairTable> {
    const capacity = capacityOf(table);
    const larger = emptyTable(2 * capacity);
    for (let at = 0; at < capacity; at += slice) {
      // Its places are records, some of them empty, which are left out.
      insertPairs(larger, table.places, at, Math.min(at + slice, capacity));
      await this.turns.next();
    }
    return larger;
  }

  /** Empties the table into files, by groups of pairs: each pair is always in the same. */
  async #spill(): Promise<void> {
    this.#spilled ??= await PairFiles.make(this.op, this.settings.folder, groups);
    const counts = new Int32Array(groups);
    const sorted = new Int32Array(chunk * numbersOfRecord);
    for await (const { records, count } of this.#taken(this.#table, false)) {
      partitionPairs(sorted, counts, records, count);
      const spilled = this.#spilled;
      let at = 0;
      await Promise.all(
        Array.from(counts, (length, k) => {
          at += length;
          return spilled.append(k, sorted, at - length, at);
        }),
      );
    }
    for (let at = 0; at < this.#table.places.length; at += 1 << 22) {
      this.#table.places.fill(0, at, at + (1 << 22));
      await this.turns.next();
    }
    this.#table.used = 0;
  }

  /** What a table holds, a chunk at a time; the chunk is used again. */
  async *#taken(table: PairTable, mirror: boolean): AsyncGenerator<{ records: Int32Array; count: number }> {
    const records = new Int32Array(chunk * numbersOfRecord);
    const capacity = capacityOf(table);
    for (let at = 0; at < capacity; ) {
      const { reached, written } = collectPairs(records, 0, table, at, Math.min(at + slice, capacity), mirror);
      at = reached;
      await this.turns.next();
      if (written > 0) yield { records, count: written };
    }
  }

  async *#takenDense(mirror: boolean): AsyncGenerator<{ records: Int32Array; count: number }> {
    const { begin } = this.#dense;
    const words = begin.length - 1;
    const widest = begin[1] ?? 0;
    const records = new Int32Array(Math.max(chunk, 2 * widest) * numbersOfRecord);
    for (let row = 0; row < words; ) {
      const { reached, written } = collectDensePairs(records, 0, this.#dense, row, words, mirror);
      row = reached;
      await this.turns.next();
      if (written > 0) yield { records, count: written };
    }
  }

  /** All pairs that were counted, each once (or once each way). */
  async *#all(): AsyncGenerator<{ records: Int32Array; count: number }> {
    const mirror = this.settings.symmetric;
    yield* this.#takenDense(mirror);
    if (this.#spilled === null) return yield* this.#taken(this.#table, mirror);
    await this.#spill();
    for (let k = 0; k < groups; k++) yield* this.#taken(await this.#group(this.#spilled, k), mirror);
  }

  /** A group's pairs, added up: written at different times, a pair is in its file more than once. */
  async #group(spilled: PairFiles, k: number): Promise<PairTable> {
    let table = emptyTable(firstCapacity);
    for (let at = 0; at < spilled.counts[k]; ) {
      const records = await spilled.read(k, at, chunk);
      const count = records.length / numbersOfRecord;
      for (let done = 0; done < count; ) {
        done = insertPairs(table, records, done, count);
        if (done === count) break;
        table = await this.#grown(table);
      }
      at += count;
      await this.turns.next();
    }
    return table;
  }

  /** Everything that was counted, in random order. The counter is empty afterwards. */
  async shuffled(seed: number): Promise<ShuffledPairs> {
    const factor = this.settings.symmetric ? 2 : 1;
    const { sums } = this.#dense;
    let dense = 0;
    for (let at = 0; at < sums.length; at++) {
      if (sums[at] !== 0) dense++;
      if (at % chunk === 0) await this.turns.next();
    }
    const most = factor * (dense + this.#table.used);
    try {
      if (this.#spilled === null && most * bytesOfRecord <= this.settings.memory)
        return await this.#inMemory(most, seed);
      return await this.#inFiles(seed);
    } finally {
      await this.close();
    }
  }

  async #inMemory(most: number, seed: number): Promise<ShuffledPairs> {
    const records = new Int32Array(most * numbersOfRecord);
    let count = 0;
    for await (const part of this.#all()) {
      records.set(part.records.subarray(0, part.count * numbersOfRecord), count * numbersOfRecord);
      count += part.count;
    }
    this.#table = emptyTable(4);
    const kept = records.subarray(0, count * numbersOfRecord);
    await shuffleAll(kept, seed, this.turns);
    return pairsInMemory(kept);
  }

  async #inFiles(seed: number): Promise<ShuffledPairs> {
    // A file is read whole, so that it can be shuffled again; half the memory is for it.
    const written = this.#spilled?.counts.reduce((a, b) => a + b, 0) ?? 0;
    const most = 2 * (this.#dense.sums.length + this.#table.used + written);
    const files = Math.min(512, Math.max(2, Math.ceil((most * bytesOfRecord * 2) / this.settings.memory)));
    const out = await PairFiles.make(this.op, this.settings.folder, files);
    try {
      let draw = seed;
      for await (const { records, count } of this.#all()) {
        // A random order, cut into a piece for each file; which file has the longer pieces changes.
        shufflePairs(records, 0, count, draw++);
        for (let k = 0; k < files; k++) {
          const [begin, end] = [Math.floor((count * k) / files), Math.floor((count * (k + 1)) / files)];
          await out.append((k + draw) % files, records, begin, end);
        }
        await this.turns.next();
      }
    } catch (error) {
      await out.close();
      throw error;
    }
    const { turns } = this;
    return {
      count: out.counts.reduce((a, b) => a + b, 0),
      parts: files,
      async part(k) {
        const records = await out.read(k, 0, out.counts[k]);
        await shuffleAll(records, seed + k, turns);
        return { records, owned: true };
      },
      close: () => out.close(),
    };
  }

  async close(): Promise<void> {
    await this.#spilled?.close();
    this.#spilled = null;
  }
}

async function shuffleAll(records: Int32Array, seed: number, turns: Turns): Promise<void> {
  const count = records.length / numbersOfRecord;
  for (let at = 0; at < count; at += slice) {
    shufflePairs(records, at, Math.min(at + slice, count), seed);
    await turns.next();
  }
}

/** Pairs that are there, in the order they have. */
export function pairsInMemory(records: Int32Array): ShuffledPairs {
  return {
    count: records.length / numbersOfRecord,
    parts: 1,
    part: async () => ({ records, owned: false }),
    close: async () => {},
  };
}
