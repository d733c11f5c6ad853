import { afterEach, expect, test, vi } from 'vitest';
import type { ProgressStream } from '../../lib/index.js';
import { TrainingProgress } from '../../lib/training/progress.js';
import { setUp } from './small_problem.js';

/** What cli-progress uses of a terminal, and what was written to it. */
function terminal(columns: number) {
  const written: string[] = [];
  const write = (text: string) => written.push(text) > 0;
  const stream = {
    isTTY: true,
    columns,
    write,
    cursorTo: () => true,
    clearLine: () => true,
    moveCursor: () => true,
  };
  return { stream: stream as ProgressStream, text: () => written.join('') };
}

const run = {
  epoch: 3,
  epochs: 12,
  step: 40,
  steps: 400,
  batch: 20,
  batches: 40,
  loss: 1,
  recentLoss: 1.23456,
} as never;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

async function drawn(columns: number): Promise<string> {
  vi.useFakeTimers();
  const { stream, text } = terminal(columns);
  const progress = new TrainingProgress({ stream });
  await progress.load();
  vi.advanceTimersByTime(1000);
  progress.step(run);
  vi.advanceTimersByTime(1000);
  progress.clear();
  return text();
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: what terminals understand begins with one.
const plain = (text: string) => text.replaceAll(/\x1b(?:\[[\d;?]*[A-Za-z]|\d)/g, '');
/** What was drawn last: the drawing before says 0%. */
const lastLine = (text: string) => plain(text).match(/(?:epoch 3\/12 (?:(?!epoch).)*)?50%.*$/)![0];

test('a bar has the width of its terminal at most, down to one of 20 columns', async () => {
  for (const columns of [120, 80, 50, 36, 20, 8]) {
    const line = lastLine(await drawn(columns)).trimEnd();
    expect(line).toContain('50%');
    expect(line.length, `${columns}: ${line}`).toBeLessThanOrEqual(columns);
    if (columns >= 80) expect(line).toMatch(/^epoch 3\/12 █+░+ 50% · loss 1.2346/);
    if (columns === 20) expect(line).toBe('50%');
  }
});

test('colours are left out where NO_COLOR says so', async () => {
  vi.stubEnv('NO_COLOR', '');
  vi.stubEnv('TERM', 'xterm');
  expect(await drawn(100)).toContain('\x1b[36m');
  vi.stubEnv('NO_COLOR', '1');
  expect(await drawn(100)).not.toContain('\x1b[36m');
});

test('where there is no terminal a pass is one line, and now and then there is one between', async () => {
  const lines: string[] = [];
  const stream: ProgressStream = { write: (text) => lines.push(text) };
  const { trainer, loader, held } = setUp();
  await trainer.fit(loader, { epochs: 2, validation: held, progress: { stream } });
  expect(lines).toHaveLength(2);
  expect(lines[1]).toMatch(/^epoch 2\/2 · loss \d\.\d{4} · validation loss \d\.\d{4} · 0:0\d\n$/);
  lines.length = 0;
  vi.useFakeTimers();
  const progress = new TrainingProgress({ stream, everySeconds: 5 });
  for (let second = 0; second < 12; second++) {
    vi.advanceTimersByTime(1000);
    progress.step(run);
  }
  expect(lines).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^epoch 3\/12 · 50% · loss 1.2346 · /)));
});

test('silence is silence', async () => {
  const write = vi.spyOn(process.stderr, 'write');
  const { trainer, loader } = setUp();
  await trainer.fit(loader, { epochs: 2, progress: false });
  expect(write).not.toHaveBeenCalled();
  write.mockRestore();
  await expect(trainer.fit(loader, { epochs: 1, progress: { everySeconds: 0 } })).rejects.toThrow(
    /progress.everySeconds must be a number above 0, got 0/,
  );
});
