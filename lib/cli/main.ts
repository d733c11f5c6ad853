#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import * as errors from '../errors.js';
import { addTrainOptions, type TrainSettings } from './commands/train_options.js';

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

/** Loaded when it is needed: help and versions are shown without a binary too. */
async function loadTraining(): Promise<typeof import('./commands/train.js')> {
  try {
    // Gives tensors their methods.
    await import('../index.js');
    return await import('./commands/train.js');
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('lutra')) throw new LoadError(error.message);
    throw error;
  }
}

const program = new Command('lutra')
  .description('Trains embeddings and sequence models.')
  .version(packageVersion(), '-v, --version')
  .showSuggestionAfterError();

addTrainOptions(program.command('train'))
  .summary('train a language model on a text')
  .description(
    'Trains an Embedding → LSTM → Linear model that predicts the next word of a text, and writes the weights ' +
      '(model.safetensors), vocabulary.json and metrics.json to a folder. Ctrl-C saves what was learned so far.',
  )
  .action(async (file: string | undefined, settings: TrainSettings, command: Command) => {
    if (file !== undefined && settings.text !== undefined) {
      command.error(`error: both --text ${settings.text} and ${file} were given; one text can be trained on`);
    }
    const { trainCommand } = await loadTraining();
    process.exitCode = await trainCommand({ ...settings, text: settings.text ?? file });
  });

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
