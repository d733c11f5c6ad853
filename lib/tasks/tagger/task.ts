import { Generator, manualSeed } from '../../calls/generator.js';
import { CorpusError } from '../../errors.js';
import { crossEntropy } from '../../nn/functional.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { Accuracy } from '../../training/metrics/accuracy.js';
import type { StepContext } from '../../training/step.js';
import { splitByGroup } from '../split.js';
import type { Prepared, Task, Trained } from '../task.js';
import { EncodedSentences, type SentenceBatch, sentenceLoader } from './batches.js';
import { describeTagger, Tagger } from './model.js';
import { readSentences, type TaggedSentence } from './sentences.js';
import type { TaggerSettings } from './settings.js';
import { TrainedTagger } from './trained.js';
import { WordFeatures } from './word_features.js';

const featuresFile = 'features.json';
const tagsFile = 'tags.json';

const fewest = 4;

/** What random numbers of words left out begin with, beside the seed of the run. */
const dropoutSeed = 7919;

interface Parts {
  readonly training: readonly TaggedSentence[];
  readonly validation: readonly TaggedSentence[];
  /** What is told of where they are from. */
  readonly from: string;
  readonly format: 'slash' | 'conll' | 'jsonl';
}

/** Apart from what goes on with them: a function that is kept keeps all that those beside it know, here the texts. */
async function readParts(data: string, settings: TaggerSettings): Promise<Parts> {
  const all = await readSentences(data, settings);
  const { sentences, format } = all;
  if (sentences.length < fewest) {
    throw new CorpusError(
      `${data} has ${sentences.length === 1 ? '1 sentence' : `${sentences.length} sentences`}; a tagger needs at least ${fewest}, and better thousands`,
    );
  }
  const from = all.files > 1 ? ` (${all.files} files)` : '';
  if (settings.validation !== undefined) {
    const held = await readSentences(settings.validation, settings);
    return { training: sentences, validation: held.sentences, from, format };
  }
  const groups = new Array<string>(sentences.length).fill('');
  const { training, validation } = splitByGroup(data, groups, settings.validationSplit, settings.seed);
  const some = (places: readonly number[]) => places.map((k) => sentences[k]);
  return { training: some(training), validation: some(validation), from, format };
}

function featuresOf(
  training: readonly TaggedSentence[],
  { minFrequency, maxVocabulary }: TaggerSettings,
): WordFeatures {
  const words = function* () {
    for (const sentence of training) yield* sentence.words;
  };
  return WordFeatures.build(words(), { minFrequency, maxSize: maxVocabulary });
}

export const taggerTask: Task<TaggerSettings> = {
  async prepare(data: string, settings: TaggerSettings): Promise<Prepared> {
    const { training, validation, from, format } = await readParts(data, settings);
    const tags = [...new Set(training.flatMap((sentence) => sentence.tags))].sort();
    if (tags.length < 2)
      throw new CorpusError(`${data}: all words have the one tag '${tags[0]}'; there is nothing to learn`);
    const unseen = checkSeen(settings.validation ?? data, validation, tags);
    const features = featuresOf(training, settings);
    if (features.size === 0)
      throw new CorpusError(`${data}: no word occurs ${settings.minFrequency} times; give more data`);
    const sizes = { ...settings, features: features.size, tags: tags.length + 1 };
    const tagOf = numbersOf(tags);
    manualSeed(settings.seed);
    const generator = new Generator(settings.seed + dropoutSeed);
    const dropout = { probability: settings.wordDropout, generator };
    return {
      about: [
        `${data}${from}: ${counted(training.length)} sentences, ${counted(wordsIn(training))} words for training, ` +
          `${counted(validation.length)} sentences, ${counted(wordsIn(validation))} words for validation` +
          `${settings.validation === undefined ? '' : ` from ${settings.validation}`}; ${tags.length} tags`,
        ...unseen,
        `Features: ${counted(features.size)} words, beginnings, ends and shapes that occur ${settings.minFrequency} times or more`,
      ],
      found: { format },
      architecture: describeTagger(sizes),
      model: new Tagger(sizes),
      step: tagStep,
      training: sentenceLoader(new EncodedSentences(training, features, tagOf), settings.batchSize, {
        seed: settings.seed,
        dropout,
      }),
      validation: sentenceLoader(new EncodedSentences(validation, features, tagOf), 4 * settings.batchSize, null),
      metrics: () => ({ accuracy: new Accuracy() }),
      monitor: { name: 'accuracy', mode: 'max' },
      baselines: { 'most frequent tag of each word': { accuracy: wordBaseline(training, validation) } },
      generators: { wordDropout: generator },
      files: {
        [featuresFile]: `${JSON.stringify(features.vocabulary)}\n`,
        [tagsFile]: `${JSON.stringify({ tags }, null, 1)}\n`,
      },
    };
  },

  open(settings: TaggerSettings, read: (file: string) => string): Trained {
    const features = new WordFeatures(Vocabulary.fromJSON(JSON.parse(read(featuresFile))));
    const { tags } = JSON.parse(read(tagsFile)) as { tags: string[] };
    return new TrainedTagger({
      model: new Tagger({ ...settings, features: features.size, tags: tags.length + 1 }),
      features,
      tags,
      settings,
      readData: async (path) => {
        const { sentences } = await readSentences(path, { ...settings, format: undefined });
        checkSeen(path, sentences, tags);
        const encoded = new EncodedSentences(sentences, features, numbersOf(tags));
        return { validation: sentenceLoader(encoded, 4 * settings.batchSize, null), step: tagStep };
      },
    });
  },
};

/** Words with tags that training has not may make up this share of validation data; more is a mistake in them. */
const mostUnseen = 0.01;

/**
 * Real texts hold tags that no training has: they count as mistakes, which they are.
 * @returns what to say of them
 * @throws CorpusError where they are many
 */
function checkSeen(path: string, sentences: readonly TaggedSentence[], tags: readonly string[]): string[] {
  const known = new Set(tags);
  const unseen = sentences.flatMap((sentence) => sentence.tags.filter((tag) => !known.has(tag)));
  if (unseen.length === 0) return [];
  const names = [...new Set(unseen)];
  const shown = names.slice(0, 5).map((tag) => `'${tag}'`);
  const which = `${shown.join(', ')}${names.length > shown.length ? `, … (${names.length})` : ''}`;
  const share = unseen.length / wordsIn(sentences);
  if (share > mostUnseen) {
    throw new CorpusError(
      `${path} has tags that the training data have not: ${which}, ${(100 * share).toFixed(1)} % of its words; are they tagged by the same rules?`,
    );
  }
  return [
    `${counted(unseen.length)} words for validation have tags that training has not, and count as mistakes: ${which}`,
  ];
}

/** Sentences as numbers; tags that training has not have the number behind the last, which nothing is learnt for. */
/** Tags that training has not have a number of their own. */
function numbersOf(tags: readonly string[]): (tag: string) => number {
  const ids = new Map(tags.map((tag, k) => [tag, k]));
  return (tag) => ids.get(tag) ?? tags.length;
}

function tagStep({ model, batch }: StepContext<SentenceBatch>) {
  const output = (model as Tagger).forward(batch);
  return { loss: crossEntropy(output, batch.tags), weight: batch.words, output, target: batch.tags };
}

/** How often a word's most frequent tag is right; of an unknown word the most frequent of all. */
function wordBaseline(training: readonly TaggedSentence[], validation: readonly TaggedSentence[]): number {
  const counts = new Map<string, Map<string, number>>();
  const all = new Map<string, number>();
  const add = (map: Map<string, number>, tag: string) => map.set(tag, (map.get(tag) ?? 0) + 1);
  for (const { words, tags } of training) {
    for (const [k, word] of words.entries()) {
      const own = counts.get(word) ?? new Map<string, number>();
      counts.set(word, own);
      add(own, tags[k]);
      add(all, tags[k]);
    }
  }
  const best = (map: Map<string, number>) => [...map].reduce((a, b) => (b[1] > a[1] ? b : a))[0];
  const usual = best(all);
  const bestOf = new Map([...counts].map(([word, own]) => [word, best(own)]));
  let right = 0;
  for (const { words, tags } of validation) {
    for (const [k, word] of words.entries()) if ((bestOf.get(word) ?? usual) === tags[k]) right++;
  }
  return right / wordsIn(validation);
}

const wordsIn = (sentences: readonly TaggedSentence[]) => sentences.reduce((sum, { words }) => sum + words.length, 0);
const counted = (n: number) => n.toLocaleString('en-US');
