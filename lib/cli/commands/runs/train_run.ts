import { basename, join, resolve } from 'node:path';
import { setNumThreads } from '../../../calls/runtime.js';
import { CorpusError, OptionError } from '../../../errors.js';
import { countParameters } from '../../../language_model/model.js';
import { nearest } from '../../../options.js';
import { fitRun, type Prepared, Run, type Task, tasks as taskCode } from '../../../tasks/index.js';
import { JsonLinesLogger } from '../../../training/logs/json_lines_logger.js';
import type { TrainingHistory } from '../../../training/records.js';
import {
  type Configuration,
  checkConfiguration,
  parseConfiguration,
  withUsual,
  writeConfiguration,
} from '../../settings/config_file.js';
import type { SettingValues } from '../../settings/setting.js';
import { isTaskName, type TaskName, tasks } from '../../settings/tasks.js';
import { Interrupt } from '../../terminal/interrupt.js';
import { formatCount, formatDuration } from '../../terminal/progress.js';
import { asSettings, openRun } from './open_run.js';
import type { RunHow } from './told.js';

type Told = Pick<RunHow, 'quiet' | 'json'>;

/** `lutra train TASK DATA`; returns the exit code. */
export async function trainCommand(
  name: TaskName,
  path: string | undefined,
  said: SettingValues,
  how: RunHow,
): Promise<number> {
  const { settings } = tasks[name];
  let config: Configuration = { settings: {} };
  if (how.config !== undefined) {
    config = await checkConfiguration(how.config, await parseConfiguration(how.config), settings);
    if (config.task !== undefined && config.task !== name) {
      throw new OptionError(
        `${how.config} is of a ${config.task}, not of a ${name}; lutra train --config ${how.config}`,
      );
    }
  }
  const data = path ?? config.data;
  if (data === undefined) {
    throw new OptionError(`no data were given: lutra train ${name} FILE, or "data: FILE" in a --config`);
  }
  const values = withUsual(settings, config.settings, said);
  setThreads(values);
  const prepared = await taskCode[name].prepare(data, asSettings(values));
  const run = how.output === undefined ? Run.next(folderOf(data, name)) : Run.named(how.output, how.overwrite);
  Object.assign(values, prepared.found);
  await writeConfig(run, name, data, values);
  for (const [file, content] of Object.entries(prepared.files)) run.write(file, content);
  return train({ run, name, task: taskCode[name], prepared, values, resume: false }, how);
}

/** `lutra train --config FILE`, where the file says what is trained. */
export async function trainConfigCommand(file: string, how: RunHow): Promise<number> {
  const { task } = await parseConfiguration(file);
  if (isTaskName(task)) return trainCommand(task, undefined, {}, { ...how, config: file });
  const names = Object.keys(tasks);
  const close = typeof task === 'string' ? nearest(task, names) : null;
  throw new OptionError(
    task === undefined
      ? `${file} does not say what is trained: add "task: ${names[0]}", or give its name, lutra train NAME --config ${file}`
      : `${file}: task must be one of ${names.join(', ')}${close === null ? '' : `; did you mean '${close}'?`}`,
  );
}

/** `lutra resume RUN`; returns the exit code. */
export async function resumeCommand(path: string, said: SettingValues, told: Told): Promise<number> {
  const { run, name, task, data, values } = await openRun(path, said);
  checkUnfinished(run, values);
  setThreads(values);
  const prepared = await task.prepare(data, asSettings(values));
  for (const [file, content] of Object.entries(prepared.files)) {
    if (run.read(file) === content) continue;
    throw new CorpusError(
      `${data} gives another ${file} than the run has: the data have changed since; train anew with lutra train --config ${run.config}`,
    );
  }
  if (Object.keys(said).length > 0) await writeConfig(run, name, data, values);
  return train({ run, name, task, prepared, values, resume: true }, told);
}

function setThreads({ threads }: SettingValues): void {
  if (typeof threads === 'number') setNumThreads(threads);
}

function folderOf(data: string, name: TaskName): string {
  const plain =
    basename(data)
      .replace(/\..*$/, '')
      .replaceAll(/[*?[\]{}]/g, '') || 'data';
  return join('runs', `${plain === '-' ? 'data' : plain}-${name}`);
}

/** The configuration is written with whole paths, so that it means the same from anywhere. */
async function writeConfig(run: Run, name: TaskName, data: string, values: SettingValues): Promise<void> {
  const whole = (path: string) => (path === '-' ? path : resolve(path));
  const { validation } = values;
  const written = typeof validation === 'string' ? { ...values, validation: whole(validation) } : values;
  run.write(basename(run.config), await writeConfiguration(name, whole(data), tasks[name].settings, written));
}

/** @throws OptionError where there is nothing to go on with */
function checkUnfinished(run: Run, { epochs, patience }: SettingValues): void {
  let ended: { stopped?: string; epochs?: number; patience?: number };
  try {
    ended = JSON.parse(run.read(basename(run.metrics))) as typeof ended;
  } catch {
    return; // it was killed before it wrote them
  }
  const { stopped, epochs: done = 0, patience: borne = 0 } = ended;
  if (stopped === 'epochs' && Number(epochs) <= done) {
    throw new OptionError(`${run.folder} is finished: it made its ${done} passes; --epochs ${2 * done} goes on`);
  }
  if (stopped === 'earlyStopping' && Number(patience) <= borne) {
    throw new OptionError(
      `${run.folder} is finished: after ${done} passes ${borne} had brought nothing better; --patience ${2 * borne} goes on`,
    );
  }
}

interface Training {
  readonly run: Run;
  readonly name: TaskName;
  readonly task: Task;
  readonly prepared: Prepared;
  readonly values: SettingValues;
  readonly resume: boolean;
}

async function train({ run, name, task, prepared, values, resume }: Training, { quiet, json }: Told): Promise<number> {
  const print = (line: string) => {
    if (!quiet && !json) process.stdout.write(`${line}\n`);
  };
  const settings = asSettings(values);
  const { model, training } = prepared;
  for (const line of prepared.about) print(line);
  const passes = settings.epochs === 1 ? '1 pass' : `${settings.epochs} passes`;
  print(
    `Model: ${prepared.architecture}, ${formatCount(countParameters(model))} parameters; ${passes} of ` +
      `${formatCount(training.length)} steps at most, ${settings.optimizer} at ${settings.lr}, seed ${settings.seed}`,
  );
  for (const [baseline, scores] of Object.entries(prepared.baselines)) {
    print(`Baseline, ${baseline}: ${formatScores(scores)}`);
  }
  print(`Run: ${run.folder}\n`);
  // From here on signals are ours until the process ends: one that comes late must not spoil what is being written.
  const stop = new AbortController();
  const interrupt = new Interrupt(() => {
    if (!quiet) process.stderr.write('\nStopping after this step …\n');
    stop.abort();
  });
  const history = await fitRun(prepared, settings, {
    checkpoints: run.checkpoints,
    resume,
    loggers: [new JsonLinesLogger(run.log)],
    progress: !quiet,
    signal: stop.signal,
  });
  run.saveWeights(model, { format: `lutra.${name}`, epoch: String(history.best?.epoch ?? 0) });
  if (history.stopped === 'signal') {
    writeMetrics(run, name, prepared, values, history, null);
    print(`\nStopped after ${formatCount(history.steps)} steps; go on with: lutra resume ${run.folder}`);
    return interrupt.exitCode;
  }
  const trained = task.open(settings, (file) => run.read(file));
  trained.model.loadStateDict(model.stateDict());
  const { scores, lines } = await trained.evaluate(prepared);
  const metrics = writeMetrics(run, name, prepared, values, history, scores);
  if (json) process.stdout.write(`${JSON.stringify(metrics, null, 2)}\n`);
  print(`\n${whyEnded(history)} The best, pass ${history.best?.epoch}, is kept:`);
  for (const line of lines) print(`  ${line}`);
  print(`\nWritten: ${run.weights}, config.yaml, metrics.json, log.jsonl`);
  print(`Apply it: lutra predict ${run.folder} FILE; judge it: lutra evaluate ${run.folder} FILE`);
  return 0;
}

function whyEnded({ stopped, epochs, seconds }: TrainingHistory): string {
  const passes = epochs.length === 1 ? '1 pass' : `${epochs.length} passes`;
  const why = stopped === 'earlyStopping' ? '; the last ones brought nothing better' : '';
  return `Trained ${passes} in ${formatDuration(seconds)}${why}.`;
}

function writeMetrics(
  run: Run,
  task: TaskName,
  { model, baselines }: Prepared,
  { patience, seed }: SettingValues,
  history: TrainingHistory,
  validation: Readonly<Record<string, unknown>> | null,
): unknown {
  const metrics = {
    task,
    folder: resolve(run.folder),
    stopped: history.stopped,
    epochs: history.epochs.length,
    steps: history.steps,
    seconds: history.seconds,
    patience,
    seed,
    parameters: countParameters(model),
    best: history.best,
    validation,
    baselines,
    history: history.epochs,
  };
  run.write(basename(run.metrics), `${JSON.stringify(metrics, null, 2)}\n`);
  return metrics;
}

function formatScores(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
}
