import { basename, extname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { manualSeed } from '../../calls/generator.js';
import { cpuInfo, setNumThreads } from '../../calls/runtime.js';
import { CorpusError } from '../../errors.js';
import { TokenBatches } from '../../language_model/batches.js';
import { planTraining } from '../../language_model/budget.js';
import { brownCorpus, buildVocabulary, type Corpus, endToken, textCorpusSteps } from '../../language_model/corpus.js';
import { unigramPerplexity } from '../../language_model/evaluate.js';
import { countParameters, LanguageModel } from '../../language_model/model.js';
import { RunFolder, runMetrics } from '../../language_model/run_folder.js';
import { type EpochResult, type TrainResult, trainLanguageModel } from '../../language_model/train.js';
import type { Vocabulary } from '../../text/vocabulary.js';
import { History } from '../../training/history.js';
import { Interrupt } from '../terminal/interrupt.js';
import { formatCount, formatDuration, ReadingProgress, TrainingProgress } from '../terminal/progress.js';
import { type TrainSettings, usualLearningRate } from './train_options.js';
import { inCase, neighbourTable, sampleText } from './train_results.js';

/** Everything that is settled before the first step. */
interface Preparation {
  settings: TrainSettings;
  corpus: CorpusFacts;
  vocabulary: Vocabulary;
  training: TokenBatches;
  validation: TokenBatches;
  unigram: number;
  epochs: number;
  lr: number;
  folder: RunFolder;
}

/** What is said of a corpus; its words themselves are in memory no longer than it takes to number them. */
interface CorpusFacts {
  name: string;
  trainingWords: number;
  validationWords: number;
  /** The share of the words for validation that the vocabulary holds. */
  covered: number;
}

/** Texts that validation reads side by side; more would lose more of what came before. */
const validationTexts = 16;

/**
 * `lutra train`: trains a language model on a text, says how it gets on and what it learned, and writes it to a folder.
 * @returns the exit code
 * @throws CorpusError and other errors whose message says all that the user needs
 */
export async function trainCommand(settings: TrainSettings): Promise<number> {
  const interrupt = new Interrupt(() => print('\nStopping after this step …'));
  if (settings.threads !== undefined) setNumThreads(settings.threads);
  const corpus = await readCorpus(settings, interrupt);
  if (corpus === null) {
    print('Interrupted before the training; nothing is written.');
    return interrupt.exitCode;
  }
  const preparation = prepare(settings, corpus);
  describePreparation(preparation);
  manualSeed(settings.seed);
  const model = makeModel(preparation);
  const result = await train(model, preparation, interrupt);
  save(model, preparation, result);
  if (result.interrupted) {
    print(`Interrupted ${whereInterrupted(result)}; ${whatIsSaved(preparation, result)}.`);
  } else {
    for (const show of [sampleText, neighbourTable]) {
      const lines = show(model, preparation.vocabulary, settings);
      if (lines.length > 0) print(`\n${lines.join('\n')}`);
    }
  }
  const { folder } = preparation;
  print(`\nWritten: ${folder.model}, ${basename(folder.vocabulary)}, ${basename(folder.metrics)}`);
  return result.interrupted ? interrupt.exitCode : 0;
}

/** Reads the text, with a look at the signals now and then; null when it was stopped. */
async function readCorpus({ text, lowercase }: TrainSettings, interrupt: Interrupt): Promise<Corpus | null> {
  if (text === undefined) return brownCorpus(undefined, { lowercase });
  const progress = new ReadingProgress();
  const steps = textCorpusSteps(text, { lowercase });
  try {
    for (;;) {
      const step = steps.next();
      if (step.done) return step.value;
      progress.step(step.value);
      await nextTurn();
      if (interrupt.requested) return null;
    }
  } finally {
    progress.clear();
  }
}

function prepare(settings: TrainSettings, corpus: Corpus): Preparation {
  const { sequenceLength } = settings;
  const vocabulary = buildVocabulary(corpus.training, {
    minFrequency: settings.minFrequency,
    maxSize: settings.maxVocabulary,
  });
  checkNamedWords(settings, vocabulary);
  const trainingIds = vocabulary.encode(corpus.training);
  const validationIds = vocabulary.encode(corpus.validation);
  const plan = planTraining(trainingIds.length);
  const batchSize = settings.batchSize ?? plan.batchSize;
  if (batchSize > trainingIds.length) {
    throw new CorpusError(`--batch-size ${batchSize} is more than the ${trainingIds.length} words of ${corpus.name}`);
  }
  const startId = vocabulary.lookupIndex(endToken);
  const known = corpus.validation.reduce((n, word) => n + (vocabulary.has(word) ? 1 : 0), 0);
  return {
    settings,
    corpus: {
      name: corpus.name,
      trainingWords: trainingIds.length,
      validationWords: validationIds.length,
      covered: known / validationIds.length,
    },
    vocabulary,
    training: new TokenBatches(trainingIds, { startId, batchSize, sequenceLength }),
    validation: new TokenBatches(validationIds, {
      startId,
      batchSize: Math.min(validationTexts, validationIds.length),
      sequenceLength: Math.max(sequenceLength, 32),
      remainder: 'pad',
    }),
    unigram: unigramPerplexity(trainingIds, validationIds, vocabulary.size),
    epochs: settings.epochs ?? plan.epochs,
    lr: settings.lr ?? usualLearningRate[settings.optimizer],
    folder: openFolder(settings, vocabulary),
  };
}

/** The vocabulary is written before the training, so that a folder that can't be written to is found out at once. */
function openFolder({ output, overwrite, text }: TrainSettings, vocabulary: Vocabulary): RunFolder {
  const name = text === undefined ? 'brown' : basename(text, extname(text));
  const folder = output === undefined ? RunFolder.next(join('runs', name)) : RunFolder.named(output, { overwrite });
  vocabulary.save(folder.vocabulary);
  return folder;
}

function makeModel({ settings, vocabulary }: Preparation): LanguageModel {
  const { embeddingDim, hiddenDim, layers, dropout } = settings;
  return new LanguageModel({ vocabularySize: vocabulary.size, embeddingDim, hiddenDim, layers, dropout });
}

async function train(model: LanguageModel, preparation: Preparation, interrupt: Interrupt): Promise<TrainResult> {
  const { settings, training, validation, epochs, lr, unigram } = preparation;
  const { optimizer, maxGradNorm, patience } = settings;
  print(`Model: ${describeModel(preparation)}, ${formatCount(countParameters(model))} parameters\n`);
  const progress = new TrainingProgress();
  const history = new History<EpochResult>();
  try {
    return await trainLanguageModel(
      model,
      training,
      validation,
      { epochs, optimizer, lr, maxGradNorm, patience },
      {
        onStep: (step) => progress.step(step),
        onEpoch: (result) => {
          progress.clear();
          if (history.add(result)) keepBest(model, preparation, history.passes, result);
          print(
            `pass ${result.epoch}/${epochs}: training loss ${result.trainLoss.toFixed(4)}, ` +
              `validation perplexity ${result.validationPerplexity.toFixed(2)} (unigram ${unigram.toFixed(2)}), ` +
              `${formatCount(result.tokensPerSecond)} tokens/s, ${formatDuration(result.seconds)}`,
          );
        },
        isStopped: () => interrupt.requested,
      },
    );
  } finally {
    progress.clear();
  }
}

/** After each pass that is the best so far its weights are written, so that a kill loses no more than what came after. */
function keepBest(model: LanguageModel, preparation: Preparation, epochs: EpochResult[], best: EpochResult): void {
  const { trainLoss, tokensPerSecond } = best;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  write(model, preparation, { epochs, best, interrupted: false, trainLoss, seconds, tokensPerSecond }, false);
}

/** @param ended false while the training goes on: if nothing else is written, it was killed. */
function write(model: LanguageModel, preparation: Preparation, result: TrainResult, ended: boolean): void {
  const { settings, unigram, folder } = preparation;
  const { embeddingDim, hiddenDim, layers, lowercase, seed } = settings;
  const notes = {
    format: 'lutra.language_model',
    embeddingDim: String(embeddingDim),
    hiddenDim: String(hiddenDim),
    layers: String(layers),
    lowercase: String(lowercase),
  };
  // The best pass was written when it was over; the weights of this moment must not take its place.
  if (result.interrupted && result.best !== null) folder.saveInterrupted(model, notes);
  else folder.saveModel(model, notes);
  const metrics = runMetrics(result, { seed, unigramPerplexity: unigram, parameters: countParameters(model) });
  folder.saveMetrics(ended ? metrics : { ...metrics, interrupted: true });
}

function save(model: LanguageModel, preparation: Preparation, result: TrainResult): void {
  write(model, preparation, result, true);
  if (result.best !== null && result.best.epoch < result.epochs.length && !result.interrupted) {
    print(`The weights of pass ${result.best.epoch}, the best by validation perplexity, are kept.`);
  }
}

function describePreparation({ corpus, vocabulary, training, unigram, settings }: Preparation): void {
  const { isa, threads } = cpuInfo();
  print(
    `${corpus.name}: ${formatCount(corpus.trainingWords)} tokens for training, ${formatCount(corpus.validationWords)} for validation; ` +
      `a vocabulary of ${formatCount(vocabulary.size)} covers ${(100 * corpus.covered).toFixed(1)} % of the latter`,
  );
  print(`Unigram baseline: validation perplexity ${unigram.toFixed(2)}`);
  const { batchSize } = training;
  print(
    `${batchSize} texts × ${settings.sequenceLength} words a step, ${formatCount(training.length)} steps a pass; ` +
      `${threads} threads, ${isa}, seed ${settings.seed}`,
  );
}

function describeModel({ settings, vocabulary, lr, epochs }: Preparation): string {
  const { embeddingDim, hiddenDim, layers, optimizer } = settings;
  const depth = layers > 1 ? ` × ${layers}` : '';
  const passes = epochs === 1 ? '1 pass' : `${epochs} passes`;
  return `Embedding(${vocabulary.size}, ${embeddingDim}) → LSTM(${embeddingDim}, ${hiddenDim})${depth} → Linear(${hiddenDim}, ${vocabulary.size}), ${optimizer} at ${lr}, ${passes}`;
}

/** Words named on the command line are looked up before the training, not after it. */
function checkNamedWords(settings: TrainSettings, vocabulary: Vocabulary): void {
  for (const word of settings.neighbours ?? []) {
    if (vocabulary.has(inCase(settings, word))) continue;
    throw new CorpusError(`--neighbours: ${JSON.stringify(word)} is not among the ${vocabulary.size} words`);
  }
}

function whereInterrupted({ epochs }: TrainResult): string {
  return epochs.length === 0
    ? 'in the first pass'
    : `after ${epochs.length} whole pass${epochs.length > 1 ? 'es' : ''}`;
}

function whatIsSaved({ folder }: Preparation, { best }: TrainResult): string {
  if (best === null) return 'what was learned so far is saved';
  return `${basename(folder.model)} holds pass ${best.epoch}, the best by validation perplexity, and ${basename(folder.interrupted)} what was learned last`;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
