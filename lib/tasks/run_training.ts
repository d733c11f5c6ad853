import { basename, join, resolve } from 'node:path';
import { setNumThreads } from '../calls/runtime.js';
import { CorpusError, OptionError } from '../errors.js';
import { countParameters } from '../language_model/model.js';
import type { SettingValues } from '../settings/setting.js';
import { type TaskName, tasks } from '../settings/tasks.js';
import { JsonLinesLogger } from '../training/logs/json_lines_logger.js';
import type { TrainingHistory } from '../training/records.js';
import { writeConfiguration } from './configuration.js';
import { asSettings, type DescribedRun, describeRun } from './described_run.js';
import { type FitRunOptions, fitRun } from './fit_run.js';
import { Run } from './run.js';
import type { Evaluation, Prepared, Task } from './task.js';
import { taskCode } from './task_code.js';

/** A run whose data are read and whose model is made. */
export interface StartedRun {
  readonly run: Run;
  readonly name: TaskName;
  readonly task: Task;
  readonly prepared: Prepared;
  readonly values: SettingValues;
  /** Whether there is a checkpoint to go on from. */
  readonly resume: boolean;
}

/** How a run ended. */
export interface EndedRun {
  readonly history: TrainingHistory;
  /** What metrics.json holds. */
  readonly metrics: Readonly<Record<string, unknown>>;
  /** How the best weights do on the validation data; null where the training was stopped before its end. */
  readonly evaluation: Evaluation | null;
}

/** Reads data, makes the model and writes the run's description. @throws CorpusError, OptionError */
export async function startRun(
  name: TaskName,
  data: string,
  values: SettingValues,
  { output, overwrite }: { output?: string | undefined; overwrite: boolean },
): Promise<StartedRun> {
  const task = taskCode[name];
  setThreads(values);
  const prepared = await task.prepare(data, asSettings(values));
  const run = output === undefined ? Run.next(folderOf(data, name)) : Run.named(output, overwrite);
  Object.assign(values, prepared.found);
  await writeConfig(run, name, data, values);
  for (const [file, content] of Object.entries(prepared.files)) run.write(file, content);
  return { run, name, task, prepared, values, resume: false };
}

/**
 * Reads the data of a run that was stopped.
 * @param said settings that count more than its own
 * @throws CorpusError where the data have changed; OptionError where it is finished
 */
export async function restartRun(path: string, said: SettingValues): Promise<StartedRun> {
  const described = await describeRun(path, said);
  const { run, name, task, data, values } = described;
  checkUnfinished(described);
  setThreads(values);
  const prepared = await task.prepare(data, asSettings(values));
  for (const [file, content] of Object.entries(prepared.files)) {
    if (run.read(file) === content) continue;
    throw new CorpusError(
      `${data} gives another ${file} than the run has: the data have changed since; train anew with lutra train --config ${run.config}`,
    );
  }
  if (Object.keys(said).length > 0) await writeConfig(run, name, data, values);
  return { run, name, task, prepared, values, resume: true };
}

/** Trains, keeps the best weights, and judges them. */
export async function trainStartedRun(
  { run, name, task, prepared, values, resume }: StartedRun,
  { loggers, ...how }: Omit<FitRunOptions, 'checkpoints' | 'resume'>,
): Promise<EndedRun> {
  const settings = asSettings(values);
  const { model } = prepared;
  const history = await fitRun(prepared, settings, {
    ...how,
    checkpoints: run.checkpoints,
    resume,
    loggers: [new JsonLinesLogger(run.log), ...loggers],
  });
  run.saveWeights(model, { format: `lutra.${name}`, epoch: String(history.best?.epoch ?? 0) });
  let evaluation: Evaluation | null = null;
  if (history.stopped !== 'signal') {
    const trained = task.open(settings, (file) => run.read(file));
    trained.model.loadStateDict(model.stateDict());
    evaluation = await trained.evaluate(prepared);
  }
  const { patience, seed } = values;
  const metrics = {
    task: name,
    folder: resolve(run.folder),
    stopped: history.stopped,
    epochs: history.epochs.length,
    steps: history.steps,
    seconds: history.seconds,
    patience,
    seed,
    parameters: countParameters(model),
    best: history.best,
    validation: evaluation?.scores ?? null,
    baselines: prepared.baselines,
    history: history.epochs,
  };
  run.write(basename(run.metrics), `${JSON.stringify(metrics, null, 2)}\n`);
  return { history, metrics, evaluation };
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
function checkUnfinished({ run, values: { epochs, patience } }: DescribedRun): void {
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
