import { setNumThreads } from '../../../calls/runtime.js';
import { describeRun, trainedModel } from '../../../tasks/described_run.js';
import type { Trained } from '../../../tasks/task.js';
import type { PredictHow } from './told.js';

/** Inputs that the model sees at once. */
const batchSize = 64;

/** `lutra predict RUN [DATA]`: a line for each input; returns the exit code. */
export async function predictCommand(path: string, data: string | undefined, how: PredictHow): Promise<number> {
  if (how.threads !== undefined) setNumThreads(how.threads);
  const trained = trainedModel(await describeRun(path));
  if (data === undefined || data === '-') {
    for await (const lines of inputLines())
      tell(
        trained,
        lines.map((line) => trained.lineInput(line)),
        how,
      );
  } else {
    tell(trained, await trained.readInputs(data), how);
  }
  return 0;
}

function tell(trained: Trained, inputs: readonly unknown[], { topK, threshold, json }: PredictHow): void {
  for (let start = 0; start < inputs.length; start += batchSize) {
    const answers = trained.predict(inputs.slice(start, start + batchSize), { topK, threshold });
    const lines = answers.map((answer) => (json ? JSON.stringify(answer.json) : answer.line));
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

/** The lines of the standard input as they come, so that whoever writes them gets answers at once. */
async function* inputLines(): AsyncGenerator<string[]> {
  if (process.stdin.isTTY) process.stderr.write('Type an input and press Enter; Ctrl-D ends.\n');
  process.stdin.setEncoding('utf8');
  let rest = '';
  for await (const text of process.stdin as AsyncIterable<string>) {
    const lines = (rest + text).split('\n');
    rest = lines.pop()!;
    const full = lines.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '');
    if (full.length > 0) yield full;
  }
  if (rest.trim() !== '') yield [rest];
}
