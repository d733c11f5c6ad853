import { noGrad } from '../autograd/mode.js';
import { ArgumentError } from '../errors.js';
import { resolvePadding } from '../ops/embedding.js';
import {
  type BagMode,
  bagOptionNames,
  checkBagOptions,
  type EmbeddingBagOptions,
  lookUpBags,
} from '../ops/embedding_bag.js';
import type { IndexInput } from '../ops/index_argument.js';
import { normal_ } from '../ops/random.js';
import { checkOptions } from '../options.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import { checkSize, checkTable, makeTable, zeroRow } from './embedding_table.js';
import { Module } from './module.js';
import { formatPythonFloat } from './module_format.js';
import { Parameter } from './parameter.js';
import { QuantizedEmbeddingBag } from './quantized_embedding.js';

export interface EmbeddingBagModuleOptions extends Omit<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'> {
  /** A table to start from instead of random numbers, shape [numEmbeddings, embeddingDim]; shared, not copied. */
  weight?: Tensor | null;
  /** Give the table no gradient. Default false. */
  freeze?: boolean;
  /** The table's dtype, float32 (the default) or float64. */
  dtype?: DType;
}

export interface EmbeddingBagFromPretrainedOptions extends Omit<EmbeddingBagModuleOptions, 'weight' | 'dtype'> {
  /** Give the table no gradient. Default true; `bag.weight.requiresGrad = true` unfreezes it. */
  freeze?: boolean;
}

export type EmbeddingBagForwardOptions = Pick<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>;

const moduleOptionNames = [...bagOptionNames, 'weight', 'freeze', 'dtype'] as const;

/**
 * Sums, means or maxima of bags of embeddings, as `torch.nn.EmbeddingBag`, without the vectors ever being gathered.
 *
 * ```ts
 * const bag = new nn.EmbeddingBag(10000, 100, { mode: 'sum' });
 * bag.forward([[4, 9, 0], [7, 7, 2]]).shape;                   // [2, 100]
 * bag.forward([4, 9, 0, 7, 7], { offsets: [0, 3] }).shape;     // [2, 100]: bags of 3 and 2
 * ```
 *
 * Weights start from N(0, 1), the padding row from zeros.
 */
export class EmbeddingBag extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  /** The row that counts for nothing and gets no gradient, or null. */
  readonly paddingIdx: number | null;
  mode: BagMode;
  /** Rows looked up are first scaled to at most this norm. */
  maxNorm: number | null;
  normType: number;
  scaleGradByFreq: boolean;
  /** Whether the gradient is row-sparse. */
  sparse: boolean;
  /** Whether the last offset is the end of the last bag. */
  includeLastOffset: boolean;
  /** The table, [numEmbeddings, embeddingDim]. */
  weight: Parameter;

  /**
   * @param numEmbeddings rows of the table: the size of the vocabulary.
   * @param embeddingDim the length of each vector.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingBagModuleOptions) {
    super();
    const given = checkOptions('EmbeddingBag', options, moduleOptionNames);
    checkSize('EmbeddingBag', 'numEmbeddings', numEmbeddings);
    checkSize('EmbeddingBag', 'embeddingDim', embeddingDim);
    checkBagOptions('EmbeddingBag', given);
    const padding = resolvePadding('EmbeddingBag', given.paddingIdx, numEmbeddings);
    this.numEmbeddings = numEmbeddings;
    this.embeddingDim = embeddingDim;
    this.paddingIdx = padding < 0 ? null : padding;
    this.mode = given.mode ?? 'mean';
    this.maxNorm = given.maxNorm ?? null;
    this.normType = given.normType ?? 2;
    this.scaleGradByFreq = given.scaleGradByFreq ?? false;
    this.sparse = given.sparse ?? false;
    this.includeLastOffset = given.includeLastOffset ?? false;
    const { weight = null, freeze = false } = given;
    if (weight === null) {
      const dtype = checkDType('EmbeddingBag', given.dtype ?? 'float32');
      const table = makeTable('EmbeddingBag', numEmbeddings, embeddingDim, dtype);
      this.weight = new Parameter(table, { requiresGrad: !freeze });
      this.resetParameters();
    } else {
      checkTable('EmbeddingBag', weight, [numEmbeddings, embeddingDim]);
      this.weight = new Parameter(weight, { requiresGrad: !freeze });
    }
  }

  /**
   * Bags on a table of vectors made elsewhere; the memory is shared. The padding row is not zeroed.
   * @param embeddings the table, two-dimensional; row i is the vector of index i.
   */
  static fromPretrained(embeddings: Tensor, options?: EmbeddingBagFromPretrainedOptions): EmbeddingBag {
    const op = 'EmbeddingBag.fromPretrained';
    const { freeze = true, ...rest } = checkOptions(op, options, [...bagOptionNames, 'freeze']);
    checkTable(op, embeddings, null);
    const [rows, dim] = embeddings.shape;
    return new EmbeddingBag(rows, dim, { ...rest, freeze, weight: embeddings.detach() });
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
   * One vector for each bag.
   * @param input [bags, length] indices, each row a bag; or 1-D indices with offsets.
   * @param options `{ offsets, perSampleWeights }`, or the offsets themselves.
   * @returns [bags, embeddingDim]; zeros for empty bags.
   * @throws IndexError naming position, value and table size for an index outside the table.
   */
  forward(
    input: IndexInput,
    options?: EmbeddingBagForwardOptions | IndexInput | null,
    perSampleWeights?: EmbeddingBagOptions['perSampleWeights'],
  ): Tensor {
    const { mode, maxNorm, normType, scaleGradByFreq, sparse, includeLastOffset } = this;
    const call = readCall(options, perSampleWeights);
    const settings = { mode, maxNorm, normType, scaleGradByFreq, sparse, includeLastOffset, ...call };
    return lookUpBags('EmbeddingBag', input, this.weight, this.paddingIdx ?? -1, settings);
  }

  /** The same bags for inference on a table of int8 rows, a quarter of the size. */
  quantize(): QuantizedEmbeddingBag {
    const { mode, paddingIdx, includeLastOffset } = this;
    return QuantizedEmbeddingBag.fromFloat(this.weight, { mode, paddingIdx, includeLastOffset });
  }

  override extraRepr(): string {
    const facts = [`${this.numEmbeddings}`, `${this.embeddingDim}`];
    if (this.maxNorm !== null) facts.push(`max_norm=${formatPythonFloat(this.maxNorm)}`);
    if (this.normType !== 2) facts.push(`norm_type=${formatPythonFloat(this.normType)}`);
    if (this.scaleGradByFreq) facts.push('scale_grad_by_freq=True');
    facts.push(`mode='${this.mode}'`);
    if (this.paddingIdx !== null) facts.push(`padding_idx=${this.paddingIdx}`);
    return facts.join(', ');
  }
}

/** Options, or offsets and weights by position as PyTorch's users write them. */
export function readCall(
  options: EmbeddingBagForwardOptions | IndexInput | null | undefined,
  perSampleWeights: EmbeddingBagOptions['perSampleWeights'],
): EmbeddingBagForwardOptions {
  if (typeof options === 'number') throw new ArgumentError('EmbeddingBag: offsets must be a list, got a number');
  if (options instanceof Tensor || options instanceof Int32Array || Array.isArray(options)) {
    return { offsets: options as IndexInput, perSampleWeights };
  }
  const given = checkOptions('EmbeddingBag.forward', options ?? undefined, ['offsets', 'perSampleWeights']);
  return { perSampleWeights, ...(given as EmbeddingBagForwardOptions) };
}
