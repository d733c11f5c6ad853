import { CorpusError } from '../errors.js';
import type { SettingValues } from '../settings/setting.js';
import { isTaskName, type TaskName, tasks } from '../settings/tasks.js';
import { checkConfiguration, parseConfiguration, withUsual } from './configuration.js';
import { Run } from './run.js';
import type { Task, Trained, TrainingSettings } from './task.js';
import { taskCode } from './task_code.js';

/** A run, as its configuration describes it. */
export interface DescribedRun {
  readonly run: Run;
  readonly name: TaskName;
  readonly task: Task;
  readonly data: string;
  readonly values: SettingValues;
  readonly settings: TrainingSettings;
}

/** @param said what counts more than the run's own settings @throws CorpusError, OptionError */
export async function describeRun(path: string, said: SettingValues = {}): Promise<DescribedRun> {
  const run = Run.open(path);
  const given = await parseConfiguration(run.config);
  const { task: name } = given;
  if (!isTaskName(name)) {
    throw new CorpusError(`${run.config}: task must be one of ${Object.keys(tasks).join(', ')}`);
  }
  const { settings } = tasks[name];
  const config = await checkConfiguration(run.config, given, settings);
  if (config.data === undefined) throw new CorpusError(`${run.config}: does not say what data the run is of`);
  const values = withUsual(settings, config.settings, said);
  return { run, name, task: taskCode[name], data: config.data, values, settings: asSettings(values) };
}

/** The settings' names and kinds are those that the task asks for: checked against its description. */
export function asSettings(values: SettingValues): TrainingSettings {
  return values as unknown as TrainingSettings;
}

/** The run's model, with its weights. @throws CorpusError */
export function trainedModel({ run, name, task, settings }: DescribedRun): Trained {
  const trained = task.open(settings, (file) => run.read(file));
  run.loadWeights(trained.model, name);
  trained.model.eval();
  return trained;
}
