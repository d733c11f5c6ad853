/** What the embedding modules have in common: a table, and how its rows are looked up and trained. */
import { noGrad } from '../autograd/mode.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { type EmbeddingOptions, resolvePadding } from '../ops/embedding.js';
import { normal_ } from '../ops/random.js';
import { checkDType, type DType, isFloating } from '../tensor/dtype.js';
import { contiguousStrides, formatShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { checkFlag, checkLayerSize } from './layer_arguments.js';
import { guardMembersOf, Module } from './module.js';
import { formatPythonFloat } from './module_format.js';
import { Parameter } from './parameter.js';

/** Options of the constructors of all embedding modules. */
export interface TableOptions extends EmbeddingOptions {
  /** A table to start from instead of random numbers, shape [numEmbeddings, embeddingDim]; shared, not copied. */
  weight?: Tensor | null;
  /** Give the table no gradient. Default false. */
  freeze?: boolean;
  /** The table's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export const tableOptionNames = ['weight', 'freeze', 'dtype'] as const;

/** A trainable table of vectors, [numEmbeddings, embeddingDim], and the options that every lookup in it has. */
export abstract class EmbeddingTable extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  /** The row that gets no gradient, and counts for nothing in a bag; or null. */
  readonly paddingIdx: number | null;
  /** Rows looked up are first scaled to at most this norm. */
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  /** Whether the gradient is row-sparse. */
  sparse: boolean;
  /** The table, [numEmbeddings, embeddingDim]. */
  weight: Parameter;

  /** @param options checked but for what needs the table's size. */
  protected constructor(op: string, numEmbeddings: number, embeddingDim: number, options: TableOptions) {
    super();
    this.numEmbeddings = checkLayerSize(op, 'numEmbeddings', numEmbeddings);
    this.embeddingDim = checkLayerSize(op, 'embeddingDim', embeddingDim);
    const padding = resolvePadding(op, options.paddingIdx, numEmbeddings);
    this.paddingIdx = padding < 0 ? null : padding;
    this.maxNorm = options.maxNorm ?? null;
    this.normType = options.normType ?? 2;
    this.scaleGradByFreq = options.scaleGradByFreq ?? false;
    this.sparse = options.sparse ?? false;
    const requiresGrad = !checkFlag(op, 'freeze', options.freeze ?? false);
    const weight = options.weight ?? null;
    const dtype = checkDType(op, options.dtype ?? weight?.dtype ?? 'float32');
    if (weight === null) {
      this.weight = new Parameter(makeTable(op, numEmbeddings, embeddingDim, dtype), { requiresGrad });
      this.resetParameters();
    } else {
      checkTable(op, weight, [numEmbeddings, embeddingDim]);
      if (dtype !== weight.dtype) {
        throw new DTypeError(`${op}: dtype is ${dtype}, but the given weight is ${weight.dtype}; convert it with to()`);
      }
      this.weight = new Parameter(weight, { requiresGrad });
    }
    guardMembersOf(this);
  }

  /** Draws the table anew from N(0, 1) and zeroes the padding row. */
  resetParameters(): void {
    noGrad(() => normal_(this.weight));
    this.zeroPaddingRow();
  }

  /** Sets the padding row to zeros, as after an initialisation of your own; without a padding row nothing happens. */
  zeroPaddingRow(): void {
    if (this.paddingIdx !== null) zeroRow(this.weight, this.paddingIdx);
  }

  /** The facts that come first in the printed form: sizes, and the options that are not PyTorch's defaults. */
  protected facts(): string[] {
    const facts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (this.maxNorm !== null) facts.push(`max_norm=${formatPythonFloat(this.maxNorm)}`);
    if (this.normType !== 2) facts.push(`norm_type=${formatPythonFloat(this.normType)}`);
    if (this.scaleGradByFreq) facts.push('scale_grad_by_freq=True');
    return facts;
  }
}

/** @throws unless `table` is a floating matrix, of `shape` where that is given. */
export function checkTable(op: string, table: unknown, shape: readonly [number, number] | null): void {
  if (!(table instanceof Tensor)) throw new ArgumentError(`${op}: the table must be a Tensor, got ${describe(table)}`);
  if (!isFloating(table.dtype)) throw new DTypeError(`${op}: the table must be floating, got ${table.dtype}`);
  if (table.ndim !== 2) {
    throw new ShapeError(`${op}: the table must have two dimensions, got shape ${formatShape(table.shape)}`);
  }
  if (shape !== null && (table.shape[0] !== shape[0] || table.shape[1] !== shape[1])) {
    throw new ShapeError(`${op}: weight must have shape ${formatShape(shape)}, got ${formatShape(table.shape)}`);
  }
}

/** A table of zeros in memory made to last. */
function makeTable(op: string, rows: number, dim: number, dtype: DType): Tensor {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new DTypeError(`${op}: dtype must be float32 or float64, got ${dtype}; half() makes 16-bit tables`);
  }
  if (rows * dim > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(`${op}: a table of ${rows} x ${dim} has more than 2^53 elements`);
  }
  const shape = [rows, dim];
  return new Tensor(Storage.lasting(dtype, rows * dim), shape, contiguousStrides(shape), 0);
}

/** Sets one row of a table to zeros, in place and outside the graph. */
function zeroRow(table: Tensor, row: number): void {
  const { array } = table.storage;
  const start = table.offset + row * table.strides[0];
  for (let j = 0; j < table.shape[1]; j++) array[start + j * table.strides[1]] = 0;
  table.storage.version++;
}

/** Whether a row of a table is all zeros. */
export function isZeroRow(table: Tensor, row: number): boolean {
  const { array } = table.storage;
  const start = table.offset + row * table.strides[0];
  for (let j = 0; j < table.shape[1]; j++) if (array[start + j * table.strides[1]] !== 0) return false;
  return true;
}
