import { NonFiniteError, ValueError } from '../errors.js';
import { Adam } from '../optim/adam.js';
import { SGD } from '../optim/sgd.js';
import { checkOptions } from '../options.js';
import type { TrainingCallback, TrainingRun } from '../training/callbacks.js';
import { History } from '../training/history.js';
import { KeptWeights } from '../training/kept_weights.js';
import { LossMeter } from '../training/loss_meter.js';
import { Trainer } from '../training/trainer.js';
import type { SequenceBatch, TokenBatches } from './batches.js';
import { batchLoss, evaluate } from './evaluate.js';
import type { LanguageModel, LanguageModelState } from './model.js';
import { WarmUpDecayLR } from './schedule.js';
import type { StepListeners, TrainOptions, TrainProgress } from './train_options.js';

export type { TrainOptions, TrainProgress } from './train_options.js';

/** What one pass gave. */
export interface EpochResult {
  /** From 1. */
  epoch: number;
  /** Mean loss per word over the pass, in nats, as the model was while it learned. */
  trainLoss: number;
  validationLoss: number;
  validationPerplexity: number;
  /** Time of the pass, evaluation included. */
  seconds: number;
  /** Words trained on per second, evaluation not counted. */
  tokensPerSecond: number;
}

export interface TrainResult {
  /** The passes that were finished. */
  epochs: EpochResult[];
  /** The pass with the lowest validation perplexity, whose weights the model has at the end; null when none finished. */
  best: EpochResult | null;
  /** Whether the training was stopped before its end. The model then has the weights of that moment. */
  interrupted: boolean;
  /** Mean loss per word of the pass that was stopped, or of the best one. */
  trainLoss: number | null;
  seconds: number;
  tokensPerSecond: number;
}

export interface TrainListeners extends StepListeners {
  onEpoch?(result: EpochResult): void;
}

/**
 * Trains a language model pass by pass, and leaves it with the weights of the pass that the validation text liked best. The
 * model's state is carried from batch to batch, gradients flow back through one batch. The event loop has its turn as in
 * `Trainer.fit`. Same model, same text, same options: the same weights, to the bit.
 *
 * @throws ValueError when the loss is no longer a number
 */
export async function trainLanguageModel(
  model: LanguageModel,
  training: TokenBatches,
  validation: TokenBatches,
  options: TrainOptions,
  listeners: TrainListeners = {},
): Promise<TrainResult> {
  const op = 'trainLanguageModel';
  const names = ['epochs', 'optimizer', 'lr', 'maxGradNorm', 'patience'];
  const { epochs, lr, maxGradNorm } = checkOptions(op, options, names);
  checkOptions(op, listeners, ['onStep', 'onEpoch', 'isStopped']);
  const optimizer =
    options.optimizer === 'adam' ? new Adam(model.parameters(), { lr }) : new SGD(model.parameters(), { lr });
  const schedule = new WarmUpDecayLR(optimizer, epochs * training.length);
  const trainer = new Trainer<SequenceBatch>({
    model,
    optimizer,
    scheduler: { scheduler: schedule, interval: 'step' },
    clipGradNorm: maxGradNorm,
    step: ({ batch, carry }) => {
      const { loss, state } = batchLoss(model, batch, carry as LanguageModelState | undefined, 'mean');
      return { loss, weight: batch.tokens, carry: state };
    },
  });
  const passes = new Passes(model, training, validation, options, listeners);
  try {
    await trainer.fit(training, { epochs, callbacks: [passes.callback], progress: false });
  } catch (error) {
    if (!(error instanceof NonFiniteError)) throw error;
    const { step } = error;
    const loss = passes.loss;
    throw new ValueError(`training: the loss became ${loss} at step ${step}; lower the learning rate (${lr})`, {
      cause: error,
    });
  }
  return passes.result();
}

/** What a training gives, pass by pass. */
class Passes {
  readonly callback: TrainingCallback;
  readonly #model: LanguageModel;
  readonly #training: TokenBatches;
  readonly #validation: TokenBatches;
  readonly #options: TrainOptions;
  readonly #listeners: TrainListeners;
  readonly #history = new History<EpochResult>();
  readonly #weights: KeptWeights;
  readonly #start = performance.now();
  readonly #isStopped: () => boolean;
  #run: TrainingRun | null = null;
  /** Of the pass under way, or of the last one. */
  #meter = new LossMeter();
  #passStart = performance.now();
  /** Of the passes until now, evaluation not counted. */
  #tokens = 0;
  #seconds = 0;
  #isInterrupted = false;

  constructor(
    model: LanguageModel,
    training: TokenBatches,
    validation: TokenBatches,
    options: TrainOptions,
    listeners: TrainListeners,
  ) {
    this.#model = model;
    this.#training = training;
    this.#validation = validation;
    this.#options = options;
    this.#listeners = listeners;
    this.#weights = new KeptWeights(model);
    this.#isStopped = () => listeners.isStopped?.() ?? false;
    this.callback = {
      onEpochStart: (run) => this.#begin(run),
      onBatchEnd: (run, batch) => this.#meter.add(run.loss, (batch as SequenceBatch).tokens),
      onStep: (run) => this.#step(run),
      onEpochEnd: (run) => this.#end(run),
    };
  }

  /** The last loss. */
  get loss(): number {
    return this.#run?.loss ?? Number.NaN;
  }

  #begin(run: TrainingRun): void {
    this.#run = run;
    this.#meter = new LossMeter();
    this.#passStart = performance.now();
  }

  #step(run: TrainingRun): void {
    this.#listeners.onStep?.(this.#progress(run.epoch));
    if (!this.#isStopped()) return;
    this.#isInterrupted = true;
    this.#count();
    run.stop();
  }

  #progress(epoch: number): TrainProgress {
    const { epochs } = this.#options;
    const { tokens } = this.#training;
    const tokensPerSecond = this.#meter.count / secondsSince(this.#passStart);
    return {
      epoch,
      epochs,
      epochTokens: this.#meter.count,
      epochTokensTotal: tokens,
      loss: this.#meter.recent,
      tokensPerSecond,
      secondsLeft: ((epochs - epoch + 1) * tokens - this.#meter.count) / tokensPerSecond,
    };
  }

  #count(): number {
    const seconds = secondsSince(this.#passStart);
    this.#tokens += this.#meter.count;
    this.#seconds += seconds;
    return this.#meter.count / seconds;
  }

  async #end(run: TrainingRun): Promise<void> {
    if (this.#isInterrupted) return;
    const { epoch } = run;
    const { epochs, patience = Number.POSITIVE_INFINITY } = this.#options;
    const tokensPerSecond = this.#count();
    const validationLoss = await evaluate(this.#model, this.#validation, this.#isStopped);
    if (validationLoss === null) {
      this.#isInterrupted = true;
      run.stop();
      return;
    }
    const result: EpochResult = {
      epoch,
      trainLoss: this.#meter.mean,
      validationLoss,
      validationPerplexity: Math.exp(validationLoss),
      seconds: secondsSince(this.#passStart),
      tokensPerSecond,
    };
    if (this.#history.add(result)) {
      if (epoch < epochs) this.#weights.keep();
      else this.#weights.forget();
    }
    this.#listeners.onEpoch?.(result);
    if (this.#history.sinceBest >= patience) run.stop();
  }

  /** At the end: the model gets the weights of its best pass, unless it was interrupted. */
  result(): TrainResult {
    const { best, passes } = this.#history;
    if (!this.#isInterrupted) this.#weights.restore();
    return {
      epochs: passes,
      best,
      interrupted: this.#isInterrupted,
      trainLoss: (this.#isInterrupted ? this.#meter.mean : best?.trainLoss) ?? null,
      seconds: secondsSince(this.#start),
      tokensPerSecond: this.#tokens / this.#seconds,
    };
  }
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
