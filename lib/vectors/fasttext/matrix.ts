import { reduceBags } from '../../calls/embedding_bag.js';
import { Tensor } from '../../tensor/tensor.js';

/** Centroids that parts of rows are quantised to (Jégou et al. 2011, "Product Quantization for Nearest Neighbor Search"). */
export interface Quantizer {
  /** Numbers of a row, and of each of its parts; the last part may be shorter. */
  readonly dim: number;
  readonly partDim: number;
  /** For each part 256 centroids, one after the other. */
  readonly centroids: Float32Array;
}

/** A table whose rows are a byte for each part, and perhaps one for the length. */
export interface QuantizedMatrix {
  readonly rows: number;
  readonly dim: number;
  readonly codes: Uint8Array;
  readonly quantizer: Quantizer;
  readonly norms: { readonly codes: Uint8Array; readonly centroids: Float32Array } | null;
}

/** A table of vectors: float32 [rows, dim], or quantised. */
export type Matrix = Tensor | QuantizedMatrix;

export const centroidsOfPart = 256;

export const partsOf = ({ dim, partDim }: Quantizer): number => Math.ceil(dim / partDim);

export const rowsOf = (matrix: Matrix): number => (matrix instanceof Tensor ? matrix.shape[0] : matrix.rows);

/** Numbers of a table of floats, from its first on. */
export function floatsOf(table: Tensor): Float32Array {
  const { storage, offset, numel } = table;
  return (storage.array as Float32Array).subarray(offset, offset + numel);
}

/** out[at … at + dim) += row · factor */
export function addQuantizedRow(
  out: Float32Array | Float64Array,
  at: number,
  matrix: QuantizedMatrix,
  row: number,
  factor: number,
): void {
  const { quantizer, codes, norms } = matrix;
  const { dim, partDim, centroids } = quantizer;
  const parts = partsOf(quantizer);
  const scale = norms === null ? factor : factor * norms.centroids[norms.codes[row]];
  for (let part = 0; part < parts; part++) {
    const begin = part * partDim;
    const length = Math.min(partDim, dim - begin);
    const centroid = begin * centroidsOfPart + codes[row * parts + part] * length;
    for (let j = 0; j < length; j++) out[at + begin + j] += scale * centroids[centroid + j];
  }
}

/** All rows as floats. */
export function dequantized(matrix: Matrix): Tensor {
  if (matrix instanceof Tensor) return matrix;
  const { rows, dim } = matrix;
  const data = new Float32Array(rows * dim);
  for (let row = 0; row < rows; row++) addQuantizedRow(data, row * dim, matrix, row, 1);
  return Tensor.wrap(data, [rows, dim], 'float32');
}

/** The means of rows: bag b has rows[begin[b] … begin[b + 1]); [bags, dim], zeros for a bag of none. */
export function meansOf(op: string, matrix: Matrix, rows: Int32Array, begin: Int32Array): Tensor {
  const count = begin.length - 1;
  if (matrix instanceof Tensor) {
    const bags = {
      indices: Tensor.wrap(rows, [rows.length], 'int32'),
      offsets: Tensor.wrap(begin, [begin.length], 'int32'),
      includeLast: true,
      count,
      padding: -1,
    };
    return reduceBags(op, bags, matrix, 'mean', {});
  }
  const { dim } = matrix;
  const out = new Float32Array(count * dim);
  for (let b = 0; b < count; b++) {
    const length = begin[b + 1] - begin[b];
    for (let k = begin[b]; k < begin[b + 1]; k++) addQuantizedRow(out, b * dim, matrix, rows[k], 1 / length);
  }
  return Tensor.wrap(out, [count, dim], 'float32');
}

/** Lists of rows, laid end to end as `meansOf` takes them. */
export function layOut(lists: readonly (readonly number[])[]): { rows: Int32Array; begin: Int32Array } {
  const begin = new Int32Array(lists.length + 1);
  for (const [k, list] of lists.entries()) begin[k + 1] = begin[k] + list.length;
  const rows = new Int32Array(begin[lists.length]);
  for (const [k, list] of lists.entries()) rows.set(list, begin[k]);
  return { rows, begin };
}
