import { classifierTask } from './classifier/task.js';
import { languageTask } from './language/task.js';
import { recommenderTask } from './recommender/task.js';
import { taggerTask } from './tagger/task.js';
import type { Task } from './task.js';

/** What the command line trains, by name. */
export const tasks = {
  lm: languageTask,
  classifier: classifierTask,
  tagger: taggerTask,
  recommender: recommenderTask,
} as unknown as Readonly<Record<string, Task>>;

export { fitRun } from './fit_run.js';
export { Run } from './run.js';
export type * from './task.js';
