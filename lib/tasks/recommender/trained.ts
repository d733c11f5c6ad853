import { noGrad } from '../../autograd/mode.js';
import { contiguous } from '../../ops/copy.js';
import { softmax } from '../../ops/softmax.js';
import { select } from '../../ops/view.js';
import { Tensor } from '../../tensor/tensor.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import type { Metrics } from '../../training/metrics/metric.js';
import { evaluateRun } from '../evaluate_run.js';
import type { Evaluation, Prediction, PredictSettings, Prepared, Trained } from '../task.js';
import { firstItem } from './baselines.js';
import type { Recommender } from './model.js';
import { readSessions } from './sessions.js';
import type { RecommenderSettings } from './settings.js';

interface Parts {
  readonly model: Recommender;
  readonly vocabulary: Vocabulary;
  readonly settings: RecommenderSettings;
  readonly metrics: () => Metrics;
  readonly readData: (path: string) => Promise<Pick<Prepared, 'validation' | 'step'>>;
}

/** A recommender that has its weights. */
export class TrainedRecommender implements Trained {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get model(): Recommender {
    return this.#parts.model;
  }

  async readInputs(path: string): Promise<(readonly string[])[]> {
    const { sessions } = await readSessions(path, { ...this.#parts.settings, format: undefined });
    return [...sessions];
  }

  lineInput(line: string): string[] {
    return line.trim().split(/\s+/);
  }

  /** The items that are likeliest to come next; of a session without a known item none. */
  predict(inputs: readonly unknown[], { topK, threshold = 0 }: PredictSettings): Prediction[] {
    const { model, vocabulary, settings } = this.#parts;
    model.eval();
    return (inputs as string[][]).map((items) => {
      const ids = vocabulary
        .encode(items)
        .filter((id) => id >= firstItem)
        .slice(-settings.maxLength);
      if (ids.length === 0) return { json: { items: [] }, line: '(no item of it is known)' };
      const probabilities = noGrad(() => {
        const states = model.forward(Tensor.wrap(ids, [ids.length, 1], 'int32'));
        return contiguous(softmax(model.output.forward(select(states, 0, ids.length - 1)), 1));
      });
      const { array } = probabilities.storage;
      const answers = Array.from({ length: vocabulary.size - firstItem }, (_, k) => ({
        item: vocabulary.lookupToken(k + firstItem),
        probability: array[probabilities.offset + k + firstItem],
      }))
        .sort((a, b) => b.probability - a.probability)
        .slice(0, topK ?? settings.k)
        .filter(({ probability }) => probability >= threshold);
      return {
        json: { items: answers },
        line: answers.map(({ item, probability }) => `${item} ${probability.toFixed(3)}`).join('  ') || '(none)',
      };
    });
  }

  readData(path: string): Promise<Pick<Prepared, 'validation' | 'step'>> {
    return this.#parts.readData(path);
  }

  async evaluate(data: Pick<Prepared, 'validation' | 'step'>): Promise<Evaluation> {
    const { k } = this.#parts.settings;
    const { loss, recall, ndcg } = await evaluateRun(this.model, data, this.#parts.metrics());
    return {
      scores: { loss, recall, ndcg, k },
      lines: [`loss ${loss.toFixed(4)}, recall@${k} ${recall.toFixed(4)}, NDCG@${k} ${ndcg.toFixed(4)}`],
    };
  }
}
