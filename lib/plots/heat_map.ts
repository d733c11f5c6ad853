import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { frameOption, nameAxis } from './chart_frame.js';
import { type ColorMapName, colorCount, colorIndex, colorMapNames, colorsOf, hexOf, readableOn } from './color_map.js';
import type { ColoredMatrix } from './colored_matrix.js';
import { type ChartOption, drawChart } from './engine.js';
import { type Drawing, Figure } from './figure.js';
import { heatText } from './heat_text.js';
import { type NumberRows, rangeOf, readMatrix, shortNumber } from './plot_data.js';
import {
  checkChoice,
  checkFlag,
  checkNames,
  checkNumber,
  type PlotOptions,
  plotOptionNames,
  type SettledPlot,
  settlePlot,
} from './plot_options.js';
import { textWidth } from './text_width.js';
import { fontFamily, themes } from './theme.js';

export interface HeatMapOptions extends PlotOptions {
  /** A name for each row. Default: numbers from 0. */
  rows?: readonly (string | number)[] | undefined;
  /** A name for each column. Default: numbers from 0. */
  columns?: readonly (string | number)[] | undefined;
  /**
   * 'viridis' and 'cividis' go from dark to bright, 'gray' from white to black, 'blueRed' from blue over white to red, with
   * white at zero where `range` says nothing. Default: 'blueRed' where there are numbers below and above zero, else 'viridis'.
   */
  colorMap?: ColorMapName | undefined;
  /** The numbers of the first and the last colour; what lies beyond gets these. Default: the smallest and the largest. */
  range?: readonly [number, number] | undefined;
  /** Whether to write the numbers into the cells. Default: false. */
  values?: boolean | undefined;
  /** What the colours mean, beside their bar. Default: none. */
  colorLabel?: string | undefined;
}

export const heatMapNames = [...plotOptionNames, 'rows', 'columns', 'colorMap', 'range', 'values', 'colorLabel'];

/** More cells are no picture: a screen has no more pixels. */
const mostCells = 4_000_000;

/**
 * A matrix as colours, with a bar that tells what they mean.
 *
 * @param matrix [rows, columns]: a tensor or a list of rows, finite
 * @throws ArgumentError, ShapeError or ValueError naming the argument or option; OptionError for one that there is not
 */
export function heatMap(matrix: NumberRows, options?: HeatMapOptions): Figure {
  const given = checkOptions('heatMap', options, heatMapNames);
  const read = readMatrix('heatMap', 'matrix', matrix);
  const { rows, columns } = read;
  const plot = settlePlot('heatMap', given);
  const range = settleRange('heatMap', given.range);
  const data = rangeOf(read.values);
  const isSigned = data[0] < 0 && data[1] > 0;
  const colorMap = checkChoice('heatMap', 'colorMap', given.colorMap, colorMapNames, isSigned ? 'blueRed' : 'viridis');
  const most = Math.max(-data[0], data[1]);
  return heatFigure('heatMap', plot, {
    matrix: read,
    rows: checkNames('heatMap', 'rows', given.rows, rows, 'rows') ?? numbered(rows),
    columns: checkNames('heatMap', 'columns', given.columns, columns, 'columns') ?? numbered(columns),
    colorMap,
    range: range ?? (colorMap === 'blueRed' && isSigned ? [-most, most] : data),
    values: checkFlag('heatMap', 'values', given.values, false),
    colorLabel: given.colorLabel === undefined ? '' : checkLabel(given.colorLabel),
  });
}

function checkLabel(label: unknown): string {
  if (typeof label === 'string') return label;
  throw new ArgumentError(`heatMap: colorLabel must be a string, got ${describe(label)}`);
}

const numbered = (count: number) => Array.from({ length: count }, (_, i) => String(i));

export function settleRange(op: string, range: unknown): [number, number] | null {
  if (range === undefined) return null;
  if (!Array.isArray(range) || range.length !== 2) {
    throw new ArgumentError(`${op}: range must be [low, high], got ${describe(range)}`);
  }
  const [low, high] = range.map((x: unknown, i) => checkNumber(op, `range[${i}]`, x, -1e300, 1e300));
  if (low >= high) throw new ValueError(`${op}: range must go upwards, got [${low}, ${high}]`);
  return [low, high];
}

/** The figure of a heat map that has been checked. */
export function heatFigure(op: string, plot: SettledPlot, map: ColoredMatrix, text?: Drawing['text']): Figure {
  const { rows, columns } = map.matrix;
  if (rows * columns > mostCells) {
    throw new ValueError(`${op}: ${rows} × ${columns} cells are more than can be seen; draw a part of them`);
  }
  const drawing: Drawing = {
    op,
    plot,
    description: `${plot.title === '' ? 'Heat map' : plot.title}: ${rows} rows, ${columns} columns, from ${map.range.map(shortNumber).join(' to ')}`,
    svg: (settled) => drawChart(heatOption(settled, map), settled),
    text: text ?? ((width, color) => heatText(plot.title, map, width, color)),
  };
  return Figure.of(drawing);
}

interface ChartPosition {
  coord(point: readonly [number, number]): [number, number];
}

/** Rectangles of one colour are one path: a tenth of the size of an element for each. */
function heatOption(plot: SettledPlot, map: ColoredMatrix): ChartOption {
  const { matrix, range } = map;
  const theme = themes[plot.theme];
  const colors = colorsOf(map.colorMap);
  const [low, high] = range;
  const barWidth = 14;
  const ticks = barTicks(low, high);
  const barRoom =
    barWidth + 24 + Math.max(...ticks.map((x) => textWidth(shortNumber(x), 12))) + (map.colorLabel ? 20 : 0);
  const frame = frameOption(plot, { right: barRoom });
  const { top, bottom } = frame.grid as { top: number; bottom: number };
  const ofColor: number[][] = Array.from({ length: colorCount }, () => []);
  for (let i = 0; i < matrix.values.length; i++) ofColor[colorIndex(matrix.values[i], low, high)].push(i);
  const used = ofColor.flatMap((cells, color) => (cells.length > 0 ? [color] : []));

  /** Where cells begin and end, in pixels; one more than there are cells. */
  const edges = (position: ChartPosition, count: number, which: 0 | 1): number[] => {
    const at = (i: number) => position.coord(which === 0 ? [i, 0] : [0, i])[which];
    const first = at(0);
    const step = count > 1 ? (at(count - 1) - first) / (count - 1) : 0;
    return Array.from({ length: count + 1 }, (_, i) => Math.round((first + (i - 0.5) * step) * 10) / 10);
  };
  const area = (params: { coordSys: { x: number; y: number; width: number; height: number } }) => params.coordSys;
  const cellEdges = (
    params: { coordSys: { x: number; y: number; width: number; height: number } },
    position: ChartPosition,
  ) => {
    const { x, y, width, height } = area(params);
    const xs = matrix.columns > 1 ? edges(position, matrix.columns, 0) : [x, x + width];
    const ys = matrix.rows > 1 ? edges(position, matrix.rows, 1) : [y, y + height];
    return { xs, ys };
  };
  type Params = Parameters<typeof area>[0] & { dataIndex: number };
  const cells = {
    type: 'custom',
    silent: true,
    clip: false,
    data: used.map(() => [0, 0]),
    renderItem: (params: Params, position: ChartPosition) => {
      const { xs, ys } = cellEdges(params, position);
      const color = used[params.dataIndex];
      const pathData = ofColor[color].map((i) => {
        const column = i % matrix.columns;
        const row = (i - column) / matrix.columns;
        const width = (xs[column + 1] - xs[column]).toFixed(1);
        return `M${xs[column]} ${ys[row]}h${width}v${(ys[row + 1] - ys[row]).toFixed(1)}h-${width}z`;
      });
      return { type: 'path', shape: { pathData: pathData.join('') }, style: { fill: hexOf(colors[color]) } };
    },
  };
  const numbers = {
    type: 'custom',
    silent: true,
    data: [...matrix.values].map((_, i) => [i % matrix.columns, Math.floor(i / matrix.columns)]),
    renderItem: (params: Params, position: ChartPosition) => {
      const { xs, ys } = cellEdges(params, position);
      const i = params.dataIndex;
      const column = i % matrix.columns;
      const row = (i - column) / matrix.columns;
      const text = map.decimals === undefined ? shortNumber(matrix.values[i]) : matrix.values[i].toFixed(map.decimals);
      const fontSize = Math.min(14, ys[1] - ys[0] - 4, (12 * (xs[1] - xs[0] - 6)) / textWidth(text, 12));
      if (fontSize < 6) return null;
      const fill = readableOn(colors[colorIndex(matrix.values[i], low, high)]);
      const x = (xs[column] + xs[column + 1]) / 2;
      const y = (ys[row] + ys[row + 1]) / 2;
      const style = { text, x, y, fill, align: 'center', verticalAlign: 'middle', fontSize, fontFamily };
      return { type: 'text', style };
    },
  };
  const bar = {
    type: 'custom',
    silent: true,
    xAxisIndex: 1,
    yAxisIndex: 1,
    data: [[0, 0]],
    renderItem: (params: Params) => ({
      type: 'rect',
      shape: area(params),
      style: {
        fill: {
          type: 'linear',
          x: 0,
          y: 1,
          x2: 0,
          y2: 0,
          colorStops: Array.from({ length: 17 }, (_, i) => ({
            offset: i / 16,
            color: hexOf(colors[Math.round((i / 16) * (colorCount - 1))]),
          })),
        },
      },
    }),
  };
  const tickLabel = { color: theme.faint, fontSize: 12, fontFamily, customValues: ticks, formatter: shortNumber };
  const hidden = { show: false };
  return {
    ...frame,
    grid: [frame.grid, { right: barRoom - barWidth, width: barWidth, top, bottom: bottom + 24 }],
    xAxis: [nameAxis(plot, 'x', map.columns), { gridIndex: 1, type: 'value', min: 0, max: 1, ...hidden }],
    yAxis: [
      nameAxis(plot, 'y', map.rows),
      {
        gridIndex: 1,
        type: 'value',
        position: 'right',
        min: low,
        max: low === high ? low + 1 : high,
        name: map.colorLabel,
        nameLocation: 'middle',
        nameGap: barRoom - barWidth - 26,
        nameTextStyle: { color: theme.text, fontSize: 13, fontFamily },
        axisLine: hidden,
        splitLine: hidden,
        axisTick: hidden,
        axisLabel: tickLabel,
      },
    ],
    series: map.values ? [cells, numbers, bar] : [cells, bar],
  };
}

/** Numbers beside the colours: the ends, and three between them. */
function barTicks(low: number, high: number): number[] {
  if (low === high) return [low];
  return [0, 0.25, 0.5, 0.75, 1].map((share) => low + share * (high - low));
}
