import { ArgumentError } from '../errors.js';
import {
  type BagMode,
  bagOptionNames,
  checkBagOptions,
  type EmbeddingBagOptions,
  lookUpBags,
} from '../ops/embedding_bag.js';
import type { IndexInput } from '../ops/index_argument.js';
import { checkOptions } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import { checkTable, EmbeddingTable, type TableOptions, tableOptionNames } from './embedding_table.js';
import { QuantizedEmbeddingBag } from './quantized_embedding.js';

export interface EmbeddingBagModuleOptions
  extends Omit<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>,
    TableOptions {}

export interface EmbeddingBagFromPretrainedOptions extends Omit<EmbeddingBagModuleOptions, 'weight' | 'dtype'> {
  /** Give the table no gradient. Default true; `bag.weight.requiresGrad = true` unfreezes it. */
  freeze?: boolean;
}

export type EmbeddingBagForwardOptions = Pick<EmbeddingBagOptions, 'offsets' | 'perSampleWeights'>;

const moduleOptionNames = [...bagOptionNames, ...tableOptionNames] as const;

/**
 * Sums, means or maxima of bags of embeddings, as `torch.nn.EmbeddingBag`, without the vectors ever being gathered.
 *
 * ```ts
 * const bag = new nn.EmbeddingBag(10000, 100, { mode: 'sum' });
 * bag.forward([[4, 9, 0], [7, 7, 2]]).shape;                   // [2, 100]
 * bag.forward([4, 9, 0, 7, 7], { offsets: [0, 3] }).shape;     // [2, 100]: bags of 3 and 2
 * ```
 *
 * Weights start from N(0, 1), the padding row from zeros. Tables of 16 bits as in `Embedding`.
 */
export class EmbeddingBag extends EmbeddingTable {
  mode: BagMode;
  /** Whether the last offset is the end of the last bag. */
  includeLastOffset: boolean;

  /**
   * @param numEmbeddings rows of the table: the size of the vocabulary.
   * @param embeddingDim the length of each vector.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingBagModuleOptions) {
    const given = checkOptions('EmbeddingBag', options, moduleOptionNames);
    checkBagOptions('EmbeddingBag', given);
    super('EmbeddingBag', numEmbeddings, embeddingDim, given);
    this.mode = given.mode ?? 'mean';
    this.includeLastOffset = given.includeLastOffset ?? false;
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
    const facts = [...this.facts(), `mode='${this.mode}'`];
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
  if (options instanceof Tensor || ArrayBuffer.isView(options) || Array.isArray(options)) {
    return { offsets: options as IndexInput, perSampleWeights };
  }
  const given = checkOptions('EmbeddingBag.forward', options ?? undefined, ['offsets', 'perSampleWeights']);
  return { perSampleWeights, ...(given as EmbeddingBagForwardOptions) };
}
