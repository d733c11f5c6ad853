import { manualSeed } from '../../calls/generator.js';
import { CorpusError } from '../../errors.js';
import { ClassSampler } from '../../nn/class_sampler.js';
import { crossEntropy } from '../../nn/functional.js';
import { SampledSoftmaxLoss } from '../../nn/sampled_loss.js';
import { indexSelect } from '../../ops/indexing.js';
import { Vocabulary } from '../../text/vocabulary.js';
import type { Metrics } from '../../training/metrics/metric.js';
import { Ndcg, RecallAtK } from '../../training/metrics/ranking.js';
import type { StepContext } from '../../training/step.js';
import { splitByGroup } from '../split.js';
import type { Prepared, Task, Trained } from '../task.js';
import { type EncodedSession, firstItem, itemToItem, judge, popularity } from './baselines.js';
import { type SessionBatch, sessionLoader } from './batches.js';
import { describeRecommender, Recommender } from './model.js';
import { readSessions } from './sessions.js';
import type { RecommenderSettings } from './settings.js';
import { TrainedRecommender } from './trained.js';

const itemsFile = 'items.json';
const padToken = '<pad>';
const unknownToken = '<unk>';

/** Catalogues above this are learnt by sampling. */
const largeCatalogue = 20_000;
const fewest = 10;

export const recommenderTask: Task<RecommenderSettings> = {
  async prepare(data: string, settings: RecommenderSettings): Promise<Prepared> {
    const all = await readSessions(data, settings);
    const held = settings.validation === undefined ? null : await readSessions(settings.validation, settings);
    const sessions = all.sessions.filter(({ length }) => length >= 2);
    if (sessions.length < fewest) {
      throw new CorpusError(
        `${data} has ${sessions.length} sessions of two items or more; a recommender needs at least ${fewest}, and better thousands`,
      );
    }
    const groups = new Array<string>(sessions.length).fill('');
    const parts = held === null ? splitByGroup(data, groups, settings.validationSplit, settings.seed) : null;
    const training = parts === null ? sessions : parts.training.map((k) => sessions[k]);
    const validation = parts === null ? held!.sessions : parts.validation.map((k) => sessions[k]);
    const vocabulary = Vocabulary.fromTokens(training, {
      specials: [padToken, unknownToken],
      unknownToken,
      minFrequency: settings.minFrequency,
    });
    const items = vocabulary.size - firstItem;
    if (items < 2) {
      throw new CorpusError(
        `${data}: ${items} items occur ${settings.minFrequency} times or more; there is nothing to choose from`,
      );
    }
    const encode = encoderOf(vocabulary, settings);
    const encoded = training.map(encode);
    const heldEncoded = validation.map(encode).filter(isTelling);
    if (heldEncoded.length === 0) {
      throw new CorpusError(
        `${settings.validation ?? data}: no session for validation has two items that training has`,
      );
    }
    const isSampled = settings.loss === 'sampled' || (settings.loss === 'auto' && items > largeCatalogue);
    const sizes = { ...settings, items: vocabulary.size };
    const { k } = settings;
    const named = ({ recall, ndcg }: { recall: number; ndcg: number }) => ({ recall, ndcg });
    manualSeed(settings.seed);
    return {
      about: [
        ...all.guesses,
        `${data}: ${counted(encoded.length)} sessions for training, ${counted(heldEncoded.length)} for validation` +
          `${settings.validation === undefined ? '' : ` from ${settings.validation}`}; ${counted(items)} items`,
        `Loss: ${isSampled ? `softmax over ${settings.negatives} sampled items` : 'softmax over all items'}; recall and NDCG are those of the first ${k}`,
      ],
      found: { loss: isSampled ? 'sampled' : 'full' },
      architecture: describeRecommender(sizes),
      model: new Recommender(sizes),
      step: stepOf(isSampled ? samplerOf(encoded, vocabulary.size, settings.negatives) : null),
      training: sessionLoader(encoded.filter(isTelling), settings.batchSize, settings.seed),
      validation: sessionLoader(heldEncoded, settings.batchSize, null),
      metrics: () => metricsOf(k),
      monitor: { name: 'ndcg', mode: 'max' },
      baselines: {
        popularity: named(judge(popularity(encoded, vocabulary.size), heldEncoded, k)),
        'item to item': named(judge(itemToItem(encoded, vocabulary.size), heldEncoded, k)),
      },
      files: { [itemsFile]: `${JSON.stringify(vocabulary)}\n` },
    };
  },

  open(settings: RecommenderSettings, read: (file: string) => string): Trained {
    const vocabulary = Vocabulary.fromJSON(JSON.parse(read(itemsFile)));
    return new TrainedRecommender({
      model: new Recommender({ ...settings, items: vocabulary.size }),
      vocabulary,
      settings,
      metrics: () => metricsOf(settings.k),
      readData: async (path) => {
        const { sessions } = await readSessions(path, { ...settings, format: undefined });
        const encoded = sessions.map(encoderOf(vocabulary, settings)).filter(isTelling);
        if (encoded.length === 0) throw new CorpusError(`${path}: no session has two items that the model knows`);
        return { validation: sessionLoader(encoded, settings.batchSize, null), step: stepOf(null) };
      },
    });
  },
};

/** Of a long session the end counts. */
function encoderOf(vocabulary: Vocabulary, { maxLength }: RecommenderSettings) {
  return (items: readonly string[]): EncodedSession => vocabulary.encode(items.slice(-(maxLength + 1)));
}

/** Whether a known item follows a known one anywhere. */
function isTelling(session: EncodedSession): boolean {
  return session.some((item, t) => t > 0 && item >= firstItem && session[t - 1] >= firstItem);
}

function metricsOf(k: number): Metrics {
  return { recall: new RecallAtK({ k }), ndcg: new Ndcg({ k }) };
}

/** Draws items by their counts, flattened. */
function samplerOf(sessions: readonly EncodedSession[], items: number, numSampled: number): SampledSoftmaxLoss {
  const counts = new Float64Array(items);
  for (const session of sessions) for (const item of session) counts[item]++;
  counts.fill(0, 0, firstItem);
  return new SampledSoftmaxLoss(ClassSampler.unigram(counts), { numSampled });
}

/** Cross entropy of the next item at each place; over sampled items in training where there is a sampler. */
function stepOf(sampled: SampledSoftmaxLoss | null) {
  return ({ model: given, batch, training }: StepContext<SessionBatch>) => {
    const model = given as Recommender;
    const states = model.forward(batch.ids);
    const rows = indexSelect(states.reshape(-1, states.shape[2]), 0, batch.rows);
    const { targets, places: weight } = batch;
    if (training && sampled !== null) return { loss: sampled.forward(rows, model.output, targets), weight };
    const output = model.output.forward(rows);
    return { loss: crossEntropy(output, targets), weight, output, target: targets };
  };
}

const counted = (n: number) => n.toLocaleString('en-US');
