import { setImmediate as nextTurn } from 'node:timers/promises';
import { ValueError } from '../errors.js';
import { clipGradNorm_ } from '../nn/clip_grad.js';
import { Adam } from '../optim/adam.js';
import { SGD } from '../optim/sgd.js';
import type { TokenBatches } from './batches.js';
import { batchLoss, evaluate } from './evaluate.js';
import type { LanguageModel, LanguageModelState } from './model.js';
import { learningRateAt } from './schedule.js';

export interface TrainOptions {
  /** Passes over the training text. */
  epochs: number;
  optimizer: 'adam' | 'sgd';
  /** The learning rate's peak; it follows {@link learningRateAt}. */
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

export interface TrainListeners {
  onStep?(progress: TrainProgress): void;
  onEpoch?(result: EpochResult): void;
  /** Asked after every step; true ends the training there. */
  isStopped?(): boolean;
}

/** Share of the old value in the running mean of the loss. */
const smoothing = 0.95;

/**
 * Trains a language model by truncated backpropagation through time: the state is carried from batch to batch, gradients
 * flow back through one batch. The event loop has its turn after every step. Same model, same text, same options: the
 * same weights, to the bit.
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
  const { epochs, optimizer: kind, lr, maxGradNorm, patience = Number.POSITIVE_INFINITY } = options;
  const isStopped = () => listeners.isStopped?.() ?? false;
  const parameters = [...model.parameters()];
  const optimizer = kind === 'adam' ? new Adam(parameters, { lr }) : new SGD(parameters, { lr });
  const steps = epochs * training.length;
  const results: EpochResult[] = [];
  let best: EpochResult | null = null;
  let bestWeights: ReturnType<typeof copyWeights> | null = null;
  let partLoss: number | null = null;
  let trainedTokens = 0;
  let trainedSeconds = 0;
  let step = 0;
  let interrupted = false;
  const start = performance.now();

  for (let epoch = 1; epoch <= epochs && !interrupted; epoch++) {
    const epochStart = performance.now();
    const meter = new LossMeter();
    let state: LanguageModelState | undefined;
    model.train();
    for (const batch of training) {
      for (const group of optimizer.paramGroups) group.lr = learningRateAt(step, steps, lr);
      const result = batchLoss(model, batch, state, 'mean');
      state = result.state;
      optimizer.zeroGrad();
      result.loss.backward();
      clipGradNorm_(parameters, maxGradNorm);
      optimizer.step();
      step++;
      meter.add(result.loss.item(), batch.tokens);
      if (!Number.isFinite(meter.mean)) {
        throw new ValueError(
          `training: the loss became ${meter.mean} at step ${step}; lower the learning rate (${lr})`,
        );
      }
      const tokensPerSecond = meter.tokens / secondsSince(epochStart);
      listeners.onStep?.({
        epoch,
        epochs,
        epochTokens: meter.tokens,
        epochTokensTotal: training.tokens,
        loss: meter.recent,
        tokensPerSecond,
        secondsLeft: ((epochs - epoch + 1) * training.tokens - meter.tokens) / tokensPerSecond,
      });
      await nextTurn();
      if (isStopped()) {
        interrupted = true;
        break;
      }
    }
    const trainSeconds = secondsSince(epochStart);
    trainedTokens += meter.tokens;
    trainedSeconds += trainSeconds;
    partLoss = meter.mean;
    const validationLoss = interrupted ? null : await evaluate(model, validation, isStopped);
    if (validationLoss === null) {
      interrupted = true;
      break;
    }
    const result: EpochResult = {
      epoch,
      trainLoss: meter.mean,
      validationLoss,
      validationPerplexity: Math.exp(validationLoss),
      seconds: secondsSince(epochStart),
      tokensPerSecond: meter.tokens / trainSeconds,
    };
    results.push(result);
    if (best === null || validationLoss < best.validationLoss) {
      best = result;
      bestWeights = epoch < epochs ? copyWeights(model) : null;
    }
    listeners.onEpoch?.(result);
    if (epoch - best.epoch >= patience) break;
  }
  if (!interrupted && bestWeights !== null) model.loadStateDict(bestWeights);
  return {
    epochs: results,
    best,
    interrupted,
    trainLoss: interrupted ? partLoss : (best?.trainLoss ?? null),
    seconds: secondsSince(start),
    tokensPerSecond: trainedTokens / trainedSeconds,
  };
}

/** Mean of the losses of a pass, weighted by their tokens, and of the last steps. */
class LossMeter {
  tokens = 0;
  #sum = 0;
  #recent = 0;
  #weight = 0;

  add(loss: number, tokens: number): void {
    this.#sum += loss * tokens;
    this.tokens += tokens;
    this.#recent = smoothing * this.#recent + (1 - smoothing) * loss;
    this.#weight = smoothing * this.#weight + (1 - smoothing);
  }

  get mean(): number {
    return this.#sum / this.tokens;
  }

  get recent(): number {
    return this.#recent / this.#weight;
  }
}

function copyWeights(model: LanguageModel) {
  return Object.fromEntries(Object.entries(model.stateDict()).map(([name, tensor]) => [name, tensor.detach().clone()]));
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
