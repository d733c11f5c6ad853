import { noGrad } from '../autograd/mode.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import type { LanguageModel, LanguageModelState } from './model.js';

export interface GenerateOptions {
  /** Words to start from, at least one: the end of a sentence begins a new one. */
  prompt: readonly number[];
  /** How many words to add. */
  length: number;
  /** Below 1 the likely words are favoured, above 1 the unlikely ones; 0 takes the likeliest each time. */
  temperature: number;
  /** Ids that are never chosen, such as that of unknown words. */
  excluded: readonly number[];
  /** Numbers from [0, 1) that decide. */
  random: () => number;
}

/** Continues a text word by word. Returns the ids that were added, without the prompt. */
export function generate(model: LanguageModel, options: GenerateOptions): number[] {
  const names = ['prompt', 'length', 'temperature', 'excluded', 'random'];
  const { prompt, length, temperature, excluded, random } = checkOptions('generate', options, names);
  const wasTraining = model.training;
  model.eval();
  try {
    return noGrad(() => {
      const chosen: number[] = [];
      let state: LanguageModelState | undefined;
      let input: readonly number[] = prompt;
      while (chosen.length < length) {
        const steps = input.length;
        const [logits, next] = model.forward(Tensor.wrap(Int32Array.from(input), [steps, 1], 'int32'), state);
        state = next;
        const last = Float64Array.from(logits.select(0, steps - 1).data);
        for (const id of excluded) last[id] = Number.NEGATIVE_INFINITY;
        const id = sample(last, temperature, random);
        chosen.push(id);
        input = [id];
      }
      return chosen;
    });
  } finally {
    model.train(wasTraining);
  }
}

/**
 * An index drawn with the probabilities softmax(logits / temperature); the largest logit's where temperature is 0.
 * @param random a number from [0, 1)
 */
export function sample(logits: Float64Array, temperature: number, random: () => number): number {
  let likeliest = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i] > logits[likeliest]) likeliest = i;
  if (temperature === 0) return likeliest;
  const weights = logits.map((logit) => Math.exp((logit - logits[likeliest]) / temperature));
  let rest = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    rest -= weights[i];
    if (rest < 0) return i;
  }
  // Rounding can leave a trace beyond the last weight.
  return likeliest;
}
