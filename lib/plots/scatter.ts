import { ArgumentError, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { frameOption, numberAxis } from './chart_frame.js';
import { type ColorMapName, colorIndex, colorMapNames, colorsOf, hexOf } from './color_map.js';
import { type ChartOption, drawChart, type Placement } from './engine.js';
import { Figure } from './figure.js';
import { placeLabels } from './label_placement.js';
import type { HoverPoint } from './page.js';
import { type NumberList, type NumberRows, rangeOf, readMatrix, readNumbers, shortNumber } from './plot_data.js';
import {
  checkChoice,
  checkNames,
  checkNumber,
  type PlotOptions,
  plotOptionNames,
  type SettledPlot,
  settlePlot,
} from './plot_options.js';
import { type PlottedPoints, rangesOf } from './plotted_points.js';
import { scatterText } from './scatter_text.js';
import { fitted, textWidth } from './text_width.js';
import { fontFamily, type Theme, themes } from './theme.js';

export interface ScatterOptions extends PlotOptions {
  /** A name for each point, '' for none. Those for which there is no room are left out, and told on a page's points. */
  labels?: readonly (string | number)[] | undefined;
  /** A group for each point: each has a colour, and a shape where there are more groups than colours. */
  categories?: readonly (string | number)[] | undefined;
  /** A number for each point, which gives its colour. Not beside categories. */
  colors?: NumberList | undefined;
  /** Of `colors`. Default: 'viridis'. */
  colorMap?: ColorMapName | undefined;
  /** Radius of the points in pixels, one for all or one for each. Default: from 5 for few points to 1.5 for many. */
  sizes?: number | NumberList | undefined;
}

const op = 'scatter';
const names = [...plotOptionNames, 'labels', 'categories', 'colors', 'colorMap', 'sizes'];
const mostPoints = 200_000;

/**
 * Points in the plane, with names that don't cover each other.
 *
 * @param points [N, 2]: a tensor or a list of pairs, finite; `pca`, `tsne` and `umap` make them of vectors
 * @throws ArgumentError, ShapeError or ValueError naming the argument or option; OptionError for one that there is not
 */
export function scatter(points: NumberRows, options?: ScatterOptions): Figure {
  const given = checkOptions(op, options, names);
  const read = readMatrix(op, 'points', points);
  const count = read.rows;
  if (read.columns !== 2) {
    throw new ShapeError(
      `${op}: points must have two numbers each, got [${count}, ${read.columns}]; a projection such as pca makes two of them`,
    );
  }
  if (count > mostPoints)
    throw new ValueError(`${op}: ${count} points are more than can be seen; draw ${mostPoints} of them`);
  const categories = checkNames(op, 'categories', given.categories, count, 'points');
  if (categories !== null && given.colors !== undefined) {
    throw new ArgumentError(`${op}: categories and colors both say which colour a point has; give one of them`);
  }
  const groups = [...new Set(categories ?? [])];
  const places = new Map(groups.map((name, i) => [name, i]));
  const plot = settlePlot(op, given);
  const settled: PlottedPoints = {
    points: read,
    labels: checkNames(op, 'labels', given.labels, count, 'points'),
    groups,
    groupOf: Int32Array.from({ length: count }, (_, i) =>
      categories === null ? 0 : (places.get(categories[i]) as number),
    ),
    colors: given.colors === undefined ? null : readEach('colors', given.colors, count),
    colorMap: checkChoice(op, 'colorMap', given.colorMap, colorMapNames, 'viridis'),
    radii: settleRadii(given.sizes, count),
  };
  const inGroups = groups.length > 0 ? ` in ${groups.length} groups` : '';
  let hover: HoverPoint[] = [];
  return Figure.of({
    op,
    plot,
    description: `${plot.title === '' ? 'Scatter plot' : plot.title}: ${count} points${inGroups}`,
    svg: (now) => {
      const drawn = draw(now, settled);
      hover = drawn.hover;
      return drawn.svg;
    },
    hover: () => hover,
    text: (columns, color) => scatterText(plot.title, settled, columns, color),
  });
}

function readEach(name: string, value: unknown, count: number): Float64Array {
  const numbers = readNumbers(op, name, value);
  if (numbers.length === count) return numbers;
  throw new ValueError(`${op}: ${name} must have a number for each of the ${count} points, got ${numbers.length}`);
}

function settleRadii(sizes: unknown, count: number): Float64Array {
  if (sizes === undefined)
    return new Float64Array(count).fill(count <= 60 ? 5 : count <= 500 ? 3.5 : count <= 5000 ? 2.5 : 1.5);
  if (typeof sizes === 'number') return new Float64Array(count).fill(checkNumber(op, 'sizes', sizes, 0, 200));
  const radii = readEach('sizes', sizes, count);
  for (const [i, radius] of radii.entries()) checkNumber(op, `sizes[${i}]`, radius, 0, 200);
  return radii;
}

const symbols = ['circle', 'triangle', 'rect', 'diamond'];
const labelSize = 12;

function draw(plot: SettledPlot, scatterPlot: PlottedPoints): { svg: string; hover: HoverPoint[] } {
  const theme = themes[plot.theme];
  const { points, labels, groups } = scatterPlot;
  const base = scatterOption(plot, scatterPlot, theme);
  const hover: HoverPoint[] = [];
  const svg = drawChart(base, plot, ({ area, toPixel }) => {
    const placed = Array.from({ length: points.rows }, (_, i) => {
      const [x, y] = toPixel([points.values[2 * i], points.values[2 * i + 1]]);
      const label = labels?.[i] ?? '';
      const group = groups.length > 0 ? groups[scatterPlot.groupOf[i]] : '';
      const text = [label, group].filter((part) => part !== '').join(' · ');
      if (text !== '') hover.push({ x, y, text });
      return { x, y, radius: scatterPlot.radii[i], label: fitted(label, labelSize, 180) };
    });
    return { option: { ...base, graphic: labels === null ? [] : labelElements(placed, area, plot, theme) } };
  });
  return { svg, hover };
}

function labelElements(
  points: readonly { x: number; y: number; radius: number; label: string }[],
  area: Placement['area'],
  plot: SettledPlot,
  theme: Theme,
): ChartOption[] {
  const placed = placeLabels(points, area, labelSize);
  const lines = placed
    .filter(({ isFar }) => isFar)
    .map(({ point, x, y, width }) => ({
      type: 'line',
      silent: true,
      z: 90,
      shape: {
        x1: points[point].x,
        y1: points[point].y,
        x2: Math.min(x + width / 2, Math.max(x - width / 2, points[point].x)),
        y2: y + (y > points[point].y ? -1 : 1) * labelSize * 0.5,
      },
      style: { stroke: theme.faint, lineWidth: 0.7 },
    }));
  const texts = placed.map(({ point, x, y }) => ({
    type: 'text',
    silent: true,
    z: 100,
    x,
    y,
    style: {
      text: points[point].label,
      fill: theme.text,
      stroke: theme.background,
      lineWidth: 2,
      font: `${labelSize}px ${fontFamily}`,
      align: 'center',
      verticalAlign: 'middle',
    },
  }));
  const named = points.filter(({ label }) => label !== '').length;
  const note = {
    type: 'text',
    silent: true,
    x: plot.width - 8,
    y: 8,
    style: {
      align: 'right',
      verticalAlign: 'top',
      text: `${placed.length} of ${named} names have room`,
      fill: theme.faint,
      font: `10px ${fontFamily}`,
    },
  };
  return [...lines, ...texts, ...(placed.length < named && plot.width >= 300 ? [note] : [])];
}

/** The chart without names. */
function scatterOption(
  plot: SettledPlot,
  { points, groups, groupOf, colors, colorMap, radii }: PlottedPoints,
  theme: Theme,
): ChartOption {
  const [xRange, yRange] = rangesOf(points);
  // What does not fit beside the picture is not in its legend.
  const shownGroups = groups.slice(0, Math.max(1, Math.floor((plot.height - 80) / 20)));
  const names = shownGroups.map((name) => fitted(name, labelSize, 120));
  const room =
    groups.length > 0 ? 34 + Math.max(...names.map((name) => textWidth(name, labelSize))) : colors === null ? 0 : 74;
  const { length } = theme.groups;
  const opacity = points.rows > 500 ? 0.7 : 0.9;
  const palette = colorsOf(colorMap).map(hexOf);
  const colorRange = colors === null ? null : rangeOf(colors);
  const colorOf = (i: number) =>
    colors === null || colorRange === null
      ? {}
      : { itemStyle: { color: palette[colorIndex(colors[i], ...colorRange)], opacity } };
  const series = (groups.length > 0 ? groups : ['']).map((name, group) => ({
    type: 'scatter',
    name: shownGroups.includes(name) ? names[group] : name,
    silent: true,
    emphasis: { disabled: true },
    symbol: symbols[Math.floor(group / length) % symbols.length],
    itemStyle: { color: groups.length > 0 ? theme.groups[group % length] : theme.accent, opacity },
    data: [...groupOf].flatMap((of, i) =>
      of === group
        ? [{ value: [points.values[2 * i], points.values[2 * i + 1]], symbolSize: 2 * radii[i], ...colorOf(i) }]
        : [],
    ),
  }));
  const legend = {
    orient: 'vertical',
    right: 12,
    top: 'middle',
    itemWidth: 10,
    itemHeight: 10,
    data: names,
    textStyle: { color: theme.text, fontSize: labelSize, fontFamily },
  };
  const bar = {
    type: 'continuous',
    right: 14,
    top: 'middle',
    calculable: false,
    min: colorRange?.[0] ?? 0,
    max: colorRange?.[1] ?? 1,
    text: colorRange === null ? [] : [shortNumber(colorRange[1]), shortNumber(colorRange[0])],
    itemWidth: 12,
    itemHeight: Math.max(60, plot.height - 200),
    seriesIndex: [],
    inRange: { color: palette },
    textStyle: { color: theme.faint, fontSize: labelSize, fontFamily },
  };
  return {
    ...frameOption(plot, { right: room }),
    xAxis: numberAxis(plot, 'x', xRange),
    yAxis: numberAxis(plot, 'y', yRange),
    ...(groups.length > 0 ? { legend } : {}),
    ...(colors === null ? {} : { visualMap: bar }),
    series,
  };
}
