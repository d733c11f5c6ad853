// Lutra alone, or beside its peers, process by process in turn, so that drift of the machine hits all alike.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { growth } from './growth.js';
import { type Limits, measureLimits } from './limits/limits.js';
import type { Options } from './options.js';
import { otherAddon } from './peers/other_addon.js';
import { findPeers, lutra, type Measured, type Peer } from './peers/peers.js';
import { kernelsOf, line, machine, markdown, type Row } from './report.js';
import { checkWritable, save } from './results.js';
import { scaling } from './scaling.js';
import { pairedRatio, summarise } from './statistics.js';
import { catalogue } from './workloads/catalogue.js';
import { isStep, type Workload } from './workloads/kinds.js';
import { memoryBar, memoryText } from './workloads/memory.js';
import { operations } from './workloads/operations.js';
import { sizes } from './workloads/sizes.js';

const lists = { table: catalogue, sizes, operations };

/** V8 compiles small training steps for most of a second, on the core that is to be the second thread's. */
const warmUp = 1;

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * True when two peers computed the same thing. A fingerprint (inputs.ts) begins with a length, a sum and a sum of
 * magnitudes; the sum's terms cancel, so it is held against the magnitudes. A step's results are its losses.
 */
function agree(a: readonly number[], b: readonly number[], losses: boolean): boolean {
  if (a.length !== b.length) return a.length === 0 || b.length === 0;
  return a.every((x, i) => {
    const tolerance = i === 1 && !losses ? 1e-4 * Math.abs(a[2]) : 2e-3 * Math.max(Math.abs(x), Math.abs(b[i]), 1e-3);
    return Math.abs(x - b[i]) <= tolerance;
  });
}

/** Runs one workload by turns in every peer, and prints what came out. Notes in `kernels` what each says it ran. */
function measureAll(
  workload: Workload,
  threads: number,
  peers: readonly Peer[],
  limits: Limits | null,
  options: Options,
  kernels: Map<string, string>,
): Row[] {
  const rounds = new Map<Peer, Measured[]>();
  const skipped = new Map<Peer, string>();
  for (let round = 0; round < options.rounds; round++) {
    for (const peer of peers) {
      if (round > 0 && !rounds.has(peer)) continue;
      try {
        const measured = peer.measure({ workload, threads, seconds: options.seconds, warmUp });
        if (typeof measured === 'string') skipped.set(peer, measured);
        else if (measured !== null) rounds.set(peer, [...(rounds.get(peer) ?? []), measured]);
      } catch (error) {
        console.error(`  ${peer.name}: ${(error as Error).message}`);
        rounds.delete(peer);
        process.exitCode = 1;
      }
    }
  }
  const [own] = peers;
  const ownRounds = rounds.get(own);
  if (ownRounds === undefined) return [];
  const ownSamples = ownRounds.map((m) => m.samples);
  const rows: Row[] = [];
  for (const [peer, measured] of rounds) {
    const rss = Math.max(...measured.map((m) => m.rss));
    const memory = isStep(workload) ? `   peak ${memoryText(rss, memoryBar(workload))}` : '';
    if (measured[0].kernels) kernels.set(peer.name, measured[0].kernels);
    const samples = measured.map((m) => m.samples);
    const summary = summarise(samples);
    const ratio = peer === own ? 1 : pairedRatio(ownSamples.slice(0, samples.length), samples);
    rows.push({
      workload: workload.name,
      threads,
      peer: peer.name,
      median_us: summary.median,
      min_us: summary.min,
      p90_us: summary.p90,
      ratio,
      rss_mb: Math.round(rss / 1e5) / 10,
    });
    if (peer === own) {
      const { overhead } = measured[0];
      const counts = overhead ? `   ${overhead.nativeCalls} native calls, ${overhead.allocations} allocations` : '';
      console.log(`${line(workload, summary, limits)}${isStep(workload) ? counts : ''}${memory}`);
    } else {
      const goal = workload.goal?.[threads === 1 ? 0 : 1];
      const differs = agree(measured[0].fingerprint, ownRounds[0].fingerprint, isStep(workload))
        ? ''
        : '   RESULTS DIFFER';
      const verdict = goal !== undefined && peer.name === 'pytorch' ? ` (goal ${goal})` : '';
      console.log(
        `    ${peer.name.padEnd(16)} ${summary.median.toFixed(1).padStart(12)} µs   ratio ${ratio.toFixed(2)}${verdict}${memory}${differs}`,
      );
      if (differs !== '') process.exitCode = 1;
    }
  }
  for (const [peer, why] of skipped) console.log(`    ${peer.name.padEnd(16)} skipped: ${why}`);
  return rows;
}

function boundsText(limit: Limits | null): string {
  return limit ? `: ${limit.gflops} GFLOP/s, read ${limit.readGBs} GB/s, update ${limit.updateGBs} GB/s` : '';
}

/** Runs what the options ask for. @throws Error before anything is measured when they can't be followed. */
export function runSuite(options: Options): void {
  const { filter, json, markdown: markdownFile } = options;
  const sweeps = scaling.map(({ title, points }) => ({ title, workloads: points.map(({ workload }) => workload) }));
  const groups = (options.scaling ? sweeps : [{ title: '', workloads: lists[options.list] }])
    .map(({ title, workloads }) => ({
      title,
      workloads: workloads.filter(({ name }) => filter === undefined || name.includes(filter)),
    }))
    .filter(({ workloads }) => workloads.length > 0);
  if (groups.length === 0) throw new Error(`--filter: no workload's name contains '${filter}'`);
  checkWritable('--json', json);
  checkWritable('--markdown', markdownFile);

  const peers: Peer[] = [lutra(root), ...(options.addon ?? []).map((file) => otherAddon(root, file))];
  if (options.peers) {
    for (const found of findPeers(root)) {
      if (typeof found === 'string') {
        console.log(found);
        continue;
      }
      peers.push(found);
      if (found.scope) console.log(`${found.name}: runs ${found.scope}`);
    }
  }
  const heading = machine(options.isa);
  console.log(heading);
  const rows: Row[] = [];
  const kernels = new Map<string, string>();
  const limits = new Map<number, Limits | null>();
  const all = [...new Map(groups.flatMap(({ workloads }) => workloads.map((w) => [w.name, w]))).values()];
  const grown = () => (options.scaling ? growth(scaling, [...limits.keys()], rows) : '');
  const table = () => markdown(`Machine: ${heading}\n\nKernels: ${kernelsOf(kernels)}`, all, rows, limits);
  for (const threads of new Set(options.threads)) {
    const limit = measureLimits(root, threads);
    limits.set(threads, limit);
    console.log(`\n${threads} thread${threads > 1 ? 's' : ''}${boundsText(limit)}`);
    for (const { title, workloads } of groups) {
      if (title !== '') console.log(`  by ${title}`);
      for (const workload of workloads) {
        // Two sweeps may meet in one size.
        if (rows.some((row) => row.workload === workload.name && row.threads === threads)) continue;
        rows.push(...measureAll(workload, threads, peers, limit, options, kernels));
        save(json, () => `${JSON.stringify(rows, null, 1)}\n`);
        save(markdownFile, () => `${table()}${options.scaling ? `\n${grown()}` : ''}`);
      }
    }
  }
  if (rows.length === 0) throw new Error('nothing could be measured');
  if (options.scaling) console.log(`\n${grown()}`);
  console.log(`\nkernels: ${kernelsOf(kernels)}`);
  if (options.peers) {
    const summaries = table()
      .split('\n')
      .filter((text) => text.includes('geometric mean'));
    console.log(summaries.join('\n'));
  }
}
