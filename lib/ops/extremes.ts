import { needsGrad, record } from '../autograd/record.js';
import { choose } from '../calls/elementwise.js';
import { extremes } from '../calls/order.js';
import { scatterElements } from '../calls/select.js';
import { inNameOf } from '../error_names.js';
import { ShapeError, ValueError } from '../errors.js';
import { isFloating } from '../tensor/dtype.js';
import { installMethods, Tensor } from '../tensor/tensor.js';
import { div } from './arithmetic.js';
import { eq, isnan, logicalAnd, logicalOr, maximum, minimum } from './comparison.js';
import { checkDense, toComputing } from './operands.js';
import { sum } from './reduction.js';
import { type KeepdimOptions, type Layout, layoutOf, readArguments, reducedDims, spread } from './reduction_layout.js';

/** Values along a dimension and their positions: a pair that also has names, as PyTorch's result has. */
export type ValuesAndIndices = [values: Tensor, indices: Tensor] & { values: Tensor; indices: Tensor };

declare module '../tensor/tensor.js' {
  interface Tensor {
    /** The largest element; NaN when any is. */
    max(): Tensor;
    /** The larger of two elements, as `maximum`. */
    max(other: Tensor): Tensor;
    /** The largest elements along a dimension and their positions (int32): the first of equals. */
    max(dim: number, options?: KeepdimOptions): ValuesAndIndices;
    /** The smallest element; NaN when any is. */
    min(): Tensor;
    /** The smaller of two elements, as `minimum`. */
    min(other: Tensor): Tensor;
    /** The smallest elements along a dimension and their positions (int32): the first of equals. */
    min(dim: number, options?: KeepdimOptions): ValuesAndIndices;
    /** The position (int32) of the largest element, in the flattened tensor or along a dimension: the first of equals. */
    argmax(dim?: number | null | KeepdimOptions, options?: KeepdimOptions): Tensor;
    /** The position (int32) of the smallest element, in the flattened tensor or along a dimension: the first of equals. */
    argmin(dim?: number | null | KeepdimOptions, options?: KeepdimOptions): Tensor;
  }
}

/** Names the two results. */
export function namedPair(values: Tensor, indices: Tensor): ValuesAndIndices {
  return Object.assign([values, indices] as [Tensor, Tensor], { values, indices });
}

/** @throws ShapeError when int32 can't count the positions. */
export function checkPositions(op: string, n: number): void {
  if (n <= 2 ** 31) return;
  throw new ShapeError(`${op}: positions are int32, which can't count ${n} elements; give a dim, or take parts`);
}

/** The values and positions along the layout's middle, in its result shape. */
function run(op: string, largest: boolean, layout: Layout): [Tensor, Tensor] {
  if (layout.n === 0) throw new ValueError(`${op}: there are no elements to choose from along this dimension`);
  checkPositions(op, layout.n);
  return extremes(largest, layout);
}

/** Puts `grad`, of shape [outer, count, inner], at `indices` of zeros shaped like x: the gradient of a selection. */
export function scatterGradient(x: Tensor, grad: Tensor, indices: Tensor, layout: Layout): Tensor {
  const out = Tensor.allocate(x.shape, x.dtype);
  const { outer, n, inner } = layout;
  if (grad.numel === 0) return out;
  const count = grad.numel / (outer * inner);
  scatterElements('scatterGradient', out, grad.contiguous(), indices, { outer, rows: n, inner }, count);
  return out;
}

function extreme(
  op: 'max' | 'min',
  input: unknown,
  dim: unknown,
  options: KeepdimOptions | undefined,
): Tensor | ValuesAndIndices {
  if (dim instanceof Tensor) {
    return inNameOf(op, () => (op === 'max' ? maximum : minimum)(checkDense(op, 'input', input), dim));
  }
  const x = toComputing(checkDense(op, 'input', input));
  if (dim === undefined || dim === null) {
    readArguments(op, null, options, []);
    return wholeExtreme(op, x);
  }
  const { keepdim } = readArguments<KeepdimOptions>(op, null, options, ['keepdim']);
  const layout = layoutOf(x, reducedDims(op, dim as number, x.ndim), keepdim);
  const [values, indices] = run(op, op === 'max', layout);
  if (isFloating(x.dtype) && needsGrad(x)) {
    const node = op === 'max' ? 'MaxBackward0' : 'MinBackward0';
    record(node, [x], values, (grad) => [scatterGradient(x, grad, indices, layout)], [indices]);
  }
  return namedPair(values, indices);
}

function wholeExtreme(op: 'max' | 'min', x: Tensor): Tensor {
  const dims = reducedDims(op, null, x.ndim);
  const [out] = run(op, op === 'max', layoutOf(x, dims, false));
  if (!isFloating(x.dtype) || !needsGrad(x)) return out;
  return record(
    op === 'max' ? 'MaxBackward1' : 'MinBackward1',
    [x],
    out,
    (grad) => {
      // Equal elements share the gradient.
      const mask = logicalOr(eq(x, out), logicalAnd(isnan(x), isnan(out)));
      const share = div(grad, sum(mask));
      return [choose(mask, spread(share, x.shape, dims), 0, x.shape, x.dtype)];
    },
    [x, out],
  );
}

/** The largest element, the larger of two tensors, or the largest along a dimension with its position. */
export function max(input: Tensor): Tensor;
export function max(input: Tensor, other: Tensor): Tensor;
export function max(input: Tensor, dim: number, options?: KeepdimOptions): ValuesAndIndices;
export function max(input: Tensor, dim?: number | Tensor | null, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  return extreme('max', input, dim, options);
}

/** The smallest element, the smaller of two tensors, or the smallest along a dimension with its position. */
export function min(input: Tensor): Tensor;
export function min(input: Tensor, other: Tensor): Tensor;
export function min(input: Tensor, dim: number, options?: KeepdimOptions): ValuesAndIndices;
export function min(input: Tensor, dim?: number | Tensor | null, options?: KeepdimOptions): Tensor | ValuesAndIndices {
  return extreme('min', input, dim, options);
}

function position(
  op: 'argmax' | 'argmin',
  input: unknown,
  dim: number | null | KeepdimOptions | undefined,
  options?: KeepdimOptions,
): Tensor {
  const args = readArguments(op, dim, options, ['keepdim']);
  const x = toComputing(checkDense(op, 'input', input));
  const [, indices] = run(op, op === 'argmax', layoutOf(x, reducedDims(op, args.dim, x.ndim), args.keepdim));
  return indices;
}

/** The position (int32) of the largest element: in the flattened tensor, or along `dim`. */
export function argmax(input: Tensor, dim?: number | null | KeepdimOptions, options?: KeepdimOptions): Tensor {
  return position('argmax', input, dim, options);
}

/** The position (int32) of the smallest element: in the flattened tensor, or along `dim`. */
export function argmin(input: Tensor, dim?: number | null | KeepdimOptions, options?: KeepdimOptions): Tensor {
  return position('argmin', input, dim, options);
}

installMethods({
  max(this: Tensor, dim?: number | Tensor | null, options?: KeepdimOptions) {
    return extreme('max', this, dim, options);
  },
  min(this: Tensor, dim?: number | Tensor | null, options?: KeepdimOptions) {
    return extreme('min', this, dim, options);
  },
  argmax(this: Tensor, dim?: number | null | KeepdimOptions, options?: KeepdimOptions) {
    return argmax(this, dim, options);
  },
  argmin(this: Tensor, dim?: number | null | KeepdimOptions, options?: KeepdimOptions) {
    return argmin(this, dim, options);
  },
});
