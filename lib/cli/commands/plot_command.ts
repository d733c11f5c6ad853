import type { Command } from 'commander';
import { Option } from 'commander';
import { fraction, positive, whole, words } from './option_values.js';
import type { PlotSettings } from './plot.js';

type Plot = typeof import('./plot.js');

/** Adds `lutra plot`; `load` brings its code, which needs the addon. */
export function addPlotCommand(program: Command, load: () => Promise<Plot>): void {
  program
    .command('plot')
    .summary('draw the curves of a run, or vectors')
    .description(
      'Draws what a training logged, or words by their vectors: into a file (.svg, .png, .html or .txt), or as text where no --output is given.',
    )
    .argument('<source>', 'the folder or log (.jsonl) of a run, or a file of vectors')
    .addOption(
      new Option(
        '--kind <kind>',
        'curves of a log; words of vectors as points (scatter) or rows (heatmap) [default: curves or scatter]',
      ).choices(['curves', 'scatter', 'heatmap']),
    )
    .option('-o, --output <file>', 'the file to write; its ending says the format')
    .addOption(
      new Option('--words <words>', 'which words, separated by commas [default: the first of the file]').argParser(
        words,
      ),
    )
    .addOption(
      new Option('--count <n>', 'how many words, where none are named [default: 100; heatmap 40]').argParser(
        whole(2, 20_000),
      ),
    )
    .addOption(new Option('--method <method>', 'what makes points of vectors [default: pca]').choices(methods))
    .addOption(new Option('--metrics <names>', 'which curves, separated by commas [default: losses]').argParser(words))
    .addOption(new Option('--smooth <x>', 'the weight of what came before in a moving mean').argParser(fraction))
    .option('--log', 'a logarithmic axis for curves')
    .option('--title <text>', 'over the picture')
    .addOption(new Option('--theme <theme>', 'the ground').choices(['light', 'dark']).default('light'))
    .addOption(new Option('--width <pixels>').argParser(whole(120, 8192)))
    .addOption(new Option('--height <pixels>').argParser(whole(120, 8192)))
    .addOption(new Option('--scale <x>', 'pixels of a PNG for each pixel [default: 2]').argParser(positive))
    .addHelpText(
      'after',
      `
Examples:
  lutra plot runs/reviews
  lutra plot runs/reviews --metrics train/loss,validation/loss --smooth 0.9 -o loss.svg
  lutra plot vectors.bin --words king,queen,man,woman -o words.png
  lutra plot vectors.bin --count 500 --method tsne -o map.html
  lutra plot vectors.bin --kind heatmap --count 30 -o rows.html`,
    )
    .action(async (source: string, settings: PlotSettings) => {
      await (await load()).plotCommand(source, settings);
    });
}

/** Projections that are there. */
const methods = ['pca', 'tsne', 'umap'];
