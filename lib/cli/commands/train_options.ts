import { Argument, type Command, Option } from 'commander';
import { fraction, nonNegative, positive, whole, words } from './option_values.js';

/** What `lutra train` was told. What is undefined is chosen to suit the text. */
export interface TrainSettings {
  text?: string;
  epochs?: number;
  embeddingDim: number;
  hiddenDim: number;
  layers: number;
  dropout: number;
  batchSize?: number;
  sequenceLength: number;
  optimizer: 'adam' | 'sgd';
  lr?: number;
  maxGradNorm: number;
  patience: number;
  minFrequency: number;
  maxVocabulary: number;
  lowercase: boolean;
  seed: number;
  threads?: number;
  output?: string;
  overwrite: boolean;
  generate: number;
  temperature: number;
  prompt?: string;
  neighbours?: string[];
}

/** Each optimizer's usual learning rate. */
export const usualLearningRate = { adam: 0.006, sgd: 5 } as const;

/** Adds the options of `lutra train`, each with its unit and default. */
export function addTrainOptions(command: Command): Command {
  command.addArgument(new Argument('[file]', 'the same as --text').argOptional());
  const groups: [heading: string, options: Option[]][] = [
    [
      'Text:',
      [
        new Option('--text <file>', 'UTF-8 text to train on; its last tenth is for validation (default: Brown corpus)'),
        new Option('--min-frequency <n>', 'words that occur less often become <unk>').argParser(whole(1)).default(2),
        new Option(
          '--max-vocabulary <n>',
          'most words in the vocabulary, the frequent ones, <pad> <unk> <eos> included',
        )
          .argParser(whole(4))
          .default(10_000),
        new Option('--no-lowercase', 'tell upper from lower case'),
      ],
    ],
    [
      'Model:',
      [
        new Option('--embedding-dim <n>', "length of a word's vector").argParser(whole(1)).default(96),
        new Option('--hidden-dim <n>', "length of the LSTM's state").argParser(whole(1)).default(96),
        new Option('--layers <n>', 'LSTM layers').argParser(whole(1)).default(1),
        new Option('--dropout <p>', 'probability, from 0 up to 1, that an element between layers is zeroed in training')
          .argParser(fraction)
          .default(0),
      ],
    ],
    [
      'Training:',
      [
        new Option(
          '--epochs <n>',
          'passes over the text (default: about 2.2 million words in all, at most 20 passes)',
        ).argParser(whole(1)),
        new Option(
          '--batch-size <n>',
          'texts read side by side (default: 4 to 32, by the length of the text)',
        ).argParser(whole(1)),
        new Option('--sequence-length <n>', 'words that gradients flow back').argParser(whole(1)).default(32),
        new Option('--optimizer <name>', 'how weights are updated').choices(['adam', 'sgd']).default('adam'),
        new Option(
          '--lr <rate>',
          `peak of the learning rate, which rises over the first 50 steps and falls linearly to a twentieth (default: ${usualLearningRate.adam} for adam, ${usualLearningRate.sgd} for sgd)`,
        ).argParser(positive),
        new Option('--max-grad-norm <x>', 'longer gradients are shortened to this').argParser(positive).default(1),
        new Option('--patience <n>', 'stop after so many passes without a better validation perplexity')
          .argParser(whole(1))
          .default(3),
        new Option('--seed <n>', 'the same seed gives the same numbers').argParser(whole(0)).default(1),
        new Option('--threads <n>', 'threads; results do not depend on it (default: one for each core)').argParser(
          whole(1, 1024),
        ),
      ],
    ],
    [
      'Results:',
      [
        new Option(
          '--output <folder>',
          'where weights, vocabulary and metrics go (default: runs/NAME by the text, or runs/NAME-2 … where that is taken)',
        ),
        new Option('--overwrite', 'write into --output even where an earlier run is in it').default(false),
        new Option('--generate <n>', 'words to generate at the end').argParser(whole(0)).default(60),
        new Option('--temperature <x>', 'below 1 generates likelier words, 0 the likeliest')
          .argParser(nonNegative)
          .default(0.8),
        new Option('--prompt <words>', 'what the generated text begins with'),
        new Option(
          '--neighbours <words>',
          'words, separated by commas, whose nearest neighbours are shown (default: some frequent ones)',
        ).argParser(words),
      ],
    ],
  ];
  for (const [heading, options] of groups) {
    for (const option of options) command.addOption(option.helpGroup(heading));
  }
  return command;
}
