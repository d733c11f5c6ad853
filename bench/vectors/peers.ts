// The programs whose trainings of vectors stand beside Lutra's.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Cooccurrences, KeyedVectors } from 'lutra';
import {
  accuracyText,
  agreement,
  type Case,
  costText,
  dim,
  epochs,
  leastCount,
  type Measured,
  rates,
} from './cases.js';
import type { Corpus } from './corpora.js';

/** What a training of a peer is given. */
export interface Run {
  readonly measured: Case;
  readonly corpus: Corpus;
  readonly threads: number;
  readonly seed: number;
}

export interface Peer {
  readonly name: string;
  /** Whether the case's goal is about its speed. */
  readonly original: boolean;
  trains(measured: Case): boolean;
  run(run: Run): Promise<Measured>;
}

function execute(program: string, args: readonly string[]): { seconds: number; stdout: string; stderr: string } {
  const began = performance.now();
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stderr.slice(-2000)}`);
  return { seconds: (performance.now() - began) / 1000, stdout, stderr };
}

/** The corpus so many times in one file. */
function repeated({ train }: Corpus, count: number): string {
  const path = `${train}.${count}`;
  if (!existsSync(path)) writeFileSync(path, readFileSync(train, 'utf8').repeat(count));
  return path;
}

/** An epoch's time: of all, less the run of one, so that reading and writing don't count. */
function perEpoch(run: (count: number) => number): number {
  const once = run(1);
  return (run(epochs) - once) / (epochs - 1);
}

const isThere = (program: string, ...args: string[]) =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined;

function fastText(program: string): Peer {
  const commandOf = ({ kind }: Case): string[] => {
    if (kind.of === 'labels') return ['supervised', '-wordNgrams', String(kind.wordNgrams)];
    if (kind.of === 'pairs') throw new Error('fastText trains on no pairs');
    const { sg, hs, subwords } = kind;
    return [sg ? 'skipgram' : 'cbow', ...(subwords ? [] : ['-maxn', '0']), ...(hs ? ['-loss', 'hs'] : [])];
  };
  return {
    name: program,
    original: true,
    trains: ({ kind }) => kind.of !== 'pairs',
    async run({ measured, corpus, threads, seed }) {
      const output = join(dirname(corpus.train), 'fasttext');
      const common = ['-input', corpus.train, '-output', output, '-verbose', '0', '-seed', String(seed)];
      const command = [...commandOf(measured), ...common, '-thread', String(threads)];
      const seconds = perEpoch((count) => execute(program, [...command, '-epoch', String(count)]).seconds);
      if (corpus.test === null) return { seconds, quality: agreement(await KeyedVectors.load(`${output}.bin`)) };
      const { stdout } = execute(program, ['test', `${output}.bin`, corpus.test]);
      return { seconds, quality: accuracyText(Number(/P@1\t(\S+)/.exec(stdout)?.[1])) };
    },
  };
}

function word2vec(program: string): Peer {
  return {
    name: program,
    original: false,
    trains: ({ kind }) => kind.of === 'words' && !kind.subwords,
    async run({ measured: { kind }, corpus, threads }) {
      if (kind.of !== 'words') throw new Error('word2vec trains words alone');
      const output = join(dirname(corpus.train), 'word2vec.bin');
      const options: [string, string | number][] = [
        ['output', output],
        // One pass over a text that is there five times: with one thread, passes after the first end at once in word2vec.c, since it
        // doesn't forget that it has reached the end of the file.
        ['iter', 1],
        ['size', dim],
        ['window', 5],
        ['sample', rates.sample],
        ['alpha', rates.alpha],
        ['hs', kind.hs ? 1 : 0],
        ['negative', kind.hs ? 0 : 5],
        ['cbow', kind.sg ? 0 : 1],
        ['binary', 1],
        ['debug', 0],
        ['threads', threads],
      ];
      const args = options.flatMap(([name, value]) => [`-${name}`, String(value)]);
      const seconds = perEpoch((count) => {
        const of = ['-train', repeated(corpus, count), '-min-count', String(leastCount * count)];
        return execute(program, [...args, ...of]).seconds;
      });
      const vectors = await KeyedVectors.load(output, { format: 'word2vec-binary', encodingErrors: 'replace' });
      return { seconds, quality: agreement(vectors) };
    },
  };
}

/** Times the training alone, in its own process. */
const gensimProgram = `
import json, sys, time
from gensim.models import FastText, Word2Vec
how = json.loads(sys.argv[1])
make = FastText if how.pop('subwords') else Word2Vec
path, output, epochs = how.pop('path'), how.pop('output'), how['epochs']
model = make(**how)
model.build_vocab(corpus_file=path)
began = time.time()
model.train(corpus_file=path, total_examples=model.corpus_count, total_words=model.corpus_total_words, epochs=epochs)
print((time.time() - began) / epochs)
model.wv.save_word2vec_format(output, binary=True)
`;

function gensim(python: string): Peer {
  return {
    name: python === 'python3' ? 'gensim' : `gensim of ${python}`,
    original: false,
    trains: ({ kind }) => kind.of === 'words',
    async run({ measured: { kind }, corpus, threads, seed }) {
      if (kind.of !== 'words') throw new Error('gensim trains words alone');
      const output = join(dirname(corpus.train), 'gensim.bin');
      const { alpha, sample, nsExponent: ns_exponent } = rates;
      const how = {
        ...{ path: corpus.train, output, subwords: kind.subwords, vector_size: dim, window: 5, min_count: leastCount },
        ...{ alpha, min_alpha: 0, sample, ns_exponent, sg: Number(kind.sg), hs: Number(kind.hs) },
        ...{ negative: kind.hs ? 0 : 5, epochs, seed, workers: threads },
      };
      const { stdout } = execute(python, ['-c', gensimProgram, JSON.stringify(how)]);
      return { seconds: Number(stdout), quality: agreement(await KeyedVectors.load(output)) };
    },
  };
}

/** GloVe's own trainer, on co-occurrences that `pairsFor` wrote. */
function glove(program: string): Peer {
  return {
    name: program,
    original: true,
    trains: ({ kind }) => kind.of === 'pairs',
    async run({ corpus, threads, seed }) {
      const { pairs, vocabulary } = pairFiles(corpus);
      const output = join(dirname(corpus.train), 'glove');
      const args = ['-input-file', pairs, '-vocab-file', vocabulary, '-save-file', output, '-vector-size', String(dim)];
      let cost = Number.NaN;
      const seconds = perEpoch((count) => {
        const of = ['-threads', String(threads), '-iter', String(count), '-seed', String(seed), '-verbose', '2'];
        const told = execute(program, [...args, ...of]);
        cost = Number(/iter: 0*5, cost: (\S+)/.exec(told.stderr)?.[1].replace(/,$/, ''));
        return told.seconds;
      });
      return { seconds, quality: costText(cost) };
    },
  };
}

function pairFiles({ train }: Corpus): { pairs: string; vocabulary: string } {
  const folder = dirname(train);
  return { pairs: join(folder, 'cooccurrences.bin'), vocabulary: join(folder, 'vocabulary.txt') };
}

/** Writes co-occurrences as files that GloVe's programs read. */
export async function writePairs(corpus: Corpus, counted: Cooccurrences): Promise<void> {
  const { pairs, vocabulary } = pairFiles(corpus);
  await counted.save(pairs);
  writeFileSync(vocabulary, counted.words.map((word, k) => `${word} ${counted.counts[k]}\n`).join(''));
}

/** Programs that a variable names, parted by commas, or the usual one. */
function programs(variable: string, usual: string): string[] {
  return (process.env[variable] ?? usual).split(',').filter(Boolean);
}

/** The peers that are here; of others it says that they are left out. */
export function findPeers(): Peer[] {
  const kinds: [variable: string, usual: string, make: (program: string) => Peer, check?: string[]][] = [
    ['LUTRA_BENCH_FASTTEXT', 'fasttext', fastText],
    ['LUTRA_BENCH_WORD2VEC', 'word2vec', word2vec],
    ['LUTRA_BENCH_GENSIM', 'python3', gensim],
    ['LUTRA_BENCH_GLOVE', 'glove', glove],
  ];
  return kinds.flatMap(([variable, usual, make]) =>
    programs(variable, usual).flatMap((program) => {
      const works =
        make === gensim
          ? spawnSync(program, ['-c', 'import gensim'], { stdio: 'ignore' }).status === 0
          : isThere(program);
      if (works) return [make(program)];
      console.log(`${basename(program)}: skipped; bench/README.md says how to get it, ${variable} names it`);
      return [];
    }),
  );
}
