import { lookUpStored, reduceBags } from '../calls/embedding_bag.js';
import { ArgumentError, DTypeError, describe, ShapeError } from '../errors.js';
import { resolvePadding } from '../ops/embedding.js';
import { type BagMode, checkBagOptions, toBags } from '../ops/embedding_bag.js';
import { type IndexInput, toIndices } from '../ops/index_argument.js';
import { checkOptions } from '../options.js';
import { formatShape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { checkTable } from './embedding_table.js';
import { Module } from './module.js';

/** int8 rows and what each is multiplied by. */
interface QuantizedTable {
  /** uint8, [rows, dim]: the bytes of int8 values from -127 to 127. */
  weight: Tensor;
  /** float32, [rows]. */
  scale: Tensor;
}

/** Each row divided by its largest magnitude / 127 and rounded to nearest: at most half a step from what it was. */
function quantizeRows(op: string, table: Tensor): QuantizedTable {
  checkTable(op, table, null);
  const [rows, dim] = table.shape;
  const values = table.detach().to('float32').contiguous();
  const from = values.storage.array.subarray(values.offset, values.offset + rows * dim);
  const weight = Tensor.allocate([rows, dim], 'uint8', false);
  const scale = Tensor.allocate([rows], 'float32', false);
  const to = new Int8Array(weight.storage.array.buffer, weight.storage.array.byteOffset, rows * dim);
  const steps = scale.storage.array;
  for (let row = 0; row < rows; row++) {
    const start = row * dim;
    let largest = 0;
    for (let j = start; j < start + dim; j++) {
      const magnitude = Math.abs(from[j]);
      if (!(magnitude < Number.POSITIVE_INFINITY)) {
        throw new DTypeError(`${op}: row ${row} holds ${from[j]} at column ${j - start}, which int8 cannot hold`);
      }
      if (magnitude > largest) largest = magnitude;
    }
    steps[row] = largest / 127;
    const step = steps[row];
    for (let j = start; j < start + dim; j++) {
      to[j] = step === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(from[j] / step)));
    }
  }
  return { weight, scale };
}

/** What the two modules share: the table, in buffers that travel in state dicts. */
abstract class QuantizedRows extends Module {
  readonly numEmbeddings: number;
  readonly embeddingDim: number;
  /** uint8, [numEmbeddings, embeddingDim]: the bytes of int8 values. */
  declare weight: Tensor;
  /** float32, [numEmbeddings]: what each row is multiplied by. */
  declare scale: Tensor;

  protected constructor(table: QuantizedTable) {
    super();
    if (!(table?.weight instanceof Tensor) || !(table.scale instanceof Tensor)) {
      throw new ArgumentError(
        `${new.target.name}: is made by ${new.target.name}.fromFloat(table) or by a layer's quantize()`,
      );
    }
    const { weight, scale } = table;
    [this.numEmbeddings, this.embeddingDim] = weight.shape;
    this.registerBuffer('weight', weight);
    this.registerBuffer('scale', scale);
  }

  /** Bytes and float32 factors, whatever the model around is converted to; lookups give float32. */
  override get keepsDType(): boolean {
    return true;
  }

  /** The table as float32 numbers. */
  dequantize(): Tensor {
    const all = Tensor.wrap(
      Int32Array.from({ length: this.numEmbeddings }, (_, i) => i),
      [this.numEmbeddings],
      'int32',
    );
    return lookUpStored(this.typeName(), this.weight, this.scale, all);
  }

  override extraRepr(): string {
    return `${this.numEmbeddings}, ${this.embeddingDim}, dtype=int8`;
  }
}

/**
 * A lookup table of int8 rows with one float32 factor each, for inference: about a quarter of the memory of float32.
 * Every number is within half a step, scale / 2, of the one it was made from; a step is the row's largest magnitude / 127.
 *
 * ```ts
 * const small = embedding.quantize();
 * small.forward([[4, 9, 0]]).shape; // [1, 3, 300], float32
 * ```
 */
export class QuantizedEmbedding extends QuantizedRows {
  /** A table of floats, [rows, dim], in 8 bits. @throws DTypeError where a number is not finite. */
  static fromFloat(table: Tensor): QuantizedEmbedding {
    return new QuantizedEmbedding(quantizeRows('QuantizedEmbedding', table));
  }

  /**
   * A table that is in 8 bits already; the memory is shared.
   * @param weight uint8 [rows, dim], the bytes of int8 values
   * @param scale float32 [rows], what each row is multiplied by
   */
  static fromQuantized(weight: Tensor, scale: Tensor): QuantizedEmbedding {
    const op = 'QuantizedEmbedding.fromQuantized';
    for (const [name, value, dtype, ndim] of [
      ['weight', weight, 'uint8', 2],
      ['scale', scale, 'float32', 1],
    ] as const) {
      if (!(value instanceof Tensor))
        throw new ArgumentError(`${op}: ${name} must be a Tensor, got ${describe(value)}`);
      if (value.dtype !== dtype) throw new DTypeError(`${op}: ${name} must be ${dtype}, got ${value.dtype}`);
      if (value.ndim !== ndim || value.shape[0] !== weight.shape[0]) {
        const wanted = name === 'weight' ? '[rows, dim]' : `[${weight.shape[0]}]`;
        throw new ShapeError(`${op}: ${name} must have shape ${wanted}, got ${formatShape(value.shape)}`);
      }
    }
    return new QuantizedEmbedding({ weight: weight.contiguous(), scale: scale.contiguous() });
  }

  /**
   * The vectors of `input`'s indices, float32, without gradients.
   * @returns the input's shape with `embeddingDim` appended.
   * @throws IndexError naming position, value and table size for an index outside the table.
   */
  forward(input: IndexInput): Tensor {
    return lookUpStored('QuantizedEmbedding', this.weight, this.scale, toIndices('QuantizedEmbedding', 'input', input));
  }
}

export interface QuantizedEmbeddingBagOptions {
  /** What becomes of a bag's vectors: 'mean' (the default), 'sum' or 'max'. */
  mode?: BagMode;
  /** A row that counts for nothing. Default null: none. */
  paddingIdx?: number | null;
  /** The last offset is the end of the last bag. Default false. */
  includeLastOffset?: boolean;
}

/** Bags over a table of int8 rows, for inference; the rows are widened as they are added up. */
export class QuantizedEmbeddingBag extends QuantizedRows {
  readonly mode: BagMode;
  readonly paddingIdx: number | null;
  readonly includeLastOffset: boolean;

  protected constructor(table: QuantizedTable, options: QuantizedEmbeddingBagOptions) {
    super(table);
    const padding = resolvePadding('QuantizedEmbeddingBag', options.paddingIdx, this.numEmbeddings);
    this.mode = options.mode ?? 'mean';
    this.paddingIdx = padding < 0 ? null : padding;
    this.includeLastOffset = options.includeLastOffset ?? false;
  }

  /** A table of floats, [rows, dim], in 8 bits. @throws DTypeError where a number is not finite. */
  static fromFloat(table: Tensor, options?: QuantizedEmbeddingBagOptions): QuantizedEmbeddingBag {
    const given = checkOptions('QuantizedEmbeddingBag', options, ['mode', 'paddingIdx', 'includeLastOffset']);
    checkBagOptions('QuantizedEmbeddingBag', given);
    return new QuantizedEmbeddingBag(quantizeRows('QuantizedEmbeddingBag', table), given);
  }

  /** One float32 vector for each bag, without gradients; input and offsets as EmbeddingBag takes them. */
  forward(input: IndexInput, options?: { offsets?: IndexInput | null }): Tensor {
    const { offsets = null } = checkOptions('QuantizedEmbeddingBag.forward', options, ['offsets']);
    const bags = toBags('QuantizedEmbeddingBag', input, offsets, this.includeLastOffset, this.paddingIdx ?? -1);
    return reduceBags('QuantizedEmbeddingBag', bags, this.weight, this.mode, { factor: this.scale });
  }

  override extraRepr(): string {
    return `${super.extraRepr()}, mode='${this.mode}'`;
  }
}
