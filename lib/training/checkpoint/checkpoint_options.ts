import { ArgumentError, describe, ValueError } from '../../errors.js';
import { checkOptions } from '../../options.js';

export interface CheckpointOptions {
  /** Where they lie; it is made where it is missing. */
  folder: string;
  /** One after every so many steps of the optimizer. */
  everySteps?: number;
  /** One after so many minutes since the last. */
  everyMinutes?: number;
  /** One after every so many passes; 1 unless steps or minutes are given. 0 for none. */
  everyEpochs?: number;
  /** How many of the newest are kept. Default 3. */
  keepLast?: number;
  /** Whether the weights with the best monitored score are kept too, in `best.safetensors`. Default true. */
  keepBest?: boolean;
  /** One when the training fails, of the state before the step that failed. Default true. */
  onException?: boolean;
  /**
   * On SIGINT or SIGTERM, end the training after the step under way, with a checkpoint, and let the process end with
   * exit code 130 or 143. Default true; a second signal ends the process at once.
   */
  onSignals?: boolean;
  /** Begin anew in a folder that holds the checkpoints of another training, which are removed. Default false. */
  overwrite?: boolean;
}

export type SettledCheckpoints = Required<CheckpointOptions>;

const names = [
  'folder',
  'everySteps',
  'everyMinutes',
  'everyEpochs',
  'keepLast',
  'keepBest',
  'onException',
  'onSignals',
  'overwrite',
];

/** @throws OptionError, ArgumentError, ValueError naming the option */
export function readCheckpointOptions(op: string, given: unknown): SettledCheckpoints | null {
  if (given === undefined) return null;
  const options =
    typeof given === 'string'
      ? { folder: given }
      : checkOptions(`${op}: checkpoints`, given as CheckpointOptions, names);
  const { folder, everySteps = 0, everyMinutes = 0, keepLast = 3 } = options;
  const { everyEpochs = everySteps > 0 || everyMinutes > 0 ? 0 : 1 } = options;
  if (typeof folder !== 'string' || folder === '') {
    throw new ArgumentError(`${op}: checkpoints must name a folder, got ${describe(folder)}`);
  }
  for (const [name, value, least] of [
    ['everySteps', everySteps, 0],
    ['everyEpochs', everyEpochs, 0],
    ['keepLast', keepLast, 1],
  ] as const) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new ValueError(`${op}: checkpoints.${name} must be an integer of at least ${least}, got ${describe(value)}`);
  }
  if (typeof everyMinutes !== 'number' || !(everyMinutes >= 0)) {
    throw new ValueError(
      `${op}: checkpoints.everyMinutes must be a number of at least 0, got ${describe(everyMinutes)}`,
    );
  }
  const { keepBest = true, onException = true, onSignals = true, overwrite = false } = options;
  for (const [name, value] of Object.entries({ keepBest, onException, onSignals, overwrite })) {
    if (typeof value === 'boolean') continue;
    throw new ArgumentError(`${op}: checkpoints.${name} must be true or false, got ${describe(value)}`);
  }
  return { folder, everySteps, everyMinutes, everyEpochs, keepLast, keepBest, onException, onSignals, overwrite };
}

/**
 * Where a training goes on from: true for the newest checkpoint of its own folder, or a file or folder.
 * @throws ArgumentError for what is neither, and for true without checkpoints
 */
export function readResume(op: string, resume: unknown, checkpoints: SettledCheckpoints | null): boolean | string {
  if (resume === undefined) return false;
  if (typeof resume !== 'boolean' && typeof resume !== 'string') {
    throw new ArgumentError(
      `${op}: resume must be true, false or the name of a file or folder, got ${describe(resume)}`,
    );
  }
  if (resume === true && checkpoints === null) {
    throw new ArgumentError(`${op}: resume: true goes on from the folder that checkpoints names; name one`);
  }
  return resume;
}
