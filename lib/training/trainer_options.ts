import { Generator } from '../calls/generator.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { Module } from '../nn/module.js';
import type { Parameter } from '../nn/parameter.js';
import { LBFGS } from '../optim/lbfgs.js';
import { Optimizer } from '../optim/optimizer.js';
import { LRScheduler } from '../optim/schedulers/lr_scheduler.js';
import { ReduceLROnPlateau } from '../optim/schedulers/reduce_lr_on_plateau.js';
import { checkOptions } from '../options.js';
import { type AverageOptions, readAverageOptions } from './averaged_weights.js';
import { checkMetrics, type Metrics } from './metrics/metric.js';
import { defaultStep, type LossFunction, type TrainingStep } from './step.js';

/** A schedule, and what it counts. */
export interface ScheduleOptions {
  scheduler: LRScheduler | ((optimizer: Optimizer) => LRScheduler);
  /**
   * After what it takes its step: each of the optimizer's, each pass, or each validation. 'epoch' unless given. A
   * `ReduceLROnPlateau` gets the monitored score, and can't count steps.
   */
  interval?: 'step' | 'epoch' | 'validation';
}

export interface TrainerOptions<Batch = unknown> {
  model: Module;
  /** A loss module, or a function of output and target. Not needed where `step` computes it. */
  loss?: LossFunction;
  /** The optimizer, or what makes it of the model's parameters. Needed to fit. */
  optimizer?: Optimizer | ((parameters: Parameter[]) => Optimizer);
  /** A schedule of learning rates that takes its step after each pass, or `{ scheduler, interval }`. */
  scheduler?: LRScheduler | ((optimizer: Optimizer) => LRScheduler) | ScheduleOptions;
  /**
   * Computes the loss of a batch, in place of `loss(model.forward(x), y)` for batches `[x, y]` or `{ input, target }`.
   */
  step?: TrainingStep<Batch>;
  /** Measured on validation data, by `evaluate` and in `fit`. */
  metrics?: Metrics;
  /** Measured on the training data as the model learns from it; costs time at each step. */
  trainMetrics?: Metrics;
  /**
   * How many batches make one step of the optimizer. Their gradients are averaged as if they were one batch: weighted by
   * how much each loss is a mean of. Default 1.
   */
  accumulate?: number;
  /** Gradients longer than this, all parameters taken together, are shortened to it. */
  clipGradNorm?: number;
  /** Every element of the gradients is cut to this magnitude. */
  clipGradValue?: number;
  /** An exponential moving average of the weights, with which the model is validated, and which it has at the end. */
  averageWeights?: number | AverageOptions;
  /**
   * Look at all gradients before each step, so that a NaN is found where it arises, not when the loss shows it; costs a pass
   * over them. Default false; where the norm is clipped, it is looked at anyway.
   */
  checkGradients?: boolean;
  /** Seeds the global generator when `fit` begins. What was drawn before, such as weights, is not affected. */
  seed?: number | bigint;
  /** Generators besides the global one and the loaders' that the model or the data draw from, for checkpoints. */
  generators?: Readonly<Record<string, Generator>>;
}

/** Options of a trainer, checked. */
export interface TrainerSettings {
  readonly model: Module;
  readonly loss: LossFunction | null;
  readonly optimizer: Optimizer | null;
  readonly scheduler: LRScheduler | null;
  readonly interval: 'step' | 'epoch' | 'validation';
  readonly step: TrainingStep;
  readonly metrics: Metrics;
  readonly trainMetrics: Metrics;
  readonly accumulate: number;
  readonly clipGradNorm: number | null;
  readonly clipGradValue: number | null;
  readonly average: Required<AverageOptions> | null;
  readonly checkGradients: boolean;
  readonly seed: number | bigint | null;
  readonly generators: Readonly<Record<string, Generator>>;
}

const names = [
  'model',
  'loss',
  'optimizer',
  'scheduler',
  'step',
  'metrics',
  'trainMetrics',
  'accumulate',
  'clipGradNorm',
  'clipGradValue',
  'averageWeights',
  'checkGradients',
  'seed',
  'generators',
];

const intervals = ['step', 'epoch', 'validation'] as const;

/** @throws OptionError, ArgumentError, ValueError naming the option */
export function readTrainerOptions(given: unknown): TrainerSettings {
  const op = 'Trainer';
  const options = checkOptions(op, given as TrainerOptions | undefined, names);
  const { model, step, checkGradients = false, seed = null } = options;
  if (!(model instanceof Module)) throw new ArgumentError(`${op}: model must be a Module, got ${describe(model)}`);
  const loss = readLoss(op, options.loss);
  if (step !== undefined && typeof step !== 'function') {
    throw new ArgumentError(`${op}: step must be a function, got ${describe(step)}`);
  }
  const optimizer = readOptimizer(op, options.optimizer, model);
  const { scheduler, interval } = readScheduler(op, options.scheduler, optimizer);
  const { accumulate = 1, clipGradNorm = null, clipGradValue = null, generators = {} } = options;
  if (!Number.isSafeInteger(accumulate) || accumulate < 1) {
    throw new ValueError(`${op}: accumulate must be an integer of at least 1, got ${describe(accumulate)}`);
  }
  if (accumulate > 1 && optimizer instanceof LBFGS) {
    throw new ValueError(`${op}: LBFGS computes its batch several times a step, so accumulate must be 1`);
  }
  for (const [name, value] of Object.entries({ clipGradNorm, clipGradValue })) {
    if (value === null || (typeof value === 'number' && value >= 0)) continue;
    throw new ValueError(`${op}: ${name} must be a number of at least 0, got ${describe(value)}`);
  }
  if (typeof checkGradients !== 'boolean') {
    throw new ArgumentError(`${op}: checkGradients must be true or false, got ${describe(checkGradients)}`);
  }
  if (seed !== null && typeof seed !== 'bigint' && !Number.isSafeInteger(seed)) {
    throw new ArgumentError(`${op}: seed must be an integer, got ${describe(seed)}`);
  }
  checkOptions(`${op}: generators`, generators, Object.keys(generators ?? {}));
  for (const [name, generator] of Object.entries(generators)) {
    if (generator instanceof Generator) continue;
    throw new ArgumentError(`${op}: generators.${name} must be a Generator, got ${describe(generator)}`);
  }
  return {
    model,
    loss,
    optimizer,
    scheduler,
    interval,
    step: step ?? (defaultStep as TrainingStep),
    metrics: checkMetrics(op, 'metrics', options.metrics),
    trainMetrics: checkMetrics(op, 'trainMetrics', options.trainMetrics),
    accumulate,
    clipGradNorm,
    clipGradValue,
    average: readAverageOptions(op, options.averageWeights),
    checkGradients,
    seed,
    generators,
  };
}

function readLoss(op: string, loss: unknown): LossFunction | null {
  if (loss === undefined) return null;
  if (loss instanceof Module) return loss;
  if (typeof loss === 'function' && !(loss.prototype instanceof Module)) return loss as LossFunction;
  const hint = typeof loss === 'function' ? '; make one with new' : '';
  throw new ArgumentError(
    `${op}: loss must be a loss module or a function of output and target, got ${describe(loss)}${hint}`,
  );
}

function readOptimizer(op: string, given: unknown, model: Module): Optimizer | null {
  if (given === undefined) return null;
  if (given instanceof Optimizer) return given;
  const made: unknown =
    typeof given === 'function' && !(given.prototype instanceof Optimizer) ? given(model.parameters()) : given;
  if (made instanceof Optimizer) return made;
  const hint = typeof given === 'function' ? '; write (parameters) => new optim.Adam(parameters)' : '';
  throw new ArgumentError(
    `${op}: optimizer must be an Optimizer, or a function that makes one, got ${describe(made)}${hint}`,
  );
}

function readScheduler(op: string, given: TrainerOptions['scheduler'], optimizer: Optimizer | null) {
  if (given === undefined) return { scheduler: null, interval: 'epoch' as const };
  const isPlain = typeof given === 'object' && given !== null && !(given instanceof LRScheduler);
  const { scheduler, interval = 'epoch' } = isPlain
    ? checkOptions(`${op}: scheduler`, given as ScheduleOptions, ['scheduler', 'interval'])
    : { scheduler: given };
  if (!intervals.includes(interval)) {
    throw new ValueError(
      `${op}: a scheduler's interval must be 'step', 'epoch' or 'validation', got ${describe(interval)}`,
    );
  }
  if (optimizer === null) throw new ArgumentError(`${op}: a scheduler needs an optimizer`);
  const made: unknown = typeof scheduler === 'function' ? scheduler(optimizer) : scheduler;
  if (!(made instanceof LRScheduler)) {
    throw new ArgumentError(
      `${op}: scheduler must be an LRScheduler, or a function that makes one, got ${describe(made)}`,
    );
  }
  if (made.optimizer !== optimizer) throw new ArgumentError(`${op}: the scheduler is another optimizer's`);
  if (made instanceof ReduceLROnPlateau && interval === 'step') {
    throw new ValueError(`${op}: ReduceLROnPlateau goes by a score, so its interval can't be 'step'`);
  }
  return { scheduler: made, interval };
}
