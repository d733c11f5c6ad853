import { describeRun, trainedModel } from '../../../tasks/described_run.js';

/** `lutra evaluate RUN [DATA]`: on the run's own validation data where none are given. */
export async function evaluateRunCommand(
  path: string,
  data: string | undefined,
  { json }: { json: boolean },
): Promise<void> {
  const open = await describeRun(path);
  const trained = trainedModel(open);
  const held = data === undefined ? await open.task.prepare(open.data, open.settings) : await trained.readData(data);
  const { scores, lines } = await trained.evaluate(held);
  const what = data ?? 'the data that the run was validated on';
  console.log(
    json ? JSON.stringify({ run: path, data: data ?? null, ...scores }, null, 2) : [`${what}:`, ...lines].join('\n'),
  );
}
