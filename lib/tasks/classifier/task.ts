import { manualSeed } from '../../calls/generator.js';
import { CorpusError } from '../../errors.js';
import { binaryCrossEntropyWithLogits, crossEntropy } from '../../nn/functional.js';
import { Vocabulary } from '../../text/vocabulary.js';
import { Accuracy } from '../../training/metrics/accuracy.js';
import { F1 } from '../../training/metrics/class_counts.js';
import type { Metrics } from '../../training/metrics/metric.js';
import type { StepContext } from '../../training/step.js';
import { splitByGroup } from '../split.js';
import type { Prepared, Task, Trained } from '../task.js';
import { type EncodedText, type TargetForm, type TextBatch, textLoader } from './batches.js';
import { type Example, type Examples, readExamples } from './examples.js';
import { type ClassifierSizes, describeClassifier, makeClassifier, type TextClassifier } from './model.js';
import type { ClassifierSettings } from './settings.js';
import { longestText, TextEncoder } from './text_encoder.js';
import { TrainedClassifier } from './trained.js';

const fewest = 4;

/** The file of a run that holds its labels by number, and whether a text may have several. */
const labelsFile = 'labels.json';
const vocabularyFile = 'vocabulary.json';

export const classifierTask: Task<ClassifierSettings> = {
  async prepare(data: string, settings: ClassifierSettings): Promise<Prepared> {
    const all = await readExamples(data, settings);
    const columns = { textColumn: all.textColumn, labelColumn: all.labelColumn };
    const held =
      settings.validation === undefined ? null : await readExamples(settings.validation, { ...settings, ...columns });
    const several = all.several || (held?.several ?? false);
    const labels = labelsOf(all, several);
    const [training, validation] =
      held === null ? splitExamples(all, settings) : [all.examples, checkKnown(held, labels)];
    const encoder = TextEncoder.build(
      training.map(({ text }) => text),
      settings,
    );
    if (encoder.vocabulary.size <= 2) {
      throw new CorpusError(
        `${data}: no word occurs in ${settings.minFrequency} texts; give more data, or --min-frequency 1`,
      );
    }
    const form = { labels: labels.length, several };
    const encode = encoderOf(encoder, labels);
    const sizes = sizesOf(settings, encoder.vocabulary.size, labels.length);
    manualSeed(settings.seed);
    return {
      about: [
        ...all.guesses,
        `${data}: ${count(training.length, 'text')} for training, ${count(validation.length, 'text')} for validation` +
          `${held === null ? '' : ` from ${held.path}`}; ${describeLabels(training, labels, several)}`,
        `Vocabulary: ${count(encoder.vocabulary.size, settings.level)} that occur ${settings.level === 'subword' ? `${settings.minFrequency} times` : `in ${settings.minFrequency} texts`} or more`,
      ],
      found: all.guesses.length > 0 ? columns : {},
      architecture: describeClassifier(sizes),
      model: makeClassifier(sizes),
      step: stepOf(form),
      training: textLoader(training.map(encode), settings, form, settings.seed),
      validation: textLoader(validation.map(encode), settings, form, null),
      metrics: () => metricsOf(form),
      monitor: { name: 'loss', mode: 'min' },
      baselines: { 'most frequent label': { accuracy: majority(training, validation) } },
      files: {
        [vocabularyFile]: `${JSON.stringify(encoder.vocabulary)}\n`,
        [labelsFile]: `${JSON.stringify({ labels, several }, null, 2)}\n`,
      },
    };
  },

  open(settings: ClassifierSettings, read: (file: string) => string): Trained {
    const vocabulary = Vocabulary.fromJSON(JSON.parse(read(vocabularyFile)));
    const { labels, several } = JSON.parse(read(labelsFile)) as { labels: string[]; several: boolean };
    const encoder = new TextEncoder(vocabulary, settings);
    const form = { labels: labels.length, several };
    return new TrainedClassifier({
      model: makeClassifier(sizesOf(settings, vocabulary.size, labels.length)),
      encoder,
      labels,
      several,
      settings,
      metrics: () => metricsOf(form),
      dataOf: (examples) => ({
        step: stepOf(form),
        validation: textLoader(checkKnown(examples, labels).map(encoderOf(encoder, labels)), settings, form, null),
      }),
    });
  },
};

function sizesOf(settings: ClassifierSettings, words: number, labels: number): ClassifierSizes {
  return { ...settings, words, labels, longest: longestText(settings) };
}

function labelsOf({ path, examples }: Examples, several: boolean): string[] {
  if (examples.length < fewest) {
    const has = examples.length === 1 ? '1 text' : `${examples.length} texts`;
    throw new CorpusError(`${path} has ${has}; a classifier needs at least ${fewest}, and better hundreds`);
  }
  const labels = [...new Set(examples.flatMap((example) => example.labels))].sort();
  if (labels.length >= (several ? 1 : 2)) return labels;
  throw new CorpusError(
    labels.length === 0
      ? `${path}: no text has a label`
      : `${path}: all ${examples.length} texts have the one label '${labels[0]}'; there is nothing to tell apart`,
  );
}

function splitExamples({ path, examples }: Examples, { validationSplit, seed }: ClassifierSettings) {
  const groups = examples.map(({ labels }) => labels.join('\n'));
  const parts = splitByGroup(path, groups, validationSplit, seed);
  const known = new Set(parts.training.flatMap((k) => examples[k].labels as string[]));
  // Among several labels a rare one may have come to validation alone.
  const isLearnt = (k: number) => examples[k].labels.every((label) => known.has(label));
  const training = [...parts.training, ...parts.validation.filter((k) => !isLearnt(k))];
  const validation = parts.validation.filter(isLearnt);
  if (validation.length === 0) {
    throw new CorpusError(
      `${path}: no text is left for validation, since all have labels of their own; give --validation`,
    );
  }
  return [training.map((k) => examples[k]), validation.map((k) => examples[k])];
}

/** @throws CorpusError for labels that training doesn't have */
function checkKnown({ path, examples }: Examples, labels: readonly string[]): readonly Example[] {
  const known = new Set(labels);
  const unknown = new Map<string, number>();
  for (const example of examples) {
    for (const label of example.labels) if (!known.has(label)) unknown.set(label, (unknown.get(label) ?? 0) + 1);
  }
  if (unknown.size === 0) return examples;
  const shown = [...unknown].slice(0, 5).map(([label, times]) => `'${label}' (${times} times)`);
  const more = unknown.size > shown.length ? ` and ${unknown.size - shown.length} more` : '';
  throw new CorpusError(
    `${path} has labels that the training data have not: ${shown.join(', ')}${more}; add texts of them to the training data, or leave them out here`,
  );
}

function encoderOf(encoder: TextEncoder, labels: readonly string[]): (example: Example) => EncodedText {
  const ids = new Map(labels.map((label, k) => [label, k]));
  return ({ text, labels: own }) => ({ ids: encoder.encode(text), labels: own.map((label) => ids.get(label)!) });
}

/** Cross entropy of one label, or of each label whether it is there. */
function stepOf({ several }: NonNullable<TargetForm>) {
  return ({ model, batch }: StepContext<TextBatch>) => {
    const output = (model as TextClassifier).forward(batch);
    const target = batch.target!;
    const loss = several ? binaryCrossEntropyWithLogits(output, target) : crossEntropy(output, target);
    return { loss, weight: batch.texts, output, target };
  };
}

function metricsOf({ several }: NonNullable<TargetForm>): Metrics {
  if (!several) return { accuracy: new Accuracy(), f1: new F1() };
  return {
    accuracy: new Accuracy({ threshold: 0 }),
    f1: new F1({ average: 'micro', threshold: 0 }),
    f1Macro: new F1({ average: 'macro', threshold: 0 }),
  };
}

function describeLabels(examples: readonly Example[], labels: readonly string[], several: boolean): string {
  const counts = new Map(labels.map((label) => [label, 0]));
  for (const example of examples) for (const label of example.labels) counts.set(label, counts.get(label)! + 1);
  const byCount = [...counts].sort((a, b) => b[1] - a[1]);
  const shown = byCount.slice(0, 6).map(([label, times]) => `${label} ${times.toLocaleString('en-US')}`);
  const more = labels.length > shown.length ? ', …' : '';
  return `${count(labels.length, 'label')}${several ? ', several a text' : ''} (${shown.join(', ')}${more})`;
}

/** How often the training's most frequent label is right. */
function majority(training: readonly Example[], validation: readonly Example[]): number {
  const counts = new Map<string, number>();
  for (const { labels } of training) {
    const key = [...labels].sort().join('\n');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const [[most]] = [...counts].sort((a, b) => b[1] - a[1]);
  const right = validation.filter(({ labels }) => [...labels].sort().join('\n') === most).length;
  return right / validation.length;
}

function count(n: number, what: string): string {
  return `${n.toLocaleString('en-US')} ${what}${n === 1 || what.endsWith('s') ? '' : 's'}`;
}
