// Reading of corpora and of vectors as text, beside fastText and gensim.
import { spawnSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeyedVectors, randn, setNumThreads, Vocabulary } from 'lutra';
import type { Options } from '../options.js';
import { brown } from './corpora.js';
import { measureTables } from './tables.js';

/** Times that the corpus is repeated, so that starting a process does not count. */
const repeats = 20;
const runs = 3;
const [vectorRows, vectorDim] = [20_000, 300];

async function fastest(run: () => Promise<unknown> | unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < runs; k++) {
    const began = performance.now();
    await run();
    best = Math.min(best, performance.now() - began);
  }
  return best / 1000;
}

/** Counts words, which fastText does before it trains: the difference between a long corpus and a short one. */
async function measureCounting(folder: string, short: string, { threads, peers }: Options): Promise<void> {
  const long = join(folder, 'long.txt');
  const text = readFileSync(short);
  writeFileSync(long, '');
  for (let k = 0; k < repeats; k++) appendFileSync(long, text);
  const fastText = (input: string) => {
    const options = ['-dim', '1', '-epoch', '0', '-maxn', '0', '-bucket', '0', '-thread', '1', '-verbose', '0'];
    return spawnSync('fasttext', ['skipgram', '-input', input, '-output', join(folder, 'counted'), ...options]).status;
  };
  let theirs: number | null = null;
  if (peers && fastText(short) === 0) {
    theirs = (await fastest(() => fastText(long))) - (await fastest(() => fastText(short)));
  }
  for (const count of threads) {
    setNumThreads(count);
    const build = (path: string) => fastest(() => Vocabulary.build(path, { minCount: 5 }));
    const ours = (await build(long)) - (await build(short));
    const megabytes = (statSync(long).size - statSync(short).size) / 1e6 / ours;
    const ratio = theirs === null ? '' : `   fastText ratio ${(theirs / ours).toFixed(2)} (goal 3)`;
    console.log(`vocabulary, ${count} thread${count > 1 ? 's' : ''}: ${megabytes.toFixed(0)} MB/s${ratio}`);
  }
}

/** Compiles (once) scan.cc; null, with a line that says why, where there is no compiler. */
function scanner(folder: string): string | null {
  const program = join(folder, 'scan');
  const source = join(dirname(fileURLToPath(import.meta.url)), '../../../bench/vectors/scan.cc');
  const made = spawnSync('c++', ['-O3', '-std=c++17', '-pthread', source, '-o', program], { encoding: 'utf8' });
  if (made.status === 0) return program;
  console.log(`scan: skipped, ${made.error?.message ?? made.stderr.split('\n')[0]}`);
  return null;
}

/** Seconds in which as many threads read a file and find its newlines, each its share of it: what no reader of lines can do without. */
function scan(program: string, path: string, threads: number): number {
  return Number(spawnSync(program, [path, String(threads), String(runs)], { encoding: 'utf8' }).stdout);
}

/** Loads a file as GloVe's are, which gensim reads by `load_word2vec_format(no_header=True)`. */
async function measureLoading(folder: string, { threads, peers }: Options): Promise<void> {
  const path = join(folder, 'vectors.txt');
  const words = Array.from({ length: vectorRows }, (_, k) => `word${k}`);
  new KeyedVectors(words, randn([vectorRows, vectorDim]).mul(0.4)).save(path, { format: 'glove' });
  const program = `import time; from gensim.models import KeyedVectors; a = time.time(); KeyedVectors.load_word2vec_format(${JSON.stringify(path)}, no_header=True); print(time.time() - a)`;
  const python = process.env.LUTRA_BENCH_GENSIM ?? 'python3';
  const answer = peers
    ? Number(spawnSync(python, ['-c', program], { encoding: 'utf8' }).stdout || Number.NaN)
    : Number.NaN;
  if (peers && Number.isNaN(answer))
    console.log(`${python}: skipped, it has no gensim; LUTRA_BENCH_GENSIM names another`);
  const scanning = scanner(folder);
  for (const count of threads) {
    setNumThreads(count);
    const ours = await fastest(() => KeyedVectors.load(path));
    const scanned = scanning === null ? Number.NaN : scan(scanning, path, count);
    const share = Number.isNaN(scanned) ? '' : `   ${((100 * scanned) / ours).toFixed(0)} % of scanning (goal 60)`;
    const ratio = Number.isNaN(answer) ? '' : `   gensim ratio ${(answer / ours).toFixed(2)} (goal 10)`;
    const megabytes = statSync(path).size / 1e6 / ours;
    console.log(
      `vectors as text, ${count} thread${count > 1 ? 's' : ''}: ${megabytes.toFixed(0)} MB/s${ratio}${share}`,
    );
  }
}

/** Prints a line for each, where `--filter` doesn't leave it out. */
export async function runReading(options: Options): Promise<void> {
  const wants = (name: string) => options.filter === undefined || name.includes(options.filter);
  await measureTables(options, wants);
  if (!wants('vocabulary') && !wants('vectors as text')) return;
  const { train } = brown();
  const folder = dirname(train);
  try {
    if (wants('vocabulary')) await measureCounting(folder, train, options);
    if (wants('vectors as text')) await measureLoading(folder, options);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
