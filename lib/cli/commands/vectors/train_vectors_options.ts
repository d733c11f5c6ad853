import { type Command, Option } from 'commander';
import { finite, nonNegative, positive, whole } from '../option_values.js';
import type { TrainVectorsSettings } from './train_vectors.js';
import type { VectorTrainer } from './vector_run.js';

type Train = (trainer: VectorTrainer, data: string, settings: TrainVectorsSettings) => Promise<void>;

const minCount = (usual: number) =>
  new Option('--min-count <n>', `words that occur less often are left out (default: ${usual})`).argParser(whole(0));
const vectorSize = (usual: number) =>
  new Option('--vector-size <n>', `numbers of a vector (default: ${usual})`).argParser(whole(1, 65_536));
const window = (usual: number) =>
  new Option('--window <n>', `words to each side that belong to a word's context (default: ${usual})`).argParser(
    whole(1, 512),
  );
const epochs = (usual: number) =>
  new Option('--epochs <n>', `passes over the text (default: ${usual})`).argParser(whole(1, 1_000_000));

/** Options of word2vec and fastText. */
const predictive = (rate: number, sample: string) => [
  new Option('--sg', 'skip-gram instead of the continuous bag of words'),
  new Option('--hs', 'hierarchical softmax instead of negative sampling'),
  new Option('--negative <n>', 'words that each is told apart from (default: 5)').argParser(whole(1, 64)),
  new Option('--alpha <rate>', `learning rate at the start (default: ${rate})`).argParser(positive),
  new Option('--min-alpha <rate>', 'learning rate at the end').argParser(nonNegative),
  new Option('--ns-exponent <x>', 'negatives are drawn by their frequency to this power').argParser(finite),
  new Option('--sample <x>', `frequent words are left out at random; 0 for none (default: ${sample})`).argParser(
    nonNegative,
  ),
];

const trainers: Record<VectorTrainer, { summary: string; options: Option[]; example: string }> = {
  word2vec: {
    summary: 'word vectors by skip-gram or the continuous bag of words',
    options: [vectorSize(100), window(5), minCount(5), epochs(5), ...predictive(0.025, '0.001')],
    example: "lutra train word2vec 'texts/*.txt' --sg --alpha 0.05 --output runs/words",
  },
  fasttext: {
    summary: 'word vectors with those of their n-grams, as fastText has them',
    options: [
      vectorSize(100),
      window(5),
      minCount(5),
      epochs(5),
      ...predictive(0.05, '0.0001'),
      new Option('--min-n <n>', 'characters of the shortest n-gram (default: 3)').argParser(whole(0)),
      new Option('--max-n <n>', 'characters of the longest, 0 for none (default: 6)').argParser(whole(0)),
      new Option('--bucket <n>', 'rows that n-grams share (default: 2000000)').argParser(whole(1)),
      new Option(
        '--supervised',
        'fastText\'s classifier instead: DATA has lines "__label__NAME text"; its defaults are those of fastText supervised',
      ).default(undefined),
      new Option('--word-ngrams <n>', 'of texts with labels: the longest n-gram of words (default: 1)').argParser(
        whole(1, 1000),
      ),
      new Option('--loss <name>', 'of texts with labels (default: softmax)').choices(['softmax', 'ns', 'hs', 'ova']),
      new Option('--label-prefix <text>', 'what a label begins with (default: __label__)'),
    ],
    example:
      'lutra train fasttext text.txt.gz --bucket 200000\n' +
      '  lutra train fasttext mails.txt --supervised --word-ngrams 2 --epochs 25 --alpha 0.5 --held-out test.txt',
  },
  glove: {
    summary: 'word vectors from co-occurrences, by GloVe',
    options: [
      vectorSize(50),
      window(15),
      minCount(1),
      epochs(25),
      new Option('--eta <rate>', 'learning rate (default: 0.05)').argParser(positive),
      new Option('--x-max <x>', 'pairs of this weight and more count fully (default: 100)').argParser(positive),
      new Option('--memory <bytes>', 'what counting may take (default: 1073741824)').argParser(
        whole(2 ** 24, Number.MAX_SAFE_INTEGER),
      ),
    ],
    example: 'lutra train glove text.txt --min-count 5 --x-max 10',
  },
};

/** Adds `lutra train word2vec|fasttext|glove`. */
export function addVectorTrainers(train: Command, run: Train): void {
  for (const [name, { summary, options, example }] of Object.entries(trainers)) {
    const command = train
      .command(name)
      .summary(summary)
      .description(
        `Trains ${summary}. The folder gets vectors.vec (text), vectors.bin and training.json; they are read by ` +
          'KeyedVectors.load, gensim and, for fasttext, by fastText. Ctrl-C leaves a checkpoint, from which lutra resume goes on.',
      )
      .argument(
        '<data>',
        'the path of a text, packed by gzip or not, or a pattern; a sentence a line, white space between words; or of CSV, TSV or JSON Lines, with --text-column',
      );
    for (const option of options) command.addOption(option);
    command
      .addOption(new Option('--text-column <name>', 'of CSV, TSV and JSON Lines: where the text is'))
      .addOption(
        new Option('--tokenizer <name>', "what parts texts: white space, or Unicode's borders of words").choices([
          'whitespace',
          'words',
        ]),
      )
      .addOption(new Option('--lowercase', 'bring texts to lower case').default(undefined))
      .addOption(
        new Option('--normalize <form>', "bring texts to one of Unicode's normal forms").choices([
          'NFC',
          'NFD',
          'NFKC',
          'NFKD',
        ]),
      )
      .addOption(new Option('--held-out <data>', 'data that are not trained on; their loss is told after each pass'))
      .addOption(new Option('--patience <n>', 'stop after so many passes without a better loss').argParser(whole(1)))
      .addOption(new Option('--seed <n>', 'where random numbers start (default: 1)').argParser(whole(0)))
      .addOption(new Option('--deterministic', 'the same bits in every run, by one thread'))
      .addOption(new Option('--threads <n>', 'threads (default: one for each core)').argParser(whole(1, 1024)))
      .addOption(new Option('--output <folder>', 'where results go (default: runs/NAME by the text)'))
      .addOption(new Option('--json', 'print what was found as JSON; passes are told on standard error').default(false))
      .addOption(new Option('--overwrite', 'write into --output even where an earlier run is in it').default(false))
      .addHelpText('after', `\nExample:\n  ${example}`)
      .action((data: string, settings: TrainVectorsSettings) => run(name as VectorTrainer, data, settings));
  }
}
