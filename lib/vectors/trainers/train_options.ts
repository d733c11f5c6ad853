import { ArgumentError, describe } from '../../errors.js';
import { checkOptions } from '../../options.js';
import {
  type CheckpointOptions,
  readCheckpointOptions,
  readResume,
  type SettledCheckpoints,
} from '../../training/checkpoint/checkpoint_options.js';
import { EarlyStopping, type EarlyStoppingOptions } from '../../training/early_stopping.js';
import { Monitor } from '../../training/monitor.js';
import { checkTrainCallbacks } from './train_callbacks.js';
import type { StopSignal } from './turns.js';

/**
 * Where and when a training of vectors writes checkpoints: between two slices of its data, some hundredths of a second apart. On SIGINT or
 * SIGTERM one is written, and the signal has its usual effect; where others listen to it, the training goes on until they end it.
 */
export type VectorCheckpointOptions = Pick<
  CheckpointOptions,
  'folder' | 'everyMinutes' | 'everyEpochs' | 'keepLast' | 'onSignals' | 'overwrite'
>;

/** Options of the training rather than of the model, which every trainer of vectors takes. */
export interface KeptTrainingOptions {
  /** A folder for checkpoints, or where and how often they are written: after every pass unless minutes are given. */
  checkpoints?: string | VectorCheckpointOptions;
  /**
   * Go on from the newest checkpoint in the folder, if there is one that can be read and fits; or from the file or folder that is named,
   * which must be there. Data and options must be the same. Default false.
   */
  resume?: boolean | string;
  /**
   * Ends the training when the loss (on `heldOut` where that is given) gets no better for so many passes, or by what the object says.
   * The tables stay as they are then.
   */
  earlyStopping?: number | EarlyStoppingOptions;
  /** An AbortSignal that stops the training, with a checkpoint where there are such; its promise is rejected with the signal's reason. */
  signal?: StopSignal;
}

/** What a training was told, checked. */
export interface TrainingControl {
  readonly checkpoints: SettledCheckpoints | null;
  readonly resume: boolean | string;
  readonly earlyStopping: EarlyStopping | null;
  readonly signal: StopSignal | undefined;
}

/** Of a training that is told nothing but when to stop. */
export const untold = (signal: StopSignal | undefined): TrainingControl => ({
  checkpoints: null,
  resume: false,
  earlyStopping: null,
  signal,
});

const names = ['onProgress', 'onEpoch', 'heldOut', 'checkpoints', 'resume', 'earlyStopping', 'signal'] as const;
type Name = (typeof names)[number];
const ofCheckpoints = ['folder', 'everyMinutes', 'everyEpochs', 'keepLast', 'onSignals', 'overwrite'];

/** The options of a training apart from those of the model. @throws ArgumentError for what is no object */
export function partOptions<T extends object>(
  op: string,
  options: T,
): { readonly training: Pick<T, Name & keyof T>; readonly how: Omit<T, Name> } {
  if (typeof options !== 'object' || options === null) {
    throw new ArgumentError(`${op}: options must be an object, got ${describe(options)}`);
  }
  const how: Record<string, unknown> = { ...(options as Readonly<Record<string, unknown>>) };
  const training: Record<string, unknown> = {};
  for (const name of names) {
    if (!Object.hasOwn(how, name)) continue;
    training[name] = how[name];
    delete how[name];
  }
  return { training: training as Pick<T, Name & keyof T>, how: how as Omit<T, Name> };
}

/** Checks the functions and the signal that a training is given. @throws ArgumentError, OptionError or ValueError naming the option */
export function readTrainingControl(op: string, options: object): TrainingControl {
  const given = options as Readonly<Record<string, unknown>> & { readonly signal?: StopSignal };
  checkTrainCallbacks(op, options, ['heldOut', 'checkpoints', 'resume', 'earlyStopping']);
  const { signal } = given;
  if (given.checkpoints !== undefined && typeof given.checkpoints !== 'string') {
    checkOptions(`${op}: checkpoints`, given.checkpoints as object, ofCheckpoints);
  }
  const checkpoints = readCheckpointOptions(op, given.checkpoints);
  const resume = readResume(op, given.resume, checkpoints);
  const earlyStopping =
    given.earlyStopping === undefined
      ? null
      : new EarlyStopping(op, given.earlyStopping as number, new Monitor(op, 'loss', 'min', {}));
  return { checkpoints, resume, earlyStopping, signal };
}
