import { cpus } from 'node:os';
import { cpuInfo } from 'lutra';
import type { Limits } from './limits/limits.js';
import { geometricMean, type Summary } from './statistics.js';
import { isStep, type Workload } from './workloads/kinds.js';
import { memoryBar } from './workloads/memory.js';

/** One line of the results file. `ratio` is the peer's time ÷ Lutra's, pair by pair; 1 for Lutra itself. */
export interface Row {
  readonly workload: string;
  readonly threads: number;
  readonly peer: string;
  readonly median_us: number;
  readonly min_us: number;
  readonly p90_us: number;
  readonly ratio: number;
  /** Peak resident memory of the process, in millions of bytes: the largest of all rounds. */
  readonly rss_mb: number;
}

/** A time in the unit that suits it. */
export function time(us: number): string {
  if (us >= 100_000) return `${(us / 1000).toFixed(0)} ms`;
  if (us >= 10_000) return `${(us / 1000).toFixed(1)} ms`;
  return us >= 100 ? `${us.toFixed(0)} µs` : `${us.toFixed(1)} µs`;
}

/** GFLOP/s or GB/s with the percentage of the machine's limit. */
export function rate(workload: Workload, us: number, limits: Limits | null): string {
  if (workload.flops > 0) {
    const gflops = workload.flops / us / 1000;
    return `${gflops.toFixed(0)} GFLOP/s${limits ? ` (${((100 * gflops) / limits.gflops).toFixed(0)} %)` : ''}`;
  }
  if (workload.bytes > 0) {
    const rateGBs = workload.bytes / us / 1000;
    return `${rateGBs.toFixed(1)} GB/s${limits ? ` (${((100 * rateGBs) / limits.updateGBs).toFixed(0)} %)` : ''}`;
  }
  return '';
}

/** One printed line as the run goes on. */
export function line(workload: Workload, summary: Summary, limits: Limits | null): string {
  const spread = `${time(summary.min)} … ${time(summary.p90)}`;
  return `${workload.name.padEnd(58)} ${time(summary.median).padStart(9)}   ${spread.padEnd(22)} ${rate(workload, summary.median, limits)}`;
}

/** The machine that a table came from, without its name, and the instruction set that everybody is limited to. */
export function machine(limitedTo?: string): string {
  const [cpu] = cpus();
  const { isa, available, compiler } = cpuInfo();
  const widest = available.at(-1);
  const offered = widest === isa ? '' : ` (this CPU offers ${widest})`;
  const limited = limitedTo === undefined ? '' : `, everybody limited by --isa ${limitedTo}`;
  return `${cpu?.model.trim() ?? 'unknown CPU'}, ${cpus().length} cores; kernels: ${isa}${offered}${limited}; ${compiler}; Node ${process.version}; ${process.platform}`;
}

/** What each peer says it ran, in one line. */
export function kernelsOf(kernels: ReadonlyMap<string, string>): string {
  return [...kernels].map(([peer, name]) => `${peer} ${name}`).join(', ');
}

/** A table of the whole steps' peak memory; empty when none ran. */
function memoryTable(
  steps: readonly Workload[],
  rows: readonly Row[],
  peers: readonly string[],
  threadCounts: Iterable<number>,
): string[] {
  const columns = ['lutra', ...peers];
  const out: string[] = [];
  for (const workload of steps) {
    const bar = memoryBar(workload);
    for (const threads of threadCounts) {
      const peaks = columns.map(
        (peer) => rows.find((r) => r.workload === workload.name && r.threads === threads && r.peer === peer)?.rss_mb,
      );
      if (peaks[0] === undefined) continue;
      const cells = peaks.map((mb) => {
        if (mb === undefined) return '–';
        return `${mb.toFixed(0)}${bar !== null && mb * 1e6 > bar ? ' (over)' : ''}`;
      });
      const limit = bar === null ? '' : (bar / 1e6).toFixed(0);
      out.push(`| ${workload.name} | ${threads} | ${cells.join(' | ')} | ${limit} |`);
    }
  }
  if (out.length === 0) return [];
  const head = `| peak memory, MB | threads | Lutra | ${peers.map((p) => `${p} | `).join('')}bar |`;
  return ['', head, `|${'---|'.repeat(columns.length + 3)}`, ...out];
}

/** The ratios of one peer in a line each: over the rows that have a goal, by threads, and over all. */
function summaries(
  peer: string,
  workloads: readonly Workload[],
  rows: readonly Row[],
  threadCounts: readonly number[],
): string[] {
  const own = rows.filter((row) => row.peer === peer);
  const text = (ratios: readonly number[]) =>
    `geometric mean ${geometricMean(ratios).toFixed(2)}, lowest ${Math.min(...ratios).toFixed(2)} over ${ratios.length} rows`;
  const out: string[] = [];
  for (const [k, threads] of threadCounts.entries()) {
    const goals = new Map(workloads.map(({ name, goal }) => [name, goal?.[threads === 1 ? 0 : 1]]));
    const aimed = own.filter((row) => row.threads === threads && goals.get(row.workload) !== undefined);
    if (aimed.length === 0) continue;
    const met = aimed.filter((row) => row.ratio >= goals.get(row.workload)!).length;
    const reached = peer === 'pytorch' ? `; ${met} reach it` : '';
    if (k > 0) out.push('');
    out.push(`${peer}, rows with a goal, threads: ${threads}: ${text(aimed.map(({ ratio }) => ratio))}${reached}`);
  }
  return [...out, '', `${peer}, all rows: ${text(own.map(({ ratio }) => ratio))}`];
}

/** The results as Markdown: a row a workload and thread count, a column a peer; then the memory of the steps. */
export function markdown(
  heading: string,
  workloads: readonly Workload[],
  rows: readonly Row[],
  limits: ReadonlyMap<number, Limits | null>,
): string {
  const peers = [...new Set(rows.map((row) => row.peer))].filter((peer) => peer !== 'lutra');
  const out = [heading, ''];
  for (const [threads, limit] of limits) {
    if (limit) {
      out.push(
        `Limits on ${threads} thread${threads > 1 ? 's' : ''}: ${limit.gflops} GFLOP/s, reading ${limit.readGBs} GB/s, updating ${limit.updateGBs} GB/s`,
      );
    }
  }
  out.push(
    '',
    `| workload | threads | Lutra | rate (of the limit) | ${peers.map((p) => `${p}: time, ratio | `).join('')}goal |`,
  );
  out.push(`|---|---|---|---|${'---|'.repeat(peers.length)}---|`);
  for (const workload of workloads) {
    for (const threads of limits.keys()) {
      const of = (peer: string) =>
        rows.find((r) => r.workload === workload.name && r.threads === threads && r.peer === peer);
      const own = of('lutra');
      if (!own) continue;
      const cells = peers.map((peer) => {
        const row = of(peer);
        return row ? `${time(row.median_us)}, ${row.ratio.toFixed(2)}` : '–';
      });
      const goal = workload.goal?.[threads === 1 ? 0 : 1];
      out.push(
        `| ${workload.name} | ${threads} | ${time(own.median_us)} | ${rate(workload, own.median_us, limits.get(threads) ?? null)} | ${cells.map((c) => `${c} | `).join('')}${goal ?? ''} |`,
      );
    }
  }
  out.push(...memoryTable(workloads.filter(isStep), rows, peers, [...limits.keys()]));
  for (const peer of peers) out.push('', ...summaries(peer, workloads, rows, [...limits.keys()]));
  return `${out.join('\n')}\n`;
}
