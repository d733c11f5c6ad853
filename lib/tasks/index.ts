export type { SettingValue, SettingValues } from '../settings/setting.js';
export type { TaskName } from '../settings/tasks.js';
export type {
  LabelledText,
  NextItems,
  NextTokens,
  PredictionInput,
  PredictionOf,
  TaggedWords,
  TaskPredictions,
} from './predictions.js';
export type { GenerateSettings, PredictSettings } from './task.js';
export { type RunResult, resumeRun, type TrainRunOptions, trainRun } from './train_run.js';
export { type GenerateOptions, openRun, TrainedRun } from './trained_run.js';
