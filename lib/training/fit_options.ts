import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkCallbacks, type TrainingCallback } from './callbacks.js';
import {
  type CheckpointOptions,
  readCheckpointOptions,
  readResume,
  type SettledCheckpoints,
} from './checkpoint/checkpoint_options.js';
import { EarlyStopping, type EarlyStoppingOptions } from './early_stopping.js';
import { type BatchLoader, checkLoader } from './loader_position.js';
import { checkLoggers, type TrainingLogger } from './logs/logger.js';
import { Monitor } from './monitor.js';
import { checkProgress, type ProgressOptions } from './progress.js';
import type { TrainerSettings } from './trainer_options.js';

/** What an `AbortSignal` is to a training, which listens to it. */
export interface FitSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface ValidateEvery {
  /** After so many steps of the optimizer. */
  steps?: number;
  /** After so many passes. */
  epochs?: number;
  /** After each such share of a pass, such as 0.25; the loader must have a length. */
  fraction?: number;
}

export interface FitOptions<Batch = unknown> {
  /** Passes over the data at most. One of `epochs`, `steps` and `time` must be given; the first that is reached counts. */
  epochs?: number;
  /** Steps of the optimizer at most, counted from the training's beginning. */
  steps?: number;
  /** Seconds at most, all sessions of a resumed training together. */
  time?: number;
  /** The validation data. */
  validation?: BatchLoader<Batch>;
  /** When to validate; after each pass unless given. */
  validateEvery?: ValidateEvery;
  /** Aborting it ends the training after the step under way; the promise is fulfilled with the history. */
  signal?: FitSignal;
  callbacks?: readonly TrainingCallback[];
  /** The score that says how good the model is: 'loss', or a metric's name. Default 'loss'. */
  monitor?: string;
  /** Whether a smaller or a larger score is better; the metric's own direction unless given. */
  mode?: 'min' | 'max';
  /** End the training when the monitored score gets no better; a number is its patience. */
  earlyStopping?: number | EarlyStoppingOptions;
  /**
   * Leave the model with the weights of its best score, however the training ends. True unless set where there is
   * `earlyStopping`, else false.
   */
  keepBest?: boolean;
  /** A folder for checkpoints, one after each pass; or when, and how many. */
  checkpoints?: string | CheckpointOptions;
  /**
   * Go on from the newest checkpoint in the folder, if there is one that can be read and fits; or from the file or folder
   * that is named, which must be there. Default false.
   */
  resume?: boolean | string;
  /** A bar in a terminal, a line every ten seconds elsewhere; false for silence. Default true. */
  progress?: boolean | ProgressOptions;
  /** Where the training writes what it measures. */
  loggers?: readonly TrainingLogger[];
  /** Training losses are logged after so many steps. Default 50. */
  logEverySteps?: number;
  /** At most so many batches make a pass. */
  batchesPerEpoch?: number;
  /** At most so many batches make a validation. */
  validationBatches?: number;
  /** Train, and validate, on the first so many batches alone, in this order: a model that can't learn them has a mistake. */
  overfitBatches?: number;
  /**
   * One batch of training and one of validation (or so many), without checkpoints and logs: shows in a second whether all
   * of it runs. Default false.
   */
  fastDevRun?: boolean | number;
}

/** Options of a training, checked. */
export interface FitSettings {
  readonly epochs: number;
  readonly steps: number;
  readonly time: number;
  readonly validation: BatchLoader<unknown> | null;
  readonly validateEvery: ValidateEvery;
  readonly signal: FitSignal | null;
  readonly callbacks: readonly TrainingCallback[];
  readonly monitor: Monitor;
  readonly earlyStopping: EarlyStopping | null;
  readonly keepBest: boolean;
  readonly checkpoints: SettledCheckpoints | null;
  readonly resume: boolean | string;
  readonly progress: ProgressOptions | null;
  readonly loggers: readonly TrainingLogger[];
  readonly logEverySteps: number;
  readonly batchesPerEpoch: number;
  readonly validationBatches: number;
  readonly overfitBatches: number | null;
}

const names = [
  'epochs',
  'steps',
  'time',
  'validation',
  'validateEvery',
  'signal',
  'callbacks',
  'monitor',
  'mode',
  'earlyStopping',
  'keepBest',
  'checkpoints',
  'resume',
  'progress',
  'loggers',
  'logEverySteps',
  'batchesPerEpoch',
  'validationBatches',
  'overfitBatches',
  'fastDevRun',
];

/** @throws ValueError unless it is an integer of at least 1, or not given */
export function checkLimit(op: string, name: string, value: number | undefined): number {
  if (value === undefined || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new ValueError(`${op}: ${name} must be an integer of at least 1, got ${describe(value)}`);
}

/** @throws OptionError, ArgumentError, ValueError naming the option */
export function readFitOptions(op: string, given: unknown, trainer: TrainerSettings): FitSettings {
  const options = checkOptions(op, given as FitOptions | undefined, names);
  const { fastDevRun = false } = options;
  if (typeof fastDevRun !== 'boolean') checkLimit(op, 'fastDevRun', fastDevRun);
  if (fastDevRun !== false) return devRun(op, options, Number(fastDevRun), trainer);
  const { epochs, steps, time } = options;
  if (epochs === undefined && steps === undefined && time === undefined) {
    throw new ArgumentError(`${op}: how long to train must be said: epochs, steps or time (in seconds)`);
  }
  if (time !== undefined && !(typeof time === 'number' && time > 0)) {
    throw new ValueError(`${op}: time must be a number of seconds above 0, got ${describe(time)}`);
  }
  const checkpoints = readCheckpointOptions(op, options.checkpoints);
  const resume = readResume(op, options.resume, checkpoints);
  const validation =
    options.validation === undefined ? null : checkLoader<unknown>(op, 'validation', options.validation);
  // Without validation the training's own scores are what there is.
  const monitor = new Monitor(
    op,
    options.monitor ?? 'loss',
    options.mode,
    validation === null ? trainer.trainMetrics : trainer.metrics,
  );
  const earlyStopping =
    options.earlyStopping === undefined ? null : new EarlyStopping(op, options.earlyStopping, monitor);
  const { keepBest = earlyStopping !== null } = options;
  if (typeof keepBest !== 'boolean') {
    throw new ArgumentError(`${op}: keepBest must be true or false, got ${describe(keepBest)}`);
  }
  return {
    epochs: checkLimit(op, 'epochs', epochs),
    steps: checkLimit(op, 'steps', steps),
    time: time ?? Number.POSITIVE_INFINITY,
    validation,
    validateEvery: readValidateEvery(op, options.validateEvery),
    signal: checkSignal(op, options.signal),
    callbacks: checkCallbacks(op, options.callbacks),
    monitor,
    earlyStopping,
    keepBest,
    checkpoints,
    resume,
    progress: checkProgress(op, options.progress),
    loggers: checkLoggers(op, options.loggers),
    logEverySteps: checkLimit(op, 'logEverySteps', options.logEverySteps ?? 50),
    batchesPerEpoch: checkLimit(op, 'batchesPerEpoch', options.batchesPerEpoch),
    validationBatches: checkLimit(op, 'validationBatches', options.validationBatches),
    overfitBatches:
      options.overfitBatches === undefined ? null : checkLimit(op, 'overfitBatches', options.overfitBatches),
  };
}

/** Everything is checked, and what leaves traces is left out. */
function devRun(op: string, options: FitOptions, batches: number, trainer: TrainerSettings): FitSettings {
  const settings = readFitOptions(op, { ...options, epochs: 1, fastDevRun: false }, trainer);
  return {
    ...settings,
    epochs: 1,
    steps: Number.POSITIVE_INFINITY,
    time: Number.POSITIVE_INFINITY,
    validateEvery: { epochs: 1 },
    earlyStopping: null,
    keepBest: false,
    checkpoints: null,
    resume: false,
    loggers: [],
    batchesPerEpoch: batches,
    validationBatches: batches,
  };
}

function readValidateEvery(op: string, given: ValidateEvery | undefined): ValidateEvery {
  if (given === undefined) return { epochs: 1 };
  const { steps, epochs, fraction } = checkOptions(`${op}: validateEvery`, given, ['steps', 'epochs', 'fraction']);
  const said = Object.entries({ steps, epochs, fraction }).filter(([, value]) => value !== undefined);
  if (said.length !== 1) {
    throw new ArgumentError(`${op}: validateEvery must say one of steps, epochs and fraction, got ${said.length}`);
  }
  if (steps !== undefined) return { steps: checkLimit(op, 'validateEvery.steps', steps) };
  if (epochs !== undefined) return { epochs: checkLimit(op, 'validateEvery.epochs', epochs) };
  if (typeof fraction !== 'number' || !(fraction > 0 && fraction <= 1)) {
    throw new ValueError(`${op}: validateEvery.fraction must be above 0 and at most 1, got ${describe(fraction)}`);
  }
  return { fraction };
}

/** @throws ArgumentError unless it is an AbortSignal, or undefined */
export function checkSignal(op: string, signal: unknown): FitSignal | null {
  if (signal === undefined) return null;
  const { aborted, addEventListener } = (signal ?? {}) as Partial<FitSignal>;
  if (typeof aborted === 'boolean' && typeof addEventListener === 'function') return signal as FitSignal;
  throw new ArgumentError(`${op}: signal must be an AbortSignal, got ${describe(signal)}`);
}
