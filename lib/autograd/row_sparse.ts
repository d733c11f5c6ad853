import { DTypeError, IndexError, ShapeError } from '../errors.js';
import { copyOf } from '../kernels/copy.js';
import { native } from '../native.js';
import type { TypedArray } from '../tensor/dtype.js';
import { plan } from '../tensor/plan.js';
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
    const out = Tensor.allocate(this.shape, this.dtype, false);
    scatter(out.storage.array, out.offset, this, false);
    return out;
  }

  /** The same gradient with ascending indices, each once, its values summed in the order in which they came. */
  coalesce(): RowSparse {
    if (this.isCoalesced) return this;
    const n = this.indices.numel;
    const width = numelOf(this.shape.slice(1));
    const indices = Tensor.allocate([n], 'int32', false);
    const values = Tensor.allocate([n, width], this.dtype, false);
    const { indices: ids, values: rows } = packed(this);
    plan[0] = n;
    plan[1] = this.shape[0];
    plan[2] = width;
    plan[3] = indices.offset;
    plan[4] = values.offset;
    plan[5] = ids.offset;
    plan[6] = rows.offset;
    const bad = native.coalesceRows(
      plan,
      indices.storage.array,
      values.storage.array,
      ids.storage.array,
      rows.storage.array,
    );
    if (bad >= 0) throw badRow(this, bad);
    const distinct = plan[0];
    const rowShape = [distinct, ...this.shape.slice(1)];
    return new RowSparse(
      new Tensor(indices.storage, [distinct], [1], indices.offset),
      new Tensor(values.storage, rowShape, contiguousStrides(rowShape), values.offset),
      this.shape,
      true,
    );
  }
}

/** Indices and values in contiguous memory, where they nearly always are. */
function packed(sparse: RowSparse): { indices: Tensor; values: Tensor } {
  const pack = (x: Tensor) => (x.isContiguous() ? x : copyOf(x));
  return { indices: pack(sparse.indices), values: pack(sparse.values) };
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
  const { indices, values } = packed(sparse);
  plan[0] = indices.numel;
  plan[1] = sparse.shape[0];
  plan[2] = numelOf(sparse.shape.slice(1));
  plan[3] = offset;
  plan[4] = values.offset;
  plan[5] = indices.offset;
  plan[6] = -1;
  plan[7] = accumulate ? 1 : 0;
  plan[8] = 0;
  const bad = native.scatterRows(plan, dense, values.storage.array, indices.storage.array);
  if (bad >= 0) throw badRow(sparse, bad);
}

/** dense[indices[k]] += values[k], in the order of k; `dense` is contiguous. */
export function addRows(dense: Tensor, sparse: RowSparse): void {
  scatter(dense.storage.array, dense.offset, sparse, true);
}
