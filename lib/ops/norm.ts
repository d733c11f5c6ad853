import { type NormOperands, normaliseRows, normaliseRowsBackward } from '../calls/norm.js';
import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkOptions } from '../options.js';
import { formatShape, type Shape, sameShape } from '../tensor/shape.js';
import { checkFloat, type Tensor } from '../tensor/tensor.js';
import { affineOperands, recordAffine } from './affine_norm.js';

export interface LayerNormOptions {
  /** Factor of each normalised value, of shape `normalizedShape`. Default null: 1. */
  weight?: Tensor | null;
  /** Added to each normalised value, of shape `normalizedShape`. Default null: 0. */
  bias?: Tensor | null;
  /** Added to the variance. Default 1e-5. */
  eps?: number;
}

export interface RmsNormOptions {
  /** Factor of each normalised value, of shape `normalizedShape`. Default null: 1. */
  weight?: Tensor | null;
  /** Added to the mean square. Default null: the dtype's machine epsilon, 2^-23 or 2^-52. */
  eps?: number | null;
}

/** The sizes of the last dimensions to normalise over, from a list or one number. */
export function checkNormalizedShape(op: string, shape: unknown): number[] {
  const list = typeof shape === 'number' ? [shape] : shape;
  if (!Array.isArray(list) || list.length === 0 || !list.every((n) => Number.isSafeInteger(n) && n >= 0)) {
    throw new ArgumentError(
      `${op}: normalizedShape must be a size or a non-empty list of sizes, got ${describe(shape)}`,
    );
  }
  return list.slice();
}

/** @throws ValueError unless `eps` is a number of at least 0. */
export function checkEps(op: string, name: string, eps: unknown): number {
  if (typeof eps === 'number' && eps >= 0 && Number.isFinite(eps)) return eps;
  throw new ValueError(`${op}: ${name} must be a number of at least 0, got ${describe(eps)}`);
}

function checkAffine(op: string, name: string, value: unknown, x: Tensor, shape: Shape): Tensor | null {
  if (value === null || value === undefined) return null;
  const t = checkFloat(op, name, value);
  if (!sameShape(t.shape, shape)) {
    throw new ShapeError(
      `${op}: ${name} must have the shape of normalizedShape, ${formatShape(shape)}, got ${formatShape(t.shape)}`,
    );
  }
  if (t.dtype !== x.dtype) {
    throw new DTypeError(`${op}: input and ${name} must have one dtype, got ${x.dtype} and ${t.dtype}`);
  }
  return t;
}

interface Norm {
  op: string;
  node: string;
  centred: boolean;
  eps: number;
}

function normalize(kind: Norm, x: Tensor, shape: Shape, weight: Tensor | null, bias: Tensor | null): Tensor {
  const lead = x.ndim - shape.length;
  if (lead < 0 || !sameShape(x.shape.slice(lead), shape)) {
    throw new ShapeError(
      `${kind.op}: the last dimensions of input must be ${formatShape(shape)}, got an input of shape ${formatShape(x.shape)}`,
    );
  }
  const n = shape.reduce((product, size) => product * size, 1);
  const rows = n === 0 ? 0 : x.numel / n;
  const operands = affineOperands(x, weight, bias);
  const call: NormOperands = { rows, n, x: operands.x, weight: operands.weight };
  const { out, statistics } = normaliseRows(call, operands.bias, kind.eps, kind.centred);
  return recordAffine(kind.node, [x, weight, bias], operands, out, (gradients, dy) =>
    normaliseRowsBackward(gradients, dy, call, statistics),
  );
}

/**
 * (x - mean) / √(variance + eps) · weight + bias, mean and (biased) variance being those of the last dimensions.
 * Ba, Kiros & Hinton 2016, Layer normalization. The variance of float32 numbers overflows from 1.8e19 on, where the result
 * is 0 (PyTorch's is NaN): scale such inputs first, or use float64.
 *
 * @param normalizedShape the sizes of the last dimensions of `input`, or the size of the last one.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function layerNorm(
  input: Tensor,
  normalizedShape: number | readonly number[],
  options?: LayerNormOptions,
): Tensor {
  const given = checkOptions('layerNorm', options, ['weight', 'bias', 'eps']);
  const x = checkFloat('layerNorm', 'input', input);
  const shape = checkNormalizedShape('layerNorm', normalizedShape);
  const weight = checkAffine('layerNorm', 'weight', given.weight, x, shape);
  const bias = checkAffine('layerNorm', 'bias', given.bias, x, shape);
  const eps = checkEps('layerNorm', 'eps', given.eps ?? 1e-5);
  return normalize({ op: 'layerNorm', node: 'NativeLayerNormBackward0', centred: true, eps }, x, shape, weight, bias);
}

/**
 * x / √(mean of squares + eps) · weight over the last dimensions.
 * Zhang & Sennrich 2019, Root mean square layer normalization.
 *
 * @param normalizedShape the sizes of the last dimensions of `input`, or the size of the last one.
 * @throws ShapeError, DTypeError, ArgumentError, ValueError
 */
export function rmsNorm(input: Tensor, normalizedShape: number | readonly number[], options?: RmsNormOptions): Tensor {
  const given = checkOptions('rmsNorm', options, ['weight', 'eps']);
  const x = checkFloat('rmsNorm', 'input', input);
  const shape = checkNormalizedShape('rmsNorm', normalizedShape);
  const weight = checkAffine('rmsNorm', 'weight', given.weight, x, shape);
  const epsilon = x.dtype === 'float32' ? 2 ** -23 : 2 ** -52;
  const eps = checkEps('rmsNorm', 'eps', given.eps ?? epsilon);
  return normalize({ op: 'rmsNorm', node: 'RmsNormBackward0', centred: false, eps }, x, shape, weight, null);
}
