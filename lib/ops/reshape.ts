import { inNameOf } from '../error_names.js';
import { ShapeError, ValueError } from '../errors.js';
import { contiguousStrides, formatShape, numelOf, type Shape, wrapDim } from '../tensor/shape.js';
import { checkTensor, installMethods, type Tensor } from '../tensor/tensor.js';
import { clone } from './copy.js';
import { makeView, type Sizes, sizesOf } from './make_view.js';

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The same elements in another shape; a view where the strides allow, else a copy. One size may be -1. */
    reshape(...shape: (number | readonly number[])[]): Tensor;
    /** Like `reshape`, but never a copy. @throws ShapeError when the strides don't allow a view. */
    view(...shape: (number | readonly number[])[]): Tensor;
    /** Joins dimensions startDim (default 0) to endDim (default -1) into one. */
    flatten(startDim?: number, endDim?: number): Tensor;
    /** Splits one dimension into several. */
    unflatten(dim: number, sizes: readonly number[]): Tensor;
    /** `reshape` to another tensor's shape. */
    viewAs(other: Tensor): Tensor;
  }
}

/** Replaces a size of -1 by what the element count leaves for it. */
function resolveShape(op: string, x: Tensor, sizes: number[]): number[] {
  const unknown = sizes.indexOf(-1);
  let known = 1;
  for (const [i, size] of sizes.entries()) {
    if (i === unknown) continue;
    if (size < 0)
      throw new ShapeError(`${op}: sizes must be non-negative, with one -1 at most, got ${formatShape(sizes)}`);
    known *= size;
  }
  const shape = sizes.slice();
  if (unknown >= 0) {
    if (known === 0 || x.numel % known !== 0) {
      throw new ShapeError(
        `${op}: shape ${formatShape(sizes)} does not divide the ${x.numel} elements of ${formatShape(x.shape)}`,
      );
    }
    shape[unknown] = x.numel / known;
  } else if (known !== x.numel) {
    throw new ShapeError(
      `${op}: shape ${formatShape(sizes)} needs ${known} elements, the input ${formatShape(x.shape)} has ${x.numel}`,
    );
  }
  return shape;
}

/** Strides that show `x` in `shape` without moving elements, or null where there are none. */
function viewStrides(x: Tensor, shape: Shape): number[] | null {
  if (x.isContiguous()) return contiguousStrides(shape);
  // Runs of old dimensions that step evenly are single dimensions; each new one must lie within one run.
  const strides = new Array<number>(shape.length);
  let next = shape.length - 1;
  let run = 1;
  for (let i = x.shape.length - 1; i >= 0; i--) {
    if (x.shape[i] === 1) continue;
    let base = x.strides[i];
    run = x.shape[i];
    while (i > 0 && (x.shape[i - 1] === 1 || x.strides[i - 1] === x.strides[i] * x.shape[i])) {
      if (x.shape[i - 1] === 1) {
        let k = i - 1;
        while (k >= 0 && x.shape[k] === 1) k--;
        if (k < 0 || x.strides[k] !== x.strides[i] * x.shape[i]) break;
        i = k;
      } else {
        i--;
      }
      run *= x.shape[i];
    }
    let filled = 1;
    while (next >= 0 && (filled < run || shape[next] === 1)) {
      strides[next] = base;
      base *= shape[next];
      filled *= shape[next];
      next--;
    }
    if (filled !== run) return null;
  }
  for (; next >= 0; next--) {
    if (shape[next] !== 1) return null;
    strides[next] = 1;
  }
  return strides;
}

export function reshape(x: Tensor, ...sizes: Sizes): Tensor {
  checkTensor('reshape', 'input', x);
  const shape = resolveShape('reshape', x, sizesOf('reshape', sizes));
  const strides = viewStrides(x, shape);
  const source = strides === null ? clone(x) : x;
  return makeView(source, shape, strides ?? contiguousStrides(shape), source.offset, 'ViewBackward0', (grad) =>
    reshape(grad, x.shape),
  );
}

export function view(x: Tensor, ...sizes: Sizes): Tensor {
  checkTensor('view', 'input', x);
  const shape = resolveShape('view', x, sizesOf('view', sizes));
  const strides = viewStrides(x, shape);
  if (strides === null) {
    throw new ShapeError(
      `view: shape ${formatShape(shape)} is no view of ${formatShape(x.shape)} with strides ${formatShape(x.strides)}; use reshape`,
    );
  }
  return makeView(x, shape, strides, x.offset, 'ViewBackward0', (grad) => reshape(grad, x.shape));
}

export function flatten(x: Tensor, startDim = 0, endDim = -1): Tensor {
  checkTensor('flatten', 'input', x);
  const start = wrapDim('flatten', startDim, x.ndim, 'startDim');
  const end = wrapDim('flatten', endDim, x.ndim, 'endDim');
  if (x.ndim === 0) return reshape(x, [1]);
  if (start > end) throw new ValueError(`flatten: startDim ${startDim} comes after endDim ${endDim}`);
  const joined = numelOf(x.shape.slice(start, end + 1));
  return reshape(x, [...x.shape.slice(0, start), joined, ...x.shape.slice(end + 1)]);
}

export function unflatten(x: Tensor, dim: number, sizes: readonly number[]): Tensor {
  checkTensor('unflatten', 'input', x);
  const d = wrapDim('unflatten', dim, x.ndim);
  const wanted = sizesOf('unflatten', [sizes]);
  if (wanted.some((size) => size < -1)) {
    throw new ShapeError(`unflatten: sizes must not be negative, but for one -1, got ${formatShape(wanted)}`);
  }
  const known = wanted.filter((s) => s !== -1).reduce((a, b) => a * b, 1);
  const parts = wanted.map((s) => (s === -1 ? x.shape[d] / known : s));
  if (numelOf(parts) !== x.shape[d] || !parts.every(Number.isInteger)) {
    throw new ShapeError(
      `unflatten: sizes ${formatShape(wanted)} do not multiply to dimension ${dim}'s size ${x.shape[d]}`,
    );
  }
  return reshape(x, [...x.shape.slice(0, d), ...parts, ...x.shape.slice(d + 1)]);
}

installMethods({
  reshape(this: Tensor, ...shape: Sizes) {
    return reshape(this, ...shape);
  },
  view(this: Tensor, ...shape: Sizes) {
    return view(this, ...shape);
  },
  flatten(this: Tensor, startDim?: number, endDim?: number) {
    return flatten(this, startDim, endDim);
  },
  unflatten(this: Tensor, dim: number, sizes: readonly number[]) {
    return unflatten(this, dim, sizes);
  },
  viewAs(this: Tensor, other: Tensor) {
    const { shape } = checkTensor('viewAs', 'other', other);
    return inNameOf('viewAs', () => view(this, shape));
  },
});
