import { DTypeError, IndexError, ShapeError } from '../errors.js';
import type { TypedArray } from '../tensor/dtype.js';
import { formatSparseTensor } from '../tensor/print.js';
import { contiguousStrides, formatShape, numelOf, type Shape } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/**
 * The gradient of a table in which only some rows are not zero: row `indices[k]` holds `values[k]`.
 *
 * `shape` is the whole table's. Uncoalesced (as an embedding's backward makes it), a row may occur several times and
 * its values add up; `coalesce()` sorts the indices and sums. Every optimizer and gradient clipper accepts it.
 */
export class RowSparse extends Tensor {
  /** int32, shape [n]. */
  readonly indices: Tensor;
  /** shape [n, ...row shape]. */
  readonly values: Tensor;
  /** True when the indices are ascending and each occurs once. */
  readonly isCoalesced: boolean;

  constructor(indices: Tensor, values: Tensor, shape: Shape, isCoalesced = false) {
    if (indices.dtype !== 'int32') throw new DTypeError(`RowSparse: indices must be int32, got ${indices.dtype}`);
    const expected = [indices.numel, ...shape.slice(1)];
    if (indices.ndim !== 1 || formatShape(values.shape) !== formatShape(expected)) {
      throw new ShapeError(
        `RowSparse: values must have shape ${formatShape(expected)} for ${indices.numel} indices into ${formatShape(shape)}, got ${formatShape(values.shape)}`,
      );
    }
    super(Storage.allocate(values.dtype, 0), shape, contiguousStrides(shape), 0);
    this.indices = indices;
    this.values = values;
    this.isCoalesced = isCoalesced;
  }

  override get isSparse(): boolean {
    return true;
  }

  override get data(): TypedArray {
    throw new DTypeError('data: this gradient is row-sparse; use values.data and indices.data, or toDense().data');
  }

  override at(flatIndex: number): number {
    const width = numelOf(this.shape.slice(1));
    const row = Math.floor(flatIndex / width);
    const ids = this.indices.data;
    const values = this.values.data;
    let total = 0;
    for (let k = 0; k < ids.length; k++) if (ids[k] === row) total += values[k * width + (flatIndex % width)];
    return total;
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
    const out = Tensor.allocate(this.shape, this.dtype);
    addRows(out.data, this);
    return out;
  }
}

/** dense[indices[k]] += values[k], in the order of k. */
export function addRows(dense: TypedArray, sparse: RowSparse): void {
  const width = numelOf(sparse.shape.slice(1));
  const ids = sparse.indices.data;
  const values = sparse.values.data;
  const rows = sparse.shape[0];
  for (let k = 0; k < ids.length; k++) {
    if (ids[k] < 0 || ids[k] >= rows) {
      throw new IndexError(`RowSparse: index ${ids[k]} at position ${k} is outside the ${rows} rows`, ids[k], rows, k);
    }
  }
  for (let k = 0; k < ids.length; k++) {
    const row = ids[k] * width;
    for (let j = 0; j < width; j++) dense[row + j] += values[k * width + j];
  }
}
