import { Generator } from '../calls/generator.js';
import { callGraphProduct } from '../calls/planned/umap.js';
import { matmul } from '../ops/matmul.js';
import { randn } from '../ops/random.js';
import { Tensor } from '../tensor/tensor.js';
import type { Graph } from './graph.js';
import { symmetricEigen } from './principal_axes.js';
import { rowsOfSlice, type Work } from './work.js';

/** Vectors that are worked on at once: more than are wanted, so that those converge. */
const spare = 9;
/** Products with the graph between two looks at the vectors, and in all. */
const mostDegree = 60;
const mostProducts = 600;
/** How much more a look may find of the largest vector than of those that are filtered out: more, and digits are lost. */
const growth = 1e5;
/** Change of the eigenvalues' distances from 1 at which they are good enough: what follows moves points anyway. */
const tolerance = 1e-3;

/** S = D^-½ W D^-½ of a graph of weights W, and products with it. */
class NormalizedGraph {
  readonly #scales: Float64Array;
  readonly #graph: Graph;
  readonly #width: number;

  constructor(graph: Graph, width: number) {
    this.#graph = graph;
    this.#width = width;
    const { rows, k, starts, ends, weights } = graph;
    this.#scales = new Float64Array(rows);
    for (let i = 0; i < rows; i++) {
      let degreeOfRow = 0;
      for (let e = i * k + starts[i]; e < ends[i]; e++) degreeOfRow += weights[e];
      this.#scales[i] = degreeOfRow > 0 ? 1 / Math.sqrt(degreeOfRow) : 0;
    }
  }

  /** out = alpha S x + beta x + gamma previous; out may be previous. */
  *apply(out: Float64Array, x: Float64Array, previous: Float64Array, [alpha, beta, gamma]: number[]): Work<void> {
    const { rows: points, k, total, indices, weights, starts, ends } = this.#graph;
    const width = this.#width;
    const slice = rowsOfSlice(5e6, (2 * total * width) / points / 8);
    for (let begin = 0; begin < points; begin += slice) {
      const end = Math.min(points, begin + slice);
      const numbers = { points, width, k, total, begin, end, alpha, beta, gamma };
      callGraphProduct({ ...numbers, out, x, previous, scales: this.#scales, indices, weights, starts, ends });
      yield;
    }
  }
}

/** aᵀ b of [rows, width] each, by slices. */
function* products(a: Float64Array, b: Float64Array, width: number): Work<Tensor> {
  const rows = a.length / width;
  const sum = Tensor.allocate([width, width], 'float64');
  const slice = 1 << 14;
  for (let begin = 0; begin < rows; begin += slice) {
    const end = Math.min(rows, begin + slice);
    const part = (of: Float64Array) =>
      Tensor.wrap(of.subarray(begin * width, end * width), [end - begin, width], 'float64');
    sum.add_(matmul(part(a).t(), part(b)));
    yield;
  }
  return sum;
}

/**
 * The eigenvectors of the largest eigenvalues of a connected graph's D^-½ W D^-½, but for the largest, which says nothing: those of the
 * smallest ones of its normalised Laplacian. By a block of vectors that Chebyshev's polynomials filter (Zhou & Saad 2006).
 * @returns [rows, count] row by row
 */
export function* graphEigenvectors(op: string, graph: Graph, count: number, seed: number): Work<Float32Array> {
  const { rows } = graph;
  const width = Math.min(rows, count + 1 + spare);
  const normalized = new NormalizedGraph(graph, width);
  const generator = new Generator(seed);
  let x = Float64Array.from(randn([rows, width], { generator }).data as Float32Array);
  let [y, z] = [new Float64Array(x.length), new Float64Array(x.length)];
  let cut = 0;
  let before: Float64Array = new Float64Array(count + 1).fill(Number.POSITIVE_INFINITY);
  for (let done = 0; done < mostProducts; ) {
    // T_n of ((S - center) / half) grows outside of [-1, cut] and stays below 1 inside.
    const [center, half] = [(cut - 1) / 2, (cut + 1) / 2];
    const degree = Math.max(
      2,
      Math.min(mostDegree, Math.floor(Math.log(2 * growth) / Math.acosh((1 - center) / half))),
    );
    done += degree + 1;
    yield* normalized.apply(y, x, x, [1 / half, -center / half, 0]);
    for (let n = 1; n < degree; n++) {
      yield* normalized.apply(x, y, x, [2 / half, (-2 * center) / half, -1]);
      [x, y] = [y, x];
    }
    // The largest combinations of the block's vectors, orthonormal.
    yield* normalized.apply(z, y, y, [1, 0, 0]);
    const { values, coefficients } = ritz(op, yield* products(y, y, width), yield* products(y, z, width));
    yield* combine(x, y, coefficients, width);
    const used = Math.min(values.length, count + 1);
    let change = 0;
    for (let c = 1; c < used; c++) {
      change = Math.max(change, Math.abs(values[c] - before[c]) / Math.max(1 - values[c], 1e-6));
    }
    before = values;
    cut = Math.min(0.999999, Math.max(values[values.length - 1], -0.5));
    if (change < tolerance) break;
  }
  const found = new Float32Array(rows * count);
  for (let i = 0; i < rows; i++) for (let c = 0; c < count; c++) found[i * count + c] = x[i * width + c + 1];
  return found;
}

/** The eigenvalues of S within a block of vectors, and the combinations [width, width] that are its vectors there. */
function ritz(op: string, gram: Tensor, image: Tensor): { values: Float64Array; coefficients: Tensor } {
  const width = gram.shape[0];
  const { values: lengths, vectors } = symmetricEigen(op, gram);
  // What the block holds twice is left out.
  const kept = lengths.filter((value) => value > lengths[0] * 1e-13).length;
  const scales = Float64Array.from({ length: kept }, (_, i) => 1 / Math.sqrt(lengths[i]));
  const basis = vectors.narrow(0, 0, kept).mul(Tensor.wrap(scales, [kept, 1], 'float64'));
  const inner = matmul(matmul(basis, image), basis.t());
  const { values, vectors: turns } = symmetricEigen(op, inner.add(inner.t()).mul(0.5));
  const coefficients = Tensor.allocate([width, width], 'float64');
  coefficients.narrow(0, 0, kept).copy_(matmul(turns, basis));
  return { values: values.slice(0, kept), coefficients: coefficients.t().contiguous() };
}

function* combine(out: Float64Array, y: Float64Array, coefficients: Tensor, width: number): Work<void> {
  const rows = y.length / width;
  const slice = 1 << 14;
  for (let begin = 0; begin < rows; begin += slice) {
    const end = Math.min(rows, begin + slice);
    const part = Tensor.wrap(y.subarray(begin * width, end * width), [end - begin, width], 'float64');
    out.set(matmul(part, coefficients).data as Float64Array, begin * width);
    yield;
  }
}
