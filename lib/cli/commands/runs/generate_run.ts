import { setImmediate as nextTurn } from 'node:timers/promises';
import { setNumThreads } from '../../../calls/runtime.js';
import { OptionError } from '../../../errors.js';
import { describeRun, trainedModel } from '../../../tasks/described_run.js';
import type { GenerateHow } from './told.js';

/** `lutra generate RUN`: prints a text as it comes; returns the exit code. */
export async function generateCommand(path: string, how: GenerateHow): Promise<number> {
  const { prompt, length, greedy, seed, threads, json, topK = null, topP = null } = how;
  if (threads !== undefined) setNumThreads(threads);
  const open = await describeRun(path);
  const trained = trainedModel(open);
  if (trained.generate === undefined) {
    throw new OptionError(
      `${path} is a ${open.name}, which can't generate; lutra train lm TEXT makes a model that can`,
    );
  }
  const temperature = greedy ? 0 : how.temperature;
  let text = '';
  for (const piece of trained.generate({ prompt, length, temperature, topK, topP, seed })) {
    if (json) text += piece;
    else process.stdout.write(piece);
    // Written at once, and Ctrl-C has its turn.
    await nextTurn();
  }
  process.stdout.write(json ? `${JSON.stringify({ prompt, text })}\n` : '\n');
  return 0;
}
