import type { TaskName } from '../settings/tasks.js';
import { classifierTask } from './classifier/task.js';
import { languageTask } from './language/task.js';
import { recommenderTask } from './recommender/task.js';
import { taggerTask } from './tagger/task.js';
import type { Task } from './task.js';

/** What the command line trains, by name. */
export const taskCode = {
  lm: languageTask,
  classifier: classifierTask,
  tagger: taggerTask,
  recommender: recommenderTask,
} as unknown as Readonly<Record<TaskName, Task>>;
