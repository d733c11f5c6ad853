import { objectives, trainClassifierSlice } from '../../calls/classifier.js';
import { huffmanPaths } from '../trainers/huffman.js';
import { negativesTable } from '../trainers/sampling_tables.js';
import { SlicedTraining, type Stretch } from '../trainers/slices.js';
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

/** Rows `strideOfRows(dim)` apart. */
export interface ClassifierTables {
  readonly input: Float32Array;
  readonly inputRows: number;
  readonly output: Float32Array;
  readonly outputRows: number;
}

const sliceLengths = { first: 256, least: 16, most: 1e6 };
/** Of a deterministic training, whose random numbers start anew with every slice. */
const fixedSlice = 512;
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
  const told = ({ epochsPerSecond, ...stretch }: Stretch) =>
    onProgress?.({
      ...stretch,
      wordsPerSecond: epochsPerSecond * examples.tokens,
      alpha: alpha + (minAlpha - alpha) * stretch.progress,
    });
  const lengths = { ...sliceLengths, fixed: deterministic ? fixedSlice : undefined };
  const training = new SlicedTraining(epochs, count, lengths, onProgress && told, signal);
  for (let epoch = 0; epoch < epochs; epoch++) {
    await training.run(count, (begin, end) =>
      trainClassifierSlice({
        inputRows: tables.inputRows,
        outputRows: tables.outputRows,
        labels: labelCounts.length,
        dim: settings.vectorSize,
        objective: objectives[lossName],
        negative: settings.negative,
        begin,
        end,
        beginRate: training.rate(alpha, minAlpha),
        endRate: training.rate(alpha, minAlpha, end - begin),
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
      }),
    );
    const loss = training.endEpoch();
    if (onEpoch?.({ epoch, loss }) === false) break;
  }
}
