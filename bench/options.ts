import { availableParallelism } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type LimitedSet, limitedSets } from './instruction_sets.js';

/** Lists of workloads: those of the table in the docs, other sizes of their kinds, and other operations and options. */
export const listNames = ['table', 'sizes', 'operations'] as const;

export interface Options {
  peers?: boolean;
  list: (typeof listNames)[number];
  scaling?: boolean;
  calls?: boolean;
  trainer?: boolean;
  reading?: boolean;
  vectors?: boolean;
  projections?: boolean;
  addon?: string[];
  isa?: LimitedSet;
  threads: number[];
  filter?: string;
  json?: string;
  markdown?: string;
  rounds: number;
  seconds: number;
}

function threadList(text: string): number[] {
  const list = text.split(',').map(Number);
  if (!list.every((n) => Number.isInteger(n) && n >= 1 && n <= 1024)) {
    throw new InvalidArgumentError('Expected numbers of threads such as 1,2, each from 1 to 1024.');
  }
  return list;
}

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('Expected a whole number from 1 on.');
  return value;
}

/** A process is stopped after ten minutes, and loads and warms up in them too. */
const longest = 300;

function duration(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= longest)) {
    throw new InvalidArgumentError(`Expected a number of seconds above 0, up to ${longest}.`);
  }
  return value;
}

/** Reads the command line; prints what is wrong with it, and ends the process, when it can't be used. */
export function readOptions(): Options {
  return new Command('npm run bench --')
    .description("Measures Lutra's workloads: median, spread, rate, and the share of the machine's limit.")
    .option('--peers', 'run the peers that are installed side by side')
    .addOption(
      new Option('--list <name>', 'the workloads of the table, other sizes of their kinds, or other operations')
        .choices(listNames)
        .default('table'),
    )
    .option('--scaling', 'show how cost grows with vocabulary, batch, sequence length, hidden size and threads')
    .option('--calls', 'measure what a call into the addon costs, in ns, and nothing else')
    .option(
      '--reading',
      'measure counting a corpus and loading vectors as text, with --peers beside fastText and gensim',
    )
    .option(
      '--vectors',
      'measure the trainers of word vectors, of the classifier and of GloVe, with --peers beside fastText, word2vec.c, gensim and GloVe',
    )
    .option('--projections', 'measure pca, tsne and umap and how trustworthy their pictures are')
    .option('--trainer', 'measure what the trainer costs over the loop that one would write, and nothing else')
    .option(
      '--addon <files...>',
      'addons to measure by turns beside the one that was built (with --calls: instead of it)',
    )
    .addOption(new Option('--isa <set>', 'let everybody use at most this instruction set').choices(limitedSets))
    .option('--threads <list>', 'numbers of threads', threadList, [1, Math.min(2, availableParallelism())])
    .option('--filter <text>', 'only workloads whose name contains this text')
    .option('--rounds <n>', 'processes for each workload and peer, in turn', count, 3)
    .option('--seconds <s>', 'measuring time of one process', duration, 0.7)
    .option('--json <file>', 'write { workload, threads, peer, median_us, min_us, p90_us, ratio, rss_mb } rows')
    .option('--markdown <file>', 'write the table of the docs')
    .showSuggestionAfterError()
    .parse()
    .opts<Options>();
}
