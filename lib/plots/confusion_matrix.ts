import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import type { Figure } from './figure.js';
import { heatFigure } from './heat_map.js';
import { type Matrix, type NumberList, type NumberRows, readMatrix, shortNumber } from './plot_data.js';
import { checkChoice, checkNames, type PlotOptions, plotOptionNames, settlePlot } from './plot_options.js';

/** A class for each sample: names, or numbers. */
export type ClassList = NumberList | readonly string[];

export interface ConfusionMatrixOptions extends PlotOptions {
  /**
   * The classes, in the order of the rows. For numbers as targets: the names of the classes 0, 1, …. Default: the classes that
   * there are, in order.
   */
  labels?: readonly (string | number)[] | undefined;
  /** 'targets' shows of each target which share was predicted as what: rows sum to 1. Default: 'none', counts. */
  normalize?: 'none' | 'targets' | undefined;
}

const op = 'confusionMatrix';

/**
 * Which classes are taken for which: a row for each class that is, a column for each that was predicted.
 *
 * @param matrix counts, [classes, classes]
 * @throws ArgumentError, ShapeError or ValueError naming the argument or option; OptionError for one that there is not
 */
export function confusionMatrix(matrix: NumberRows, options?: ConfusionMatrixOptions): Figure;
/**
 * The same, counted from a target and a prediction for each sample.
 *
 * @param targets [N], as names or numbers
 * @param predictions [N], of the same classes
 */
export function confusionMatrix(targets: ClassList, predictions: ClassList, options?: ConfusionMatrixOptions): Figure;
export function confusionMatrix(
  targets: NumberRows | ClassList,
  predictions?: ClassList | ConfusionMatrixOptions,
  options?: ConfusionMatrixOptions,
): Figure {
  const isList = Array.isArray(predictions) || ArrayBuffer.isView(predictions) || predictions instanceof Tensor;
  if (!isList && options !== undefined) {
    throw new ArgumentError(`${op}: predictions must be a tensor or a list, got ${describe(predictions)}`);
  }
  const rest = isList ? options : (predictions as ConfusionMatrixOptions | undefined);
  const given = checkOptions(op, rest, [...plotOptionNames, 'labels', 'normalize']);
  const { matrix, labels } = isList
    ? counted(targets, predictions, given.labels)
    : fromMatrix(targets as NumberRows, given.labels);
  const normalize = checkChoice(op, 'normalize', given.normalize, ['none', 'targets'], 'none');
  const plot = settlePlot(op, given, { xLabel: 'predicted', yLabel: 'target' });
  const shown = normalize === 'none' ? matrix : shares(matrix);
  const most = shown.values.reduce((a, b) => Math.max(a, b), 0);
  return heatFigure(
    op,
    plot,
    {
      matrix: shown,
      rows: labels,
      columns: labels,
      colorMap: 'viridis',
      range: [0, normalize === 'none' ? Math.max(1, most) : 1],
      values: labels.length <= 40,
      decimals: normalize === 'none' ? undefined : 2,
      colorLabel: normalize === 'none' ? 'samples' : 'share of the target',
    },
    (columns) => tableText(plot.title, shown, labels, columns),
  );
}

function fromMatrix(value: NumberRows, names: unknown): { matrix: Matrix; labels: string[] } {
  const matrix = readMatrix(op, 'matrix', value);
  const { rows, columns } = matrix;
  if (rows !== columns) throw new ShapeError(`${op}: matrix must be square, got ${rows} × ${columns}`);
  const negative = matrix.values.findIndex((x) => x < 0);
  if (negative >= 0) {
    throw new ValueError(
      `${op}: matrix[${Math.floor(negative / columns)}][${negative % columns}] is ${matrix.values[negative]}; counts are not negative`,
    );
  }
  return {
    matrix,
    labels: checkNames(op, 'labels', names, rows, 'classes') ?? Array.from({ length: rows }, (_, i) => String(i)),
  };
}

function classesOf(name: string, value: unknown): (string | number)[] {
  const list: unknown = value instanceof Tensor ? value.reshape([-1]).tolist() : value;
  if (!Array.isArray(list) && !ArrayBuffer.isView(list)) {
    throw new ArgumentError(`${op}: ${name} must be a tensor or a list of classes, got ${describe(value)}`);
  }
  const classes = Array.from(list as ArrayLike<unknown>);
  if (classes.length === 0) throw new ShapeError(`${op}: ${name} is empty`);
  const kind = typeof classes[0];
  for (const [i, item] of classes.entries()) {
    if (typeof item === kind && (kind === 'string' || Number.isInteger(item))) continue;
    throw new ArgumentError(
      `${op}: ${name}[${i}] must be a name or a whole number as the others, got ${describe(item)}`,
    );
  }
  return classes as (string | number)[];
}

function counted(targets: unknown, predictions: unknown, names: unknown): { matrix: Matrix; labels: string[] } {
  const [is, said] = [classesOf('targets', targets), classesOf('predictions', predictions)];
  if (is.length !== said.length) {
    throw new ShapeError(`${op}: ${is.length} targets, but ${said.length} predictions`);
  }
  if (typeof is[0] !== typeof said[0]) {
    throw new ArgumentError(
      `${op}: targets are ${typeof is[0]}s, predictions ${typeof said[0]}s; they must be of one kind`,
    );
  }
  const { labels, keys } = labelsOf([...new Set([...is, ...said])], names);
  const places = new Map(keys.map((key, i) => [key, i]));
  const count = keys.length;
  const values = new Float64Array(count * count);
  for (const [i, target] of is.entries()) {
    const [row, column] = [places.get(target), places.get(said[i])];
    if (row === undefined || column === undefined) {
      const missing = row === undefined ? `targets[${i}]` : `predictions[${i}]`;
      throw new ValueError(
        `${op}: ${missing} is ${describe(row === undefined ? target : said[i])}, which is none of the ${count} labels`,
      );
    }
    values[row * count + column]++;
  }
  return { matrix: { rows: count, columns: count, values }, labels };
}

/** What the classes are called, and the classes themselves. */
function labelsOf(found: (string | number)[], names: unknown): { labels: string[]; keys: (string | number)[] } {
  const isNumbers = typeof found[0] === 'number';
  if (names === undefined) {
    const keys = found.sort((a, b) => (isNumbers ? Number(a) - Number(b) : a < b ? -1 : 1));
    return { labels: keys.map(String), keys };
  }
  const labels = checkNames(op, 'labels', names, Array.isArray(names) ? names.length : 0, 'classes') as string[];
  if (labels.length === 0) throw new ShapeError(`${op}: labels is empty`);
  if (new Set(labels).size < labels.length) throw new ValueError(`${op}: labels must differ from each other`);
  return { labels, keys: isNumbers ? labels.map((_, i) => i) : labels };
}

function shares({ rows, columns, values }: Matrix): Matrix {
  const out = new Float64Array(values.length);
  for (let row = 0; row < rows; row++) {
    const sum = values.subarray(row * columns, (row + 1) * columns).reduce((a, b) => a + b, 0);
    for (let i = row * columns; i < (row + 1) * columns; i++) out[i] = sum === 0 ? 0 : values[i] / sum;
  }
  return { rows, columns, values: out };
}

/** The numbers as a table: targets at the left, predictions on top. */
function tableText(
  title: string,
  { rows, columns, values }: Matrix,
  labels: readonly string[],
  width: number,
): string[] {
  const cut = (text: string, most: number) =>
    [...text].length > most ? `${[...text].slice(0, most - 1).join('')}…` : text;
  const numbers = [...values].map((x) => (Number.isInteger(x) ? String(x) : x.toFixed(2)));
  const left = Math.min(16, Math.max(...labels.map((label) => [...label].length)));
  const widest = Math.max(...numbers.map((text) => text.length));
  const each = Math.max(widest, Math.min(8, left)) + 1;
  const shown = Math.min(columns, Math.max(1, Math.floor((width - left - 2) / each)));
  const head = labels.slice(0, shown).map((label) => cut(label, each - 1).padStart(each));
  const more = shown < columns ? ' …' : '';
  const out = title === '' ? [] : [cut(title, width)];
  out.push(`${' '.repeat(left)}${head.join('')}${more}`);
  for (let row = 0; row < rows; row++) {
    const line = numbers.slice(row * columns, row * columns + shown).map((text) => text.padStart(each));
    out.push(`${cut(labels[row], left).padEnd(left)}${line.join('')}${more}`);
  }
  const right = Array.from({ length: rows }, (_, i) => values[i * columns + i]).reduce((a, b) => a + b, 0);
  const total = values.reduce((a, b) => a + b, 0);
  const isCounts = numbers.every((text) => !text.includes('.'));
  if (isCounts && total > 0) out.push(`${shortNumber(right)} of ${shortNumber(total)} right`);
  return out;
}
