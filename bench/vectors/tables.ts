// Tables of vectors: opened, looked up and searched, beside what the machine can do at most; memory of loading and training.
import { spawnSync } from 'node:child_process';
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeyedVectors, nn, randn, setNumThreads } from 'lutra';
import { measureLimits } from '../limits/limits.js';
import type { Options } from '../options.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const [rows, dim] = [1_000_000, 100];
const lookups = 10_000;
const queries = 256;
const runs = 5;

async function fastest(run: () => Promise<unknown> | unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let k = 0; k < runs; k++) {
    const began = performance.now();
    await run();
    best = Math.min(best, performance.now() - began);
  }
  return best / 1000;
}

/** A table of 4 GB whose pages are holes of the file: to open it is the same. */
function largeTable(folder: string): string {
  const path = join(folder, 'large.safetensors');
  const count = 10_000_000;
  const bytes = count * dim * 4;
  const header = JSON.stringify({
    vectors: { dtype: 'F32', shape: [count, dim], data_offsets: [0, bytes] },
    words: { dtype: 'U8', shape: [count * 8], data_offsets: [bytes, bytes + count * 8] },
  });
  const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(padded.length));
  const file = openSync(path, 'w');
  writeSync(file, length);
  writeSync(file, padded);
  ftruncateSync(file, 8 + padded.length + bytes + count * 8);
  closeSync(file);
  return path;
}

async function measureOpening(folder: string): Promise<void> {
  const path = largeTable(folder);
  for (const [name, open] of [
    ['KeyedVectors.map', () => KeyedVectors.map(path)],
    ['nn.Embedding.fromMapped', () => nn.Embedding.fromMapped(path)],
  ] as const) {
    const before = process.memoryUsage.rss();
    const opened: unknown[] = [];
    const seconds = await fastest(() => opened.push(open()));
    const taken = (process.memoryUsage.rss() - before) / 1e6 / opened.length;
    console.log(`opening 4 GB, ${name}: ${(1000 * seconds).toFixed(2)} ms (goal 20), ${taken.toFixed(1)} MB (goal 20)`);
  }
  rmSync(path);
}

async function measureLookups(path: string, inMemory: KeyedVectors): Promise<void> {
  const mapped = KeyedVectors.map(path);
  const words = Array.from({ length: lookups }, (_, k) => `word${(k * 7_919_993) % rows}`);
  const look = (vectors: KeyedVectors) => () => {
    let sum = 0;
    for (const word of words) sum += vectors.vector(word)[0];
    return sum;
  };
  if (look(mapped)() !== look(inMemory)()) throw new Error('the mapped table has other vectors');
  const [ofFile, ofMemory] = [await fastest(look(mapped)), await fastest(look(inMemory))];
  const ratio = (ofFile / ofMemory).toFixed(2);
  console.log(
    `${lookups} lookups: mapped ${(1000 * ofFile).toFixed(2)} ms, memory ${(1000 * ofMemory).toFixed(2)} ms, ${ratio} times`,
  );
}

async function measureSearch(
  vectors: KeyedVectors,
  wants: (name: string) => boolean,
  threads: readonly number[],
): Promise<void> {
  for (const count of threads) {
    setNumThreads(count);
    const limits = measureLimits(root, count);
    const threadsText = `${count} thread${count > 1 ? 's' : ''}`;
    if (wants('nearest of one')) {
      vectors.mostSimilar('word1');
      const seconds = await fastest(() => vectors.mostSimilar('word2'));
      const least = limits === null ? Number.NaN : (rows * dim * 4) / 1e9 / limits.readGBs;
      const times = Number.isNaN(least)
        ? ''
        : `   ${(seconds / least).toFixed(2)} times what reading the table takes (goal 1.3)`;
      console.log(`nearest of one, ${threadsText}: ${(1000 * seconds).toFixed(1)} ms${times}`);
    }
    if (wants('nearest of 256')) {
      const asked = Array.from({ length: queries }, (_, k) => `word${k * 97}`);
      const seconds = await fastest(() => vectors.mostSimilarBatch(asked));
      const rate = (2 * queries * rows * dim) / 1e9 / seconds;
      const share =
        limits === null ? '' : `   ${((100 * rate) / limits.gflops).toFixed(0)} % of multiply-adds (goal 60)`;
      console.log(`nearest of 256, ${threadsText}: ${(1000 * seconds).toFixed(0)} ms${share}`);
    }
  }
}

/** The peak of a process of its own, in MB (10^6 bytes); NaN where the system doesn't tell. */
function peakOf(program: string, ...args: string[]): { readonly peak: number; readonly told: string } {
  const tell =
    "\nconsole.log(/VmHWM:\\s+(\\d+)/.exec((await import('node:fs')).readFileSync('/proc/self/status', 'utf8'))[1])";
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', program + tell, ...args], {
    encoding: 'utf8',
    cwd: root,
  });
  const lines = stdout.trim().split('\n');
  return { peak: (Number(lines.at(-1) || Number.NaN) * 1024) / 1e6, told: lines[0] };
}

function measureMemory(folder: string, wants: (name: string) => boolean): void {
  const { peak: idle } = peakOf("await import('lutra')");
  if (wants('memory of loading')) {
    const [many, wide] = [400_000, 300];
    const path = join(folder, 'vectors.txt');
    const numbers = Array.from(
      { length: wide },
      (_, j) => `${j % 2 ? '-' : ''}0.${100_000 + ((j * 7919) % 899_999)}`,
    ).join(' ');
    const file = openSync(path, 'w');
    for (let k = 0; k < many; k += 1000) {
      writeSync(file, Array.from({ length: 1000 }, (_, i) => `word${k + i} ${numbers}\n`).join(''));
    }
    closeSync(file);
    const { peak } = peakOf(
      "const { KeyedVectors } = await import('lutra'); await KeyedVectors.load(process.argv[1])",
      path,
    );
    const over = peak - (many * wide * 4) / 1e6;
    console.log(
      `memory of loading 400,000 x 300: the table and ${over.toFixed(0)} MB (goal 100; Node and Lutra alone take ${idle.toFixed(0)})`,
    );
    rmSync(path);
  }
  if (wants('memory of training')) {
    const path = join(folder, 'text.txt');
    const [words, lines] = [200_000, 500_000];
    let state = 1;
    const draw = () => {
      state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
      return Math.floor(words ** (state / 2 ** 31));
    };
    const file = openSync(path, 'w');
    for (let k = 0; k < lines; k += 1000) {
      const line = () => Array.from({ length: 20 }, () => `w${draw()}`).join(' ');
      writeSync(file, `${Array.from({ length: 1000 }, line).join('\n')}\n`);
    }
    closeSync(file);
    const program =
      "const { Word2Vec } = await import('lutra');" +
      'const options = { sg: true, epochs: 1, minCount: 1, vectorSize: 300 };' +
      'console.log((await Word2Vec.train(process.argv[1], options)).words.length)';
    const { peak, told } = peakOf(program, path);
    const found = Number(told);
    const tables = (2 * found * 304 * 4) / 1e6;
    console.log(
      `memory of training, ${found} words of 300, ${(lines * 20) / 1e6} M tokens: ${peak.toFixed(0)} MB; two tables are ${tables.toFixed(0)}, the corpus ${((lines * 21 * 4) / 1e6).toFixed(0)} (goal: 100 more)`,
    );
    rmSync(path);
  }
}

/** Prints a line for each that `--filter` doesn't leave out. */
export async function measureTables({ threads }: Options, wants: (name: string) => boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lutra-bench-'));
  try {
    if (wants('opening 4 GB')) await measureOpening(folder);
    if (wants('memory of loading') || wants('memory of training')) measureMemory(folder, wants);
    if (!wants('lookups') && !wants('nearest of one') && !wants('nearest of 256')) return;
    const words = Array.from({ length: rows }, (_, k) => `word${k}`);
    const vectors = new KeyedVectors(words, randn([rows, dim]));
    if (wants('lookups')) {
      const path = join(folder, 'vectors.safetensors');
      vectors.save(path);
      await measureLookups(path, vectors);
    }
    await measureSearch(vectors, wants, threads);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
