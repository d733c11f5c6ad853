// What the exchange of a sharded table's rows moves in a step, without moving it: ids are drawn, deduplicated and sorted by owner as a lookup
// does it, for every rank.

/** Who has which row: `Shards` of lib/distributed. */
interface Owners {
  owner(row: number): number;
}

export interface ExchangeOptions {
  /** Rows of the table. */
  readonly rows: number;
  readonly dim: number;
  readonly ranks: number;
  /** Ids that a rank looks up in a step. */
  readonly ids: number;
  /** The k-th row is looked up as often as k to the power of minus this; 0: all alike. */
  readonly exponent: number;
  /** So many of the most frequent rows stand on every rank and are not asked for. */
  readonly replicated: number;
  readonly seed: number;
  /** Which row is the k-th most frequent; that of a vocabulary sorted by frequency is the k-th. */
  readonly owners: Owners;
}

/** A quantity of each rank, in short. */
export interface Spread {
  readonly mean: number;
  readonly max: number;
  /** max / mean. */
  readonly imbalance: number;
}

export interface ExchangeSize {
  /** Distinct rows that a rank looks up. */
  readonly distinct: Spread;
  /** Rows that a rank is asked for by the others: each is read, sent, and its gradient added. */
  readonly asked: Spread;
  /** Bytes that a rank sends to others in forward and backward: ids, rows and gradients. */
  readonly sent: Spread;
  readonly received: Spread;
  /** Distinct rows that all ranks together look up: what the optimizers write. */
  readonly updated: number;
}

const idBytes = 4;
const numberBytes = 4;

/** Uniform numbers in [0, 1): mulberry32. */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Row numbers by a power law, by inversion of its integral. */
function drawer(rows: number, exponent: number, random: () => number): () => number {
  const last = rows - 1;
  if (exponent === 0) return () => Math.min(last, Math.floor(rows * random()));
  if (exponent === 1) return () => Math.min(last, Math.floor(rows ** random()) - 1);
  const power = 1 - exponent;
  const span = rows ** power - 1;
  return () => Math.min(last, Math.floor((span * random() + 1) ** (1 / power)) - 1);
}

function spread(values: Float64Array): Spread {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const max = values.reduce((a, b) => Math.max(a, b), 0);
  return { mean, max, imbalance: mean === 0 ? 1 : max / mean };
}

/** One step of all ranks. */
export function exchangeSize(options: ExchangeOptions): ExchangeSize {
  const { rows, dim, ranks, ids, exponent, replicated, seed, owners } = options;
  const draw = drawer(rows, exponent, randomOf(seed));
  const [distinct, asked, sent, received] = Array.from({ length: 4 }, () => new Float64Array(ranks));
  const rowBytes = dim * numberBytes;
  const drawn = new Int32Array(ids);
  const all = new Int32Array(ids * ranks);
  let kept = 0;
  for (let rank = 0; rank < ranks; rank++) {
    for (let i = 0; i < ids; i++) drawn[i] = draw();
    drawn.sort();
    for (let i = 0; i < ids; i++) {
      const row = drawn[i];
      if (i > 0 && row === drawn[i - 1]) continue;
      distinct[rank]++;
      all[kept++] = row;
      if (row < replicated) continue;
      const owner = owners.owner(row);
      if (owner === rank) continue;
      asked[owner]++;
      // The id there, the row back, its gradient there.
      sent[rank] += idBytes + rowBytes;
      received[owner] += idBytes + rowBytes;
      sent[owner] += rowBytes;
      received[rank] += rowBytes;
    }
  }
  const found = all.subarray(0, kept).sort();
  let updated = 0;
  for (let i = 0; i < kept; i++) if (i === 0 || found[i] !== found[i - 1]) updated++;
  return {
    distinct: spread(distinct),
    asked: spread(asked),
    sent: spread(sent),
    received: spread(received),
    updated,
  };
}
