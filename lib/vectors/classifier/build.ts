import { strideOfRows } from '../../calls/word2vec.js';
import { CorpusError } from '../../errors.js';
import { Tensor } from '../../tensor/tensor.js';
import { sortedInTurns } from '../../text/corpus/sorted.js';
import { placesOfWords } from '../../text/corpus/word_numbers.js';
import { endOfLine, FastTextDictionary } from '../fasttext/dictionary.js';
import type { FastTextModel } from '../fasttext/model_reader.js';
import { RowNumbers } from '../fasttext/row_numbers.js';
import type { ModelSettings } from '../fasttext/settings.js';
import type { KeyedVectors } from '../keyed_vectors.js';
import { fillFirstRows, packRows } from '../trainers/first_rows.js';
import type { TrainingControl } from '../trainers/train_options.js';
import { type StopSignal, Turns } from '../trainers/turns.js';
import { type Example, forExamples, type LabelledTexts } from './examples.js';
import { type EncodedExamples, ExampleCollector, FeatureRows } from './features.js';
import type { ClassifierSettings } from './options.js';
import { type ClassifierTrainOptions, trainClassifier } from './training.js';

/** Counts of texts, most frequent first, equals in order of appearance. */
async function sorted(counts: ReadonlyMap<string, number>, least: number, turns: Turns): Promise<[string, number][]> {
  const often: [string, number][] = [];
  let seen = 0;
  for (const one of counts) {
    if (one[1] >= least) often.push(one);
    if (++seen % 4096 === 0) await turns.next();
  }
  return sortedInTurns(often, (a, b) => b[1] - a[1], turns);
}

function count(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** Reads the examples once, and keeps them. */
export async function readExamples(
  op: string,
  examples: LabelledTexts,
  prefix: string,
  signal: StopSignal | undefined,
): Promise<Example[]> {
  const all: Example[] = [];
  // Tokens that are equal are one string in memory.
  const texts = new Map<string, string>();
  const one = (token: string) => {
    const known = texts.get(token);
    if (known !== undefined) return known;
    texts.set(token, token);
    return token;
  };
  await forExamples(
    op,
    examples,
    prefix,
    ({ tokens, labels }) => all.push({ tokens: tokens.map(one), labels }),
    signal,
  );
  return all;
}

/** Words and labels of the examples, and of the vectors that words begin with. */
async function buildDictionary(
  op: string,
  examples: readonly Example[],
  settings: ClassifierSettings,
  signal: StopSignal | undefined,
): Promise<FastTextDictionary> {
  const words = new Map<string, number>();
  const labels = new Map<string, number>();
  let tokens = 0;
  const turns = new Turns(signal);
  for (const [k, example] of examples.entries()) {
    if (k % 64 === 63) await turns.next();
    for (const token of example.tokens) count(words, token);
    for (const label of example.labels) count(labels, label);
    tokens += example.tokens.length + example.labels.length;
  }
  if (labels.size === 0) {
    throw new CorpusError(
      `${op}: none of ${examples.length} examples has a label; they begin with '${settings.labelPrefix}'`,
    );
  }
  const keptLabels = await sorted(labels, settings.minCountLabel, turns);
  if (keptLabels.length === 0) {
    throw new CorpusError(`${op}: no label is left of ${labels.size} after minCountLabel ${settings.minCountLabel}`);
  }
  let keptWords = await sorted(words, settings.minCount, turns);
  if (settings.pretrainedVectors !== null) {
    const all = new Map(keptWords);
    for (const key of settings.pretrainedVectors.keys) if (!key.startsWith(settings.labelPrefix)) count(all, key);
    keptWords = await sorted(all, 1, turns);
  }
  if (keptWords.length === 0) {
    throw new CorpusError(`${op}: no word is left of ${words.size} after minCount ${settings.minCount}`);
  }
  const names = keptWords.map(([word]) => word);
  return new FastTextDictionary({
    words: names,
    places: await placesOfWords(names, turns),
    counts: keptWords.map(([, n]) => n),
    labels: keptLabels.map(([label]) => label),
    labelCounts: keptLabels.map(([, n]) => n),
    tokens,
    range: { minN: settings.minN, maxN: settings.maxN, bucket: bucketsOf(settings) },
    bucketRows: null,
  });
}

const bucketsOf = ({ wordNgrams, maxN, bucket }: ClassifierSettings) => (wordNgrams > 1 || maxN > 0 ? bucket : 0);

/** Examples in numbers; those without a label that is known are left out. */
export async function encodeExamples(
  examples: readonly Example[],
  dictionary: FastTextDictionary,
  features: FeatureRows,
  signal?: StopSignal,
): Promise<EncodedExamples> {
  const collector = new ExampleCollector(features);
  const turns = new Turns(signal);
  for (const [k, { tokens, labels }] of examples.entries()) {
    if (k % 8 === 7) await turns.next();
    const known = labels.map((label) => dictionary.labelIndexOf(label) ?? -1).filter((label) => label >= 0);
    if (known.length > 0) collector.add(tokens, known);
  }
  return collector.finish(turns);
}

async function fillPretrained(
  table: Float32Array,
  stride: number,
  dictionary: FastTextDictionary,
  vectors: KeyedVectors,
): Promise<void> {
  const turns = new Turns();
  for (const [k, key] of vectors.keys.entries()) {
    if (k % 1024 === 0) await turns.next();
    const row = dictionary.indexOf(key);
    if (row !== undefined && key !== endOfLine) table.set(vectors.vector(key), row * stride);
  }
}

/** Trains a model on examples that are read. */
export async function trainModel(
  op: string,
  examples: readonly Example[],
  settings: ClassifierSettings,
  callbacks: ClassifierTrainOptions,
  control: TrainingControl,
): Promise<FastTextModel> {
  const { vectorSize: dim, wordNgrams, pretrainedVectors } = settings;
  const { signal } = control;
  const first = await buildDictionary(op, examples, settings, signal);
  const { words, labels, labelCounts } = first;
  const buckets = bucketsOf(settings);
  const numbers = new RowNumbers(words.length, buckets);
  const encoded = await encodeExamples(examples, first, new FeatureRows(first, wordNgrams, numbers), signal);
  // One row more, of zeros, for n-grams that no example has.
  const zeroRows = buckets > 0 ? 1 : 0;
  const inputRows = numbers.rows + zeroRows;
  const dictionary = new FastTextDictionary({
    words,
    counts: first.counts,
    labels,
    labelCounts,
    tokens: first.tokens,
    range: first.range,
    places: first.places,
    bucketRows: buckets > 0 ? numbers.bucketRows(inputRows - 1) : null,
  });
  const heldOut =
    callbacks.heldOut === undefined ? null : await encodeHeldOut(op, callbacks.heldOut, settings, dictionary, signal);
  const stride = strideOfRows(dim);
  const input = new Float32Array(inputRows * stride);
  await fillFirstRows(input, { rows: numbers.rows, columns: dim, stride }, dim, settings.seed, signal);
  if (pretrainedVectors !== null) await fillPretrained(input, stride, dictionary, pretrainedVectors);
  const output = new Float32Array(labels.length * stride);
  const tables = { input, inputRows, output, outputRows: labels.length };
  const { pretrainedVectors: _vectors, workers: _workers, ...decisive } = settings;
  const run = { op, settings: { ...decisive, pretrainedVectors: pretrainedVectors?.size ?? null }, control };
  const data = { examples: encoded, heldOut, labelCounts, names: [words, labels] };
  await trainClassifier(settings, tables, data, callbacks, run);
  return {
    settings: modelSettings(settings, buckets),
    dictionary,
    input: Tensor.wrap(await packRows(input, inputRows, dim, stride), [inputRows, dim], 'float32'),
    output: Tensor.wrap(await packRows(output, labels.length, dim, stride), [labels.length, dim], 'float32'),
  };
}

async function encodeHeldOut(
  op: string,
  examples: LabelledTexts,
  settings: ClassifierSettings,
  dictionary: FastTextDictionary,
  signal: StopSignal | undefined,
): Promise<EncodedExamples> {
  const read = await readExamples(op, examples, settings.labelPrefix, signal);
  const encoded = await encodeExamples(read, dictionary, new FeatureRows(dictionary, settings.wordNgrams), signal);
  if (encoded.count > 0) return encoded;
  throw new CorpusError(`${op}: heldOut holds no example with a label of the others`);
}

function modelSettings(settings: ClassifierSettings, bucket: number): ModelSettings {
  const { vectorSize: dim, epochs, minCount, negative, wordNgrams, loss, minN, maxN } = settings;
  const unused = { window: 5, lrUpdateRate: 100, sample: 1e-4 };
  return { dim, epochs, minCount, negative, wordNgrams, loss, model: 'supervised', bucket, minN, maxN, ...unused };
}
