import { noGrad } from '../autograd/mode.js';
import { needsGrad } from '../autograd/record.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { defaultGenerator, Generator } from '../calls/generator.js';
import { DistributedError, DTypeError, describe, IndexError, ShapeError } from '../errors.js';
import { type EmbeddingBagForwardOptions, readCall } from '../nn/embedding_bag.js';
import { checkLayerSize } from '../nn/layer_arguments.js';
import { guardMembersOf, Module } from '../nn/module.js';
import { Parameter } from '../nn/parameter.js';
import { lookUp, resolvePadding } from '../ops/embedding.js';
import { type BagMode, checkBagOptions, type EmbeddingBagOptions, lookUpBags, toBags } from '../ops/embedding_bag.js';
import { type IndexInput, toIndices } from '../ops/index_argument.js';
import { normal_ } from '../ops/random.js';
import { checkOptions } from '../options.js';
import { isFloating } from '../tensor/dtype.js';
import { contiguousStrides, formatShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { checkTensor, Tensor } from '../tensor/tensor.js';
import { allToAll, broadcast, meet } from './collectives.js';
import { groupFor, type ProcessGroup } from './process_group.js';
import { type AskedRows, askRows, exchangeRows, sharedTable } from './row_exchange.js';
import { type Sharding, Shards, type SortedLookup, sortLookup } from './shards.js';
import { type SharedRows, shareRows } from './shared_rows.js';

export interface ShardedEmbeddingOptions {
  /** A row that gets no gradient; negative numbers count from the end. Default null: none. */
  paddingIdx?: number | null;
  /** Default 'hashed', which spreads the frequent rows of a vocabulary. */
  sharding?: Sharding;
  /** The table's dtype, float32 (the default) or float64. */
  dtype?: 'float32' | 'float64';
}

export interface ShardedEmbeddingBagOptions extends ShardedEmbeddingOptions {
  /** Default 'mean'. */
  mode?: BagMode;
  /** Whether the last offset is the end of the last bag. */
  includeLastOffset?: boolean;
}

const names = ['paddingIdx', 'sharding', 'dtype'];

/** What a lookup looks its rows up in, and where it finds each. */
interface Found {
  /** [rows, dim]; backward goes through it. */
  readonly table: Tensor;
  /** The input's shape. */
  readonly places: Tensor;
  /** The row that gets no gradient; -1 for none. */
  readonly padding: number;
}

/** A lookup whose numbers are on their way to the owners. */
interface Prefetched {
  readonly ids: Int32Array;
  readonly sorted: SortedLookup;
  readonly asked: AskedRows;
  wait(): void;
}

/**
 * What sharded tables have in common. `weight` is this rank's part of the table, which its optimizer trains; its gradient is row-sparse.
 * `DistributedDataParallel` leaves it alone.
 */
export abstract class ShardedTable extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  readonly paddingIdx: number | null;
  readonly sharding: Sharding;
  /** This rank's rows, [its share, embeddingDim]. */
  weight: Parameter;
  readonly #op: string;
  readonly #group: ProcessGroup;
  readonly #shards: Shards;
  readonly #shared: SharedRows | null;
  #prefetched: Prefetched | null = null;

  protected constructor(op: string, numEmbeddings: number, embeddingDim: number, options: ShardedEmbeddingOptions) {
    super();
    this.#op = op;
    this.#group = groupFor(op);
    this.numEmbeddings = checkLayerSize(op, 'numEmbeddings', numEmbeddings);
    this.embeddingDim = checkLayerSize(op, 'embeddingDim', embeddingDim);
    if (numEmbeddings >= 2 ** 31) throw new ShapeError(`${op}: numEmbeddings must be below 2^31, got ${numEmbeddings}`);
    const { dtype = 'float32', sharding = 'hashed' } = options;
    if (dtype !== 'float32' && dtype !== 'float64') {
      throw new DTypeError(`${op}: dtype must be float32 or float64, got ${describe(dtype)}`);
    }
    const padding = resolvePadding(op, options.paddingIdx, numEmbeddings);
    this.paddingIdx = padding < 0 ? null : padding;
    this.#shards = new Shards(op, numEmbeddings, this.#group.size, sharding);
    this.sharding = sharding;
    const counts = this.#counts;
    const shape = [counts[this.#group.rank], embeddingDim];
    this.#shared = shareRows(op, this.#group, counts, embeddingDim, dtype);
    const memory = this.#shared?.own ?? Storage.lasting(dtype, shape[0] * embeddingDim);
    this.weight = new Parameter(new Tensor(memory, shape, contiguousStrides(shape), 0));
    this.resetParameters();
    guardMembersOf(this);
  }

  /** How many rows each rank has. */
  get #counts(): number[] {
    return Array.from({ length: this.#group.size }, (_, r) => this.#shards.count(r));
  }

  /** The memory in which all ranks find all rows, as long as `weight` lies there. */
  get #common(): SharedRows | null {
    return this.weight.storage === this.#shared?.own ? this.#shared : null;
  }

  /** Draws the table anew from N(0, 1) and zeroes the padding row. Every rank calls it. */
  resetParameters(): void {
    const { rank } = this.#group;
    // One seed for all, from which each rank's own follows.
    const drawn = Int32Array.of(Number(BigInt.asUintN(31, defaultGenerator.drawSeed())));
    broadcast(Tensor.wrap(drawn, [1], 'int32'));
    const generator = new Generator(drawn[0] * 2 ** 21 + rank);
    noGrad(() => normal_(this.weight, 0, 1, { generator }));
    if (this.paddingIdx === null || this.#shards.owner(this.paddingIdx) !== rank) return;
    const at = this.#shards.place(this.paddingIdx) * this.embeddingDim;
    this.weight.storage.array.fill(0, at, at + this.embeddingDim);
    this.weight.storage.version++;
  }

  /**
   * Sends the numbers of the next lookup to the rows' owners, while this batch is computed: the lookup then waits for the rows only. Every
   * rank calls it, at the same place, with what its next `forward` gets. Where ranks share the table's memory there is nothing to send.
   * @throws IndexError as `forward` would; DistributedError where the lookup before was prefetched and not made
   */
  prefetch(input: IndexInput): void {
    const op = `${this.#op}.prefetch`;
    const ids = this.#idsOf(op, toIndices(op, 'input', input));
    if (this.#common !== null) return;
    if (this.#prefetched !== null) {
      throw new DistributedError(`${op}: the lookup that was prefetched before has not been made`);
    }
    const sorted = sortLookup(ids, this.#shards);
    this.#prefetched = { ids: ids.slice(), sorted, ...askRows(sorted, true) };
  }

  /** Looks rows up by `look`, which is given where they are. */
  protected lookedUp(op: string, indices: Tensor, look: (found: Found) => Tensor): Tensor {
    const ids = this.#idsOf(op, indices);
    const { paddingIdx, weight } = this;
    const common = this.#common;
    const wrap = (places: Int32Array) => Tensor.wrap(places, indices.shape, 'int32');
    if (common === null) {
      const { sorted, asked } = this.#ask(op, ids);
      const at = paddingIdx === null ? -1 : ids.indexOf(paddingIdx);
      const padding = at < 0 ? -1 : sorted.inverse[at];
      return look({ table: exchangeRows(weight, asked), places: wrap(sorted.inverse), padding });
    }
    const positions = this.#shards.positions(ids, common.starts);
    const padding = paddingIdx === null ? -1 : this.#shards.positions(Int32Array.of(paddingIdx), common.starts)[0];
    // Every rank has made its last step before any reads its rows, and the next one comes after all have read: after the exchange of
    // gradients, or where there are none after another meeting.
    meet(op, `a lookup of ${op}`);
    const out = look({ table: sharedTable(weight, common, positions), places: wrap(positions), padding });
    if (!needsGrad(weight)) meet(op, `the end of a lookup of ${op}`);
    return out;
  }

  /** The numbers of a lookup. @throws IndexError */
  #idsOf(op: string, indices: Tensor): Int32Array {
    const flat = indices.contiguous();
    const ids = flat.storage.array.subarray(flat.offset, flat.offset + flat.numel) as Int32Array;
    const { numEmbeddings } = this;
    for (let i = 0; i < ids.length; i++) {
      if (ids[i] >= 0 && ids[i] < numEmbeddings) continue;
      throw new IndexError(
        `${op}: index ${ids[i]} at position ${i} is outside the table of ${numEmbeddings} rows`,
        ids[i],
        numEmbeddings,
        i,
      );
    }
    return ids;
  }

  /** A lookup's numbers, with their owners. */
  #ask(op: string, ids: Int32Array): { sorted: SortedLookup; asked: AskedRows } {
    const prefetched = this.#prefetched;
    if (prefetched === null) {
      const sorted = sortLookup(ids, this.#shards);
      return { sorted, asked: askRows(sorted, false).asked };
    }
    if (prefetched.ids.length !== ids.length || ids.some((id, i) => id !== prefetched.ids[i])) {
      throw new DistributedError(`${op}: the lookup is another one than prefetch was given`);
    }
    this.#prefetched = null;
    prefetched.wait();
    return prefetched;
  }

  /**
   * Copies those rows of a part, as another division among ranks had it, that this rank has now.
   * @param into [this rank's rows, …] @param part [the rows of rank `rank` of `size`, …] of the same dtype
   */
  takeRows(into: Tensor, part: Tensor, rank: number, size: number): void {
    const own = this.#shards;
    const before = new Shards(this.#op, this.numEmbeddings, size, this.sharding);
    const [count] = into.shape;
    const width = count === 0 ? 0 : into.numel / count;
    const { array: to } = into.storage;
    const { array: from } = part.storage;
    for (let place = 0; place < count; place++) {
      const slot = own.slot(this.#group.rank, place);
      if (before.ownerOfSlot(slot) !== rank) continue;
      const at = part.offset + before.placeOfSlot(slot) * width;
      to.set(from.subarray(at, at + width) as Float32Array, into.offset + place * width);
    }
    into.storage.version++;
  }

  /**
   * The whole table as that of an ordinary `Embedding`, on rank 0; null on the others. Every rank calls it.
   */
  gatherTable(): Tensor | null {
    const { rank } = this.#group;
    const { embeddingDim: dim, weight } = this;
    const counts = this.#counts;
    const shape = [rank === 0 ? this.numEmbeddings : 0, dim];
    const sorted = Tensor.allocate(shape, weight.dtype, false);
    const zeros = counts.map(() => 0);
    allToAll(sorted, weight.detach(), {
      inputSplits: zeros.with(0, counts[rank]),
      outputSplits: rank === 0 ? counts : zeros,
    });
    if (rank !== 0) return null;
    if (this.sharding === 'ranges') return sorted;
    const table = Tensor.allocate(shape, weight.dtype, false);
    this.#eachRow((row, at) => {
      const from = sorted.storage.array.subarray(at * dim, (at + 1) * dim);
      table.storage.array.set(from as Float32Array, row * dim);
    });
    return table;
  }

  /**
   * Gives every rank its rows of an ordinary table that rank 0 has. Every rank calls it; what others than rank 0 give is not looked at.
   * @throws ShapeError, DTypeError on rank 0 for a table that does not fit
   */
  loadTable(table: Tensor | null): void {
    const op = 'loadTable';
    const { rank } = this.#group;
    const { embeddingDim: dim, weight } = this;
    const counts = this.#counts;
    const zeros = counts.map(() => 0);
    let sent = Tensor.allocate([0, dim], weight.dtype);
    if (rank === 0) sent = this.#sortedTable(op, table);
    const own = Tensor.allocate([counts[rank], dim], weight.dtype, false);
    allToAll(own, sent, { inputSplits: rank === 0 ? counts : zeros, outputSplits: zeros.with(0, counts[rank]) });
    copyInto(weight, own);
    weight.storage.version++;
  }

  /** A table's rows in the order of the ranks that they belong to. */
  #sortedTable(op: string, table: unknown): Tensor {
    const { embeddingDim: dim, numEmbeddings, weight } = this;
    const given = checkTensor(op, 'table', table);
    if (given.ndim !== 2 || given.shape[0] !== numEmbeddings || given.shape[1] !== dim) {
      const shape = formatShape([numEmbeddings, dim]);
      throw new ShapeError(`${op}: table must have shape ${shape}, got ${formatShape(given.shape)}`);
    }
    if (!isFloating(given.dtype)) throw new DTypeError(`${op}: table must be floating, got ${given.dtype}`);
    const plain = copyOf(given, weight.dtype);
    if (this.sharding === 'ranges') return plain;
    const sorted = Tensor.allocate(given.shape, weight.dtype, false);
    this.#eachRow((row, at) => {
      const from = plain.storage.array.subarray(row * dim, (row + 1) * dim);
      sorted.storage.array.set(from as Float32Array, at * dim);
    });
    return sorted;
  }

  /** Calls `visit` with every row of the table, and its place where all ranks' parts lie behind each other. */
  #eachRow(visit: (row: number, at: number) => void): void {
    let at = 0;
    for (let r = 0; r < this.#group.size; r++) for (const row of this.#shards.rowsOf(r)) visit(row, at++);
  }

  override extraRepr(): string {
    const { numEmbeddings, embeddingDim, paddingIdx, sharding } = this;
    const padding = paddingIdx === null ? '' : `, padding_idx=${paddingIdx}`;
    return `${numEmbeddings}, ${embeddingDim}${padding}, sharding='${sharding}', ranks=${this.#group.size}`;
  }
}

/**
 * An embedding table whose rows lie on all ranks, each on one: for tables that are too large for a machine, or for their gradients to be
 * worth sending everywhere. A lookup sends the numbers of the rows, each once, to their owners and gets the rows; backward sends the rows' gradients
 * to the owners, whose optimizers make the step. The gradient is the mean over the ranks, as that of `DistributedDataParallel`.
 *
 * Every rank must make every lookup, and its backward, in the same order (with a batch of its own). Put it into a model inside of
 * `DistributedDataParallel`, which averages everything else. `weight` and the state dict hold this rank's rows; `gatherTable`,
 * `loadTable` and `fullStateDict` speak of the whole table.
 *
 * ```ts
 * const table = new ShardedEmbedding(100_000_000, 64);
 * table.forward([[4, 9, 0]]).shape; // [1, 3, 64]
 * ```
 */
export class ShardedEmbedding extends ShardedTable {
  /**
   * @param numEmbeddings rows of the whole table
   * @param embeddingDim the length of each vector
   * @throws DistributedError without a process group; ShapeError, ValueError, OptionError, DTypeError
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: ShardedEmbeddingOptions) {
    super('ShardedEmbedding', numEmbeddings, embeddingDim, checkOptions('ShardedEmbedding', options, names));
  }

  /**
   * The vectors of `input`'s indices, of which every rank gives its own.
   * @returns the input's shape with `embeddingDim` appended
   * @throws IndexError naming position, value and table size, on the rank whose index it is
   */
  forward(input: IndexInput): Tensor {
    const op = 'ShardedEmbedding';
    return this.lookedUp(op, toIndices(op, 'input', input), ({ table, places, padding }) =>
      lookUp(op, places, table, padding, { sparse: true }),
    );
  }
}

/** Sums, means or maxima of bags of a {@link ShardedEmbedding}'s vectors, as `nn.EmbeddingBag` gives them. */
export class ShardedEmbeddingBag extends ShardedTable {
  mode: BagMode;
  includeLastOffset: boolean;

  constructor(numEmbeddings: number, embeddingDim: number, options?: ShardedEmbeddingBagOptions) {
    const op = 'ShardedEmbeddingBag';
    const given = checkOptions(op, options, [...names, 'mode', 'includeLastOffset']);
    const { mode = 'mean', includeLastOffset = false } = given;
    checkBagOptions(op, { mode, includeLastOffset });
    super(op, numEmbeddings, embeddingDim, given);
    this.mode = mode;
    this.includeLastOffset = includeLastOffset;
  }

  /**
   * One vector for each bag.
   * @param input [bags, length] indices, each row a bag; or 1-D indices with offsets
   * @param options `{ offsets, perSampleWeights }`, or the offsets themselves
   * @returns [bags, embeddingDim]; zeros for empty bags
   */
  forward(
    input: IndexInput,
    options?: EmbeddingBagForwardOptions | IndexInput | null,
    perSampleWeights?: EmbeddingBagOptions['perSampleWeights'],
  ): Tensor {
    const op = 'ShardedEmbeddingBag';
    const { mode, includeLastOffset } = this;
    const call = readCall(options, perSampleWeights);
    const indices = toIndices(op, 'input', input);
    toBags(op, indices, call.offsets ?? null, includeLastOffset, -1);
    return this.lookedUp(op, indices, ({ table, places, padding }) =>
      lookUpBags(op, places, table, padding, { mode, sparse: mode !== 'max', includeLastOffset, ...call }),
    );
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, mode='${this.mode}'`;
  }
}
