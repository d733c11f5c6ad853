import { lookUpStored } from '../calls/embedding_bag.js';
import { Tensor } from '../tensor/tensor.js';

/** Rows of a table that are widened at once. */
const rowsOfBlock = 4096;

/** The rows of vectors, wherever they lie, as float32. */
export abstract class RowStore {
  abstract readonly size: number;
  abstract readonly dim: number;
  /** One row, which may be a view of the table: not to be written to. */
  abstract row(index: number): Float32Array;
  /** Rows by number, float32 [rows.length, dim]. */
  abstract rows(indices: Int32Array): Tensor;
  /** Calls `use` with the first `count` rows, all at once or some at a time: float32 [some, dim]. */
  abstract forBlocks(count: number, use: (rows: Tensor, begin: number) => void): void;

  /** Rows from `begin` on, one after the other; may be a view of the table: not to be written to. */
  stretch(begin: number, count: number): Float32Array {
    const rows = this.rows(Int32Array.from({ length: count }, (_, k) => begin + k));
    return (rows.storage.array as Float32Array).subarray(rows.offset, rows.offset + rows.numel);
  }

  /** All rows as float32 [size, dim]. */
  all(): Tensor {
    const all = Tensor.allocate([this.size, this.dim], 'float32', false);
    const data = all.storage.array as Float32Array;
    this.forBlocks(this.size, (rows, begin) => {
      data.set(
        (rows.storage.array as Float32Array).subarray(rows.offset, rows.offset + rows.numel),
        all.offset + begin * this.dim,
      );
    });
    return all;
  }

  /** The same as `forBlocks` for rows that have to be made, some at a time. */
  protected forGathered(count: number, use: (rows: Tensor, begin: number) => void): void {
    for (let begin = 0; begin < count; begin += rowsOfBlock) {
      const length = Math.min(rowsOfBlock, count - begin);
      use(this.rows(Int32Array.from({ length }, (_, k) => begin + k)), begin);
    }
  }
}

/** The rows of a tensor: float32 as they are, or floats of 16 bits and int8, which are widened where they are needed. */
export class TensorRows extends RowStore {
  /**
   * @param weight [rows, dim], contiguous: float32, float16, bfloat16, or the bytes of int8
   * @param scale float32 [rows] for int8, else null
   * @param check called before rows are read
   */
  constructor(
    readonly weight: Tensor,
    private readonly scale: Tensor | null = null,
    private readonly check: () => void = () => {},
  ) {
    super();
  }

  get size(): number {
    return this.weight.shape[0];
  }
  get dim(): number {
    return this.weight.shape[1];
  }
  get isFloat(): boolean {
    return this.weight.dtype === 'float32';
  }

  /** One row: a view of the table where it is float32. */
  row(index: number): Float32Array {
    this.check();
    if (!this.isFloat) return this.#widened(Int32Array.of(index)).storage.array as Float32Array;
    const begin = this.weight.offset + index * this.dim;
    return (this.weight.storage.array as Float32Array).subarray(begin, begin + this.dim);
  }

  rows(indices: Int32Array): Tensor {
    this.check();
    return this.isFloat
      ? this.weight.indexSelect(0, Tensor.wrap(indices, [indices.length], 'int32'))
      : this.#widened(indices);
  }

  override stretch(begin: number, count: number): Float32Array {
    if (!this.isFloat) return super.stretch(begin, count);
    this.check();
    const from = this.weight.offset + begin * this.dim;
    return (this.weight.storage.array as Float32Array).subarray(from, from + count * this.dim);
  }

  forBlocks(count: number, use: (rows: Tensor, begin: number) => void): void {
    this.check();
    if (this.isFloat) {
      use(count === this.size ? this.weight : this.weight.narrow(0, 0, count), 0);
      return;
    }
    this.forGathered(count, use);
  }

  /** The table itself where it is float32. */
  override all(): Tensor {
    if (!this.isFloat) return super.all();
    this.check();
    return this.weight;
  }

  #widened(indices: Int32Array): Tensor {
    return lookUpStored('KeyedVectors', this.weight, this.scale, Tensor.wrap(indices, [indices.length], 'int32'));
  }
}
