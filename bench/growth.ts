import { type Row, time } from './report.js';
import type { Point, Sweep } from './scaling.js';

/** A factor to two digits: ×0.97, ×3.8, ×16. */
function factor(value: number): string {
  return `×${value >= 10 ? value.toFixed(0) : value.toPrecision(2)}`;
}

/** One sweep as a padded Markdown table, which reads well in a terminal too. */
function table(sweep: Sweep, peer: string, threadCounts: readonly number[], rows: readonly Row[]): string[] {
  const taken = ({ workload }: Point, threads: number) =>
    rows.find((r) => r.workload === workload.name && r.threads === threads && r.peer === peer)?.median_us;
  const several = threadCounts.length > 1;
  const cells: string[][] = [[sweep.title, 'work']];
  for (const threads of threadCounts) {
    cells[0].push(`${threads} thread${threads > 1 ? 's' : ''}`, 'growth', `µs per ${sweep.item}`);
    if (several && threads !== threadCounts[0]) cells[0].push('faster');
  }
  let before: Point | undefined;
  for (const point of sweep.points) {
    if (threadCounts.every((threads) => taken(point, threads) === undefined)) continue;
    const line = [String(point.size), before ? factor(point.work / before.work) : ''];
    for (const threads of threadCounts) {
      const us = taken(point, threads);
      const usBefore = before && taken(before, threads);
      const usFirst = taken(point, threadCounts[0]);
      line.push(us === undefined ? '–' : time(us));
      line.push(us === undefined || usBefore === undefined ? '' : factor(us / usBefore));
      line.push(us === undefined ? '–' : (us / point.items).toPrecision(3));
      if (several && threads !== threadCounts[0]) {
        line.push(us === undefined || usFirst === undefined ? '' : factor(usFirst / us));
      }
    }
    cells.push(line);
    before = point;
  }
  if (cells.length === 1) return [];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const text = (line: readonly string[]) => `| ${line.map((cell, k) => cell.padStart(widths[k])).join(' | ')} |`;
  return [
    text(cells[0]),
    `|${widths.map((width) => `${'-'.repeat(width + 1)}:|`).join('')}`,
    ...cells.slice(1).map(text),
  ];
}

/**
 * How cost grows along every sweep, a table for each peer: `work` and `growth` are factors against the line before, so
 * equal factors mean that time follows the work; `faster` is against the first number of threads.
 */
export function growth(sweeps: readonly Sweep[], threadCounts: readonly number[], rows: readonly Row[]): string {
  const peers = [...new Set(rows.map((row) => row.peer))];
  const out: string[] = [];
  for (const sweep of sweeps) {
    for (const peer of peers) {
      const lines = table(sweep, peer, threadCounts, rows);
      if (lines.length > 0) out.push(`Growth with ${sweep.title}, ${peer}:`, '', ...lines, '');
    }
  }
  return out.join('\n');
}
