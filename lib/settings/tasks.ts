import { classifierSettings } from './classifier.js';
import { languageSettings } from './language.js';
import { recommenderSettings } from './recommender.js';
import type { TaskAbout } from './setting.js';
import { taggerSettings } from './tagger.js';

export const tasks = {
  lm: languageSettings,
  classifier: classifierSettings,
  tagger: taggerSettings,
  recommender: recommenderSettings,
} satisfies Record<string, TaskAbout>;

export type TaskName = keyof typeof tasks;

export function isTaskName(name: unknown): name is TaskName {
  return typeof name === 'string' && Object.hasOwn(tasks, name);
}
