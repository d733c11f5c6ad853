import type { Module } from '../nn/module.js';

/** The processes that train one model together, as the loop of one of them sees them; `lutra/distributed` has them. */
export interface Ranks {
  readonly rank: number;
  readonly size: number;
  /** The sums of numbers over all ranks; each rank gives as many. Every rank must call it. */
  sum(numbers: readonly number[]): number[];
}

/** A model whose gradients ranks average: `DistributedDataParallel`. */
export interface RankedModel {
  /** Null where this process is alone. */
  readonly ranks: Ranks | null;
  /** Whether each rank has parameters of its own, as of a sharded table: then no rank alone has the whole model. */
  readonly hasShards: boolean;
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
