import type { Command } from 'commander';
import { Option } from 'commander';
import { whole, words } from '../option_values.js';
import type { ConvertSettings, EvaluateSettings, QuerySettings } from './queries.js';

type Supervised = typeof import('./supervised.js');

type Queries = typeof import('./queries.js');

const file = 'GloVe text, word2vec text or binary, fastText .vec, .bin or .ftz, packed by gzip or not';
const limit = () => new Option('--limit <n>', 'read the first n words only').argParser(whole(1));
const json = () => new Option('--json', 'print JSON').default(false);
const topn = () => new Option('--topn <n>', 'how many to show').argParser(whole(1)).default(10);

/** `lutra evaluate` of the folder of a run, which is another command's. */
export interface RunEvaluation {
  isRun(path: string): boolean;
  evaluate(path: string, data: string | undefined, settings: { json: boolean }): Promise<void>;
  /** The code for models of texts with labels. */
  loadSupervised(): Promise<Supervised>;
}

/** Adds the commands that ask files of word vectors; `load` brings their code, which needs the addon. */
export function addQueryCommands(program: Command, load: () => Promise<Queries>, runs: RunEvaluation): void {
  program
    .command('neighbors')
    .summary('the words nearest to words')
    .description('Shows the words whose vectors point most nearly the same way, with the cosine.')
    .argument('<file>', file)
    .argument('<words...>', 'words to look up')
    .addOption(topn())
    .addOption(limit())
    .addOption(json())
    .addHelpText('after', '\nExample:\n  lutra neighbors vectors.bin river sea --topn 5')
    .action(async (path: string, list: string[], settings: QuerySettings) => {
      await (await load()).neighborsCommand(path, list, settings);
    });
  program
    .command('analogy')
    .summary('a is to b as c is to …')
    .description('Shows the words that are to c as b is to a: nearest to b - a + c, of vectors of length 1.')
    .argument('<file>', file)
    .argument('<a>')
    .argument('<b>')
    .argument('<c>')
    .addOption(topn())
    .addOption(limit())
    .addOption(json())
    .addHelpText('after', '\nExample:\n  lutra analogy glove.6B.100d.txt man king woman')
    .action(async (path: string, a: string, b: string, c: string, settings: QuerySettings) => {
      await (await load()).analogyCommand(path, [a, b, c], settings);
    });
  program
    .command('evaluate')
    .summary('how well a run, or vectors, do')
    .description(
      'Of the folder of a run: scores on data that it has not seen, or on those it was validated on. Of a file of vectors: ' +
        'compares similarities with those that people gave to pairs of words, and solves analogies, by the rules of gensim. Of a ' +
        'supervised model of fastText: precision and recall on lines with labels.',
    )
    .argument('<run-or-file>', `the folder of a run, or vectors: ${file}`)
    .argument('[data]', 'what a run, or a supervised model, is evaluated on')
    .addOption(
      new Option('--top-k <n>', 'of a supervised model: labels that are predicted for a line').argParser(whole(1)),
    )
    .addOption(
      new Option('--pairs <files>', 'of vectors: files of lines "word word score", separated by commas').argParser(
        words,
      ),
    )
    .option('--analogies <file>', "of vectors: a file like Google's questions-words.txt")
    .addOption(limit())
    .addOption(json())
    .addHelpText(
      'after',
      '\nExamples:\n  lutra evaluate runs/mails held_out.csv\n  lutra evaluate vectors.vec --pairs wordsim353.tsv,simlex999.tsv',
    )
    .action(async (path: string, data: string | undefined, settings: EvaluateSettings, command: Command) => {
      const isOfVectors = (settings.pairs ?? []).length > 0 || settings.analogies !== undefined;
      if (runs.isRun(path) && !isOfVectors) return runs.evaluate(path, data, settings);
      if (data !== undefined) {
        const { isSupervisedModel, evaluateModelCommand } = await runs.loadSupervised();
        if (isSupervisedModel(path)) return evaluateModelCommand(path, data, settings);
        command.error(
          `error: ${path} is no folder of a run and no supervised model; vectors take --pairs or --analogies`,
        );
      }
      if (!isOfVectors) {
        command.error('error: nothing to compare with; give --pairs FILES or --analogies FILE');
      }
      await (await load()).evaluateCommand(path, settings);
    });
  program
    .command('convert')
    .summary('write vectors in another format')
    .description(
      "Reads word vectors and writes them in the format of the new name: .bin is word2vec's binary, .vec fastText's, .safetensors and .npy " +
        "what they say, others word2vec's text.",
    )
    .argument('<in>', file)
    .argument('<out>', 'the file to write')
    .addOption(
      new Option('--format <name>', 'the format, whatever the name').choices([
        'glove',
        'word2vec',
        'word2vec-binary',
        'vec',
        'npy',
        'safetensors',
      ]),
    )
    .addOption(
      new Option('--dtype <name>', 'of safetensors and .npy: numbers that take less (default: float32)').choices([
        'float32',
        'float16',
        'bfloat16',
        'int8',
      ]),
    )
    .addOption(limit())
    .addOption(json())
    .addHelpText(
      'after',
      '\nExamples:\n  lutra convert glove.6B.100d.txt glove.bin\n  lutra convert large.bin large.safetensors --dtype int8',
    )
    .action(async (from: string, to: string, settings: ConvertSettings) => {
      await (await load()).convertCommand(from, to, settings);
    });
  program
    .command('inspect')
    .summary('what a file of vectors holds')
    .argument('<file>', file)
    .addOption(limit())
    .addOption(json())
    .action(async (path: string, settings: { limit?: number; json: boolean }) => {
      await (await load()).inspectCommand(path, settings);
    });
}
