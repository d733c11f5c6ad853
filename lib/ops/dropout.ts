import { needsGrad, record } from '../autograd/record.js';
import { maskScale } from '../calls/elementwise.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import type { Shape } from '../tensor/shape.js';
import { checkFloat, Tensor } from '../tensor/tensor.js';
import { type InplaceOptions, inplaceOf } from './activation.js';
import { moveInto } from './in_place.js';
import { bernoulli_ } from './random.js';

/** @throws ValueError unless p is a probability. */
export function checkProbability(op: string, p: unknown): number {
  if (typeof p === 'number' && p >= 0 && p <= 1) return p;
  throw new ValueError(`${op}: p must be a probability from 0 to 1, got ${describe(p)}`);
}

/**
 * Sets each element to zero with probability `p` and divides the others by 1 - p, so that the expectation stays.
 * Without `training` the input is returned as it is. As `torch.nn.functional.dropout`, with the same random numbers.
 */
export function dropout(input: Tensor, p = 0.5, training = true, options?: InplaceOptions): Tensor {
  const inplace = options !== undefined && inplaceOf('dropout', options);
  checkFloat('dropout', 'input', input);
  checkProbability('dropout', p);
  if (typeof training !== 'boolean') {
    throw new ArgumentError(`dropout: training must be true or false, got ${describe(training)}`);
  }
  if (!training || p === 0 || input.numel === 0) return input;
  const { mask, scale } = drawMask(input.shape, input.dtype, p);
  const masked = (x: Tensor) => {
    const out = maskScale(x, mask, scale);
    return needsGrad(x) ? record('MulBackward0', [x], out, (grad) => [maskScale(grad, mask, scale)]) : out;
  };
  return inplace ? moveInto('dropout', input, false, masked) : masked(input);
}

/** Which elements pass a dropout of probability `p`, and what those are multiplied by. */
export function drawMask(shape: Shape, dtype: DType, p: number): { mask: Tensor; scale: number } {
  const mask = Tensor.allocate(shape, 'bool', p === 1);
  if (p < 1) bernoulli_(mask, 1 - p);
  // PyTorch divides a mask of ones by 1 - p in the input's precision.
  const scale = p === 1 ? 1 : dtype === 'float32' ? Math.fround(1 / Math.fround(1 - p)) : 1 / (1 - p);
  return { mask, scale };
}
