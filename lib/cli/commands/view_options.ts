import type { Command } from 'commander';
import { Option } from 'commander';
import { whole } from './option_values.js';
import type { ViewSettings } from './view.js';

/** Adds `lutra view`; `run` brings its code, which needs the addon. */
export function addViewCommand(program: Command, run: (source: string, settings: ViewSettings) => Promise<void>): void {
  program
    .command('view')
    .summary('look at vectors, or at a run while it learns, in a browser')
    .description(
      'Serves a page that shows vectors as points, in 2-D and 3-D, with search and neighbours; those of a run move as it learns, beside its curves. Only this machine can open it, by an ' +
        'address that holds a secret. Ctrl-C ends it. LUTRA_VIEW_TOKEN sets the secret, for an address that stays the same.',
    )
    .argument('<source>', 'a file of vectors, in any format that the other commands read, or the folder of a run')
    .addOption(new Option('--port <n>', 'where to listen (default: a free port)').argParser(whole(1, 65_535)))
    .addOption(new Option('--open', 'open a browser').default(false))
    .option('--metadata <file>', 'labels to colour by, CSV or TSV (default: a .tsv or .csv of the same name)')
    .addOption(new Option('--limit <n>', 'read the first n words only').argParser(whole(1)))
    .addOption(new Option('--points <n>', 'show the first n words as points (default: 50000)').argParser(whole(1)))
    .addHelpText('after', '\nExample:\n  lutra view glove.6B.100d.txt --open\n  lutra view runs/mails-classifier')
    .action(run);
}
