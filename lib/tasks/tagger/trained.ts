import { noGrad } from '../../autograd/mode.js';
import { OptionError } from '../../errors.js';
import { contiguous } from '../../ops/copy.js';
import { argmax } from '../../ops/extremes.js';
import { softmax } from '../../ops/softmax.js';
import type { Tensor } from '../../tensor/tensor.js';
import { tokenizeWords } from '../../text/tokenize.js';
import { Accuracy } from '../../training/metrics/accuracy.js';
import { F1 } from '../../training/metrics/class_counts.js';
import { evaluateRun } from '../evaluate_run.js';
import type { Evaluation, Prediction, PredictSettings, Prepared, Trained } from '../task.js';
import { EncodedSentences, sentenceBatch } from './batches.js';
import type { Tagger } from './model.js';
import { readPlainSentences } from './sentences.js';
import type { TaggerSettings } from './settings.js';
import type { WordFeatures } from './word_features.js';

interface Parts {
  readonly model: Tagger;
  readonly features: WordFeatures;
  readonly tags: readonly string[];
  readonly settings: TaggerSettings;
  readonly readData: (path: string) => Promise<Pick<Prepared, 'validation' | 'step'>>;
}

/** A tagger that has its weights. */
export class TrainedTagger implements Trained {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get model(): Tagger {
    return this.#parts.model;
  }

  readInputs(path: string): Promise<string[][]> {
    return readPlainSentences(path, this.#parts.settings);
  }

  /** A sentence as one writes it: marks are parted from words. */
  lineInput(line: string): string[] {
    return tokenizeWords(line);
  }

  /** @throws OptionError for a number of answers, or a threshold: each word gets its likeliest tag */
  predict(inputs: readonly unknown[], { topK, threshold }: PredictSettings): Prediction[] {
    if (topK !== undefined || threshold !== undefined) {
      throw new OptionError(
        'a tagger gives each word its likeliest tag; topK (--top-k) and threshold are for other models',
      );
    }
    const { model, features, tags } = this.#parts;
    const sentences = inputs as string[][];
    const full = [...sentences.keys()].filter((k) => sentences[k].length > 0);
    const answers: Prediction[] = sentences.map(() => ({ json: { words: [], tags: [] }, line: '' }));
    if (full.length === 0) return answers;
    const encoded = new EncodedSentences(
      full.map((k) => ({ words: sentences[k] })),
      features,
      () => 0,
    );
    const batch = sentenceBatch(encoded, [...full.keys()], null);
    model.eval();
    const [best, probabilities] = noGrad(() => {
      const logits = model.forward(batch);
      return [argmax(logits, 1) as Tensor, contiguous(softmax(logits, 1))];
    });
    const found = full.map((): { tags: string[]; probabilities: number[] } => ({ tags: [], probabilities: [] }));
    let row = 0;
    for (let t = 0; t < batch.batchSizes.numel; t++) {
      for (let i = 0; i < batch.batchSizes.at(t); i++, row++) {
        const tag = best.at(row);
        const own = found[batch.order[i]];
        own.tags.push(tags[tag] ?? '?');
        own.probabilities.push(probabilities.storage.array[probabilities.offset + row * (tags.length + 1) + tag]);
      }
    }
    for (const [k, place] of full.entries()) {
      const words = sentences[place];
      answers[place] = {
        json: { words, ...found[k] },
        line: words.map((word, t) => `${word}/${found[k].tags[t]}`).join(' '),
      };
    }
    return answers;
  }

  readData(path: string): Promise<Pick<Prepared, 'validation' | 'step'>> {
    return this.#parts.readData(path);
  }

  async evaluate(data: Pick<Prepared, 'validation' | 'step'>): Promise<Evaluation> {
    const { loss, accuracy, f1Macro } = await evaluateRun(this.model, data, {
      accuracy: new Accuracy(),
      f1Macro: new F1(),
    });
    return {
      scores: { loss, accuracy, f1Macro },
      lines: [`loss ${loss.toFixed(4)}, accuracy ${accuracy.toFixed(4)} of words, F1 over tags ${f1Macro.toFixed(4)}`],
    };
  }
}
