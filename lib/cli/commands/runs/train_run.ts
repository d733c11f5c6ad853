import { OptionError } from '../../../errors.js';
import { countParameters } from '../../../language_model/model.js';
import { nearest } from '../../../options.js';
import type { SettingValues } from '../../../settings/setting.js';
import { isTaskName, type TaskName, tasks } from '../../../settings/tasks.js';
import { type Configuration, checkConfiguration, parseConfiguration, withUsual } from '../../../tasks/configuration.js';
import { asSettings } from '../../../tasks/described_run.js';
import { restartRun, type StartedRun, startRun, trainStartedRun } from '../../../tasks/run_training.js';
import type { TrainingHistory } from '../../../training/records.js';
import { Interrupt } from '../../terminal/interrupt.js';
import { formatCount, formatDuration } from '../../terminal/progress.js';
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
  return train(await startRun(name, data, withUsual(settings, config.settings, said), how), how);
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
  return train(await restartRun(path, said), told);
}

async function train(started: StartedRun, { quiet, json }: Told): Promise<number> {
  const print = (line: string) => {
    if (!quiet && !json) process.stdout.write(`${line}\n`);
  };
  const { run, prepared, values } = started;
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
  const { history, metrics, evaluation } = await trainStartedRun(started, {
    loggers: [],
    progress: !quiet,
    signal: stop.signal,
  });
  if (evaluation === null) {
    print(`\nStopped after ${formatCount(history.steps)} steps; go on with: lutra resume ${run.folder}`);
    return interrupt.exitCode;
  }
  if (json) process.stdout.write(`${JSON.stringify(metrics, null, 2)}\n`);
  print(`\n${whyEnded(history)} The best, pass ${history.best?.epoch}, is kept:`);
  for (const line of evaluation.lines) print(`  ${line}`);
  print(`\nWritten: ${run.weights}, config.yaml, metrics.json, log.jsonl`);
  print(`Apply it: lutra predict ${run.folder} FILE; judge it: lutra evaluate ${run.folder} FILE`);
  return 0;
}

function whyEnded({ stopped, epochs, seconds }: TrainingHistory): string {
  const passes = epochs.length === 1 ? '1 pass' : `${epochs.length} passes`;
  const why = stopped === 'earlyStopping' ? '; the last ones brought nothing better' : '';
  return `Trained ${passes} in ${formatDuration(seconds)}${why}.`;
}

function formatScores(scores: Readonly<Record<string, number>>): string {
  return Object.entries(scores)
    .map(([name, value]) => `${name} ${value.toFixed(4)}`)
    .join(', ');
}
