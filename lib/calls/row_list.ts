import { contiguousStrides } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { copyOf } from './copy.js';
import { binary } from './elementwise.js';
import { gatherRows } from './gather.js';

/**
 * A list of `count` rows: row k is base[source[k]] * scale[k]; without a source base[k], without a scale times 1.
 *
 * The gradients of a bag's tokens are one row of memory, each with its weight. Whoever sums them by index reads them
 * from there; a matrix of tokens × dim is made only when somebody asks for it.
 */
export class RowList {
  /** [m, ...row shape]. */
  readonly base: Tensor;
  /** int32, [count], or null. */
  readonly source: Tensor | null;
  /** [count], of the base's dtype, or null. */
  readonly scale: Tensor | null;
  readonly count: number;

  constructor(base: Tensor, source: Tensor | null = null, scale: Tensor | null = null) {
    this.base = base;
    this.source = source;
    this.scale = scale;
    this.count = source?.numel ?? base.shape[0];
  }

  get rowShape(): readonly number[] {
    return this.base.shape.slice(1);
  }

  /** Whether the rows are the base as it is. */
  get isPlain(): boolean {
    return this.source === null && this.scale === null;
  }

  /** The rows as one tensor, [count, ...row shape]: the base itself where the list is plain. */
  toTensor(): Tensor {
    const { source, scale } = this;
    let rows = this.base;
    if (source !== null) {
      const from = this.packed().base;
      const dim = from.numel / Math.max(1, from.shape[0]);
      const table = new Tensor(from.storage, [from.shape[0], dim], [dim, 1], from.offset);
      const taken = gatherRows('RowList', table, source);
      const shape = [this.count, ...this.rowShape];
      rows = new Tensor(taken.storage, shape, contiguousStrides(shape), taken.offset);
    }
    if (scale === null) return rows;
    const ones = this.rowShape.map(() => 1);
    const column = new Tensor(scale.storage, [this.count, ...ones], [1, ...ones], scale.offset);
    return binary('mul', rows, column, rows.shape);
  }

  /** The same rows with a contiguous base, as native code reads it. */
  packed(): RowList {
    return this.base.isContiguous() ? this : new RowList(copyOf(this.base), this.source, this.scale);
  }

  /** The same list with a base of its own. */
  copy(): RowList {
    return new RowList(copyOf(this.base), this.source, this.scale);
  }
}
