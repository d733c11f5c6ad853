import { noGrad } from '../../autograd/mode.js';
import type { Tensor } from '../../tensor/tensor.js';
import { Precision, Recall } from '../../training/metrics/class_counts.js';
import type { Metric, Metrics } from '../../training/metrics/metric.js';
import { evaluateRun } from '../evaluate_run.js';
import type { Evaluation, Prediction, PredictSettings, Prepared, Trained } from '../task.js';
import { textBatch } from './batches.js';
import { type Examples, readExamples, readTexts } from './examples.js';
import type { TextClassifier } from './model.js';
import type { ClassifierSettings } from './settings.js';
import type { TextEncoder } from './text_encoder.js';

interface Parts {
  readonly model: TextClassifier;
  readonly encoder: TextEncoder;
  readonly labels: readonly string[];
  readonly several: boolean;
  readonly settings: ClassifierSettings;
  readonly metrics: () => Metrics;
  readonly dataOf: (examples: Examples) => Pick<Prepared, 'validation' | 'step'>;
}

/** A classifier that has its weights. */
export class TrainedClassifier implements Trained {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get model(): TextClassifier {
    return this.#parts.model;
  }

  readInputs(path: string): Promise<string[]> {
    return readTexts(path, { ...this.#parts.settings, format: undefined });
  }

  lineInput(line: string): string {
    return line;
  }

  predict(inputs: readonly unknown[], { topK, threshold }: PredictSettings): Prediction[] {
    const { encoder, labels, several, settings, model } = this.#parts;
    const most = topK ?? (several ? labels.length : 1);
    const least = threshold ?? (several && topK === undefined ? 0.5 : 0);
    const texts = (inputs as string[]).map((text) => ({ ids: encoder.encode(text), labels: [] }));
    model.eval();
    const logits = noGrad(() => model.forward(textBatch(texts, settings.model, null)));
    const probabilities: Tensor = several ? logits.sigmoid() : logits.softmax(1);
    const values = probabilities.contiguous();
    return texts.map((_, row) => {
      const answers = labels
        .map((label, k) => ({ label, probability: values.storage.array[values.offset + row * labels.length + k] }))
        .sort((a, b) => b.probability - a.probability)
        .slice(0, most)
        .filter(({ probability }) => probability >= least);
      return {
        json: { labels: answers },
        line: answers.map(({ label, probability }) => `${label} ${probability.toFixed(3)}`).join('  ') || '(none)',
      };
    });
  }

  async readData(path: string): Promise<Pick<Prepared, 'validation' | 'step'>> {
    return this.#parts.dataOf(await readExamples(path, { ...this.#parts.settings, format: undefined }));
  }

  async evaluate(data: Pick<Prepared, 'validation' | 'step'>): Promise<Evaluation> {
    const { labels, several } = this.#parts;
    const how = several ? { threshold: 0 } : {};
    const perLabel: Metrics = Object.fromEntries(
      labels.flatMap((_, label): [string, Metric][] => [
        [`precision ${label}`, new Precision({ label, ...how })],
        [`recall ${label}`, new Recall({ label, ...how })],
      ]),
    );
    const scores = await evaluateRun(this.model, data, { ...this.#parts.metrics(), ...perLabel });
    const byLabel = Object.fromEntries(
      labels.map((name, label) => [
        name,
        { precision: scores[`precision ${label}`], recall: scores[`recall ${label}`] },
      ]),
    );
    const { loss, accuracy, f1 } = scores;
    const main = { loss, accuracy, f1, ...('f1Macro' in scores ? { f1Macro: scores.f1Macro } : {}) };
    const width = Math.max(5, ...labels.map((label) => label.length));
    return {
      scores: { ...main, labels: byLabel },
      lines: [
        Object.entries(main)
          .map(([name, value]) => `${name} ${value.toFixed(4)}`)
          .join(', '),
        `${'label'.padEnd(width)}  precision  recall`,
        ...Object.entries(byLabel).map(
          ([name, { precision, recall }]) =>
            `${name.padEnd(width)}  ${precision.toFixed(4).padStart(9)}  ${recall.toFixed(4)}`,
        ),
      ],
    };
  }
}
