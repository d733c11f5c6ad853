import { manualSeed } from '../../calls/generator.js';
import { CorpusError } from '../../errors.js';
import { type SequenceBatch, TokenBatches } from '../../language_model/batches.js';
import { planTraining } from '../../language_model/budget.js';
import { endToken, unknownToken } from '../../language_model/corpus.js';
import { unigramPerplexity } from '../../language_model/evaluate.js';
import { crossEntropy } from '../../nn/functional.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { Perplexity } from '../../training/metrics/perplexity.js';
import type { StepContext } from '../../training/step.js';
import type { Batches, Prepared, Task, Trained } from '../task.js';
import { describeSequenceModel, type Memory, makeSequenceModel, type SequenceModel } from './model.js';
import type { LanguageSettings } from './settings.js';
import { readText, specials, unitsOf } from './text_units.js';
import { TrainedLanguageModel } from './trained.js';

const vocabularyFile = 'vocabulary.json';

/** A text to learn from has at least so many tokens. */
const fewest = 200;

/** Texts that are read side by side in validation. */
const validationTexts = 16;

export const languageTask: Task<LanguageSettings> = {
  async prepare(data: string, settings: LanguageSettings): Promise<Prepared> {
    const { text, guesses } = await readText(data, settings);
    const units = unitsOf(text, settings);
    if (units.length < fewest) {
      throw new CorpusError(
        `${data} has ${units.length} ${settings.level}s; a language model needs at least ${fewest}, and better a million`,
      );
    }
    const held = settings.validation === undefined ? null : await readText(settings.validation, settings);
    const cut = held === null ? Math.round(units.length * (1 - settings.validationSplit)) : units.length;
    const validationUnits = held === null ? units.slice(cut) : unitsOf(held.text, settings);
    if (validationUnits.length === 0) {
      throw new CorpusError(`${settings.validation ?? data} has nothing to validate on; --validation-split keeps more`);
    }
    const training = units.slice(0, cut);
    const vocabulary = Vocabulary.fromTokens(training, {
      specials,
      unknownToken,
      minFrequency: settings.minFrequency,
      maxSize: settings.maxVocabulary,
    });
    const ids = vocabulary.encode(training);
    const heldIds = vocabulary.encode(validationUnits);
    const plan = planTraining(ids.length);
    const found = { epochs: settings.epochs ?? plan.epochs, batchSize: settings.batchSize ?? plan.batchSize };
    if (found.batchSize > ids.length) {
      throw new CorpusError(
        `--batch-size ${found.batchSize} is more than the ${ids.length} ${settings.level}s of ${data}`,
      );
    }
    const { sequenceLength } = settings;
    const startId = vocabulary.lookupIndex(endToken);
    const sizes = { ...settings, tokens: vocabulary.size };
    const known = validationUnits.filter((unit) => vocabulary.has(unit)).length / validationUnits.length;
    manualSeed(settings.seed);
    return {
      about: [
        ...guesses,
        `${data}: ${counted(ids.length)} ${settings.level}s for training, ${counted(heldIds.length)} for validation` +
          `${settings.validation === undefined ? ', its end' : ` from ${settings.validation}`}; a vocabulary of ` +
          `${counted(vocabulary.size)} covers ${(100 * known).toFixed(1)} % of the latter`,
      ],
      found,
      architecture: describeSequenceModel(sizes),
      model: makeSequenceModel(sizes),
      step: languageStep,
      training: new TokenBatches(ids, { startId, batchSize: found.batchSize, sequenceLength }) as unknown as Batches,
      validation: heldBatches(heldIds, startId, settings),
      metrics: () => ({ perplexity: new Perplexity() }),
      monitor: { name: 'loss', mode: 'min' },
      baselines: { unigram: { perplexity: unigramPerplexity(ids, heldIds, vocabulary.size) } },
      files: { [vocabularyFile]: `${JSON.stringify(vocabulary)}\n` },
    };
  },

  open(settings: LanguageSettings, read: (file: string) => string): Trained {
    const vocabulary = Vocabulary.fromJSON(JSON.parse(read(vocabularyFile)));
    return new TrainedLanguageModel({
      model: makeSequenceModel({ ...settings, tokens: vocabulary.size }),
      vocabulary,
      settings,
      readData: async (path) => {
        const { text } = await readText(path, settings);
        const ids = vocabulary.encode(unitsOf(text, settings));
        return { validation: heldBatches(ids, vocabulary.lookupIndex(endToken), settings), step: languageStep };
      },
    });
  },
};

function heldBatches(ids: Int32Array, startId: number, { sequenceLength }: LanguageSettings): Batches {
  const batchSize = Math.min(validationTexts, ids.length);
  return new TokenBatches(ids, { startId, batchSize, sequenceLength, remainder: 'pad' }) as unknown as Batches;
}

/** Cross entropy of the next token; a recurrent model goes on where the batch before left its texts. */
function languageStep({ model, batch, carry }: StepContext<SequenceBatch>) {
  const [logits, memory] = (model as SequenceModel).forward(batch.input, (carry as Memory) ?? null);
  const loss = crossEntropy(logits.reshape(-1, logits.shape[2]), batch.target.reshape(-1));
  return { loss, weight: batch.tokens, carry: memory };
}

const counted = (n: number) => n.toLocaleString('en-US');
