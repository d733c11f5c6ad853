import { noGrad } from '../autograd/mode.js';
import { ArgumentError, describe } from '../errors.js';
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
import { checkDType, type DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkSize, checkTable, isZeroRow, makeTable, zeroRow } from './embedding_table.js';
import { Module } from './module.js';
import { formatPythonFloat } from './module_format.js';
import { Parameter } from './parameter.js';
import { QuantizedEmbedding } from './quantized_embedding.js';

export interface EmbeddingModuleOptions extends EmbeddingOptions {
  /** A table to start from instead of random numbers, shape [numEmbeddings, embeddingDim]; shared, not copied. */
  weight?: Tensor | null;
  /** Give the table no gradient. Default false. */
  freeze?: boolean;
  /** The table's dtype, float32 (the default) or float64. */
  dtype?: DType;
  /** Set the padding row to zeros before every lookup, whatever was written into it. Default false. */
  keepPaddingZero?: boolean;
}

export interface FromPretrainedOptions extends EmbeddingOptions {
  /** Give the table no gradient. Default true; `embedding.weight.requiresGrad = true` unfreezes it. */
  freeze?: boolean;
  /** Set the padding row to zeros before every lookup, whatever was written into it. Default false. */
  keepPaddingZero?: boolean;
}

const moduleOptionNames = [...embeddingOptionNames, 'weight', 'freeze', 'dtype', 'keepPaddingZero'] as const;

/**
 * A table of vectors looked up by row number, as `torch.nn.Embedding`.
 *
 * ```ts
 * const embedding = new nn.Embedding(10000, 300, { paddingIdx: 0 });
 * embedding.forward([[4, 9, 0]]).shape; // [1, 3, 300]
 * ```
 *
 * Weights start from N(0, 1), the padding row from zeros. The padding row gets no gradient, so training leaves it as it
 * is; but as in PyTorch an initialisation of one's own, or a loaded state, fills it too. `zeroPaddingRow()` then restores
 * it once, and the option `keepPaddingZero` before every lookup.
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
  /** Whether the padding row is set to zeros before every lookup. */
  readonly keepPaddingZero: boolean;
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
    checkSize('Embedding', 'numEmbeddings', numEmbeddings);
    checkSize('Embedding', 'embeddingDim', embeddingDim);
    checkEmbeddingOptions('Embedding', given);
    const padding = resolvePadding('Embedding', given.paddingIdx, numEmbeddings);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = padding < 0 ? null : padding;
    this.maxNorm = given.maxNorm ?? null;
    this.normType = given.normType ?? 2;
    this.scaleGradByFreq = given.scaleGradByFreq ?? false;
    this.sparse = given.sparse ?? false;
    this.keepPaddingZero = given.keepPaddingZero ?? false;
    if (typeof this.keepPaddingZero !== 'boolean' || (this.keepPaddingZero && padding < 0)) {
      throw new ArgumentError(
        `Embedding: keepPaddingZero must be true or false, and goes with a paddingIdx; got ${describe(given.keepPaddingZero)}, paddingIdx ${this.paddingIdx}`,
      );
    }
    const { weight = null, freeze = false } = given;
    if (weight === null) {
      const dtype = checkDType('Embedding', given.dtype ?? 'float32');
      this.weight = new Parameter(makeTable('Embedding', numEmbeddings, embeddingDim, dtype), {
        requiresGrad: !freeze,
      });
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
      'keepPaddingZero',
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
    if (this.paddingIdx !== null) zeroRow(this.weight, this.paddingIdx);
  }

  /**
   * The vectors of `input`'s indices.
   * @param input an integer tensor, an Int32Array, nested lists of numbers, or a number.
   * @returns the input's shape with `embeddingDim` appended.
   * @throws IndexError naming position, value and table size for an index outside the table.
   */
  forward(input: IndexInput): Tensor {
    if (this.keepPaddingZero && !isZeroRow(this.weight, this.paddingIdx!)) this.zeroPaddingRow();
    return lookUp('Embedding', toIndices('Embedding', 'input', input), this.weight, this.paddingIdx ?? -1, this);
  }

  /** The same table for inference in int8 rows, a quarter of the size. */
  quantize(): QuantizedEmbedding {
    return QuantizedEmbedding.fromFloat(this.weight);
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
