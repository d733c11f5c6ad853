import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import type { SettingValues } from '../settings/setting.js';
import { isTaskName, type TaskName, tasks } from '../settings/tasks.js';
import type { TrainingCallback } from '../training/callbacks.js';
import { checkSignal, type FitSignal } from '../training/fit_options.js';
import type { TrainingLogger } from '../training/logs/logger.js';
import type { ProgressOptions } from '../training/progress.js';
import type { TrainingHistory } from '../training/records.js';
import { checkConfiguration, withUsual } from './configuration.js';
import { restartRun, type StartedRun, startRun, trainStartedRun } from './run_training.js';
import { openRun, type TrainedRun } from './trained_run.js';

/** How a run is trained; `settings` are those of `lutra train TASK --help`, in camelCase. */
export interface TrainRunOptions {
  /** Settings of the task, such as `{ epochs: 3, textColumn: 'body' }`. Default: what the command takes. */
  settings?: SettingValues;
  /** The run's folder. Default: `runs/NAME-TASK` by the data's name, with a number where that is taken. */
  output?: string;
  /** Write into `output` even where an earlier run is in it. Default false. */
  overwrite?: boolean;
  /** Told the losses and metrics, besides the run's own `log.jsonl`. */
  loggers?: readonly TrainingLogger[];
  callbacks?: readonly TrainingCallback[];
  /** As of `Trainer.fit`. Default false. */
  progress?: boolean | ProgressOptions;
  /** Aborting it ends the training after the step under way, with a checkpoint that `resumeRun` goes on from. */
  signal?: FitSignal;
}

/** What a training gave. */
export interface RunResult<Name extends TaskName = TaskName> {
  /** The run with its best weights, ready to predict. */
  readonly run: TrainedRun<Name>;
  readonly history: TrainingHistory;
  /** What is in the run's `metrics.json`. */
  readonly metrics: Readonly<Record<string, unknown>>;
}

const howNames = ['loggers', 'callbacks', 'progress', 'signal'];

/**
 * Trains a model of a file of data, as `lutra train TASK DATA` does, and writes it into a folder of its own.
 *
 * @param task `'classifier'` of texts, `'tagger'` of words, `'recommender'` of next items, `'lm'` a language model
 * @param data a path, or a pattern where the task takes several files; how data are written is in the guide to commands
 * @throws CorpusError for data that can't be read or learned from; OptionError, ArgumentError for what is no setting
 * @since 0.1.0
 *
 * @example
 * const { run, metrics } = await trainRun('classifier', 'mails.csv', { settings: { epochs: 3 } });
 * run.predict(['free money']); // [{ labels: [{ label: 'spam', probability: 0.98 }] }]
 */
export async function trainRun<Name extends TaskName>(
  task: Name,
  data: string,
  options?: TrainRunOptions,
): Promise<RunResult<Name>> {
  const op = 'trainRun';
  if (!isTaskName(task)) {
    throw new ValueError(`${op}: task must be one of ${Object.keys(tasks).join(', ')}, got ${describe(task)}`);
  }
  if (typeof data !== 'string') throw new ArgumentError(`${op}: data must be a path, got ${describe(data)}`);
  const given = checkOptions(op, options, ['settings', 'output', 'overwrite', ...howNames]);
  const { output, overwrite = false } = given;
  if (output !== undefined && (typeof output !== 'string' || output === '')) {
    throw new ArgumentError(`${op}: output must be the path of a folder, got ${describe(output)}`);
  }
  const how = checkHow(op, given);
  const settings = await checkSettings(op, task, given.settings);
  const started = await startRun(task, data, withUsual(tasks[task].settings, settings), { output, overwrite });
  return finish(started, how);
}

/**
 * Goes on with a run that was stopped, as `lutra resume` does: with the batch that would have come next, to the same bits.
 *
 * @param folder of the run
 * @param options `settings` may say other `epochs`, `patience`, `threads`
 * @throws CorpusError where it is no run, or its data have changed; OptionError where it is finished
 * @since 0.1.0
 */
export async function resumeRun(
  folder: string,
  options?: Omit<TrainRunOptions, 'output' | 'overwrite'>,
): Promise<RunResult> {
  const op = 'resumeRun';
  if (typeof folder !== 'string') throw new ArgumentError(`${op}: folder must be a path, got ${describe(folder)}`);
  const given = checkOptions(op, options, ['settings', ...howNames]);
  const how = checkHow(op, given);
  const said = given.settings ?? {};
  checkOptions(`${op}: settings`, said, ['epochs', 'patience', 'threads']);
  for (const [name, value] of Object.entries(said)) {
    if (Number.isSafeInteger(value) && (value as number) >= 1) continue;
    throw new ValueError(`${op}: settings.${name} must be an integer of at least 1, got ${describe(value)}`);
  }
  return finish(await restartRun(folder, said), how);
}

type How = Required<Pick<TrainRunOptions, 'loggers' | 'callbacks' | 'progress'>> & Pick<TrainRunOptions, 'signal'>;

function checkHow(op: string, { loggers = [], callbacks = [], progress = false, signal }: TrainRunOptions): How {
  for (const [name, list] of Object.entries({ loggers, callbacks })) {
    if (!Array.isArray(list)) throw new ArgumentError(`${op}: ${name} must be an array, got ${describe(list)}`);
  }
  const checked = checkSignal(op, signal);
  return { loggers, callbacks, progress, ...(checked === null ? {} : { signal: checked }) };
}

async function checkSettings(op: string, task: TaskName, settings: SettingValues = {}): Promise<SettingValues> {
  checkOptions(
    `${op}: settings`,
    settings,
    tasks[task].settings.map(({ name }) => name),
  );
  return (await checkConfiguration(`${op}: settings`, settings, tasks[task].settings)).settings;
}

async function finish<Name extends TaskName>(started: StartedRun, how: How): Promise<RunResult<Name>> {
  const { history, metrics } = await trainStartedRun(started, how);
  const run = await openRun(started.run.folder, started.name as Name);
  return { run, history, metrics };
}
