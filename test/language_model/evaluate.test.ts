import { describe, expect, test } from 'vitest';
import { tensor } from '../../lib/index.js';
import { TokenBatches } from '../../lib/language_model/batches.js';
import { evaluate, unigramPerplexity } from '../../lib/language_model/evaluate.js';
import { crossEntropy } from '../../lib/nn/functional.js';
import { ids, makeModel, validation, vocabulary } from './small_language.js';

describe('evaluation', () => {
  test('is the mean cross entropy of every word, its state carried on', async () => {
    const model = makeModel(3, { dropout: 0.5 });
    const stream = ids.subarray(0, 50);
    const batches = new TokenBatches(stream, { startId: 2, batchSize: 1, sequenceLength: 7, remainder: 'pad' });
    const loss = await evaluate(model, batches);
    expect(model.training).toBe(true);
    model.eval();
    const input = tensor(Int32Array.of(2, ...stream.subarray(0, 49)), { shape: [50, 1] });
    const [logits] = model.forward(input);
    const whole = crossEntropy(logits.view(-1, vocabulary.size), tensor(stream));
    expect(loss).toBeCloseTo(whole.item(), 4);
  });

  test('can be stopped', async () => {
    expect(await evaluate(makeModel(), validation, () => true)).toBeNull();
  });

  test('the unigram baseline, by hand', () => {
    // Counts of 0, 1, 2 with one added: 1, 3, 2 of 6.
    const perplexity = unigramPerplexity(Int32Array.of(1, 2, 1), Int32Array.of(0, 1), 3);
    expect(perplexity).toBeCloseTo(Math.sqrt(6 * 2), 12);
  });
});
