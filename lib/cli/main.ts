#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import * as errors from '../errors.js';
import { addTrainOptions, type TrainSettings } from './commands/train_options.js';
import { addQueryCommands } from './commands/vectors/query_options.js';
import { addVectorTrainers } from './commands/vectors/train_vectors_options.js';

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

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

const program = new Command('lutra')
  .description('Trains embeddings and sequence models.')
  .version(packageVersion(), '-v, --version')
  // What stands behind the name of a command, or of a trainer, is its own.
  .enablePositionalOptions()
  .showSuggestionAfterError();

const train = addTrainOptions(program.command('train'))
  .enablePositionalOptions()
  .summary('train a language model on a text')
  .description(
    'Trains an Embedding → LSTM → Linear model that predicts the next word of a text, and writes the weights ' +
      '(model.safetensors), vocabulary.json and metrics.json to a folder. Ctrl-C saves what was learned so far.',
  )
  .action(async (file: string | undefined, settings: TrainSettings, command: Command) => {
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
addQueryCommands(program, () => load(() => import('./commands/vectors/queries.js')));

// A reader of our output that goes away, such as head, is no reason to lose a training.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (!isExpected(error)) throw error;
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
}
