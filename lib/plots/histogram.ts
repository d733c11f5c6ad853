import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { frameOption, isOne, numberAxis, paddedRange, roundRange } from './chart_frame.js';
import { type Counts, countIn } from './counts.js';
import { type ChartOption, drawChart } from './engine.js';
import { Figure } from './figure.js';
import { settleRange } from './heat_map.js';
import { histogramText } from './histogram_text.js';
import { type NumberList, rangeOf, readNumbers, shortNumber } from './plot_data.js';
import {
  checkChoice,
  checkWhole,
  type PlotOptions,
  plotOptionNames,
  type SettledPlot,
  settlePlot,
} from './plot_options.js';
import { themes } from './theme.js';

export interface HistogramOptions extends PlotOptions {
  /**
   * How many bins, or their ends in rising order. Default: as many as NumPy's 'auto' gives, the larger of what Sturges and
   * Freedman and Diaconis recommend, but at most 200.
   */
  bins?: number | readonly number[] | undefined;
  /** The ends of the first and the last bin; what lies beyond is not counted. Default: the smallest and the largest number. */
  range?: readonly [number, number] | undefined;
  /** 'log' shows bins of one beside bins of a million. Default: 'linear'. */
  yScale?: 'linear' | 'log' | undefined;
}

const mostBins = 10_000;

/**
 * How often numbers are how large.
 *
 * @param values a tensor of any shape, or a list; finite
 * @throws ArgumentError, ShapeError or ValueError naming the argument or option; OptionError for one that there is not
 */
export function histogram(values: NumberList, options?: HistogramOptions): Figure {
  const given = checkOptions('histogram', options, [...plotOptionNames, 'bins', 'range', 'yScale']);
  const read = readNumbers('histogram', 'values', values);
  const plot = settlePlot('histogram', given, { yLabel: 'count' });
  const scale = checkChoice('histogram', 'yScale', given.yScale, ['linear', 'log'], 'linear');
  const counts = countIn(read, settleEdges(read, given));
  const [low, high] = rangeOf(read);
  const facts = `${read.length} numbers from ${shortNumber(low)} to ${shortNumber(high)}`;
  return Figure.of({
    op: 'histogram',
    plot,
    description: `${plot.title === '' ? 'Histogram' : plot.title}: ${facts}, in ${counts.counts.length} bins`,
    svg: (settled) => drawChart(histogramOption(settled, counts, scale), settled),
    text: (columns) => histogramText(plot.title, counts, columns),
  });
}

function settleEdges(values: Float64Array, { bins, range }: HistogramOptions): Float64Array {
  const settled = settleRange('histogram', range);
  if (bins !== undefined && typeof bins !== 'number') {
    if (!Array.isArray(bins)) {
      throw new ArgumentError(`histogram: bins must be a number or a list of ends, got ${describe(bins)}`);
    }
    if (settled !== null) throw new ArgumentError('histogram: range is for a number of bins; their ends were given');
    if (bins.length < 2 || bins.length > mostBins) {
      throw new ShapeError(`histogram: bins must have from 2 to ${mostBins} ends, got ${bins.length}`);
    }
    const edges = readNumbers('histogram', 'bins', bins);
    const fall = edges.findIndex((edge, i) => i > 0 && edge <= edges[i - 1]);
    if (fall > 0) {
      throw new ValueError(`histogram: bins must rise; bins[${fall}] is ${edges[fall]} after ${edges[fall - 1]}`);
    }
    return edges;
  }
  const usual = rangeOf(values);
  // One number has no width; a bin of half below to half above, as NumPy's, would be none for large ones.
  const one: [number, number] = Math.abs(usual[0]) < 1e6 ? [usual[0] - 0.5, usual[1] + 0.5] : paddedRange(usual, 0);
  const [low, high] = settled ?? (isOne(usual) ? one : usual);
  const count = checkWhole('histogram', 'bins', bins, automaticBins(values, low, high), 1, mostBins);
  return Float64Array.from({ length: count + 1 }, (_, i) =>
    i === count ? high : low * (1 - i / count) + high * (i / count),
  );
}

/** NumPy's 'auto' (numpy/lib/_histograms_impl.py), within limits. */
function automaticBins(values: Float64Array, low: number, high: number): number {
  const sorted = values.filter((x) => x >= low && x <= high).sort();
  const { length } = sorted;
  if (length === 0) return 1;
  const quantile = (share: number) => {
    const at = share * (length - 1);
    const below = Math.floor(at);
    return sorted[below] + (at - below) * (sorted[Math.min(below + 1, length - 1)] - sorted[below]);
  };
  const sturges = (high - low) / (Math.log2(length) + 1);
  const freedmanDiaconis = (2 * (quantile(0.75) - quantile(0.25))) / Math.cbrt(length);
  const width = freedmanDiaconis > 0 ? Math.min(freedmanDiaconis, sturges) : sturges;
  const bins = Math.ceil((high - low) / width);
  return Number.isFinite(bins) ? Math.min(200, Math.max(1, bins)) : 10;
}

interface BarPosition {
  coord(point: readonly [number, number]): [number, number];
}

function histogramOption(plot: SettledPlot, { edges, counts }: Counts, scale: 'linear' | 'log'): ChartOption {
  const theme = themes[plot.theme];
  const floor = scale === 'log' ? 0.5 : 0;
  const most = rangeOf(counts)[1];
  const top = scale === 'log' ? Math.max(1, most) * 2 : roundRange([0, Math.max(1, most)])[1];
  return {
    ...frameOption(plot),
    xAxis: { ...numberAxis(plot, 'x', [edges[0], edges[edges.length - 1]]), splitLine: { show: false } },
    yAxis: numberAxis(plot, 'y', [floor, top], scale),
    series: [
      {
        type: 'custom',
        silent: true,
        data: [...counts].map((count, i) => [edges[i], count]),
        renderItem: ({ dataIndex: i }: { dataIndex: number }, position: BarPosition) => {
          if (counts[i] === 0) return null;
          const [left, y] = position.coord([edges[i], counts[i]]);
          const [right, bottom] = position.coord([edges[i + 1], floor]);
          const gap = right - left > 4 ? 1 : 0;
          return {
            type: 'rect',
            shape: { x: left, y, width: Math.max(0.5, right - left - gap), height: bottom - y },
            style: { fill: theme.accent },
          };
        },
      },
    ],
  };
}
