import { copyOf } from '../calls/copy.js';
import { RowList } from '../calls/row_list.js';
import { type IndexedRows, sumByIndex, sumIntoTable } from '../calls/row_sums.js';
import { DTypeError, IndexError, ShapeError } from '../errors.js';
import { compareByValue } from '../tensor/comparison_by_value.js';
import type { TypedArray } from '../tensor/dtype.js';
import { formatSparseTensor } from '../tensor/print.js';
import { checkShape, contiguousStrides, formatShape, numelOf, type Shape, sameShape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { checkTensor, type NestedList, Tensor } from '../tensor/tensor.js';

/**
 * The gradient of a table in which only some rows are not zero: row `indices[k]` holds `values[k]`.
 *
 * `shape` is the whole table's. Uncoalesced (as an embedding's backward makes it), a row may occur several times and
 * its values add up; `coalesce()` sorts the indices and sums. Every optimizer and gradient clipper accepts it.
 */
export class RowSparse extends Tensor {
  /** int32, shape [n]. */
  indices: Tensor;
  /** The values as native code reads them. */
  private list: RowList;
  /** True when the indices are ascending and each occurs once. */
  readonly isCoalesced: boolean;

  /** @param values shape [n, ...row shape], or a list of rows that is written out when `values` is asked for. */
  constructor(indices: Tensor, values: Tensor | RowList, shape: Shape, isCoalesced = false) {
    const op = 'RowSparse';
    checkTensor(op, 'indices', indices);
    if (indices.dtype !== 'int32') throw new DTypeError(`${op}: indices must be int32, got ${indices.dtype}`);
    const list = values instanceof RowList ? values : new RowList(checkTensor(op, 'values', values));
    const size = checkShape(op, shape);
    const rowShape = size.slice(1);
    if (size.length === 0) throw new ShapeError(`${op}: shape must have at least one dimension, got []`);
    if (indices.ndim !== 1 || list.count !== indices.numel || !sameShape(list.rowShape, rowShape)) {
      const given = [list.count, ...list.rowShape];
      throw new ShapeError(
        `${op}: values must have shape ${formatShape([indices.numel, ...rowShape])} for ${indices.numel} indices into ${formatShape(shape)}, got ${formatShape(given)}`,
      );
    }
    super(Storage.empty(list.base.dtype), size, contiguousStrides(size), 0);
    this.indices = indices;
    this.list = list;
    this.isCoalesced = isCoalesced;
  }

  /** Shape [n, ...row shape]: row k belongs to row indices[k] of the table. */
  get values(): Tensor {
    if (!this.list.isPlain) this.list = new RowList(this.list.toTensor());
    return this.list.base;
  }

  /** The values, written out or not. */
  get rowList(): RowList {
    return this.list;
  }

  override get isSparse(): boolean {
    return true;
  }

  override get isRows(): boolean {
    return true;
  }

  override get data(): TypedArray {
    throw new DTypeError('data: this gradient is row-sparse; use values.data and indices.data, or toDense().data');
  }

  override at(flatIndex: number): number {
    return this.toDense().at(flatIndex);
  }

  override tolist(): NestedList {
    return this.toDense().tolist();
  }

  /** The same rows, in the same memory. */
  override detach(): RowSparse {
    return new RowSparse(this.indices, this.values, this.shape, this.isCoalesced);
  }

  /** The same rows in memory of their own. */
  override clone(): RowSparse {
    return new RowSparse(copyOf(this.indices), this.list.copy(), this.shape, this.isCoalesced);
  }

  /** Makes this the gradient that names no row. */
  override zero_(): this {
    this.indices = Tensor.allocate([0], 'int32');
    this.list = new RowList(Tensor.allocate([0, ...this.shape.slice(1)], this.dtype));
    return this;
  }

  /** PyTorch's printed form of a sparse tensor. */
  override toString(): string {
    const indices = {
      shape: [1, this.indices.numel],
      dtype: this.indices.dtype,
      at: (i: number) => this.indices.at(i),
    };
    return formatSparseTensor({ shape: this.shape, indices, values: this.values });
  }

  /** The same gradient as an ordinary tensor. */
  toDense(): Tensor {
    const out = Tensor.allocate(this.shape, this.dtype, false);
    scatter(out.storage.array, out.offset, this, false);
    return out;
  }

  /** The same gradient with ascending indices, each once, its values summed in the order in which they came. */
  coalesce(): RowSparse {
    if (this.isCoalesced) return this;
    const sums = sumByIndex(packed(this));
    if (typeof sums === 'number') throw badRow(this, sums);
    const rowShape = [sums.indices.numel, ...this.shape.slice(1)];
    const values = new Tensor(sums.values.storage, rowShape, contiguousStrides(rowShape), sums.values.offset);
    return new RowSparse(sums.indices, values, this.shape, true);
  }
}

compareByValue(RowSparse);

/** Indices and values in contiguous memory, where they nearly always are. */
function packed(sparse: RowSparse): IndexedRows {
  const indices = sparse.indices.isContiguous() ? sparse.indices : copyOf(sparse.indices);
  return { indices, list: sparse.rowList.packed(), rows: sparse.shape[0], dim: numelOf(sparse.shape.slice(1)) };
}

function badRow(sparse: RowSparse, position: number): IndexError {
  const index = sparse.indices.at(position);
  const rows = sparse.shape[0];
  return new IndexError(
    `RowSparse: index ${index} at position ${position} is outside the ${rows} rows`,
    index,
    rows,
    position,
  );
}

function scatter(dense: TypedArray, offset: number, sparse: RowSparse, accumulate: boolean): void {
  const bad = sumIntoTable(dense, offset, packed(sparse), { accumulate });
  if (bad >= 0) throw badRow(sparse, bad);
}

/** dense[indices[k]] += values[k], in the order of k; `dense` is contiguous. */
export function addRows(dense: Tensor, sparse: RowSparse): void {
  scatter(dense.storage.array, dense.offset, sparse, true);
}
