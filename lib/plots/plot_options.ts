import { ArgumentError, describe, ValueError } from '../errors.js';
import { nearest } from '../options.js';
import type { ThemeName } from './theme.js';

/** What every picture takes. */
export interface PlotOptions {
  /** Over the picture. Default: none. */
  title?: string | undefined;
  xLabel?: string | undefined;
  yLabel?: string | undefined;
  /** Default: 'light'. */
  theme?: ThemeName | undefined;
  /** In pixels. Default: 720. */
  width?: number | undefined;
  /** In pixels. Default: 480. */
  height?: number | undefined;
}

export const plotOptionNames = ['title', 'xLabel', 'yLabel', 'theme', 'width', 'height'] as const;

/** The same, settled. */
export interface SettledPlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly theme: ThemeName;
  readonly width: number;
  readonly height: number;
}

/** @throws ArgumentError or ValueError naming the option */
export function settlePlot(op: string, options: PlotOptions, defaults: Partial<SettledPlot> = {}): SettledPlot {
  const { title, xLabel, yLabel, theme, width, height } = options;
  return {
    title: checkText(op, 'title', title, defaults.title ?? ''),
    xLabel: checkText(op, 'xLabel', xLabel, defaults.xLabel ?? ''),
    yLabel: checkText(op, 'yLabel', yLabel, defaults.yLabel ?? ''),
    theme: checkChoice(op, 'theme', theme, ['light', 'dark'], defaults.theme ?? 'light'),
    width: checkPixels(op, 'width', width, defaults.width ?? 720),
    height: checkPixels(op, 'height', height, defaults.height ?? 480),
  };
}

export function checkText(op: string, name: string, value: unknown, usual: string): string {
  if (value === undefined) return usual;
  if (typeof value !== 'string') throw new ArgumentError(`${op}: ${name} must be a string, got ${describe(value)}`);
  return value;
}

export function checkChoice<T extends string>(
  op: string,
  name: string,
  value: unknown,
  choices: readonly T[],
  usual: T,
): T {
  if (value === undefined) return usual;
  if (choices.includes(value as T)) return value as T;
  const close = typeof value === 'string' ? nearest(value, choices) : null;
  const hint = close === null ? '' : `; did you mean '${close}'?`;
  const list = choices.map((choice) => `'${choice}'`).join(', ');
  throw new ValueError(`${op}: ${name} must be one of ${list}, got ${describe(value)}${hint}`);
}

export function checkFlag(op: string, name: string, value: unknown, usual: boolean): boolean {
  if (value === undefined) return usual;
  if (typeof value !== 'boolean') throw new ArgumentError(`${op}: ${name} must be a boolean, got ${describe(value)}`);
  return value;
}

export function checkPixels(op: string, name: string, value: unknown, usual: number): number {
  return checkWhole(op, name, value, usual, 120, 8192);
}

export function checkWhole(
  op: string,
  name: string,
  value: unknown,
  usual: number,
  least: number,
  most: number,
): number {
  if (value === undefined) return usual;
  if (typeof value !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new ValueError(`${op}: ${name} must be an integer from ${least} to ${most}, got ${value}`);
  }
  return value;
}

export function checkNumber(op: string, name: string, value: unknown, least: number, most: number): number {
  if (typeof value !== 'number') throw new ArgumentError(`${op}: ${name} must be a number, got ${describe(value)}`);
  if (!(value >= least && value <= most)) {
    throw new ValueError(`${op}: ${name} must be a number from ${least} to ${most}, got ${value}`);
  }
  return value;
}

/** A list of names, as many as there are things to name; numbers are names too. */
export function checkNames(op: string, name: string, value: unknown, count: number, of: string): string[] | null {
  if (value === undefined) return null;
  if (!Array.isArray(value)) throw new ArgumentError(`${op}: ${name} must be a list of names, got ${describe(value)}`);
  if (value.length !== count) {
    throw new ValueError(`${op}: ${name} must have a name for each of the ${count} ${of}, got ${value.length}`);
  }
  return value.map((item: unknown, i) => {
    if (typeof item === 'string') return item;
    if (typeof item === 'number') return String(item);
    throw new ArgumentError(`${op}: ${name}[${i}] must be a string, got ${describe(item)}`);
  });
}
