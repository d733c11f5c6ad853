import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { stderr, stdout } from 'node:process';
import { OptionError } from '../../../errors.js';
import {
  csvColumn,
  FastText,
  FastTextClassifier,
  GloVe,
  jsonLines,
  type NormalForm,
  setNumThreads,
  type TextCorpus,
  textLines,
  Word2Vec,
} from '../../../index.js';
import { Interrupt } from '../../terminal/interrupt.js';
import { formatScores } from './supervised.js';
import { type TextSettings, VectorRun, type VectorTrainer, type VectorTraining } from './vector_run.js';

/** What `lutra train word2vec|fasttext|glove` was told; the rest are the trainer's own options. */
export interface TrainVectorsSettings {
  output?: string;
  overwrite: boolean;
  threads?: number;
  supervised?: boolean;
  heldOut?: string;
  patience?: number;
  json?: boolean;
  textColumn?: string;
  tokenizer?: 'whitespace' | 'words';
  lowercase?: boolean;
  normalize?: NormalForm;
  [option: string]: unknown;
}

interface Epoch {
  readonly epoch: number;
  readonly loss?: number;
  readonly cost?: number;
  readonly heldOutLoss?: number;
  readonly heldOutCost?: number;
}

interface Progress {
  readonly progress: number;
  readonly timeLeft: number;
  readonly wordsPerSecond?: number;
  readonly pairsPerSecond?: number;
}

/** Minutes between checkpoints; another is written when a training is stopped. */
const everyMinutes = 5;

const ofVectors = ['sg', 'hs', 'window', 'sample', 'nsExponent'];
const ofTexts = ['wordNgrams', 'loss', 'labelPrefix', 'minCountLabel'];
const flagOf = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

/** A line that is written over where there is a terminal; elsewhere one a pass. */
function teller(json: boolean): { progress: (told: Progress) => void; epoch: (told: Epoch) => void } {
  const over = stdout.isTTY === true && !json;
  const stream = json ? stderr : stdout;
  return {
    progress({ progress, timeLeft, wordsPerSecond, pairsPerSecond }) {
      if (!over) return;
      const rate = wordsPerSecond ?? pairsPerSecond ?? 0;
      const unit = wordsPerSecond === undefined ? 'pairs' : 'words';
      const line = `${(100 * progress).toFixed(0)} %  ${(rate / 1e6).toFixed(2)} M ${unit}/s  ${timeLeft.toFixed(0)} s left`;
      stdout.write(`\r${line.slice(0, (stdout.columns ?? 80) - 1)}\u001b[K`);
    },
    epoch({ epoch, loss, cost, heldOutLoss = undefined, heldOutCost = heldOutLoss }) {
      const held = heldOutCost === undefined ? '' : `  held out ${heldOutCost.toFixed(4)}`;
      const line = `pass ${epoch + 1}  loss ${(loss ?? cost ?? Number.NaN).toFixed(4)}${held}`;
      stream.write(`${over ? '\r\u001b[K' : ''}${line}\n`);
    },
  };
}

/** `lutra train word2vec|fasttext|glove DATA`; returns the exit code. */
export async function trainVectorsCommand(
  trainer: VectorTrainer,
  data: string,
  settings: TrainVectorsSettings,
): Promise<number> {
  const { output, overwrite, threads, supervised = false, heldOut, patience, json = false, ...rest } = settings;
  const { textColumn, tokenizer, lowercase, normalize, ...own } = rest;
  const [surplus] = (supervised ? ofVectors : ofTexts).filter((name) => own[name] !== undefined);
  if (surplus !== undefined) {
    throw new OptionError(`${flagOf(surplus)} ${supervised ? "doesn't go" : 'goes'} with --supervised`);
  }
  const whole = (path: string) => (path === '-' ? path : resolve(path));
  const options = {
    ...own,
    ...(heldOut === undefined ? {} : { heldOut: whole(heldOut) }),
    ...(patience === undefined ? {} : { earlyStopping: patience }),
  };
  const run = output === undefined ? VectorRun.next(trainer, data) : VectorRun.named(output, overwrite);
  const text = Object.fromEntries(
    Object.entries({ textColumn, tokenizer, lowercase, normalize }).filter(([, value]) => value !== undefined),
  );
  if (supervised && Object.keys(text).length > 0) {
    throw new OptionError(`${flagOf(Object.keys(text)[0])} doesn't go with --supervised`);
  }
  return train(run, { trainer, supervised, data: whole(data), text, options }, { threads, json }, false);
}

/** `lutra resume RUN` of a training of vectors; returns the exit code. */
export async function resumeVectorsCommand(
  folder: string,
  { threads, json = false, ...changed }: { threads?: number; json?: boolean },
): Promise<number> {
  const [other] = Object.keys(changed);
  if (other !== undefined) {
    throw new OptionError(
      `${flagOf(other)}: a training of vectors goes on as it began; its rate falls to its last pass`,
    );
  }
  const { run, training } = VectorRun.open(folder);
  return train(run, training, { threads, json }, true);
}

async function train(
  run: VectorRun,
  training: VectorTraining,
  { threads, json }: { readonly threads: number | undefined; readonly json: boolean },
  resume: boolean,
): Promise<number> {
  if (threads !== undefined) setNumThreads(threads);
  const controller = new AbortController();
  const interrupt = new Interrupt(() => controller.abort(new Error('interrupted')));
  const tell = teller(json);
  const epochs: Epoch[] = [];
  let isKnown = false;
  const know = () => {
    if (!isKnown) run.write(training);
    isKnown = true;
  };
  const how = {
    ...training.options,
    signal: controller.signal,
    checkpoints: { folder: run.checkpoints, everyMinutes, keepLast: 2, onSignals: false },
    resume,
    onProgress: (progress: Progress) => {
      know();
      tell.progress(progress);
    },
    onEpoch: (epoch: Epoch) => {
      know();
      epochs.push(epoch);
      tell.epoch(epoch);
    },
  };
  try {
    const found = training.supervised ? await trainOnLabels(run, training, how) : await trainOnText(run, training, how);
    run.write(training, { ...found.about, epochs });
    run.removeCheckpoints();
    const about = { folder: run.folder, trainer: training.trainer, ...found.about, epochs };
    console.log(json ? JSON.stringify(about, null, 2) : found.line);
    return 0;
  } catch (error) {
    if (!interrupt.requested) throw error;
    if (existsSync(run.checkpoints)) {
      know();
      process.stderr.write(`stopped; go on with: lutra resume ${run.folder}\n`);
    } else {
      process.stderr.write('stopped before the training began; nothing was written\n');
    }
    return interrupt.exitCode;
  }
}

interface Found {
  readonly about: object;
  readonly line: string;
}

/** Records of a field or a column, where that is named, or lines of text. */
function corpusOf(data: string, { textColumn, ...form }: TextSettings): TextCorpus {
  if (textColumn === undefined) return textLines(data, form);
  if (/\.(jsonl|ndjson)(\.gz)?$/i.test(data)) return jsonLines(data, { ...form, field: textColumn });
  if (/\.(csv|tsv)(\.gz)?$/i.test(data)) return csvColumn(data, { ...form, column: textColumn });
  throw new OptionError(`--text-column goes with files named .csv, .tsv and .jsonl, which ${data} is not`);
}

async function trainOnText(run: VectorRun, training: VectorTraining, given: object): Promise<Found> {
  const { trainer, text: form = {} } = training;
  const { heldOut, ...rest } = given as { heldOut?: string };
  const how = { ...rest, ...(heldOut === undefined ? {} : { heldOut: corpusOf(heldOut, form) }) };
  const data = corpusOf(training.data, form);
  const model =
    trainer === 'fasttext'
      ? await FastText.train(data, how)
      : trainer === 'glove'
        ? await GloVe.train(data, how)
        : await Word2Vec.train(data, how);
  const { wv } = model;
  const [binary, text] = [run.at('vectors.bin'), run.at('vectors.vec')];
  if (model instanceof FastText) model.save(binary);
  else wv.save(binary);
  wv.save(text);
  return {
    about: { words: wv.size, vectorSize: wv.vectorSize },
    line: `${wv.size} words, vectors of ${wv.vectorSize} numbers: ${[binary, text, run.at('training.json')].join(', ')}`,
  };
}

async function trainOnLabels(run: VectorRun, { data }: VectorTraining, how: object): Promise<Found> {
  const { heldOut, ...rest } = how as { heldOut?: string };
  const lines = (path: string) => textLines(path).texts();
  const held = heldOut === undefined ? {} : { heldOut: lines(heldOut) };
  const model = await FastTextClassifier.train(lines(data), { ...rest, ...held });
  const path = run.at('model.bin');
  model.save(path);
  const scores = heldOut === undefined ? null : await model.test(lines(heldOut));
  const told = scores === null ? [] : formatScores(scores, 1);
  return {
    about: { words: model.words.length, labels: model.labels.length, heldOutScores: scores },
    line: [
      `${model.labels.length} labels, ${model.words.length} words: ${path}, ${run.at('training.json')}`,
      ...told,
    ].join('\n'),
  };
}
