import type { ChartOption } from './engine.js';
import { shortNumber } from './plot_data.js';
import type { SettledPlot } from './plot_options.js';
import { fitted, textWidth } from './text_width.js';
import { fontFamily, themes } from './theme.js';

const tickSize = 12;
const longestLabel = 160;

/** The space around a chart's axes, in pixels. */
export interface Margins {
  left?: number;
  right?: number;
  top?: number;
  bottom?: number;
}

/** What all charts have in common: background, title, space between axes and border. */
export function frameOption(plot: SettledPlot, margins: Margins = {}): ChartOption {
  const theme = themes[plot.theme];
  const text = fitted(plot.title, 16, plot.width - 32);
  return {
    animation: false,
    backgroundColor: theme.background,
    textStyle: { fontFamily, color: theme.text },
    ...(text === ''
      ? {}
      : {
          title: {
            text,
            left: 'center',
            top: 14,
            textStyle: { color: theme.text, fontSize: 16, fontWeight: 'normal' },
          },
        }),
    grid: {
      left: 16 + (plot.yLabel === '' ? 0 : 22) + (margins.left ?? 0),
      right: 24 + (margins.right ?? 0),
      top: (text === '' ? 22 : 50) + (margins.top ?? 0),
      bottom: 14 + (plot.xLabel === '' ? 0 : 24) + (margins.bottom ?? 0),
      containLabel: true,
    },
  };
}

function axisOption(plot: SettledPlot, name: string, isVertical: boolean): ChartOption {
  const theme = themes[plot.theme];
  const most = (isVertical ? plot.height : plot.width) - 80;
  return {
    name: fitted(name, 13, most),
    nameLocation: 'middle',
    nameTextStyle: { color: theme.text, fontSize: 13, fontFamily },
    axisLine: { show: true, onZero: false, lineStyle: { color: theme.faint } },
    axisTick: { show: true, lineStyle: { color: theme.faint } },
    axisLabel: { color: theme.faint, fontSize: tickSize, fontFamily, hideOverlap: true },
    splitLine: { show: true, lineStyle: { color: theme.grid } },
    silent: true,
  };
}

/** An axis of numbers. @param labels about how wide the numbers on it are, in pixels, for the distance of the name */
export function numberAxis(
  plot: SettledPlot,
  which: 'x' | 'y',
  range: readonly [number, number] | null,
  scale: 'linear' | 'log' = 'linear',
): ChartOption {
  const axis = axisOption(plot, which === 'x' ? plot.xLabel : plot.yLabel, which === 'y');
  const widest = range === null ? 40 : Math.max(...range.map((x) => textWidth(shortNumber(x), tickSize))) + 12;
  return {
    ...axis,
    type: scale === 'log' ? 'log' : 'value',
    scale: true,
    ...(range === null ? {} : { min: range[0], max: range[1] }),
    nameGap: which === 'x' ? 30 : widest + 16,
    axisLabel: {
      ...(axis.axisLabel as object),
      formatter: (x: number) => shortNumber(x),
      // Ends that are not round would stand beside a number that is.
      ...(range === null || (isRound(range, range[0]) && isRound(range, range[1]))
        ? {}
        : { showMinLabel: isRound(range, range[0]), showMaxLabel: isRound(range, range[1]) }),
    },
  };
}

/** An axis of names, the first at the left or on top. */
export function nameAxis(plot: SettledPlot, which: 'x' | 'y', names: readonly string[]): ChartOption {
  const axis = axisOption(plot, which === 'x' ? plot.xLabel : plot.yLabel, which === 'y');
  const shown = names.map((name) => fitted(name, tickSize, longestLabel));
  const widest = shown.reduce((most, name) => Math.max(most, textWidth(name, tickSize)), 0);
  // As many as have room; names that would meet are turned.
  const room = (which === 'x' ? plot.width : plot.height) * 0.75;
  const isTurned = which === 'x' && widest > 28 && widest + 8 > room / names.length;
  const each = which === 'y' || isTurned ? tickSize + 3 : widest + 8;
  const interval = Math.max(0, Math.ceil((names.length * each) / room) - 1);
  return {
    ...axis,
    type: 'category',
    data: shown,
    inverse: which === 'y',
    nameGap: (which === 'x' ? (isTurned ? widest : 14) : widest) + 20,
    axisLabel: { ...(axis.axisLabel as object), interval, rotate: isTurned ? 90 : 0, hideOverlap: false },
    axisTick: { show: false },
    splitLine: { show: false },
  };
}

/** A range that leaves the outermost points some room, and is one where all numbers are the same. */
export function paddedRange([low, high]: readonly [number, number], share: number): [number, number] {
  if (isOne([low, high])) {
    const room = Math.max(Math.abs(low) * 0.1, Math.abs(low) < 1e-100 ? 1 : 0);
    return [low - room, high + room];
  }
  const room = (high - low) * share;
  return [low - room, high + room];
}

/** Whether the ends of a range are so near to each other that no number between them could be told. */
export function isOne([low, high]: readonly [number, number]): boolean {
  return high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high)) || high - low < 1e-100;
}

/** Ends of an axis at round numbers, between which its ticks are round. */
export function roundRange([low, high]: readonly [number, number]): [number, number] {
  const step = roundStep(high - low);
  const tidy = (x: number) => Number(x.toPrecision(12));
  return [tidy(Math.floor(low / step) * step), tidy(Math.ceil(high / step) * step)];
}

/** Whether a number is where a tick of a range would be. */
function isRound([low, high]: readonly [number, number], x: number): boolean {
  const steps = x / roundStep(high - low);
  return Math.abs(steps - Math.round(steps)) < 1e-6;
}

/** A step of 1, 2 or 5 times a power of ten, of which about five fit into a span. */
function roundStep(span: number): number {
  const power = 10 ** Math.floor(Math.log10(span / 5));
  const of = span / 5 / power;
  return power * (of < 1.5 ? 1 : of < 3.5 ? 2 : of < 7.5 ? 5 : 10);
}
