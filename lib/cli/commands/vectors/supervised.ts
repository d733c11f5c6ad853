/** fastText's supervised models, `.bin` and `.ftz`, in the commands that take a model. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { type ClassifierTest, FastTextClassifier, setNumThreads, textLines } from '../../../index.js';

/** The file begins with this number; the kind of model stands behind eight others, 3 for supervised. */
const [magic, kindAt, supervised] = [793712314, 36, 3];

/** Whether a path is such a model, by its first bytes. */
export function isSupervisedModel(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false;
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(kindAt + 4);
    return (
      readSync(file, head) === head.length && head.readInt32LE(0) === magic && head.readInt32LE(kindAt) === supervised
    );
  } finally {
    closeSync(file);
  }
}

const share = (x: number | null) => (x === null ? '     –' : x.toFixed(4));

/** Precision and recall, over all and by label. */
export function formatScores(test: ClassifierTest, k: number): string[] {
  const labels = Object.entries(test.labels);
  const width = Math.max(5, ...labels.map(([label]) => label.length));
  return [
    `P@${k} ${share(test.precision)}  R@${k} ${share(test.recall)}  ${test.examples} examples`,
    ...labels.map(
      ([label, { precision, recall, f1 }]) =>
        `  ${label.padEnd(width)}  precision ${share(precision)}  recall ${share(recall)}  F1 ${share(f1)}`,
    ),
  ];
}

/** `lutra evaluate MODEL DATA`: lines with labels in them. */
export async function evaluateModelCommand(
  path: string,
  data: string,
  { topK = 1, json }: { topK?: number; json: boolean },
): Promise<void> {
  const model = await FastTextClassifier.load(path);
  const test = await model.test(textLines(data).texts(), { k: topK });
  const lines = [`${data}:`, ...formatScores(test, topK)];
  console.log(json ? JSON.stringify({ model: path, data, k: topK, ...test }, null, 2) : lines.join('\n'));
}

const atOnce = 256;

/** `lutra predict MODEL [DATA]`: a line for each line: labels and their probabilities, parted by spaces. */
export async function predictModelCommand(
  path: string,
  data: string | undefined,
  { topK = 1, threshold = 0, threads, json }: { topK?: number; threshold?: number; threads?: number; json: boolean },
): Promise<number> {
  if (threads !== undefined) setNumThreads(threads);
  const model = await FastTextClassifier.load(path);
  let waiting: string[] = [];
  const tell = () => {
    const answers = model.predictAll(waiting, { k: topK, threshold });
    for (const labels of answers) {
      const line = labels.map(({ label, probability }) => `${label} ${probability.toFixed(4)}`).join(' ');
      process.stdout.write(`${json ? JSON.stringify(labels) : line}\n`);
    }
    waiting = [];
  };
  for await (const line of textLines(data ?? '-').texts()) {
    waiting.push(line);
    if (waiting.length === atOnce || data === undefined) tell();
  }
  if (waiting.length > 0) tell();
  return 0;
}

/** What `lutra inspect` says of it besides its vectors. */
export async function inspectModel(path: string): Promise<{ labels: readonly string[]; lines: string[] }> {
  const model = await FastTextClassifier.load(path);
  const shown = model.labels.slice(0, 10).map((label, k) => `${label} (${model.labelCounts[k]})`);
  return {
    labels: model.labels,
    lines: [`${model}`, `labels: ${shown.join(' ')}${model.labels.length > 10 ? ' …' : ''}`],
  };
}
