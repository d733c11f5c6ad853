// pca, tsne and umap: seconds and trustworthiness, beside scikit-learn's and umap-learn's of the Python that LUTRA_BENCH_PYTHON names.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  Generator,
  loadNpy,
  pca,
  randn,
  saveNpy,
  setNumThreads,
  type Tensor,
  trustworthiness,
  tsne,
  umap,
} from 'lutra';
import type { Options } from '../options.js';
import { checkWritable, save } from '../results.js';

interface Case {
  readonly name: string;
  readonly peer: string;
  readonly points: number;
  readonly dim: number;
  readonly run: (x: Tensor, seed: number) => Tensor | Promise<Tensor>;
}

const cases: readonly Case[] = [
  { name: 'pca', peer: 'scikit-learn', points: 50_000, dim: 100, run: (x) => pca(x).projected },
  { name: 'tsne', peer: 'scikit-learn', points: 2000, dim: 100, run: (x, seed) => tsne(x, { seed }) },
  { name: 'tsne', peer: 'scikit-learn', points: 10_000, dim: 100, run: (x, seed) => tsne(x, { seed }) },
  { name: 'umap', peer: 'umap-learn', points: 10_000, dim: 100, run: (x, seed) => umap(x, { seed }) },
  { name: 'umap', peer: 'umap-learn', points: 50_000, dim: 100, run: (x, seed) => umap(x, { seed }) },
];

/** Fifty groups, each about a curved sheet of two dimensions with noise: neighbours that a picture can keep, and some that it can't. */
function pointsOf({ points, dim }: Case): Tensor {
  const generator = new Generator(points);
  const groups = 50;
  const size = points / groups;
  const centers = randn([groups, 1, dim], { generator }).mul(0.7);
  const sheets = randn([groups, 4, dim], { generator });
  const places = randn([groups, size, 4], { generator });
  places.narrow(2, 2, 2).copy_(places.narrow(2, 0, 2).pow(2).mul(0.3));
  const noise = randn([groups, size, dim], { generator }).mul(0.3);
  return places.matmul(sheets).mul(0.5).add(centers).add(noise).reshape([points, dim]);
}

interface Measured {
  readonly seconds: number;
  /** Of the process, on all threads; NaN for peers. */
  readonly cpu: number;
  readonly embedding: Tensor;
}

async function measure(of: Case, x: Tensor, seed: number): Promise<Measured> {
  const before = process.cpuUsage();
  const began = performance.now();
  const embedding = await of.run(x, seed);
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpu: (user + system) / 1e6, embedding };
}

const script = join(dirname(fileURLToPath(import.meta.url)), '../../../bench/projections/peer.py');

/** What a peer makes of the points; null where there is none. */
function measurePeer(python: string, of: Case, x: Tensor, threads: number): Measured | null {
  const folder = mkdtempSync(join(tmpdir(), 'lutra-projections-'));
  try {
    const [source, target] = [join(folder, 'in.npy'), join(folder, 'out.npy')];
    saveNpy(source, x);
    const env = { ...process.env, OMP_NUM_THREADS: String(threads), OPENBLAS_NUM_THREADS: String(threads) };
    const answer = spawnSync(python, [script, of.name, source, target, String(threads)], { encoding: 'utf8', env });
    if (answer.status !== 0) {
      const why = answer.error?.message ?? answer.stderr.trim().split('\n').pop();
      console.log(`  ${of.peer}: skipped (${why})`);
      return null;
    }
    return { seconds: Number(answer.stdout), cpu: Number.NaN, embedding: loadNpy(target) as Tensor };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Prints a line for each case and number of threads. @throws Error before anything is measured where a file can't be written */
export async function runProjections(options: Options): Promise<void> {
  checkWritable('--json', options.json);
  const chosen = cases.filter(({ name }) => options.filter === undefined || name.includes(options.filter));
  if (chosen.length === 0) throw new Error(`--filter: no workload's name contains '${options.filter}'`);
  const python = process.env.LUTRA_BENCH_PYTHON;
  if (python === undefined)
    console.log('alone: LUTRA_BENCH_PYTHON names no Python that has scikit-learn or umap-learn');
  const rows: object[] = [];
  for (const of of chosen) {
    const x = pointsOf(of);
    for (const threads of options.threads) {
      setNumThreads(threads);
      const name = `${of.name} ${of.points} x ${of.dim}`;
      const note = (peer: string, { seconds, cpu, embedding }: Measured) => {
        const trust = trustworthiness(x, embedding);
        rows.push({ workload: name, threads, peer, seconds, cpu, trustworthiness: trust });
        save(options.json, () => `${JSON.stringify(rows, null, 1)}\n`);
        const time = `${seconds.toFixed(2)} s${Number.isNaN(cpu) ? '' : ` (${cpu.toFixed(2)} s of CPU)`}`;
        console.log(`${name}, ${threads} threads, ${peer}: ${time}, trustworthiness ${trust.toFixed(4)}`);
      };
      for (let round = 0; round < options.rounds; round++) {
        note('lutra', await measure(of, x, round));
        const theirs = python === undefined ? null : measurePeer(python, of, x, threads);
        if (theirs !== null) note(of.peer, theirs);
      }
    }
  }
}
