/** Optimizers, as PyTorch's `torch.optim`. */
export { Adagrad, type AdagradOptions } from './adagrad.js';
export { Adam, type AdamOptions, AdamW } from './adam.js';
export {
  Optimizer,
  type ParamGroup,
  type ParamGroupInput,
  type ParamState,
  type ParamsInput,
  type Settled,
  type StateDictOptions,
} from './optimizer.js';
export type { OptimizerStateDict } from './optimizer_state.js';
export { RMSprop, type RMSpropOptions } from './rmsprop.js';
export * from './schedulers/index.js';
export * as lrScheduler from './schedulers/index.js';
export { SGD, type SGDOptions } from './sgd.js';
export { SparseAdam, type SparseAdamOptions } from './sparse_adam.js';
