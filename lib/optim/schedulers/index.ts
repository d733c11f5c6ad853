/** Schedules of learning rates, as PyTorch's `torch.optim.lr_scheduler`. */
export { ChainedScheduler, type ChainedSchedulerOptions } from './chained_scheduler.js';
export { ConstantLR, type ConstantLROptions } from './constant_lr.js';
export { CosineAnnealingLR, type CosineAnnealingLROptions } from './cosine_annealing_lr.js';
export {
  CosineAnnealingWarmRestarts,
  type CosineAnnealingWarmRestartsOptions,
} from './cosine_annealing_warm_restarts.js';
export { CyclicLR, type CyclicLRMode, type CyclicLROptions } from './cyclic_lr.js';
export { ExponentialLR } from './exponential_lr.js';
export { LambdaLR, type LrLambda } from './lambda_lr.js';
export { LinearLR, type LinearLROptions } from './linear_lr.js';
export { LRScheduler, type LRSchedulerOptions } from './lr_scheduler.js';
export { MultiStepLR, type MultiStepLROptions } from './multi_step_lr.js';
export { MultiplicativeLR } from './multiplicative_lr.js';
export { OneCycleLR, type OneCycleLROptions } from './one_cycle_lr.js';
export { PolynomialLR, type PolynomialLROptions } from './polynomial_lr.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './reduce_lr_on_plateau.js';
export type { SchedulerStateDict } from './scheduler_state.js';
export { SequentialLR } from './sequential_lr.js';
export { StepLR, type StepLROptions } from './step_lr.js';
