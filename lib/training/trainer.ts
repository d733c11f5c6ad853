import { noGrad } from '../autograd/mode.js';
import { ArgumentError, describe } from '../errors.js';
import type { Module } from '../nn/module.js';
import { cat } from '../ops/joining.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { LRScheduler } from '../optim/schedulers/lr_scheduler.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { evaluateModel, isPromise } from './evaluation.js';
import { checkLimit, checkSignal, type FitOptions, type FitSignal, readFitOptions } from './fit_options.js';
import { FitRun } from './fit_run.js';
import { type FindLearningRateOptions, type FoundLearningRate, findLearningRate } from './learning_rate_finder.js';
import { type BatchLoader, checkLoader, LoaderPosition } from './loader_position.js';
import { checkMetrics, type Metrics } from './metrics/metric.js';
import type { Scores, TrainingHistory } from './records.js';
import { inputsOf, unpacked } from './step.js';
import { readTrainerOptions, type TrainerOptions, type TrainerSettings } from './trainer_options.js';
import { Turns } from './turns.js';

export interface EvaluateOptions {
  /** In place of the trainer's. */
  metrics?: Metrics;
  /** At most so many batches. */
  batches?: number;
  /** Aborting it ends the evaluation; the promise is rejected with an `AbortError`. */
  signal?: FitSignal;
}

export interface PredictOptions<Batch = unknown> {
  /** What the model gives for a batch; `model.forward` of its inputs unless given. */
  predict?: (model: Module, batch: Batch) => unknown;
  /** At most so many batches. */
  batches?: number;
  /** Aborting it ends the prediction; the promise is rejected with an `AbortError`. */
  signal?: FitSignal;
}

/**
 * Trains, evaluates and applies a model: what a training loop does, without the loop.
 *
 * @example
 * const trainer = new Trainer({
 *   model,
 *   loss: new nn.CrossEntropyLoss(),
 *   optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }),
 *   metrics: { accuracy: new metrics.Accuracy() },
 * });
 * const history = await trainer.fit(loader, { validation, epochs: 10, earlyStopping: 3, checkpoints: 'runs/first' });
 */
export class Trainer<Batch = unknown> {
  readonly #settings: TrainerSettings;

  /** @throws OptionError, ArgumentError, ValueError naming the option */
  constructor(options: TrainerOptions<Batch>) {
    this.#settings = readTrainerOptions(options);
  }

  get model(): Module {
    return this.#settings.model;
  }

  get optimizer(): Optimizer | null {
    return this.#settings.optimizer;
  }

  get scheduler(): LRScheduler | null {
    return this.#settings.scheduler;
  }

  /**
   * Trains the model. The event loop has its turn at least every 50 ms, as far as steps are shorter than that.
   *
   * @param loader gives the batches of a pass each time it is iterated: a `DataLoader`, an array of batches, …
   * @returns what the training has been; it is fulfilled too where a signal or a callback ended it early
   * @throws NonFiniteError when the loss is no longer a number; CheckpointError where a checkpoint can't be written or gone
   *   on from; OptionError, ArgumentError, ValueError naming the option; what the user's own code throws
   */
  async fit(loader: BatchLoader<Batch>, options: FitOptions<Batch>): Promise<TrainingHistory> {
    const op = 'fit';
    const settings = this.#settings;
    const given = readFitOptions(op, options, settings);
    checkLoader(op, 'loader', loader);
    const { optimizer } = settings;
    if (optimizer === null) throw new ArgumentError(`${op}: the trainer has no optimizer`);
    if (given.overfitBatches === null) return new FitRun(settings, optimizer, loader, given).run();
    const few = await firstBatches(loader, given.overfitBatches);
    const validation = given.validation === null ? null : few;
    return new FitRun(settings, optimizer, few, { ...given, validation }).run();
  }

  /**
   * Looks for a learning rate (Smith, 2017, "Cyclical learning rates"): one step for each of a row of growing rates, until
   * the loss blows up. Weights, optimizer, generators and the loader are then what they were.
   *
   * @returns the rate where the loss fell fastest, to set as `lr`; the rates and losses, to draw
   * @throws OptionError, ArgumentError, ValueError
   */
  async findLearningRate(loader: BatchLoader<Batch>, options?: FindLearningRateOptions): Promise<FoundLearningRate> {
    const op = 'findLearningRate';
    const { optimizer } = this.#settings;
    if (optimizer === null) throw new ArgumentError(`${op}: the trainer has no optimizer`);
    return findLearningRate(this.#settings, optimizer, checkLoader<Batch>(op, 'loader', loader), options);
  }

  /**
   * The mean loss over a loader's batches, each weighted by how much it is a mean of, and the metrics. The model is
   * evaluated without dropout; it is left in the mode in which it came.
   */
  async evaluate(loader: BatchLoader<Batch>, options?: EvaluateOptions): Promise<Scores> {
    const op = 'evaluate';
    const { metrics, batches, signal } = checkOptions(op, options, ['metrics', 'batches', 'signal']);
    const { model, loss, step, metrics: own } = this.#settings;
    const stop = checkSignal(op, signal);
    const scores = await evaluateModel<unknown>({
      op,
      model,
      loss,
      step,
      loader: checkLoader(op, 'loader', loader),
      metrics: metrics === undefined ? own : checkMetrics(op, 'metrics', metrics),
      batches: checkLimit(op, 'batches', batches),
      turns: new Turns(),
      isStopped: () => stop?.aborted ?? false,
    });
    if (scores === null) throw aborted(op);
    return scores;
  }

  /**
   * What the model gives for each batch of a loader, in evaluation mode, nothing recorded. Of a batch `[x, y]` the model
   * gets `x`.
   */
  async predict(loader: BatchLoader<Batch>, options?: PredictOptions<Batch>): Promise<unknown[]> {
    const op = 'predict';
    const { predict, batches, signal } = checkOptions(op, options, ['predict', 'batches', 'signal']);
    const { model } = this.#settings;
    if (predict !== undefined && typeof predict !== 'function') {
      throw new ArgumentError(`${op}: predict must be a function, got ${describe(predict)}`);
    }
    const stop = checkSignal(op, signal);
    const limit = checkLimit(op, 'batches', batches);
    const give = predict ?? ((_: Module, batch: Batch) => firstOf(model.forward(...inputsOf(batch))));
    const iterator = await new LoaderPosition(checkLoader<Batch>(op, 'loader', loader)).iterate();
    const turns = new Turns();
    const outputs: unknown[] = [];
    const modes = model.modules().map((module) => [module, module.training] as const);
    model.eval();
    try {
      while (outputs.length < limit) {
        const next = iterator.next();
        const { value, done } = isPromise(next) ? await next : next;
        if (done) break;
        outputs.push(noGrad(() => give(model, value)));
        if (turns.isDue) await turns.take();
        if (stop?.aborted) throw aborted(op);
      }
      await iterator.return?.();
    } finally {
      for (const [module, training] of modes) module.training = training;
    }
    return outputs;
  }

  /** `predict`, with the outputs of all batches joined along their first dimension. @throws ArgumentError unless they are tensors */
  async predictAll(loader: BatchLoader<Batch>, options?: PredictOptions<Batch>): Promise<Tensor> {
    const op = 'predictAll';
    const outputs = (await this.predict(loader, options)).map(unpacked);
    const other = outputs.find((output) => !(output instanceof Tensor));
    if (outputs.length === 0) throw new ArgumentError(`${op}: the loader has no batches`);
    if (other !== undefined) {
      throw new ArgumentError(`${op}: the model must give tensors, got ${describe(other)}; use predict`);
    }
    return noGrad(() => cat(outputs as Tensor[], 0));
  }
}

/** Of a model that gives several values the first counts. */
function firstOf(result: unknown): unknown {
  return Array.isArray(result) ? result[0] : result;
}

async function firstBatches<Batch>(loader: BatchLoader<Batch>, count: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  const iterator = await new LoaderPosition(loader).iterate();
  while (batches.length < count) {
    const next = iterator.next();
    const { value, done } = isPromise(next) ? await next : next;
    if (done) break;
    batches.push(value);
  }
  await iterator.return?.();
  return batches;
}

function aborted(op: string): Error {
  const error = new Error(`${op}: was aborted`);
  error.name = 'AbortError';
  return error;
}
