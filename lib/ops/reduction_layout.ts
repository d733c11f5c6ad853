/** How a reduction sees its input: which dimensions go, and as [outer, n, inner] in contiguous memory. */

import { copyOf } from '../calls/copy.js';
import type { Reduction } from '../calls/reduce.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { contiguousStrides, numelOf, type Shape, wrapDim } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';

/** One dimension, several, or (null, undefined or an empty list) all. */
export type Dims = number | readonly number[] | null;

export interface KeepdimOptions {
  /** Keep reduced dimensions with size 1. Default false. */
  keepdim?: boolean;
}

/** `x.sum(dim, options)` and `x.sum(options)`: what a reduction's arguments mean. */
export function readArguments<T extends KeepdimOptions>(
  op: string,
  dim: Dims | T | undefined,
  options: T | undefined,
  allowed: readonly string[],
): { dim: Dims | undefined; options: T; keepdim: boolean } {
  const optionsFirst = typeof dim === 'object' && dim !== null && !Array.isArray(dim);
  const given = checkOptions(op, (optionsFirst ? dim : options) as T | undefined, allowed);
  const { keepdim = false } = given;
  if (typeof keepdim !== 'boolean') {
    throw new ArgumentError(`${op}: keepdim must be true or false, got ${describe(keepdim)}`);
  }
  return { dim: optionsFirst ? undefined : (dim as Dims | undefined), options: given, keepdim };
}

/** The dimensions to reduce, ascending. @throws ValueError for one that is out of range or named twice. */
export function reducedDims(op: string, dim: Dims | undefined, ndim: number): number[] {
  const all = dim === undefined || dim === null || (Array.isArray(dim) && dim.length === 0);
  if (all) return Array.from({ length: ndim }, (_, i) => i);
  const list = (Array.isArray(dim) ? dim : [dim]) as readonly number[];
  const dims = list.map((d) => wrapDim(op, d, ndim)).sort((a, b) => a - b);
  for (let i = 1; i < dims.length; i++) {
    if (dims[i] === dims[i - 1]) throw new ValueError(`${op}: dim ${dims[i]} is named twice in ${describe(list)}`);
  }
  return ndim === 0 ? [] : dims;
}

/** A reduction's view of its input, or of a contiguous copy whose reduced dimensions lie together. */
export interface Layout extends Reduction {
  readonly dims: readonly number[];
}

export function layoutOf(x: Tensor, dims: readonly number[], keepdim: boolean): Layout {
  const { shape } = x;
  const outShape: number[] = [];
  for (let i = 0; i < shape.length; i++) {
    if (!dims.includes(i)) outShape.push(shape[i]);
    else if (keepdim) outShape.push(1);
  }
  const first = dims[0] ?? shape.length;
  const last = dims.length > 0 ? dims[dims.length - 1] + 1 : shape.length;
  if (last - first === dims.length) {
    return {
      source: x.isContiguous() ? x : copyOf(x),
      outer: numelOf(shape.slice(0, first)),
      n: numelOf(shape.slice(first, last)),
      inner: numelOf(shape.slice(last)),
      dims,
      outShape,
    };
  }
  const kept = shape.map((_, i) => i).filter((i) => !dims.includes(i));
  const order = [...kept, ...dims];
  const permuted = new Tensor(
    x.storage,
    order.map((i) => shape[i]),
    order.map((i) => x.strides[i]),
    x.offset,
  );
  return {
    source: copyOf(permuted),
    outer: numelOf(kept.map((i) => shape[i])),
    n: numelOf(dims.map((i) => shape[i])),
    inner: 1,
    dims,
    outShape,
  };
}

/** A result (or its gradient) repeated along the reduced dimensions, as a view of the input's shape. */
export function spread(result: Tensor, shape: Shape, dims: readonly number[]): Tensor {
  const source = result.isContiguous() ? result : copyOf(result);
  const kept = shape.map((size, i) => (dims.includes(i) ? 1 : size));
  const strides = contiguousStrides(kept).map((stride, i) => (dims.includes(i) ? 0 : stride));
  return new Tensor(source.storage, shape, strides, source.offset);
}
