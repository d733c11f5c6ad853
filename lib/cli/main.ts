#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
// Gives tensors their methods.
import '../index.js';
import * as errors from '../errors.js';
import { CorpusError } from '../errors.js';
import { trainCommand } from './commands/train.js';
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
  return fromSystem || error instanceof CorpusError || ourErrors.some((kind) => error instanceof kind);
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
