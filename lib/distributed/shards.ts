import { ValueError } from '../errors.js';

/** How a table's rows are dealt out: in ranges, or scattered by a hash of their numbers. */
export type Sharding = 'ranges' | 'hashed';

/** Primes by one of which a row's number is multiplied; their products with 2³¹ stay exact. One of them divides no table's size. */
const factors = [1299709, 1299721, 1299743];

/**
 * Which rank has which row of a table, and where. 'ranges': rank r has the rows from r·⌈rows/size⌉ on. 'hashed': row i goes to place
 * (i · p) mod rows, p a prime, and places to ranks in turn: neighbours, and the frequent rows at the beginning of a vocabulary, lie on
 * different ranks.
 */
export class Shards {
  readonly rows: number;
  readonly size: number;
  readonly sharding: Sharding;
  readonly #factor: number;
  readonly #perRank: number;

  constructor(op: string, rows: number, size: number, sharding: unknown) {
    if (sharding !== 'ranges' && sharding !== 'hashed') {
      throw new ValueError(`${op}: sharding must be 'ranges' or 'hashed', got ${String(sharding)}`);
    }
    this.rows = rows;
    this.size = size;
    this.sharding = sharding;
    this.#factor = factors.find((factor) => rows % factor !== 0) ?? 1;
    this.#perRank = Math.ceil(rows / size);
  }

  /** How many rows a rank has. */
  count(rank: number): number {
    const { rows, size } = this;
    if (this.sharding === 'hashed') return Math.floor(rows / size) + (rank < rows % size ? 1 : 0);
    return Math.max(0, Math.min(this.#perRank, rows - rank * this.#perRank));
  }

  /** A row's owner. */
  owner(row: number): number {
    if (this.sharding === 'hashed') return this.#scattered(row) % this.size;
    return Math.floor(row / this.#perRank);
  }

  /** Where its owner has a row. */
  place(row: number): number {
    if (this.sharding === 'hashed') return Math.floor(this.#scattered(row) / this.size);
    return row % this.#perRank;
  }

  /** The number of a rank's row in an order of all rows that is the same among any number of ranks. */
  slot(rank: number, place: number): number {
    return this.sharding === 'hashed' ? place * this.size + rank : rank * this.#perRank + place;
  }

  /** Which rank has the row of a slot. */
  ownerOfSlot(slot: number): number {
    return this.sharding === 'hashed' ? slot % this.size : Math.floor(slot / this.#perRank);
  }

  /** Where its owner has the row of a slot. */
  placeOfSlot(slot: number): number {
    return this.sharding === 'hashed' ? Math.floor(slot / this.size) : slot % this.#perRank;
  }

  /** (row · p) mod rows. The remainder of large numbers by % takes several times as long. */
  #scattered(row: number): number {
    const { rows } = this;
    const product = row * this.#factor;
    const rest = product - Math.floor(product / rows) * rows;
    // The quotient may have been rounded across an integer.
    return (rest < 0 ? rest + rows : rest >= rows ? rest - rows : rest) | 0;
  }

  /**
   * Where rows are in memory that has each rank's part from `starts[rank]` on.
   * @param rows all within the table
   */
  positions(rows: Int32Array, starts: readonly number[]): Int32Array {
    const positions = new Int32Array(rows.length);
    const { size } = this;
    const perRank = this.#perRank;
    if (this.sharding === 'ranges') {
      for (let i = 0; i < rows.length; i++) {
        const owner = Math.floor(rows[i] / perRank);
        positions[i] = starts[owner] + rows[i] - owner * perRank;
      }
      return positions;
    }
    for (let i = 0; i < rows.length; i++) {
      const scattered = this.#scattered(rows[i]);
      const place = Math.floor(scattered / size);
      positions[i] = starts[scattered - place * size] + place;
    }
    return positions;
  }

  /** The rows of a rank in the order in which it has them. */
  rowsOf(rank: number): Int32Array {
    const rows = new Int32Array(this.count(rank));
    if (this.sharding === 'ranges') return rows.map((_, i) => rank * this.#perRank + i);
    for (let row = 0; row < this.rows; row++) if (this.owner(row) === rank) rows[this.place(row)] = row;
    return rows;
  }
}

/** The distinct numbers of a lookup, those of each rank together, and where each position of the lookup finds its own. */
export interface SortedLookup {
  /** [n]: which of the distinct rows each position means. */
  readonly inverse: Int32Array;
  /** Where the owners have the rows: those of rank 0 first. */
  readonly places: Int32Array;
  /** How many rows of each rank there are. */
  readonly counts: Int32Array;
}

/** Table of the numbers that were seen, by a hash; kept from one lookup to the next. */
let slots = new Int32Array(0);
let slotOf = new Int32Array(0);

/**
 * Sorts the numbers of a lookup by their owners, each once.
 * @param ids all within the table
 */
export function sortLookup(ids: Int32Array, shards: Shards): SortedLookup {
  const n = ids.length;
  const bits = 32 - Math.clz32(Math.max(2 * n, 16) - 1);
  if (slots.length < 1 << bits) {
    slots = new Int32Array(1 << bits);
    slotOf = new Int32Array(1 << bits);
  }
  slots.fill(-1, 0, 1 << bits);
  const mask = (1 << bits) - 1;
  const distinct = new Int32Array(n);
  const found = new Int32Array(n);
  let count = 0;
  for (let i = 0; i < n; i++) {
    const id = ids[i];
    let slot = (Math.imul(id, 0x9e3779b1) >>> (32 - bits)) & mask;
    while (slots[slot] !== -1 && slots[slot] !== id) slot = (slot + 1) & mask;
    if (slots[slot] === -1) {
      slots[slot] = id;
      slotOf[slot] = count;
      distinct[count++] = id;
    }
    found[i] = slotOf[slot];
  }
  // Counting sort by owner, in the order of first occurrence.
  const { size } = shards;
  const counts = new Int32Array(size);
  const owners = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const owner = shards.owner(distinct[k]);
    owners[k] = owner;
    counts[owner]++;
  }
  const next = new Int32Array(size);
  for (let r = 1; r < size; r++) next[r] = next[r - 1] + counts[r - 1];
  const placeOf = new Int32Array(count);
  const places = new Int32Array(count);
  for (let k = 0; k < count; k++) {
    const at = next[owners[k]]++;
    placeOf[k] = at;
    places[at] = shards.place(distinct[k]);
  }
  const inverse = found;
  for (let i = 0; i < n; i++) inverse[i] = placeOf[found[i]];
  return { inverse, places, counts };
}
