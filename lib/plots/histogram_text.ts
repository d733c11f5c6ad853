import type { Counts } from './counts.js';
import { rangeOf, shortNumber } from './plot_data.js';

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const mostLines = 24;

/** A bar of blocks, exact to an eighth of a character. */
export function barOf(share: number, width: number): string {
  const parts = Math.round(share * width * 8);
  return '█'.repeat(Math.floor(parts / 8)) + eighths[parts % 8];
}

/** A line for each bin, or for several where there are many: its lower end, a bar, how many. */
export function histogramText(title: string, { edges, counts }: Counts, columns: number): string[] {
  const each = Math.ceil(counts.length / mostLines);
  const lines = Array.from({ length: Math.ceil(counts.length / each) }, (_, line) => ({
    from: shortNumber(edges[line * each]),
    count: counts.subarray(line * each, (line + 1) * each).reduce((sum, count) => sum + count, 0),
  }));
  const most = Math.max(1, rangeOf(lines.map(({ count }) => count))[1]);
  const left = Math.max(...lines.map(({ from }) => from.length));
  const right = String(most).length;
  const room = Math.max(4, columns - left - right - 3);
  const out = title === '' ? [] : [title.slice(0, columns)];
  for (const { from, count } of lines) {
    out.push(`${from.padStart(left)} ${barOf(count / most, room).padEnd(room)} ${String(count).padStart(right)}`);
  }
  return out;
}
