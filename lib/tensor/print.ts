import type { DType } from './dtype.js';
import { formatExponential, formatFixed } from './format_number.js';
import { getPrintOptions, mergePrintOptions, type PrintOptions } from './print_options.js';

export {
  getPrintOptions,
  type PrintOptions,
  type PrintProfile,
  setPrintOptions,
  withPrintOptions,
} from './print_options.js';

/** What printing needs of a tensor. */
export interface PrintableTensor {
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The element at a row-major logical index; a bool is 0 or 1. Only elements that are shown are asked for. */
  at(flatIndex: number): number;
}

/** What printing needs of a row-sparse or COO tensor. */
export interface PrintableSparseTensor {
  /** The dense shape. */
  readonly shape: readonly number[];
  /** [sparseDims, nnz]. */
  readonly indices: PrintableTensor;
  /** [nnz, ...denseDims]; its dtype is the tensor's. */
  readonly values: PrintableTensor;
}

/** What follows the elements: the name of the function that made the tensor, else whether it takes a gradient. */
export interface PrintSuffix {
  /** PyTorch's name of the node, such as `EmbeddingBackward0`; printed in place of `requires_grad=True`. */
  gradFn?: string;
  requiresGrad?: boolean;
  /** Whether the tensor is a module's parameter, printed under a line `Parameter containing:`. */
  parameter?: boolean;
}

/** Print options for one call, over the ones in force. */
export interface PrintSettings extends Partial<PrintOptions> {
  /**
   * The integer dtype that is printed without a suffix, as PyTorch prints its int64. Lutra's indices are int32 where
   * PyTorch's are int64; `'int32'` (the default) makes both print alike, `'int64'` marks an int32 tensor as such.
   */
  defaultInteger?: 'int32' | 'int64';
}

const PREFIX = 'tensor(';

/**
 * A tensor as PyTorch 2.13 prints it: `tensor([[1.0000, 0.5000]], grad_fn=<EmbeddingBackward0>)`.
 *
 * Floats take a common width and either a common number of decimals or, where their magnitudes ask for it (largest
 * over smallest above 1000, largest above 1e8, or smallest below 1e-4; zeros and non-finite values don't count),
 * scientific notation; whole numbers print as `1.`. Above `threshold` elements each long dimension shows `edgeitems`
 * at either end, and the format follows from those alone.
 */
export function formatTensor(tensor: PrintableTensor, suffix: PrintSuffix = {}, settings: PrintSettings = {}): string {
  const options = mergePrintOptions('formatTensor', getPrintOptions(), settings);
  const facts: string[] = [];
  const empty = elementCount(tensor.shape) === 0;
  if (empty ? tensor.shape.length !== 1 : options.edgeitems === 0) facts.push(`size=${sizeTuple(tensor.shape)}`);
  // Without elements nothing shows that a tensor holds integers or bools, so every dtype but float32 is named.
  if (empty ? tensor.dtype !== 'float32' : !isDefaultDType(tensor.dtype, settings)) facts.push(dtypeFact(tensor.dtype));
  facts.push(...gradientFacts(suffix));
  const elements = formatElements(tensor, PREFIX.length, options);
  return finish(PREFIX + elements, facts, options, suffix, false);
}

/**
 * A sparse tensor as PyTorch 2.13 prints a `sparse_coo` one: `indices=`, `values=`, then `size=`, `nnz=`, the dtype
 * unless it is a default one, the layout, and the suffix of {@link formatTensor}.
 */
export function formatSparseTensor(
  tensor: PrintableSparseTensor,
  suffix: PrintSuffix = {},
  settings: PrintSettings = {},
): string {
  const options = mergePrintOptions('formatSparseTensor', getPrintOptions(), settings);
  const facts = [`size=${sizeTuple(tensor.shape)}`, `nnz=${tensor.values.shape[0]}`];
  if (!isDefaultDType(tensor.values.dtype, settings)) facts.push(dtypeFact(tensor.values.dtype));
  facts.push('layout=torch.sparse_coo', ...gradientFacts(suffix));
  const indices = formatPart('indices', tensor.indices, options);
  const values = formatPart('values', tensor.values, options);
  return finish(`${PREFIX}${indices},\n${' '.repeat(PREFIX.length)}${values}`, facts, options, suffix, true);
}

/** `indices=tensor([[…]])` inside a sparse tensor; an empty part names its size. */
function formatPart(name: string, part: PrintableTensor, options: PrintOptions): string {
  const opening = `${name}=${PREFIX}`;
  const elements = formatElements(part, PREFIX.length + opening.length, options);
  const size = elementCount(part.shape) === 0 ? `, size=${sizeTuple(part.shape)}` : '';
  return `${opening}${elements}${size})`;
}

function isDefaultDType(dtype: DType, { defaultInteger = 'int32' }: PrintSettings): boolean {
  return dtype === 'float32' || dtype === 'bool' || dtype === defaultInteger;
}

function dtypeFact(dtype: DType): string {
  return `dtype=torch.${dtype}`;
}

function gradientFacts(suffix: PrintSuffix): string[] {
  if (suffix.gradFn !== undefined) return [`grad_fn=<${suffix.gradFn}>`];
  return suffix.requiresGrad ? ['requires_grad=True'] : [];
}

/** A shape as Python writes a tuple: `()`, `(3,)`, `(2, 3)`. */
function sizeTuple(shape: readonly number[]): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Appends the facts, each on a new line where the last one has no room left, and the closing bracket. */
function finish(body: string, facts: string[], options: PrintOptions, suffix: PrintSuffix, newLine: boolean): string {
  const indent = ' '.repeat(PREFIX.length);
  const parts = [suffix.parameter ? `Parameter containing:\n${body}` : body];
  // PyTorch counts the last line of the elements as two characters longer than it is; the breaks depend on it.
  let lineLength = body.length - body.lastIndexOf('\n') + 1;
  for (const [position, fact] of facts.entries()) {
    if ((newLine && position === 0) || lineLength + fact.length + 2 > options.linewidth) {
      parts.push(`,\n${indent}${fact}`);
      lineLength = indent.length + fact.length;
    } else {
      parts.push(`, ${fact}`);
      lineLength += fact.length + 2;
    }
  }
  return `${parts.join('')})`;
}

/** The bracketed elements; `indent` is the column at which they start. */
function formatElements(tensor: PrintableTensor, indent: number, options: PrintOptions): string {
  const { shape } = tensor;
  const count = elementCount(shape);
  if (count === 0) return '[]';
  const summarise = count > options.threshold;
  if (summarise && options.edgeitems === 0 && shape.length > 0) return '[...]';
  const edge = summarise ? options.edgeitems : Number.POSITIVE_INFINITY;
  const { texts, width } = formatValues(shownValues(tensor, edge), tensor.dtype, options);
  return layOut(shape, edge, texts, width, indent, options.linewidth);
}

/** The values that are shown, in row-major order: of a dimension longer than `2 * edge` only `edge` at either end. */
function shownValues(tensor: PrintableTensor, edge: number): number[] {
  const { shape } = tensor;
  const values: number[] = [];
  const collect = (dim: number, index: number): void => {
    if (dim === shape.length) {
      values.push(tensor.at(index));
      return;
    }
    const size = shape[dim];
    const gap = size > 2 * edge;
    for (let i = 0; i < size; i++) {
      if (gap && i === edge) i = size - edge;
      collect(dim + 1, index * size + i);
    }
  };
  collect(0, 0);
  return values;
}

/** Brackets, commas and line breaks around the texts of the shown values; `texts` in the order of {@link shownValues}. */
function layOut(
  shape: readonly number[],
  edge: number,
  texts: readonly string[],
  width: number,
  indent: number,
  lineWidth: number,
): string {
  const lastDim = shape.length - 1;
  let next = 0;

  const row = (size: number, column: number): string => {
    const gap = size > 2 * edge;
    const items = texts.slice(next, next + (gap ? 2 * edge : size));
    next += items.length;
    if (gap) items.splice(edge, 0, ' ...');
    const perLine = Math.max(1, Math.floor((lineWidth - column) / (width + 2)));
    const lines: string[] = [];
    for (let start = 0; start < items.length; start += perLine) {
      lines.push(items.slice(start, start + perLine).join(', '));
    }
    return `[${lines.join(`,\n${' '.repeat(column + 1)}`)}]`;
  };

  const block = (dim: number, column: number): string => {
    const size = shape[dim];
    if (dim === lastDim) return row(size, column);
    const gap = size > 2 * edge;
    const slices = Array.from({ length: gap ? 2 * edge : size }, () => block(dim + 1, column + 1));
    if (gap) slices.splice(edge, 0, '...');
    return `[${slices.join(`,${'\n'.repeat(lastDim - dim)}${' '.repeat(column + 1)}`)}]`;
  };

  return shape.length === 0 ? texts[0] : block(0, indent);
}

/** Every value's text, padded to the common width, and that width. */
function formatValues(
  values: readonly number[],
  dtype: DType,
  options: PrintOptions,
): { texts: string[]; width: number } {
  const format = formatterFor(values, dtype, options);
  const texts = values.map(format);
  const isFloat = isFloating(dtype);
  let width = 1;
  for (let i = 0; i < texts.length; i++) {
    // Zeros and non-finite floats don't widen the columns; PyTorch leaves them out here.
    if (!isFloat || isNonzeroFinite(values[i])) width = Math.max(width, texts[i].length);
  }
  return { texts: texts.map((text) => text.padStart(width)), width };
}

/** The notation that suits the values: `True`, integers, `1.`, decimals or exponents. */
function formatterFor(values: readonly number[], dtype: DType, options: PrintOptions): (value: number) => string {
  if (dtype === 'bool') return (value) => (value ? 'True' : 'False');
  if (!isFloating(dtype)) return String;
  const { precision } = options;
  let smallest = Number.POSITIVE_INFINITY;
  let largest = 0;
  let whole = true;
  for (const value of values) {
    if (!isNonzeroFinite(value)) continue;
    const magnitude = Math.abs(value);
    smallest = Math.min(smallest, magnitude);
    largest = Math.max(largest, magnitude);
    whole &&= Number.isInteger(value);
  }
  const scientific =
    largest > 0 && (options.sciMode ?? (largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4));
  if (scientific) return (value) => formatExponential(value, precision);
  if (whole) return (value) => `${formatFixed(value, 0)}${Number.isFinite(value) ? '.' : ''}`;
  return (value) => formatFixed(value, precision);
}

function isFloating(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'float64' || dtype === 'float16' || dtype === 'bfloat16';
}

function isNonzeroFinite(value: number): boolean {
  return value !== 0 && Number.isFinite(value);
}
