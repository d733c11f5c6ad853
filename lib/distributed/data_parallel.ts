import { atEndOfWalk } from '../autograd/engine.js';
import { isGradEnabled } from '../autograd/mode.js';
import { afterAccumulation } from '../autograd/tensor_hooks.js';
import { ArgumentError, DistributedError, describe, ValueError } from '../errors.js';
import { type ClipGradNormOptions, clipByNorm } from '../nn/clip_grad.js';
import { EmbeddingTable } from '../nn/embedding_table.js';
import { Module } from '../nn/module.js';
import type { LoadOptions, LoadResult, StateDict } from '../nn/state_dict.js';
import { checkOptions } from '../options.js';
import { checkBody, runThenRestore } from '../scoped.js';
import { Tensor } from '../tensor/tensor.js';
import type { Ranks, ShardedParameter } from '../training/ranks.js';
import { allReduce, broadcast } from './collectives.js';
import { checkAlike } from './drift.js';
import { type GradientBucket, makeBuckets } from './gradient_buckets.js';
import { powersOfRanks } from './norm_of_ranks.js';
import { groupFor, type ProcessGroup } from './process_group.js';
import { averageTables } from './table_gradients.js';
import { gatherState, shardedTables } from './whole_state.js';

export interface DistributedDataParallelOptions {
  /** Megabytes (2²⁰ bytes) of gradients that are averaged at once. Default 25, as in PyTorch. */
  bucketCapMB?: number;
  /** Give all ranks the buffers of rank 0 (running means of BatchNorm, say) before each forward in training mode. Default true. */
  broadcastBuffers?: boolean;
  /** Compare the ranks' parameters, by their checksums, in each so many-th backward. Default 1000; Infinity: never. */
  checkEvery?: number;
}

const firstBucket = 2 ** 20;

/**
 * A model that every rank has a copy of and trains with its own part of each batch, as PyTorch's `DistributedDataParallel`: after
 * `backward` every rank has the mean of all ranks' gradients, so that all make the same step. With equal parts and a loss that is a mean,
 * N ranks with batches of B/N do what one rank with a batch of B does, within the rounding of floats.
 *
 * ```ts
 * initProcessGroup();
 * const model = new DistributedDataParallel(new Classifier());
 * const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
 * loss.forward(model.forward(x), y).backward(); // gradients are averaged while backward goes on
 * optimizer.step();
 * ```
 *
 * Parameters and buffers begin as rank 0's. Gradients go in buckets, each as soon as backward has made all of it; those of
 * embedding tables go by their rows. Parameters that a rank does not use count as zeros; where no rank uses one, its `grad` stays as it is.
 * Every rank must call `backward` as often as the others. Alone it is the model itself.
 *
 * State dicts have the names of the model itself, without PyTorch's `module.` in front: a checkpoint is the same on one rank and on many.
 */
export class DistributedDataParallel<Inner extends Module = Module> extends Module {
  readonly module: Inner;
  readonly #group: ProcessGroup;
  readonly #broadcastsBuffers: boolean;
  readonly #checkEvery: number;
  /** The parameters that all ranks have alike. */
  readonly #alike: readonly (readonly [string, Tensor])[] = [];
  readonly #buckets: GradientBucket[] = [];
  readonly #tables: Tensor[] = [];
  /** Parameters whose gradients were added to and not averaged since. */
  readonly #dirty = new Set<Tensor>();
  #started = 0;
  #walks = 0;
  #isWalking = false;
  #averages = true;
  /** Whether a backward failed after gradients of it were sent. */
  #isTorn = false;

  /**
   * @param module the model, with the same parameters on every rank; their values are taken from rank 0
   * @throws DistributedError without a process group, or where the ranks' models differ; ArgumentError for what is no module
   */
  constructor(module: Inner, options?: DistributedDataParallelOptions) {
    const op = 'DistributedDataParallel';
    super();
    const group = groupFor(op);
    if (!(module instanceof Module)) throw new ArgumentError(`${op}: module must be a Module, got ${describe(module)}`);
    const given = checkOptions(op, options, ['bucketCapMB', 'broadcastBuffers', 'checkEvery']);
    const { bucketCapMB = 25, broadcastBuffers = true, checkEvery = 1000 } = given;
    if (typeof bucketCapMB !== 'number' || !(bucketCapMB > 0)) {
      throw new ValueError(`${op}: bucketCapMB must be a number above 0, got ${describe(bucketCapMB)}`);
    }
    if (typeof broadcastBuffers !== 'boolean') {
      throw new ArgumentError(`${op}: broadcastBuffers must be true or false, got ${describe(broadcastBuffers)}`);
    }
    if (!((Number.isSafeInteger(checkEvery) && checkEvery >= 1) || checkEvery === Number.POSITIVE_INFINITY)) {
      throw new ValueError(
        `${op}: checkEvery must be an integer of at least 1, or Infinity, got ${describe(checkEvery)}`,
      );
    }
    this.module = module;
    this.#checkEvery = checkEvery;
    this.#group = group;
    this.#broadcastsBuffers = broadcastBuffers;
    if (group.mpi === null) return;
    const sharded = this.#sharded;
    this.#alike = module.namedParameters().filter(([, parameter]) => !sharded.has(parameter));
    const parameters = this.#alike.map(([, parameter]) => parameter);
    for (const tensor of [...parameters, ...module.buffers()]) broadcast(tensor, 0);
    const tables = new Set(tablesOf(module));
    const trained = parameters.filter(({ requiresGrad }) => requiresGrad);
    this.#tables = trained.filter((parameter) => tables.has(parameter));
    const others = trained.filter((parameter) => !tables.has(parameter));
    this.#buckets = makeBuckets(others, bucketCapMB * 2 ** 20, firstBucket);
    for (const table of this.#tables) afterAccumulation(table, () => this.#note(table));
    for (const bucket of this.#buckets) {
      for (const [place, parameter] of bucket.parameters.entries()) {
        afterAccumulation(parameter, () => {
          this.#note(parameter);
          if (!this.#averages) return;
          bucket.take(place);
          if (group.isOneMachine) return;
          this.#startReady();
          group.mpi?.poke();
        });
      }
    }
  }

  forward(...inputs: Parameters<Inner['forward']>): ReturnType<Inner['forward']> {
    if (this.#broadcastsBuffers && this.training && this.#group.mpi !== null && isGradEnabled()) {
      for (const buffer of this.module.buffers()) broadcast(buffer, 0);
    }
    return this.module.forward(...inputs);
  }

  /**
   * Runs `body` with nothing averaged: for all but the last part of a batch whose gradients are accumulated. The next backward outside
   * averages what has come together.
   */
  noSync<T>(body: () => T): T {
    checkBody('noSync', body);
    const before = this.#averages;
    this.#averages = false;
    return runThenRestore(body, () => {
      this.#averages = before;
    });
  }

  /** Averages the gradients that there are, without a backward: what `noSync` has left, or where this rank has no batch. */
  averageGradients(): void {
    if (this.#group.mpi !== null) this.#finish(true);
  }

  /** The ranks as `Trainer` asks them; null alone. */
  get ranks(): Ranks | null {
    const { mpi, rank, size } = this.#group;
    return mpi === null ? null : { rank, size, sum: sumOfRanks };
  }

  /**
   * Scales all gradients by one factor so that their common norm is at most `maxNorm`, as `nn.utils.clipGradNorm_` does; of sharded tables
   * the rows of all ranks count. Every rank calls it, after `backward`.
   * @param options those of `clipGradNorm_`, and `parameters`: which of the model's, all unless given
   * @returns the norm before, a 0-d tensor, the same on every rank
   */
  clipGradNorm_(maxNorm: number, options?: ClipGradNormOptions & { parameters?: Iterable<Tensor> }): Tensor {
    const op = 'DistributedDataParallel.clipGradNorm_';
    const { parameters = this.parameters(), ...rest } = checkOptions(op, options, [
      'parameters',
      'normType',
      'errorIfNonfinite',
    ]);
    const sharded: ReadonlySet<Tensor> = this.#sharded;
    return clipByNorm(op, parameters, maxNorm, rest, (found, p) => powersOfRanks(found, p, sharded));
  }

  /** The weights of sharded tables. */
  get #sharded(): Set<Tensor> {
    return new Set(Array.from(shardedTables(this.module).values(), ({ weight }) => weight));
  }

  /** The parameters of which each rank has some rows, as `Trainer` asks for them. */
  get shards(): readonly ShardedParameter[] {
    return Array.from(shardedTables(this.module), ([name, table]) => ({
      name,
      weight: table.weight,
      rows: table.numEmbeddings,
      takeRows: (into, part, rank, size) => table.takeRows(into, part, rank, size),
    }));
  }

  /** What `fullStateDict` gives. Every rank calls it. */
  wholeState(): StateDict | null {
    return gatherState(this.module);
  }

  override stateDict(options?: { prefix?: string }): StateDict {
    return this.module.stateDict(options);
  }

  override loadStateDict(state: Readonly<StateDict>, options?: LoadOptions): LoadResult {
    return this.module.loadStateDict(state, options);
  }

  /** A gradient was added to. */
  #note(parameter: Tensor): void {
    this.#dirty.add(parameter);
    if (this.#isTorn) {
      throw new DistributedError(
        'DistributedDataParallel: a backward before failed on this rank when some of its gradients were on their way; go on from a checkpoint',
      );
    }
    if (!this.#averages || this.#isWalking) return;
    this.#isWalking = true;
    atEndOfWalk((isDone) => this.#finish(isDone));
  }

  /**
   * Sends the buckets that are complete, where a network carries them while backward goes on. Among the ranks of one machine it is their
   * cores that do, and all go at the end by MPI's faster blocking calls. All ranks send them in one order, so each waits for those before it.
   */
  #startReady(): void {
    const buckets = this.#buckets;
    while (this.#started < buckets.length && buckets[this.#started].isReady) this.#start();
  }

  #start(): void {
    this.#buckets[this.#started++].start((parameter) => this.#dirty.has(parameter), !this.#group.isOneMachine);
  }

  #finish(isDone: boolean): void {
    this.#isWalking = false;
    const buckets = this.#buckets;
    if (isDone) {
      while (this.#started < buckets.length) this.#start();
      averageTables(this.#tables, (table) => this.#dirty.has(table));
      for (const bucket of buckets) bucket.finish();
      this.#dirty.clear();
      if (++this.#walks % this.#checkEvery === 0) checkAlike(this.#group, 'DistributedDataParallel', this.#alike);
    } else if (this.#started > 0) {
      this.#isTorn = true;
      return;
    }
    for (const bucket of buckets) bucket.reset();
    this.#started = 0;
  }
}

function sumOfRanks(numbers: readonly number[]): number[] {
  const sums = Float64Array.from(numbers);
  allReduce(Tensor.wrap(sums, [sums.length], 'float64'));
  return [...sums];
}

function tablesOf(module: Module): Tensor[] {
  return module.modules().flatMap((each) => (each instanceof EmbeddingTable ? [each.weight as Tensor] : []));
}
