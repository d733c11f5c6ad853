import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { SettingValues } from '../../../settings/setting.js';
import { type TaskName, tasks } from '../../../settings/tasks.js';
import { nonNegative, share, whole } from '../option_values.js';
import { addSettings, saidOn } from './setting_options.js';
import type { GenerateHow, PredictHow, RunHow } from './told.js';

type Commands = typeof import('./run_commands.js');
type Load = () => Promise<Commands>;

const json = () => new Option('--json', 'print JSON, for programs').default(false);
const quiet = () => new Option('--quiet', 'print nothing but errors').default(false);
const folder = 'folder of a run, which lutra train wrote';
const examplesOf = (examples: readonly string[]) =>
  `\nExample${examples.length > 1 ? 's' : ''}:\n${examples.map((line) => `  ${line}`).join('\n')}`;

/** Whether a path is the folder of a run; asked before the library is loaded. */
export function isRunFolder(path: string): boolean {
  return existsSync(join(path, 'config.yaml'));
}

/** Adds `lutra train classifier|…`. */
export function addTaskTrainers(train: Command, load: Load): void {
  for (const [name, { summary, description, data, settings, examples }] of Object.entries(tasks)) {
    const command = train
      .command(name)
      .summary(summary)
      .description(
        `${description} The folder of the run gets config.yaml, model.safetensors, metrics.json, log.jsonl and checkpoints.`,
      )
      .argument('[data]', data);
    addSettings(command, settings);
    const group = 'Run:';
    for (const option of [
      new Option('--config <file>', 'settings in YAML or JSON; what is said here counts more'),
      new Option('--output <folder>', 'where results go (default: runs/NAME by the data)'),
      new Option('--overwrite', 'write into --output even where an earlier run is in it').default(false),
      quiet(),
      json(),
    ]) {
      command.addOption(option.helpGroup(group));
    }
    command
      .addHelpText('after', examplesOf(examples))
      .action(async (path: string | undefined, how: RunHow, self: Command) => {
        const said = saidOn(self, settings);
        process.exitCode = await (await load()).trainCommand(name as TaskName, path, said, how);
      });
  }
}

/** What stands beside runs with a configuration: trainings of vectors, and models of texts with labels. */
export interface OtherRuns {
  isVectorRun(path: string): boolean;
  resume(path: string, how: { threads?: number }): Promise<number>;
  /** Whether a path is a file rather than the folder of a run. */
  isModelFile(path: string): boolean;
  predict(path: string, data: string | undefined, how: PredictHow): Promise<number>;
}

/** Adds `lutra resume`, `predict` and `generate`. */
export function addRunCommands(program: Command, load: Load, others: OtherRuns): void {
  program
    .command('resume')
    .summary('go on with a run that was stopped')
    .description(
      'Goes on from the newest checkpoint of a run, with the batch that would have come next: the weights at the end are ' +
        'those of a run that was never stopped, bit for bit.',
    )
    .argument('<run>', folder)
    .addOption(new Option('--epochs <n>', 'another number of passes in all').argParser(whole(1)))
    .addOption(new Option('--patience <n>', 'another patience').argParser(whole(1)))
    .addOption(new Option('--threads <n>', 'threads; results do not depend on it').argParser(whole(1, 1024)))
    .addOption(quiet())
    .addOption(json())
    .addHelpText('after', examplesOf(['lutra resume runs/mails', 'lutra resume runs/mails --epochs 20']))
    .action(async (run: string, { quiet, json, ...said }: { quiet: boolean; json: boolean } & SettingValues) => {
      if (!isRunFolder(run) && others.isVectorRun(run)) {
        process.exitCode = await others.resume(run, said);
        return;
      }
      process.exitCode = await (await load()).resumeCommand(run, said, { quiet, json });
    });
  program
    .command('predict')
    .summary('apply a trained model')
    .description('Prints what a model says of each row of a file, or each line of the standard input, a line each.')
    .argument('<run>', `${folder}; or a supervised model of fastText, .bin or .ftz`)
    .argument('[data]', 'a file; its lines, or the column that the run was trained on (default: the standard input)')
    .addOption(new Option('--top-k <n>', 'answers at most').argParser(whole(1)))
    .addOption(new Option('--threshold <p>', 'leave out answers less probable than this').argParser(nonNegative))
    .addOption(new Option('--threads <n>', 'threads (default: one for each core)').argParser(whole(1, 1024)))
    .addOption(json())
    .addHelpText(
      'after',
      examplesOf(['lutra predict runs/mails new_mails.csv', 'echo "free money" | lutra predict runs/mails --json']),
    )
    .action(async (run: string, data: string | undefined, how: PredictHow) => {
      if (others.isModelFile(run)) {
        process.exitCode = await others.predict(run, data, how);
        return;
      }
      process.exitCode = await (await load()).predictCommand(run, data, how);
    });
  program
    .command('generate')
    .summary('let a language model go on with a text')
    .description('Prints a text that a run of lutra train lm makes up, as it comes.')
    .argument('<run>', folder)
    .addOption(new Option('--prompt <text>', 'what the text begins with').default(''))
    .addOption(new Option('--length <n>', 'words, or characters, to add').argParser(whole(1)).default(100))
    .addOption(
      new Option('--temperature <x>', 'below 1 chooses likelier ones, 0 the likeliest')
        .argParser(nonNegative)
        .default(0.8),
    )
    .addOption(new Option('--top-k <n>', 'choose among the n likeliest only').argParser(whole(1)))
    .addOption(
      new Option('--top-p <p>', 'choose among the likeliest that together reach this probability').argParser(share),
    )
    .addOption(new Option('--greedy', 'the likeliest each time: --temperature 0').default(false))
    .addOption(new Option('--seed <n>', 'the same seed gives the same text').argParser(whole(0)).default(1))
    .addOption(new Option('--threads <n>', 'threads (default: one for each core)').argParser(whole(1, 1024)))
    .addOption(json())
    .addHelpText(
      'after',
      examplesOf([
        'lutra generate runs/novel-lm --prompt "it was the" --length 50',
        'lutra generate runs/novel-lm --top-p 0.9 --temperature 1 --seed 7',
      ]),
    )
    .action(async (run: string, how: GenerateHow) => {
      process.exitCode = await (await load()).generateCommand(run, how);
    });
}
