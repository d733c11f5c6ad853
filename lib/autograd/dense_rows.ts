import { copyInto, copyOf } from '../calls/copy.js';
import { RowList } from '../calls/row_list.js';
import { type IndexedRows, sumAside, sumByIndex } from '../calls/row_sums.js';
import { compareByValue } from '../tensor/comparison_by_value.js';
import type { DType, TypedArray } from '../tensor/dtype.js';
import { noSlot } from '../tensor/pool.js';
import { contiguousStrides, type Shape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * The dense gradient of a table, known by the rows that a lookup named and not yet written out.
 *
 * To its readers it is an ordinary tensor of the table's shape: whoever asks for its memory (`data`, any operation)
 * has it made, zeros and all, on the spot. But the optimizers and the clippers read the rows instead, with the same
 * result, and then a gradient the size of the table never exists.
 */
export class DenseRows extends Tensor {
  /** int32, shape [n]; row indices[k] has row k of the list, and rows named more than once their sum. Its own copy. */
  indices: Tensor;
  /** The rows, written out or not. */
  rowList: RowList;
  private distinct = false;
  private written = false;

  /** @param values shape [n, dim], or a list of n rows. */
  constructor(indices: Tensor, values: Tensor | RowList, shape: Shape) {
    const list = values instanceof RowList ? values : new RowList(values);
    const memory = new RowsMemory(list.base.dtype);
    super(memory, shape, contiguousStrides(shape), 0);
    memory.owner = this;
    this.indices = copyOf(indices);
    this.rowList = list;
  }

  /** Shape [n, dim]. */
  get values(): Tensor {
    if (!this.rowList.isPlain) this.rowList = new RowList(this.rowList.toTensor());
    return this.rowList.base;
  }

  override get isRows(): boolean {
    return true;
  }

  /** Whether the rows still say all there is: false once the memory was asked for, as it may have been changed. */
  get isPending(): boolean {
    return !this.written;
  }

  /** Makes the rows distinct, duplicates summed, so that each value counts once. */
  makeDistinct(): void {
    if (this.distinct || this.written) return;
    const sums = sumByIndex(this.indexed());
    if (typeof sums === 'number') return; // a lookup's indices were checked when they were looked up
    this.indices = sums.indices;
    this.rowList = new RowList(sums.values);
    this.distinct = true;
  }

  /**
   * The rows of both, where neither is written out and there are not more rows than the table has; else null.
   * `into` says that nothing else sees this gradient: then it takes the other's rows itself.
   */
  joined(other: DenseRows, into: boolean): DenseRows | null {
    const count = this.indices.numel + other.indices.numel;
    const [rows, dim] = this.shape;
    if (this.written || other.written || count > rows) return null;
    const indices = Tensor.allocate([count], 'int32', false);
    const values = Tensor.allocate([count, dim], this.dtype, false);
    let at = 0;
    for (const part of [this, other]) {
      const n = part.indices.numel;
      copyInto(new Tensor(indices.storage, [n], [1], at), part.indices);
      copyInto(new Tensor(values.storage, [n, dim], [dim, 1], at * dim), part.values);
      at += n;
    }
    if (!into) return new DenseRows(indices, values, this.shape);
    this.indices = indices;
    this.rowList = new RowList(values);
    this.distinct = false;
    return this;
  }

  /** The same gradient in memory of its own. */
  copy(): Tensor {
    return this.written ? copyOf(this) : new DenseRows(this.indices, this.rowList.copy(), this.shape);
  }

  private indexed(): IndexedRows {
    const [rows, dim] = this.shape;
    return { indices: this.indices, list: this.rowList.packed(), rows, dim };
  }

  /** Makes the memory; what asking for its array does at first. */
  write(): Storage {
    const storage = Storage.allocate(this.dtype, this.numel, false);
    sumAside(storage.array, this.indexed());
    storage.serial = 0; // this gradient holds on to it
    this.written = true;
    return storage;
  }
}

compareByValue(DenseRows);

/**
 * A storage that has no memory until somebody asks for its array. It is no subclass, since there the array is a property
 * of each object: deleting that in favour of an accessor would make the objects slow for good.
 */
class RowsMemory implements Storage {
  readonly dtype: DType;
  version = 0;
  viewed = false;
  /** Never recycled: views may share it. */
  serial = 0;
  uses = 0;
  takenBy = 0;
  slot = noSlot;
  owner: DenseRows | null = null;
  private made: Storage | null = null;

  constructor(dtype: DType) {
    this.dtype = dtype;
  }

  private get memory(): Storage {
    this.made ??= this.owner!.write();
    return this.made;
  }

  get array(): TypedArray {
    return this.memory.array;
  }

  recycle(): void {}

  escape(): TypedArray {
    return this.memory.escape();
  }
}

/** A gradient that leaves the library: its memory is its own from here on, and no longer what `values` shares. */
export function settled(grad: Tensor | null): Tensor | null {
  if (grad instanceof DenseRows) void grad.storage.array;
  return grad;
}
