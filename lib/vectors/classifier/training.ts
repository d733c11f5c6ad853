import { setImmediate } from 'node:timers/promises';
import { objectives, trainClassifierSlice } from '../../calls/classifier.js';
import { ArgumentError, describe } from '../../errors.js';
import { huffmanPaths } from '../trainers/huffman.js';
import { negativesTable } from '../trainers/sampling_tables.js';
import type { StopSignal } from '../trainers/turns.js';
import type { EncodedExamples } from './features.js';
import type { ClassifierSettings } from './options.js';

/** Where a training stands. */
export interface ClassifierProgress {
  /** From 0. */
  epoch: number;
  epochs: number;
  /** The share of the whole training that is done, 0 to 1. */
  progress: number;
  /** Tokens that were gone through, a second. */
  wordsPerSecond: number;
  /** Mean loss of an example over the last stretch, in nats. */
  loss: number;
  /** Learning rate. */
  alpha: number;
  /** Seconds. */
  timeLeft: number;
}

export interface ClassifierEpoch {
  epoch: number;
  loss: number;
}

export interface ClassifierTrainOptions {
  /** Called some times a second. */
  onProgress?: (progress: ClassifierProgress) => void;
  /** Called after each time through the examples; `false` stops the training there. */
  onEpoch?: (epoch: ClassifierEpoch) => unknown;
  /** An AbortSignal that stops the training; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

/** @throws OptionError or ArgumentError for what is no option of the training's own */
export function checkTrainCallbacks(op: string, options: ClassifierTrainOptions): void {
  for (const name of ['onProgress', 'onEpoch'] as const) {
    const value = options[name];
    if (value !== undefined && typeof value !== 'function') {
      throw new ArgumentError(`${op}: ${name} must be a function, got ${describe(value)}`);
    }
  }
  if (options.signal !== undefined && typeof options.signal?.throwIfAborted !== 'function') {
    throw new ArgumentError(`${op}: signal must be an AbortSignal, got ${describe(options.signal)}`);
  }
}

/** Rows `strideOfRows(dim)` apart. */
export interface ClassifierTables {
  readonly input: Float32Array;
  readonly inputRows: number;
  readonly output: Float32Array;
  readonly outputRows: number;
}

/** The event loop waits for one slice at a time; its length follows its time, in ms. */
const wantedSliceTime = 20;
const firstSlice = 256;
/** Of a deterministic training, whose random numbers start anew with every slice. */
const fixedSlice = 512;
const progressInterval = 200;
const seedsOfEpoch = 0x10001;

type Settings = Pick<
  ClassifierSettings,
  'vectorSize' | 'alpha' | 'minAlpha' | 'epochs' | 'loss' | 'negative' | 'seed' | 'workers' | 'deterministic'
>;

/** Trains the tables on examples, by slices. */
export async function trainClassifier(
  settings: Settings,
  tables: ClassifierTables,
  examples: EncodedExamples,
  labelCounts: readonly number[],
  { onProgress, onEpoch, signal }: ClassifierTrainOptions,
): Promise<void> {
  const { alpha, minAlpha, epochs, deterministic, loss: lossName, seed } = settings;
  const paths = lossName === 'hs' ? huffmanPaths(labelCounts) : null;
  const negatives = lossName === 'ns' ? negativesTable(labelCounts, 0.5) : null;
  const { count } = examples;
  const began = performance.now();
  let [slice, told, recentLoss, recentCount] = [deterministic ? fixedSlice : firstSlice, began, 0, 0];
  for (let epoch = 0; epoch < epochs; epoch++) {
    let [loss, trained] = [0, 0];
    for (let begin = 0; begin < count; ) {
      const end = Math.min(begin + slice, count);
      const share = (place: number) => (epoch + place / count) / epochs;
      const rate = (place: number) => alpha + (minAlpha - alpha) * share(place);
      const start = performance.now();
      const done = trainClassifierSlice({
        inputRows: tables.inputRows,
        outputRows: tables.outputRows,
        labels: labelCounts.length,
        dim: settings.vectorSize,
        objective: objectives[lossName],
        negative: settings.negative,
        begin,
        end,
        beginRate: rate(begin),
        endRate: rate(end),
        seed: seed + epoch * seedsOfEpoch,
        threads: deterministic ? 1 : (settings.workers ?? 1024),
        exampleCount: count,
        rowCount: examples.rows.length,
        labelCount: examples.labels.length,
        negativesCount: negatives?.length ?? 0,
        pathCount: paths?.nodes.length ?? 0,
        input: tables.input,
        output: tables.output,
        exampleBegin: examples.begin,
        rows: examples.rows,
        weights: examples.weights,
        labelBegin: examples.labelBegin,
        exampleLabels: examples.labels,
        negatives,
        pathBegin: paths?.begin ?? null,
        pathNodes: paths?.nodes ?? null,
        pathCodes: paths?.codes ?? null,
      });
      const now = performance.now();
      if (!deterministic) {
        const factor = Math.min(2, Math.max(0.5, wantedSliceTime / Math.max(now - start, 0.1)));
        slice = Math.round(Math.min(1e6, Math.max(16, slice * factor)));
      }
      begin = end;
      loss += done.loss;
      trained += done.examples;
      recentLoss += done.loss;
      recentCount += done.examples;
      if (onProgress !== undefined && (now - told >= progressInterval || (epoch + 1 === epochs && begin === count))) {
        const progress = share(end);
        const seconds = (now - began) / 1000;
        onProgress({
          epoch,
          epochs,
          progress,
          wordsPerSecond: (progress * epochs * examples.tokens) / seconds,
          loss: recentLoss / Math.max(recentCount, 1),
          alpha: rate(end),
          timeLeft: (seconds * (1 - progress)) / progress,
        });
        [told, recentLoss, recentCount] = [now, 0, 0];
      }
      await setImmediate();
      signal?.throwIfAborted();
    }
    if (onEpoch?.({ epoch, loss: loss / Math.max(trained, 1) }) === false) break;
  }
}
