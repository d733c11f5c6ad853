import { setImmediate } from 'node:timers/promises';
import { objectives, trainClassifierSlice } from '../../calls/classifier.js';
import { huffmanSteps } from '../trainers/huffman.js';
import { checksum } from '../trainers/kept_training.js';
import { makePasses } from '../trainers/passes.js';
import { negativesSteps } from '../trainers/sampling_tables.js';
import type { Stretch } from '../trainers/slices.js';
import type { KeptTrainingOptions, TrainingControl } from '../trainers/train_options.js';
import { inTurns } from '../trainers/turns.js';
import type { LabelledTexts } from './examples.js';
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
  /** The same on `heldOut`, where that was given. */
  heldOutLoss?: number;
}

export interface ClassifierTrainOptions extends KeptTrainingOptions {
  /** Called some times a second. */
  onProgress?: (progress: ClassifierProgress) => void;
  /** Called after each time through the examples; `false` stops the training there. */
  onEpoch?: (epoch: ClassifierEpoch) => unknown;
  /** Examples that are not trained on; their loss is told after each epoch. */
  heldOut?: LabelledTexts;
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

/** What is trained on, and what the loss is told of. */
export interface ClassifierData {
  readonly examples: EncodedExamples;
  readonly heldOut: EncodedExamples | null;
  readonly labelCounts: readonly number[];
  /** What the rows and labels of the examples are numbers of. */
  readonly names: readonly (readonly string[])[];
}

/** Who trains, and what decides about the result, which a training that goes on must have again. */
export interface ClassifierRun {
  readonly op: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly control: TrainingControl;
}

/** Trains the tables on examples, by slices. */
export async function trainClassifier(
  settings: Settings,
  tables: ClassifierTables,
  data: ClassifierData,
  { onProgress, onEpoch }: Pick<ClassifierTrainOptions, 'onProgress' | 'onEpoch'>,
  run: ClassifierRun,
): Promise<void> {
  const { alpha, minAlpha, epochs, deterministic, loss: lossName, seed } = settings;
  const { examples, heldOut, labelCounts, names } = data;
  const { signal } = run.control;
  const paths = lossName === 'hs' ? await inTurns(huffmanSteps(labelCounts), signal) : null;
  const negatives = lossName === 'ns' ? await inTurns(negativesSteps(labelCounts, 0.5), signal) : null;
  const told = ({ epochsPerSecond, ...stretch }: Stretch) =>
    onProgress?.({
      ...stretch,
      wordsPerSecond: epochsPerSecond * examples.tokens,
      alpha: alpha + (minAlpha - alpha) * stretch.progress,
    });
  const slice = (of: EncodedExamples, begin: number, end: number, rates: readonly [number, number], epoch: number) =>
    trainClassifierSlice({
      inputRows: tables.inputRows,
      outputRows: tables.outputRows,
      labels: labelCounts.length,
      dim: settings.vectorSize,
      objective: objectives[lossName],
      negative: settings.negative,
      begin,
      end,
      beginRate: rates[0],
      endRate: rates[1],
      seed: seed + epoch * seedsOfEpoch,
      threads: deterministic ? 1 : (settings.workers ?? 1024),
      exampleCount: of.count,
      rowCount: of.rows.length,
      labelCount: of.labels.length,
      negativesCount: negatives?.length ?? 0,
      pathCount: paths?.nodes.length ?? 0,
      input: tables.input,
      output: tables.output,
      exampleBegin: of.begin,
      rows: of.rows,
      weights: of.weights,
      labelBegin: of.labelBegin,
      exampleLabels: of.labels,
      negatives,
      pathBegin: paths?.begin ?? null,
      pathNodes: paths?.nodes ?? null,
      pathCodes: paths?.codes ?? null,
    });
  /** A step of rate 0 leaves the tables as they are, to the bit. */
  const lossOn = async (of: EncodedExamples) => {
    let [loss, trained] = [0, 0];
    for (let begin = 0; begin < of.count; begin += fixedSlice) {
      const some = slice(of, begin, Math.min(begin + fixedSlice, of.count), [0, 0], 0);
      loss += some.loss;
      trained += some.examples;
      await setImmediate();
    }
    return loss / trained;
  };
  await makePasses({
    ...run,
    trainer: 'FastTextClassifier',
    data: async () => ({
      examples: examples.count,
      rows: examples.rows.length,
      checksum: await checksum(
        [...names, labelCounts, examples.begin, examples.rows, examples.weights, examples.labelBegin, examples.labels],
        signal,
      ),
    }),
    tables: { input: tables.input, output: tables.output },
    epochs,
    units: examples.count,
    lengths: { ...sliceLengths, fixed: deterministic ? fixedSlice : undefined },
    tell: onProgress && told,
    pass: (training, epoch) =>
      training.run(examples.count, (begin, end) => {
        const rates = [training.rate(alpha, minAlpha), training.rate(alpha, minAlpha, end - begin)] as const;
        return slice(examples, begin, end, rates, epoch);
      }),
    heldOutLoss: heldOut === null ? null : () => lossOn(heldOut),
    ended: (epoch, loss, heldOutLoss) =>
      onEpoch?.(heldOutLoss === undefined ? { epoch, loss } : { epoch, loss, heldOutLoss }),
  });
}
