import { statSync } from 'node:fs';
import { ArgumentError, CorpusError } from '../../errors.js';
import { KeyedVectors, pca, plots, stack, type Tensor, tensor, tsne, umap } from '../../index.js';
import type { Figure } from '../../plots/index.js';

/** What the command line says of a picture. */
export interface PlotSettings {
  kind?: 'curves' | 'scatter' | 'heatmap';
  output?: string;
  words?: string[];
  count?: number;
  method?: string;
  metrics?: string[];
  smooth?: number;
  log?: boolean;
  title?: string;
  theme: 'light' | 'dark';
  width?: number;
  height?: number;
  scale?: number;
}

/** `lutra plot SOURCE`: a picture in a file, or text on the terminal. */
export async function plotCommand(source: string, settings: PlotSettings): Promise<void> {
  const kind = settings.kind ?? (isLog(source) ? 'curves' : 'scatter');
  refuseUnused(kind, settings);
  const { output, scale } = settings;
  if (output !== undefined && !/\.(svg|png|html|txt)$/i.test(output)) {
    throw new ArgumentError(`--output ${output}: the ending says the format: .svg, .png, .html or .txt`);
  }
  const figure = kind === 'curves' ? curves(source, settings) : await ofVectors(kind, source, settings);
  if (output === undefined) {
    const { stdout } = process;
    const color = stdout.isTTY === true && stdout.hasColors();
    const columns = Math.min(500, Math.max(20, stdout.columns || 80));
    console.log(figure.toText({ columns, color }));
    return;
  }
  await figure.save(output, scale === undefined ? {} : { scale });
  console.log(`${output}: ${figure}`);
}

function isLog(source: string): boolean {
  return statSync(source).isDirectory() || /\.jsonl$|(^|[\\/])metrics\.json$/i.test(source);
}

/** What a user says of another kind of picture would be dropped without a word. */
function refuseUnused(kind: string, settings: PlotSettings): void {
  const ofCurves = { metrics: settings.metrics, smooth: settings.smooth, log: settings.log };
  const ofVectors = { words: settings.words, count: settings.count };
  for (const [name, value] of Object.entries(kind === 'curves' ? ofVectors : ofCurves)) {
    if (value !== undefined) throw new ArgumentError(`--${name} is not for ${kind}; --kind says another picture`);
  }
  if (settings.words !== undefined && settings.count !== undefined) {
    throw new ArgumentError('--words says which words, --count how many of the first; give one of them');
  }
  if (settings.method !== undefined && kind !== 'scatter') {
    throw new ArgumentError(`--method is not for ${kind}; --kind scatter draws points`);
  }
  if (settings.scale !== undefined && !/\.png$/i.test(settings.output ?? '')) {
    throw new ArgumentError('--scale is for pictures of pixels; --output must end in .png');
  }
}

function common({ title, theme, width, height }: PlotSettings): { title?: string; theme: 'light' | 'dark' } {
  return {
    theme,
    ...Object.fromEntries(Object.entries({ title, width, height }).filter(([, value]) => value !== undefined)),
  };
}

function curves(source: string, settings: PlotSettings): Figure {
  const { metrics, smooth = 0, log } = settings;
  return plots.lossCurves(source, {
    ...common(settings),
    smooth,
    yScale: log ? 'log' : 'linear',
    ...(metrics === undefined ? {} : { metrics }),
  });
}

async function ofVectors(kind: 'scatter' | 'heatmap', source: string, settings: PlotSettings): Promise<Figure> {
  const count = settings.count ?? (kind === 'scatter' ? 100 : 40);
  const { words } = settings;
  const vectors = await KeyedVectors.load(source, words === undefined ? { limit: count } : {});
  const shown = words ?? vectors.keys.slice(0, count);
  if (shown.length === 0) throw new CorpusError(`${source}: holds no words`);
  const rows = stack(shown.map((word) => tensor(vectors.vector(word))));
  if (kind === 'heatmap') {
    return plots.heatMap(rows, { ...common(settings), rows: shown, xLabel: 'dimension', colorLabel: 'value' });
  }
  return plots.scatter(await project(rows, settings.method), { ...common(settings), labels: shown });
}

/** [words, 2] */
async function project(rows: Tensor, method = 'pca'): Promise<Tensor> {
  const count = rows.shape[0];
  if (method !== 'pca') {
    if (count < 5) throw new ArgumentError(`--method ${method} needs five words at least, got ${count}; pca takes two`);
    if (method === 'umap') return umap(rows, { neighbors: Math.min(15, count - 1) });
    return tsne(rows, { perplexity: Math.min(30, Math.floor((count - 1) / 3)) });
  }
  if (count < 2) throw new ArgumentError('--words: a projection needs two words at least');
  return pca(rows, { components: 2 }).projected;
}
