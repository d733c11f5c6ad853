import { ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { gutterOf, withAxes } from './axes_text.js';
import { frameOption, isOne, numberAxis, paddedRange, roundRange } from './chart_frame.js';
import { type Curve, type CurveSource, readCurves } from './curve_sources.js';
import { DotCanvas } from './dot_canvas.js';
import { type ChartOption, drawChart } from './engine.js';
import { Figure } from './figure.js';
import { largest, rangeOf, shortNumber } from './plot_data.js';
import {
  checkChoice,
  checkNumber,
  type PlotOptions,
  plotOptionNames,
  type SettledPlot,
  settlePlot,
} from './plot_options.js';
import { fitted, textWidth } from './text_width.js';
import { fontFamily, themes } from './theme.js';

export interface LossCurvesOptions extends PlotOptions {
  /** What to draw, by the names in the log: 'train/loss', 'validation/accuracy', …. Default: what ends in 'loss'. */
  metrics?: readonly string[] | undefined;
  /** Default: 'linear'. */
  yScale?: 'linear' | 'log' | undefined;
  /** From 0 to below 1: the weight of what came before in a moving mean, behind which the curve itself is faint. Default: 0. */
  smooth?: number | undefined;
}

const op = 'lossCurves';
type Scale = 'linear' | 'log';
type Line = readonly (readonly [number, number])[];

/**
 * What a training measured, step by step.
 *
 * @param source what `Trainer.fit` returned; the path of a log in JSON Lines or of a run's folder; a list of numbers; or several
 * of them by name, as `{ first: history, second: 'runs/second' }`
 * @throws ArgumentError or ValueError naming what is wrong with a source or option; OptionError for one that there is not;
 * CorpusError for a file without such lines; the file system's own error where it can't be read
 */
export function lossCurves(
  source: CurveSource | { readonly [name: string]: CurveSource },
  options?: LossCurvesOptions,
): Figure {
  const given = checkOptions(op, options, [...plotOptionNames, 'metrics', 'yScale', 'smooth']);
  const scale = checkChoice(op, 'yScale', given.yScale, ['linear', 'log'], 'linear');
  const smooth = given.smooth === undefined ? 0 : checkNumber(op, 'smooth', given.smooth, 0, 0.9999);
  const plot = settlePlot(op, given, { xLabel: 'step' });
  const curves = readCurves(op, source, given.metrics);
  const drawn = curves.map((curve) => ({
    name: curve.name,
    points: finite(curve, scale),
    line: smoothed(finite(curve, scale), smooth),
  }));
  if (drawn.every(({ points }) => points.length === 0)) {
    const which = scale === 'log' ? 'finite and above 0' : 'finite';
    throw new ValueError(`${op}: none of the numbers of ${curves.map(({ name }) => name).join(', ')} is ${which}`);
  }
  const ends = curves.map(({ name }, i) =>
    drawn[i].line.length > 0 ? `${name} ${shortNumber(drawn[i].line.at(-1)![1])}` : name,
  );
  return Figure.of({
    op,
    plot,
    description: `${plot.title === '' ? 'Curves' : plot.title}, at the end: ${ends.join(', ')}`,
    svg: (settled) => drawChart(curvesOption(settled, drawn, scale, smooth), settled),
    text: (columns, color) => curvesText(plot.title, drawn, scale, columns, color, ends),
  });
}

/** What can be drawn: NaN and infinities are what a training that breaks logs last. */
function finite({ steps, values }: Curve, scale: Scale): Line {
  return values.flatMap((value, i) =>
    Math.abs(value) <= largest && (scale === 'linear' || value > 0) ? [[steps[i], value] as const] : [],
  );
}

/** A mean that forgets, without the pull towards zero at its beginning (Adam's correction of a bias). */
function smoothed(points: Line, weight: number): Line {
  if (weight === 0) return points;
  let [mean, norm] = [0, 0];
  return points.map(([x, y]) => {
    mean = weight * mean + (1 - weight) * y;
    norm = weight * norm + (1 - weight);
    return [x, mean / norm] as const;
  });
}

interface Drawn {
  readonly name: string;
  readonly points: Line;
  readonly line: Line;
}

function rangesOf(drawn: readonly Drawn[], scale: Scale): [[number, number], [number, number]] {
  const all = drawn.flatMap(({ points }) => points);
  const x = rangeOf(all.map(([step]) => step));
  const y = rangeOf(all.map(([, value]) => value));
  const xRange: [number, number] = x[0] === x[1] ? [x[0] - 1, x[1] + 1] : x;
  if (scale === 'log') return [xRange, [y[0] / 1.2, y[1] * 1.2]];
  return [xRange, isOne(y) ? paddedRange(y, 0) : roundRange(y)];
}

function curvesOption(plot: SettledPlot, drawn: readonly Drawn[], scale: Scale, smooth: number): ChartOption {
  const theme = themes[plot.theme];
  const [xRange, yRange] = rangesOf(drawn, scale);
  const names = drawn.map(({ name }) => fitted(name, 12, 160));
  const room = drawn.length > 1 ? 44 + Math.max(...names.map((name) => textWidth(name, 12))) : 0;
  const dashes = ['solid', 'dashed', 'dotted'];
  const style = (i: number) => ({
    color: theme.groups[i % theme.groups.length],
    type: dashes[Math.floor(i / theme.groups.length) % dashes.length],
  });
  const common = { type: 'line', silent: true, emphasis: { disabled: true } };
  const behind = drawn.map(({ points }, i) => ({
    ...common,
    showSymbol: false,
    data: points,
    lineStyle: { ...style(i), width: 1, opacity: 0.3 },
  }));
  const lines = drawn.map(({ line }, i) => ({
    ...common,
    name: names[i],
    // A few points are marked; one alone would be no line at all.
    showSymbol: line.length <= 40,
    symbol: 'circle',
    symbolSize: 5,
    data: line,
    itemStyle: { color: style(i).color },
    lineStyle: { ...style(i), width: 2 },
  }));
  const legend = {
    orient: 'vertical',
    right: 12,
    top: 'middle',
    itemWidth: 18,
    data: names.slice(0, Math.max(1, Math.floor((plot.height - 80) / 22))),
    textStyle: { color: theme.text, fontSize: 12, fontFamily },
  };
  const label = plot.yLabel === '' && drawn.length === 1 ? drawn[0].name : plot.yLabel;
  const named = { ...plot, yLabel: label };
  return {
    ...frameOption(named, { right: room }),
    xAxis: numberAxis(named, 'x', xRange),
    yAxis: numberAxis(named, 'y', yRange, scale),
    ...(drawn.length > 1 ? { legend } : {}),
    series: smooth > 0 ? [...behind, ...lines] : lines,
  };
}

function curvesText(
  title: string,
  drawn: readonly Drawn[],
  scale: Scale,
  columns: number,
  color: boolean,
  ends: readonly string[],
): string[] {
  const [xRange, yRange] = rangesOf(drawn, scale);
  const width = columns - gutterOf(yRange) - 1;
  const canvas = new DotCanvas(width, Math.max(5, Math.min(20, Math.round(width / 4))));
  const height = (y: number) => (scale === 'log' ? Math.log(y) : y);
  const [low, high] = yRange.map(height);
  for (const [i, { line }] of drawn.entries()) {
    let before: [number, number] | null = null;
    for (const [step, value] of line) {
      const at: [number, number] = [
        (step - xRange[0]) / (xRange[1] - xRange[0]),
        Math.min(1, Math.max(0, (height(value) - low) / (high - low))),
      ];
      canvas.line(...(before ?? at), ...at, i);
      before = at;
    }
  }
  return withAxes(title, canvas, xRange, yRange, ends, color);
}
