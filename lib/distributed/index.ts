/** Training on several machines: `import { initProcessGroup, DistributedDataParallel } from 'lutra/distributed'`. */
export {
  type AllToAllOptions,
  type AsyncOptions,
  allGather,
  allReduce,
  allToAll,
  barrier,
  broadcast,
  type ReduceOp,
  type ReduceOptions,
  reduceScatter,
} from './collectives.js';
export { DistributedDataParallel, type DistributedDataParallelOptions } from './data_parallel.js';
export { DistributedSampler, type DistributedSamplerOptions } from './distributed_sampler.js';
export { fullStateDict, loadFullStateDict } from './full_state.js';
export type { TensorOrList } from './memory.js';
export {
  destroyProcessGroup,
  getRank,
  getWorldSize,
  initProcessGroup,
  isInitialized,
  type ProcessGroupOptions,
} from './process_group.js';
export {
  ShardedEmbedding,
  ShardedEmbeddingBag,
  type ShardedEmbeddingBagOptions,
  type ShardedEmbeddingOptions,
} from './sharded_embedding.js';
export type { Sharding } from './shards.js';
export type { Work } from './work.js';
