import { setImmediate as nextTurn } from 'node:timers/promises';
import { ValueError } from '../errors.js';
import { clipGradNorm_ } from '../nn/clip_grad.js';
import type { Parameter } from '../nn/parameter.js';
import { Adam } from '../optim/adam.js';
import type { Optimizer } from '../optim/optimizer.js';
import { SGD } from '../optim/sgd.js';
import { LossMeter } from '../training/loss_meter.js';
import type { SequenceBatch, TokenBatches } from './batches.js';
import { batchLoss } from './evaluate.js';
import type { LanguageModel, LanguageModelState } from './model.js';
import { WarmUpDecayLR } from './schedule.js';

export interface TrainOptions {
  /** Passes over the training text. */
  epochs: number;
  optimizer: 'adam' | 'sgd';
  /** The learning rate's peak; it follows `learningRateAt`. */
  lr: number;
  /** Gradients longer than this, all parameters taken together, are shortened to it. */
  maxGradNorm: number;
  /** End after so many passes without a better validation perplexity; never unless set. */
  patience?: number;
}

/** Where a training stands after a step. */
export interface TrainProgress {
  /** From 1. */
  epoch: number;
  epochs: number;
  /** Words trained on in this pass, and how many it has. */
  epochTokens: number;
  epochTokensTotal: number;
  /** Loss per word, in nats, averaged over the last steps. */
  loss: number;
  /** In this pass. */
  tokensPerSecond: number;
  /** Until the end of the last pass, at this pace; without evaluation. */
  secondsLeft: number;
}

/** What a pass over the training text gave. */
export interface TrainedPass {
  /** Mean loss per word, in nats, as the model was while it learned. */
  loss: number;
  /** Words trained on. */
  tokens: number;
  seconds: number;
  /** Whether it was stopped before its end. */
  isStopped: boolean;
}

/** What a training asks, and tells, while it runs. */
export interface StepListeners {
  onStep?(progress: TrainProgress): void;
  /** Asked after every step; true ends the training there. */
  isStopped?(): boolean;
}

/**
 * Passes over a text by truncated backpropagation through time: the model's state is carried from batch to batch, gradients
 * flow back through one batch. The optimizer and the schedule of its rates last from pass to pass.
 */
export class PassTrainer {
  readonly #model: LanguageModel;
  readonly #training: TokenBatches;
  readonly #options: TrainOptions;
  readonly #listeners: StepListeners;
  readonly #parameters: Parameter[];
  readonly #optimizer: Optimizer;
  readonly #schedule: WarmUpDecayLR;
  #steps = 0;

  constructor(model: LanguageModel, training: TokenBatches, options: TrainOptions, listeners: StepListeners) {
    const { lr } = options;
    this.#model = model;
    this.#training = training;
    this.#options = options;
    this.#listeners = listeners;
    this.#parameters = [...model.parameters()];
    this.#optimizer =
      options.optimizer === 'adam' ? new Adam(this.#parameters, { lr }) : new SGD(this.#parameters, { lr });
    this.#schedule = new WarmUpDecayLR(this.#optimizer, options.epochs * training.length);
  }

  /**
   * One pass. The event loop has its turn after every step.
   * @param epoch from 1
   * @throws ValueError when the loss is no longer a number
   */
  async run(epoch: number): Promise<TrainedPass> {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    const meter = new LossMeter();
    let state: LanguageModelState | undefined;
    let isStopped = false;
    this.#model.train();
    for (const batch of this.#training) {
      state = this.#step(batch, state, meter);
      this.#listeners.onStep?.(this.#progress(epoch, meter, meter.count / seconds()));
      await nextTurn();
      isStopped = this.#listeners.isStopped?.() ?? false;
      if (isStopped) break;
    }
    return { loss: meter.mean, tokens: meter.count, seconds: seconds(), isStopped };
  }

  #step(batch: SequenceBatch, before: LanguageModelState | undefined, meter: LossMeter): LanguageModelState {
    const { maxGradNorm, lr } = this.#options;
    const { loss, state } = batchLoss(this.#model, batch, before, 'mean');
    this.#optimizer.zeroGrad();
    loss.backward();
    clipGradNorm_(this.#parameters, maxGradNorm);
    this.#optimizer.step();
    this.#schedule.step();
    this.#steps++;
    meter.add(loss.item(), batch.tokens);
    if (!Number.isFinite(meter.mean)) {
      throw new ValueError(
        `training: the loss became ${meter.mean} at step ${this.#steps}; lower the learning rate (${lr})`,
      );
    }
    return state;
  }

  #progress(epoch: number, meter: LossMeter, tokensPerSecond: number): TrainProgress {
    const { epochs } = this.#options;
    const { tokens } = this.#training;
    return {
      epoch,
      epochs,
      epochTokens: meter.count,
      epochTokensTotal: tokens,
      loss: meter.recent,
      tokensPerSecond,
      secondsLeft: ((epochs - epoch + 1) * tokens - meter.count) / tokensPerSecond,
    };
  }
}
