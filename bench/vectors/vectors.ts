// Trainers of word vectors and of the classifier beside fastText: words a second, and how good what they learn is.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FastText, FastTextClassifier, KeyedVectors, setNumThreads, Word2Vec } from 'lutra';
import type { Options } from '../options.js';
import { checkWritable, save } from '../results.js';
import { brown, type Corpus, spam } from './corpora.js';

interface Case {
  readonly name: string;
  readonly corpus: 'brown' | 'spam';
  /** fastText's command and options. */
  readonly fasttext: readonly string[];
  /** How many times fastText's speed is the goal. */
  readonly goal: number;
  train(lines: string[], onEpoch: () => void): Promise<Trained>;
}

interface Trained {
  readonly words: number;
  quality(test: string | null): Promise<string>;
}

const epochs = 5;
const likeFastText = { alpha: 0.05, minAlpha: 0, sample: 1e-4, nsExponent: 0.5, epochs };

const words = (name: string, fasttext: string[], goal: number, options: object): Case => ({
  name,
  corpus: 'brown',
  fasttext,
  goal,
  async train(lines, onEpoch) {
    const Trainer = fasttext.includes('-maxn') ? Word2Vec : FastText;
    const model = await Trainer.train(lines, { ...likeFastText, ...options, onEpoch });
    return { words: model.counts.reduce((a, b) => a + b), quality: async () => agreement(model.wv) };
  },
});
const classifier = (name: string, fasttext: string[], options: object): Case => ({
  name,
  corpus: 'spam',
  fasttext: ['supervised', ...fasttext],
  goal: 2,
  async train(lines, onEpoch) {
    const model = await FastTextClassifier.train(lines, { epochs, ...options, onEpoch });
    return {
      words: lines.reduce((sum, line) => sum + line.split(' ').length, 0),
      quality: async (test) => accuracyText((await model.test(linesOf(test!))).precision),
    };
  },
});

const cases: readonly Case[] = [
  words('skip-gram', ['skipgram', '-maxn', '0'], 6, { sg: true }),
  words('skip-gram, hierarchical softmax', ['skipgram', '-maxn', '0', '-loss', 'hs'], 2, { sg: true, hs: true }),
  words('CBOW', ['cbow', '-maxn', '0'], 3, { sg: false }),
  words('CBOW, hierarchical softmax', ['cbow', '-maxn', '0', '-loss', 'hs'], 2, { sg: false, hs: true }),
  words('skip-gram, subwords', ['skipgram'], 3, { sg: true }),
  words('CBOW, subwords', ['cbow'], 3, { sg: false }),
  classifier('classifier', [], {}),
  classifier('classifier, word 2-grams', ['-wordNgrams', '2'], { wordNgrams: 2 }),
];

const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
const accuracyText = (precision: number | null) => `P@1 ${(precision ?? 0).toFixed(4)}`;

/** The mean of Spearman's correlations with the files of word pairs in LUTRA_BENCH_WORD_PAIRS, parted by commas. */
function agreement(vectors: KeyedVectors): string {
  const files = (process.env.LUTRA_BENCH_WORD_PAIRS ?? '').split(',').filter(Boolean);
  if (files.length === 0) return '';
  const sum = files.reduce((total, file) => total + vectors.evaluateWordPairs(file).spearman, 0);
  return `Spearman ${(sum / files.length).toFixed(3)}`;
}

/** The programs in LUTRA_BENCH_FASTTEXT, parted by commas, or the one that is installed. */
function fastTexts(): string[] {
  const programs = (process.env.LUTRA_BENCH_FASTTEXT ?? 'fasttext').split(',').filter(Boolean);
  return programs.filter((program) => {
    if (spawnSync(program, [], { stdio: 'ignore' }).error === undefined) return true;
    console.log(`${program}: skipped; bench/README.md says how to get fastText`);
    return false;
  });
}

/** Seconds of a run. */
function runFastText(program: string, measured: Case, corpus: Corpus, threads: number, count: number, output: string) {
  const args = [...measured.fasttext, '-input', corpus.train, '-output', output, '-verbose', '0'];
  const began = performance.now();
  const { status, stderr } = spawnSync(program, [...args, '-thread', String(threads), '-epoch', String(count)]);
  if (status !== 0) throw new Error(`${program}: ${stderr}`);
  return (performance.now() - began) / 1000;
}

async function qualityOfFastText(program: string, corpus: Corpus, model: string): Promise<string> {
  if (corpus.test === null) return agreement(await KeyedVectors.load(model));
  const { stdout } = spawnSync(program, ['test', model, corpus.test], { encoding: 'utf8' });
  return accuracyText(Number(/P@1\t(\S+)/.exec(stdout)?.[1]));
}

interface Best {
  /** Of an epoch, the shortest of all rounds: others use the machine too. */
  seconds: number;
  words: number;
  quality: string;
}

/** Everybody by turns, round by round. */
async function measureRounds(
  measured: Case,
  corpus: Corpus,
  threads: number,
  peers: readonly string[],
  rounds: number,
): Promise<Map<string, Best>> {
  const best = new Map<string, Best>();
  const note = (peer: string, found: Best) => {
    if (found.seconds < (best.get(peer)?.seconds ?? Number.POSITIVE_INFINITY)) best.set(peer, found);
  };
  for (let round = 0; round < rounds; round++) {
    const times: number[] = [];
    const model = await measured.train(linesOf(corpus.train), () => times.push(performance.now()));
    const lengths = times.slice(1).map((time, k) => (time - times[k]) / 1000);
    note('lutra', { seconds: Math.min(...lengths), words: model.words, quality: await model.quality(corpus.test) });
    for (const program of peers) {
      const output = join(dirname(corpus.train), 'fasttext');
      const [once, all] = [1, epochs].map((n) => runFastText(program, measured, corpus, threads, n, output));
      const quality = await qualityOfFastText(program, corpus, `${output}.bin`);
      note(program, { seconds: (all - once) / (epochs - 1), words: model.words, quality });
    }
  }
  return best;
}

/** Measures the cases and prints a line each. @throws Error before anything is measured where a file can't be written */
export async function runVectors(options: Options): Promise<void> {
  checkWritable('--json', options.json);
  const chosen = cases.filter(({ name }) => options.filter === undefined || name.includes(options.filter));
  if (chosen.length === 0) throw new Error(`--filter: no workload's name contains '${options.filter}'`);
  const peers = options.peers ? fastTexts() : [];
  const corpora = new Map<string, Corpus>();
  const rows: object[] = [];
  for (const measured of chosen) {
    if (!corpora.has(measured.corpus)) corpora.set(measured.corpus, measured.corpus === 'brown' ? brown() : spam());
    const corpus = corpora.get(measured.corpus)!;
    for (const threads of options.threads) {
      setNumThreads(threads);
      const best = await measureRounds(measured, corpus, threads, peers, options.rounds);
      for (const [peer, { seconds, quality }] of best) {
        const own = best.get('lutra')!;
        const [rate, ratio] = [own.words / seconds, seconds / own.seconds];
        rows.push({ workload: measured.name, threads, peer, words_per_second: rate, ratio, quality });
        const goal = peer === 'lutra' ? '' : `   ratio ${ratio.toFixed(2)} (goal ${measured.goal})`;
        const name = peer === 'lutra' ? `${measured.name}, ${threads} thread${threads > 1 ? 's' : ''}` : `    ${peer}`;
        console.log(`${name}: ${format(rate)} ${quality}${goal}`);
      }
      save(options.json, () => `${JSON.stringify(rows, null, 1)}\n`);
    }
  }
  for (const { train } of corpora.values()) rmSync(dirname(train), { recursive: true });
}

const format = (rate: number) => `${(rate / 1e6).toFixed(3).padStart(8)} M words/s`;
