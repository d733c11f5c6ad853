import type { ClipGradNormOptions } from '../nn/clip_grad.js';
import type { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state_dict.js';
import type { Tensor } from '../tensor/tensor.js';

/** The processes that train one model together, as the loop of one of them sees them; `lutra/distributed` has them. */
export interface Ranks {
  readonly rank: number;
  readonly size: number;
  /** The sums of numbers over all ranks; each rank gives as many. Every rank must call it. */
  sum(numbers: readonly number[]): number[];
}

/** A parameter of which each rank has some of the rows: that of a sharded table. */
export interface ShardedParameter {
  /** Its name in the model's state dict. */
  readonly name: string;
  /** This rank's rows. */
  readonly weight: Tensor;
  /** How many all ranks have. */
  readonly rows: number;
  /**
   * Copies those of a part's rows that are this rank's now.
   * @param into [this rank's rows, …] @param part what rank `rank` of `size` had
   */
  takeRows(into: Tensor, part: Tensor, rank: number, size: number): void;
}

/** A model whose gradients ranks average: `DistributedDataParallel`. */
export interface RankedModel {
  /** Null where this process is alone. */
  readonly ranks: Ranks | null;
  /** The parameters that no rank alone has the whole of. */
  readonly shards: readonly ShardedParameter[];
  /** The whole model's state on the first rank, null on the others. Every rank calls it. */
  wholeState(): StateDict | null;
  /** Clips gradients by the norm of all ranks' together. Every rank calls it. @returns the norm before */
  clipGradNorm_(maxNorm: number, options?: ClipGradNormOptions & { parameters?: Iterable<Tensor> }): Tensor;
  /** Runs `body` with nothing averaged. */
  noSync<T>(body: () => T): T;
  /** Averages the gradients that there are. */
  averageGradients(): void;
}

/** A model that several ranks train; null for any other. */
export function rankedModel(model: Module): RankedModel | null {
  const ranked = model as Module & Partial<RankedModel>;
  const isRanked = typeof ranked.averageGradients === 'function' && (ranked.ranks ?? null) !== null;
  return isRanked ? (ranked as Module & RankedModel) : null;
}

/** The sharded parameters of a model, none of an ordinary one, and whose rows this process has. */
export function shardsOf(model: Module): { shards: readonly ShardedParameter[]; rank: number; size: number } {
  const { averageGradients, shards = [], ranks } = model as Module & Partial<RankedModel>;
  const { rank = 0, size = 1 } = ranks ?? {};
  return { shards: typeof averageGradients === 'function' ? shards : [], rank, size };
}
