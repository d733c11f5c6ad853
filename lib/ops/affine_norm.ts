/** What normalisations with a weight and a bias have in common: operands for native code, and the way back. */
import { needsGrad, record } from '../autograd/record.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';

/** Contiguous, without history: as native calls take them. */
export interface AffineOperands {
  readonly x: Tensor;
  readonly weight: Tensor | null;
  readonly bias: Tensor | null;
}

/** What is wanted of the input's gradient and of the factors', null where nothing is; to be filled. */
export interface AffineGradients {
  readonly dx: Tensor | null;
  readonly dweight: Tensor | null;
  readonly dbias: Tensor | null;
}

export function affineOperands(x: Tensor, weight: Tensor | null, bias: Tensor | null): AffineOperands {
  const plain = (t: Tensor | null) => (t === null ? null : contiguous(t.detach()));
  return { x: contiguous(x.detach()), weight: plain(weight), bias: plain(bias) };
}

/**
 * Records y = normalised(x) · weight + bias.
 * @param operands of the forward call, which the backward one reads again
 * @param fill writes the gradients that are wanted
 */
export function recordAffine(
  node: string,
  [x, weight, bias]: readonly [Tensor, Tensor | null, Tensor | null],
  operands: AffineOperands,
  y: Tensor,
  fill: (gradients: AffineGradients, dy: Tensor) => void,
): Tensor {
  if (!needsGrad(x, weight, bias)) return y;
  const inputs = [x, weight, bias].filter((t) => t !== null);
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    // Without elements nobody writes: zeros.
    const fresh = (like: Tensor | null, k: number) =>
      like !== null && needs[k] ? Tensor.allocate(like.shape, x.dtype, x.numel === 0) : null;
    const gradients = { dx: fresh(x, 0), dweight: fresh(weight, 1), dbias: fresh(bias, weight === null ? 1 : 2) };
    fill(gradients, contiguous(grad));
    const { dx, dweight, dbias } = gradients;
    return [dx, ...(weight === null ? [] : [dweight]), ...(bias === null ? [] : [dbias])];
  };
  return record(node, inputs, y, backward, operands.weight === null ? [operands.x] : [operands.x, operands.weight]);
}
