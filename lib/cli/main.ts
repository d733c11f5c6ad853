#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, Option } from 'commander';
import * as errors from '../errors.js';
import { addPlotCommand } from './commands/plot_command.js';
import { addRunCommands, addTaskTrainers, isRunFolder } from './commands/runs/run_options.js';
import type { RunHow } from './commands/runs/told.js';
import { addTrainOptions, type TrainSettings } from './commands/train_options.js';
import { addQueryCommands } from './commands/vectors/query_options.js';
import { addVectorTrainers } from './commands/vectors/train_vectors_options.js';
import { addViewCommand } from './commands/view_options.js';

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

const closingHelp = `
Examples:
  lutra train classifier mails.csv        a model of your own data, written to runs/mails-classifier
  lutra evaluate runs/mails-classifier    how well it does
  lutra predict runs/mails-classifier     what it says of the lines of the standard input
  lutra resume runs/mails-classifier      go on where Ctrl-C stopped it
  lutra train word2vec text.txt           vectors of words
  lutra COMMAND --help                    all about a command

--debug, with any command, shows where an error arose.
Exit codes: 0 done, 1 an error that the last line of standard error names, 130 and 143 stopped by Ctrl-C or SIGTERM.`;

const ourErrors = Object.values(errors).filter((value) => value.prototype instanceof Error);

/** Errors that are the user's to mend: the message says all, a stack would only hide it. */
function isExpected(error: unknown): error is Error {
  if (!(error instanceof Error)) return false;
  const fromSystem = typeof (error as NodeJS.ErrnoException).syscall === 'string';
  return fromSystem || error instanceof LoadError || ourErrors.some((kind) => error instanceof kind);
}

/** The library has no binary for this machine; the message says what to do. */
class LoadError extends Error {}

/** Brings what needs the addon when it is needed: help and versions are shown without a binary too. */
async function load<T>(command: () => Promise<T>): Promise<T> {
  try {
    // Gives tensors their methods.
    await import('../index.js');
    return await command();
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('lutra')) throw new LoadError(error.message);
    throw error;
  }
}

/** `--debug` goes with every command, wherever it stands. */
const args = process.argv.slice(2);
const debug = args.includes('--debug');

const program = new Command('lutra')
  .description('Trains embeddings and sequence models.')
  .version(packageVersion(), '-v, --version')
  // What stands behind the name of a command, or of a trainer, is its own.
  .enablePositionalOptions()
  .showSuggestionAfterError()
  .addHelpText('after', closingHelp);

const loadRuns = () => load(() => import('./commands/runs/run_commands.js'));

const train = addTrainOptions(program.command('train'))
  .enablePositionalOptions()
  .summary('train a language model on a text')
  .description(
    'Trains an Embedding → LSTM → Linear model that predicts the next word of a text, and writes the weights ' +
      '(model.safetensors), vocabulary.json and metrics.json to a folder. Ctrl-C saves what was learned so far.',
  )
  .addOption(new Option('--config <file>', 'a configuration that says what is trained, such as that of a run'))
  .action(async (file: string | undefined, settings: TrainSettings & RunHow, command: Command) => {
    if (settings.config !== undefined) {
      const { trainConfigCommand } = await loadRuns();
      const { config, output, overwrite } = settings;
      const said = command.options.map((option) => option.attributeName());
      const other = said.find(
        (name) => !['config', 'output', 'overwrite'].includes(name) && command.getOptionValueSource(name) === 'cli',
      );
      if (other !== undefined || file !== undefined) {
        command.error(`error: settings beside --config need the task's name: lutra train TASK --config ${config} …`);
      }
      process.exitCode = await trainConfigCommand(config, { output, overwrite, quiet: false, json: false });
      return;
    }
    if (file !== undefined && settings.text !== undefined) {
      command.error(`error: both --text ${settings.text} and ${file} were given; one text can be trained on`);
    }
    const { trainCommand } = await load(() => import('./commands/train.js'));
    process.exitCode = await trainCommand({ ...settings, text: settings.text ?? file });
  });

addVectorTrainers(train, async (trainer, data, settings) => {
  const { trainVectorsCommand } = await load(() => import('./commands/vectors/train_vectors.js'));
  process.exitCode = await trainVectorsCommand(trainer, data, settings);
});
addTaskTrainers(train, loadRuns);
const loadSupervised = () => load(() => import('./commands/vectors/supervised.js'));
addRunCommands(program, loadRuns, {
  isVectorRun: (path) => existsSync(join(path, 'training.json')),
  resume: async (path, how) => {
    const { resumeVectorsCommand } = await load(() => import('./commands/vectors/train_vectors.js'));
    return resumeVectorsCommand(path, how);
  },
  isModelFile: (path) => /\.(bin|ftz)$/.test(path),
  predict: async (path, data, how) => (await loadSupervised()).predictModelCommand(path, data, how),
});
addQueryCommands(program, () => load(() => import('./commands/vectors/queries.js')), {
  isRun: isRunFolder,
  evaluate: async (path, data, settings) => (await loadRuns()).evaluateRunCommand(path, data, settings),
  loadSupervised,
});
addViewCommand(program, async (source, settings) => {
  const { viewCommand } = await load(() => import('./commands/view.js'));
  await viewCommand(source, settings);
});
addPlotCommand(program, () => load(() => import('./commands/plot.js')));

program
  .command('doctor')
  .summary('what the library finds on this machine, and a self-test')
  .description(
    'Tells of Node, the CPU, memory, how the native addon was found and what to do where it was not, and checks in some seconds ' +
      'that it computes rightly here.',
  )
  .addOption(new Option('--json', 'print JSON').default(false))
  .addHelpText('after', '\nExample:\n  lutra doctor --json')
  .action(async (settings: { json: boolean }) => {
    const { doctorCommand } = await import('./commands/doctor/doctor.js');
    process.exitCode = await doctorCommand(() => import('../index.js'), settings);
  });

// A reader of our output that goes away, such as head, is no reason to lose a training.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync(
    args.filter((arg) => arg !== '--debug'),
    { from: 'user' },
  );
} catch (error) {
  process.stderr.write(`error: ${wordsOf(error)}\n`);
  process.exitCode = 1;
}

/** What a user is told of an error: where it arose only where that is asked for. */
function wordsOf(error: unknown): string {
  if (debug && error instanceof Error) return error.stack ?? error.message;
  if (isExpected(error)) return error.message;
  return `${error instanceof Error ? error.message : String(error)} (unexpected; --debug shows where it arose)`;
}
