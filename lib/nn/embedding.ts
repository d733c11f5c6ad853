import { ArgumentError, describe } from '../errors.js';
import { checkEmbeddingOptions, type EmbeddingOptions, embeddingOptionNames, lookUp } from '../ops/embedding.js';
import { type IndexInput, toIndices } from '../ops/index_argument.js';
import { checkOptions } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import { checkTable, EmbeddingTable, isZeroRow, type TableOptions, tableOptionNames } from './embedding_table.js';
import { QuantizedEmbedding } from './quantized_embedding.js';

export interface EmbeddingModuleOptions extends TableOptions {
  /** Set the padding row to zeros before every lookup, whatever was written into it. Default false. */
  keepPaddingZero?: boolean;
}

export interface FromPretrainedOptions extends EmbeddingOptions {
  /** Give the table no gradient. Default true; `embedding.weight.requiresGrad = true` unfreezes it. */
  freeze?: boolean;
  /** Set the padding row to zeros before every lookup, whatever was written into it. Default false. */
  keepPaddingZero?: boolean;
}

export interface FromMappedOptions extends FromPretrainedOptions {
  /** The tensor's name. Default: `vectors`, `weight` or `embedding.weight`, or the only table that the file holds. */
  tensor?: string;
}

type OpenTable = (
  op: string,
  path: string,
  name?: string,
) => { readonly weight: Tensor; readonly scale: Tensor | null; readonly file: { check(): void } };
let openTable: OpenTable | null = null;

/** Says who reads the formats of files. */
export function readMappedTablesBy(open: OpenTable): void {
  openTable = open;
}

const moduleOptionNames = [...embeddingOptionNames, ...tableOptionNames, 'keepPaddingZero'] as const;

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
 *
 * After `half()` or `bfloat16()` the table takes half the memory and lookups still give float32; it can't be trained then:
 * a gradient for it is an error, so freeze it. `quantize()` gives a table of a quarter.
 */
export class Embedding extends EmbeddingTable {
  /** Whether the padding row is set to zeros before every lookup. */
  readonly keepPaddingZero: boolean;

  /**
   * @param numEmbeddings rows of the table: the size of the vocabulary.
   * @param embeddingDim the length of each vector.
   * @throws OptionError for an unknown option, ArgumentError or ValueError for one that is out of range.
   */
  constructor(numEmbeddings: number, embeddingDim: number, options?: EmbeddingModuleOptions) {
    const given = checkOptions('Embedding', options, moduleOptionNames);
    checkEmbeddingOptions('Embedding', given);
    const { keepPaddingZero = false } = given;
    if (typeof keepPaddingZero !== 'boolean' || (keepPaddingZero && (given.paddingIdx ?? null) === null)) {
      throw new ArgumentError(
        `Embedding: keepPaddingZero must be true or false, and goes with a paddingIdx; got ${describe(keepPaddingZero)}, paddingIdx ${describe(given.paddingIdx ?? null)}`,
      );
    }
    super('Embedding', numEmbeddings, embeddingDim, given);
    this.keepPaddingZero = keepPaddingZero;
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

  /**
   * An embedding on a table that stays in its file, safetensors or `.npy`: opened in milliseconds however large it is, at the cost
   * of the pages that lookups touch, which all threads and processes share that map the file. Floats of 16 bits are widened by
   * lookups; a table of int8 rows beside a `scale`, as the state of a {@link QuantizedEmbedding} is saved, gives one of those.
   * What is written to the table, as by training with `freeze: false`, stays in this process; the file isn't changed.
   *
   * The file must not shrink meanwhile: each lookup looks at its size first, but one that is cut while a lookup goes on ends the
   * process. One that is replaced by another (as `saveSafetensors` does) or removed is kept until nobody maps it.
   *
   * ```ts
   * const embedding = nn.Embedding.fromMapped('vectors.safetensors');
   * ```
   *
   * @throws FileFormatError naming what is wrong with the file; ValueError where it holds several tables and none is named
   */
  static fromMapped(path: string, options?: FromMappedOptions): Embedding | QuantizedEmbedding {
    const op = 'Embedding.fromMapped';
    const { tensor, ...rest } = checkOptions(op, options, [
      ...embeddingOptionNames,
      'freeze',
      'keepPaddingZero',
      'tensor',
    ]);
    if (typeof path !== 'string') throw new ArgumentError(`${op}: path must be a string, got ${describe(path)}`);
    if (tensor !== undefined && typeof tensor !== 'string') {
      throw new ArgumentError(`${op}: tensor must be the name of a tensor, got ${describe(tensor)}`);
    }
    const { weight, scale, file } = (openTable as OpenTable)(op, path, tensor);
    const surplus = Object.keys(rest).find((name) => rest[name as keyof typeof rest] !== undefined);
    if (scale !== null && surplus !== undefined) {
      throw new ArgumentError(`${op}: ${path} is a table of int8, which takes no ${surplus}`);
    }
    const embedding =
      scale === null ? Embedding.fromPretrained(weight, rest) : QuantizedEmbedding.fromQuantized(weight, scale);
    embedding.registerForwardPreHook(() => file.check());
    return embedding;
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
    const facts = this.facts();
    if (this.paddingIdx !== null) facts.splice(2, 0, `padding_idx=${this.paddingIdx}`);
    if (this.sparse) facts.push('sparse=True');
    return facts.join(', ');
  }
}
