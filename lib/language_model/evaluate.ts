import { setImmediate as nextTurn } from 'node:timers/promises';
import { noGrad } from '../autograd/mode.js';
import { crossEntropy } from '../nn/functional.js';
import type { SequenceBatch, TokenBatches } from './batches.js';
import { detachState, type LanguageModel, type LanguageModelState } from './model.js';

/**
 * The perplexity of a unigram model with add-one smoothing, the least that a language model must beat: each word's
 * probability is (its count in training + 1) / (training tokens + vocabulary size), whatever came before it.
 *
 * @param training ids that are counted
 * @param validation ids that are scored
 */
export function unigramPerplexity(training: Int32Array, validation: Int32Array, vocabularySize: number): number {
  const counts = new Float64Array(vocabularySize).fill(1);
  for (const id of training) counts[id]++;
  const logTotal = Math.log(training.length + vocabularySize);
  let loss = 0;
  for (const id of validation) loss += logTotal - Math.log(counts[id]);
  return Math.exp(loss / validation.length);
}

/** Logits and targets of a batch, flat, as cross entropy takes them. */
export function batchLoss(
  model: LanguageModel,
  batch: SequenceBatch,
  state: LanguageModelState | undefined,
  reduction: 'mean' | 'sum',
) {
  const [logits, next] = model.forward(batch.input, state);
  const classes = logits.size(-1);
  const loss = crossEntropy(logits.view(-1, classes), batch.target.reshape(-1), { reduction });
  return { loss, state: detachState(next) };
}

/**
 * The mean cross entropy of a model over all counted targets, in nats; its exponential is the perplexity. The model is
 * evaluated without dropout, its state carried from batch to batch; it is left in the mode in which it came.
 *
 * @param isStopped asked between batches, when the event loop has had its turn; true ends the evaluation
 * @returns the loss, or null when it was stopped
 */
export async function evaluate(
  model: LanguageModel,
  batches: TokenBatches,
  isStopped: () => boolean = () => false,
): Promise<number | null> {
  const wasTraining = model.training;
  model.eval();
  try {
    let total = 0;
    let state: LanguageModelState | undefined;
    for (const batch of batches) {
      const result = noGrad(() => batchLoss(model, batch, state, 'sum'));
      state = result.state;
      total += result.loss.item();
      await nextTurn();
      if (isStopped()) return null;
    }
    return total / batches.tokens;
  } finally {
    model.train(wasTraining);
  }
}
