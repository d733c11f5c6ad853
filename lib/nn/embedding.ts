import { noGrad } from '../autograd/mode.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import {
  checkEmbeddingOptions,
  type EmbeddingOptions,
  embeddingOptionNames,
  lookUp,
  resolvePadding,
} from '../ops/embedding.js';
import { type IndexInput, toIndices } from '../ops/index_argument.js';
import { normal_ } from '../ops/random.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType, isFloating } from '../tensor/dtype.js';
import { contiguousStrides, formatShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { Module } from './module.js';
import { formatPythonFloat } from './module_format.js';
import { Parameter } from './parameter.js';

export interface EmbeddingModuleOptions extends EmbeddingOptions {
  /** A table to start from instead of random numbers, shape [numEmbeddings, embeddingDim]; shared, not copied. */
  weight?: Tensor | null;
  /** Give the table no gradient. Default false. */
  freeze?: boolean;
  /** The table's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export interface FromPretrainedOptions extends EmbeddingOptions {
  /** Give the table no gradient. Default true; `embedding.weight.requiresGrad = true` unfreezes it. */
  freeze?: boolean;
}

const moduleOptionNames = [...embeddingOptionNames, 'weight', 'freeze', 'dtype'] as const;

/**
 * A table of vectors looked up by row number, as `torch.nn.Embedding`.
 *
 * ```ts
 * const embedding = new nn.Embedding(10000, 300, { paddingIdx: 0 });
 * embedding.forward([[4, 9, 0]]).shape; // [1, 3, 300]
 * ```
 *
 * Weights start from N(0, 1), the padding row from zeros.
 */
export class Embedding extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  /** The row that gets no gradient, or null. */
  readonly paddingIdx: number | null;
  /** Rows looked up are first scaled to at most this norm. */
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  /** Whether the gradient is row-sparse. */
  sparse: boolean;
  /** The table, [numEmbeddings, embeddingDim]. */
  weight: Parameter;

  /**
   * @param numEmbeddings rows of the table: the size of the vocabulary.
   * @param embeddingDim the length of each vector.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingModuleOptions) {
    super();
    const given = checkOptions('Embedding', options, moduleOptionNames);
    checkSize('numEmbeddings', numEmbeddings);
    checkSize('embeddingDim', embeddingDim);
    checkEmbeddingOptions('Embedding', given);
    const padding = resolvePadding('Embedding', given.paddingIdx, numEmbeddings);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = padding < 0 ? null : padding;
    this.maxNorm = given.maxNorm ?? null;
    this.normType = given.normType ?? 2;
    this.scaleGradByFreq = given.scaleGradByFreq ?? false;
    this.sparse = given.sparse ?? false;
    const { weight = null, freeze = false } = given;
    if (weight === null) {
      const dtype = checkDType('Embedding', given.dtype ?? 'float32');
      this.weight = new Parameter(makeTable(numEmbeddings, embeddingDim, dtype), { requiresGrad: !freeze });
      this.resetParameters();
    } else {
      checkTable('Embedding', weight, [numEmbeddings, embeddingDim]);
      this.weight = new Parameter(weight, { requiresGrad: !freeze });
    }
  }

  /**
   * An embedding on a table of vectors made elsewhere; the memory is shared. The padding row is not zeroed.
   * @param embeddings the table, two-dimensional; row i is the vector of index i.
   */
  static fromPretrained(embeddings: Tensor, options?: FromPretrainedOptions): Embedding {
    const { freeze = true, ...rest } = checkOptions('Embedding.fromPretrained', options, [
      ...embeddingOptionNames,
      'freeze',
    ]);
    checkTable('Embedding.fromPretrained', embeddings, null);
    const [rows, dim] = embeddings.shape;
    return new Embedding(rows, dim, { ...rest, freeze, weight: embeddings.detach() });
  }

  /** Draws the table anew from N(0, 1) and zeroes the padding row. */
  resetParameters(): void {
    noGrad(() => normal_(this.weight));
    this.zeroPaddingRow();
  }

  /** Sets the padding row to zeros, as after an initialisation of your own; without a padding row nothing happens. */
  zeroPaddingRow(): void {
    if (this.paddingIdx === null) return;
    const { weight } = this;
    const { array } = weight.storage;
    const start = weight.offset + this.paddingIdx * weight.strides[0];
    for (let j = 0; j < this.embeddingDim; j++) array[start + j * weight.strides[1]] = 0;
    weight.storage.version++;
  }

  /**
   * The vectors of `input`'s indices.
   * @param input an integer tensor, an Int32Array, nested lists of numbers, or a number.
   * @returns the input's shape with `embeddingDim` appended.
   * @throws IndexError naming position, value and table size for an index outside the table.
   */
  forward(input: IndexInput): Tensor {
    return lookUp('Embedding', toIndices('Embedding', 'input', input), this.weight, this.paddingIdx ?? -1, this);
  }

  override extraRepr(): string {
    const facts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (this.paddingIdx !== null) facts.push(`padding_idx=${this.paddingIdx}`);
    if (this.maxNorm !== null) facts.push(`max_norm=${formatPythonFloat(this.maxNorm)}`);
    if (this.normType !== 2) facts.push(`norm_type=${formatPythonFloat(this.normType)}`);
    if (this.scaleGradByFreq) facts.push('scale_grad_by_freq=True');
    if (this.sparse) facts.push('sparse=True');
    return facts.join(', ');
  }
}

function checkSize(name: string, value: unknown): void {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return;
  throw new ValueError(`Embedding: ${name} must be an integer of at least 0, got ${describe(value)}`);
}

function checkTable(op: string, table: unknown, shape: readonly [number, number] | null): void {
  if (!(table instanceof Tensor)) throw new ArgumentError(`${op}: the table must be a Tensor, got ${describe(table)}`);
  if (!isFloating(table.dtype)) throw new DTypeError(`${op}: the table must be floating, got ${table.dtype}`);
  if (table.ndim !== 2) {
    throw new ShapeError(`${op}: the table must have two dimensions, got shape ${formatShape(table.shape)}`);
  }
  if (shape !== null && (table.shape[0] !== shape[0] || table.shape[1] !== shape[1])) {
    throw new ShapeError(`${op}: weight must have shape ${formatShape(shape)}, got ${formatShape(table.shape)}`);
  }
}

function makeTable(rows: number, dim: number, dtype: DType): Tensor {
  if (dtype !== 'float32' && dtype !== 'float64') {
    throw new DTypeError(`Embedding: dtype must be float32 or float64, got ${dtype}; half() makes 16-bit tables`);
  }
  if (rows * dim > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(`Embedding: a table of ${rows} x ${dim} has more than 2^53 elements`);
  }
  const shape = [rows, dim];
  return new Tensor(Storage.lasting(dtype, rows * dim), shape, contiguousStrides(shape), 0);
}
