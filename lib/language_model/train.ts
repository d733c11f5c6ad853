import { checkOptions } from '../options.js';
import { History } from '../training/history.js';
import { KeptWeights } from '../training/kept_weights.js';
import type { TokenBatches } from './batches.js';
import { evaluate } from './evaluate.js';
import type { LanguageModel } from './model.js';
import { PassTrainer, type StepListeners, type TrainedPass, type TrainOptions } from './pass.js';

export type { TrainOptions, TrainProgress } from './pass.js';

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
 * event loop has its turn after every step. Same model, same text, same options: the same weights, to the bit.
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
  const { epochs, patience = Number.POSITIVE_INFINITY } = checkOptions(op, options, names);
  checkOptions(op, listeners, ['onStep', 'onEpoch', 'isStopped']);
  const isStopped = () => listeners.isStopped?.() ?? false;
  const trainer = new PassTrainer(model, training, options, listeners);
  const history = new History<EpochResult>();
  const weights = new KeptWeights(model);
  const passes: TrainedPass[] = [];
  let interrupted = false;
  const start = performance.now();

  for (let epoch = 1; epoch <= epochs; epoch++) {
    const epochStart = performance.now();
    const pass = await trainer.run(epoch);
    passes.push(pass);
    const validationLoss = pass.isStopped ? null : await evaluate(model, validation, isStopped);
    if (validationLoss === null) {
      interrupted = true;
      break;
    }
    const result: EpochResult = {
      epoch,
      trainLoss: pass.loss,
      validationLoss,
      validationPerplexity: Math.exp(validationLoss),
      seconds: secondsSince(epochStart),
      tokensPerSecond: pass.tokens / pass.seconds,
    };
    if (history.add(result)) {
      if (epoch < epochs) weights.keep();
      else weights.forget();
    }
    listeners.onEpoch?.(result);
    if (history.sinceBest >= patience) break;
  }
  if (!interrupted) weights.restore();
  const sum = (of: (pass: TrainedPass) => number) => passes.reduce((total, pass) => total + of(pass), 0);
  return {
    epochs: history.passes,
    best: history.best,
    interrupted,
    trainLoss: (interrupted ? passes.at(-1)?.loss : history.best?.trainLoss) ?? null,
    seconds: secondsSince(start),
    tokensPerSecond: sum((pass) => pass.tokens) / sum((pass) => pass.seconds),
  };
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
