import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { formatCount, formatDuration, ReadingProgress, TrainingProgress } from '../../../lib/cli/terminal/progress.js';
import type { TrainProgress } from '../../../lib/language_model/train.js';

/** A stream that remembers, and is or isn't a terminal. */
function makeStream(isTTY: boolean, columns = 120) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns }) as unknown as NodeJS.WriteStream;
  let written = '';
  stream.on('data', (data) => {
    written += data;
  });
  return { stream, text: () => written };
}

function at(epochTokens: number, epoch = 1): TrainProgress {
  const rates = { loss: 5.4321, tokensPerSecond: 12345.6, secondsLeft: 83 };
  return { epoch, epochs: 2, epochTokens, epochTokensTotal: 1000, ...rates };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance', 'setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

test('a terminal gets a bar with loss, pace and time left, one a pass', () => {
  const { stream, text } = makeStream(true);
  const progress = new TrainingProgress(stream);
  progress.step(at(500));
  vi.advanceTimersByTime(1000);
  progress.step(at(510));
  expect(text()).toContain('pass 1/2');
  expect(text()).toContain('51% · loss 5.432 · 12,346 tokens/s · 1:23 left');
  progress.step(at(10, 2));
  expect(text()).toContain('pass 2/2');
  progress.clear();
  const before = text();
  vi.advanceTimersByTime(10_000);
  expect(text()).toBe(before);
});

test.each([
  [100, '░ 51% · loss 5.432 · 12,346 tokens/s · 1:23 left'],
  [80, '░ 51% · loss 5.432 · 12,346 tokens/s · 1:23 left'],
  [70, 'pass 1/2 51% · loss 5.432 · 12,346 tokens/s · 1:23 left'],
  [50, 'pass 1/2 51% · loss 5.432 · 1:23 left'],
  [40, 'pass 1/2 51% · 1:23 left'],
  [20, '51%'],
])('a terminal of %i columns gets what it has room for, and nothing is cut', (columns, expected) => {
  const { stream, text } = makeStream(true, columns);
  const progress = new TrainingProgress(stream);
  progress.step(at(500));
  vi.advanceTimersByTime(1000);
  progress.step(at(510));
  progress.clear();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: what moves the cursor.
  const lines = text().split(/\x1b\[[\d?]*[a-zA-Z]|\r|\n/);
  expect(lines.some((line) => line.endsWith(expected))).toBe(true);
  for (const line of lines) expect(line.length).toBeLessThan(columns);
});

test('reading a long text shows how far it is', () => {
  for (const isTTY of [true, false]) {
    const { stream, text } = makeStream(isTTY);
    const progress = new ReadingProgress(stream);
    progress.step(0.1);
    expect(text()).toBe('');
    vi.advanceTimersByTime(11_000);
    progress.step(0.256);
    expect(text()).toBe(isTTY ? '\rreading the text: 25%' : 'reading the text: 25%\n');
    progress.clear();
    expect(text().endsWith(isTTY ? '\r\x1b[K' : '25%\n')).toBe(true);
  }
});

test('anything else gets a line every ten seconds', () => {
  const { stream, text } = makeStream(false);
  const progress = new TrainingProgress(stream);
  for (let second = 1; second <= 25; second++) {
    vi.advanceTimersByTime(1000);
    progress.step(at(second * 10));
  }
  progress.clear();
  expect(text().split('\n')).toEqual([
    'pass 1/2 10% · loss 5.432 · 12,346 tokens/s · 1:23 left',
    'pass 1/2 20% · loss 5.432 · 12,346 tokens/s · 1:23 left',
    '',
  ]);
});

test('numbers are written for people', () => {
  expect([0, 999.6, 1234567].map(formatCount)).toEqual(['0', '1,000', '1,234,567']);
  expect([0, 9.4, 59.6, 83, 3600, 36061].map(formatDuration)).toEqual([
    '0:00',
    '0:09',
    '1:00',
    '1:23',
    '1:00:00',
    '10:01:01',
  ]);
  expect(formatDuration(-3)).toBe('0:00');
});
