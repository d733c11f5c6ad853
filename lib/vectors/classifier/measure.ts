import type { FastTextModel } from '../fasttext/model_reader.js';
import { forExamples, type LabelledTexts } from './examples.js';
import { Meter } from './measures.js';
import { Predictor } from './predictor.js';

const testedAtOnce = 256;

/** Predicts the labels of examples and counts which are right. */
export async function measure(
  op: string,
  model: FastTextModel,
  examples: LabelledTexts,
  prefix: string,
  k: number,
  threshold: number,
  names: readonly string[],
): Promise<Meter> {
  const predictor = new Predictor(model);
  const meter = new Meter(names);
  let waiting: { tokens: readonly string[]; gold: readonly number[] }[] = [];
  const flush = () => {
    const texts = waiting.map(({ tokens }) => tokens);
    const { empty } = predictor.hidden(texts);
    const predicted = predictor.predict(texts, k, threshold);
    for (const [i, { gold }] of waiting.entries()) {
      if (empty[i]) meter.skipped++;
      else meter.add(gold, predicted[i]);
    }
    waiting = [];
  };
  await forExamples(op, examples, prefix, ({ tokens, labels }) => {
    const gold = labels
      .map((label) => model.dictionary.labelIndexOf(label))
      .filter((label): label is number => label !== undefined);
    if (gold.length === 0) meter.skipped++;
    else waiting.push({ tokens, gold });
    if (waiting.length === testedAtOnce) flush();
  });
  flush();
  return meter;
}
