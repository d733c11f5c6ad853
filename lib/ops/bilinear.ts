import { needsGrad, record } from '../autograd/record.js';
import { asRows, checkDense, checkSameDType, columnSums, multiply, reshaped, transposed } from '../calls/matmul.js';
import { ShapeError } from '../errors.js';
import { formatShape, sameShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import { add } from './arithmetic.js';
import { contiguous } from './copy.js';

/**
 * out[…, o] = input1[…, :]ᵀ · weight[o] · input2[…, :] + bias[o], along the last dimension of inputs of any shape.
 *
 * @param input1 [..., in1Features].
 * @param input2 [..., in2Features], the dimensions before the last being those of input1.
 * @param weight [outFeatures, in1Features, in2Features].
 * @param bias [outFeatures], or null (the default) for none.
 * @returns [..., outFeatures].
 * @throws ShapeError, DTypeError
 */
export function bilinear(input1: Tensor, input2: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const x1 = checkInput('input1', input1);
  const x2 = checkInput('input2', input2);
  const w = checkDense('bilinear', 'weight', weight);
  const b = bias === null || bias === undefined ? null : checkDense('bilinear', 'bias', bias);
  checkSameDType('bilinear', x1, x2, 'input2');
  checkSameDType('bilinear', x1, w, 'weight');
  if (w.ndim !== 3) {
    const expected = '[outFeatures, in1Features, in2Features]';
    throw new ShapeError(`bilinear: weight must have shape ${expected}, got ${formatShape(w.shape)}`);
  }
  const lead = x1.shape.slice(0, -1);
  const [O, I, J] = w.shape;
  if (!sameShape(lead, x2.shape.slice(0, -1)) || x1.shape.at(-1) !== I || x2.shape.at(-1) !== J) {
    throw new ShapeError(
      `bilinear: inputs must have shapes [..., ${I}] and [..., ${J}], alike before the last dimension, as weight has ` +
        `shape ${formatShape(w.shape)}; got ${formatShape(x1.shape)} and ${formatShape(x2.shape)}`,
    );
  }
  if (b !== null) {
    checkSameDType('bilinear', x1, b, 'bias');
    if (b.ndim !== 1 || b.shape[0] !== O) {
      throw new ShapeError(`bilinear: bias must have shape [${O}], got ${formatShape(b.shape)}`);
    }
  }
  const [left, right] = [contiguous(asRows(x1.detach())), contiguous(asRows(x2.detach()))];
  const N = left.shape[0];
  const flat = reshaped(contiguous(w.detach()), [O * I, J]);
  // What each output is of input1: [N, O, I].
  const halves = reshaped(multiply('bilinear', right, transposed(flat)), [N, O, I]);
  const products = reshaped(multiply('bilinear', halves, reshaped(left, [N, I, 1])), [...lead, O]);
  const out = b === null ? products : add(products, b.detach());
  if (!needsGrad(x1, x2, w, b)) return out;
  const inputs = b === null ? [x1, x2, w] : [x1, x2, w, b];
  const backward = (grad: Tensor, needs: readonly boolean[]) => {
    const dOut = contiguous(asRows(grad));
    // The gradient of `halves`, a column for each pair of output and input1's feature.
    const outer = () =>
      reshaped(multiply('bilinear', reshaped(dOut, [N, O, 1]), reshaped(left, [N, 1, I])), [N, O * I]);
    const pairs = needs[1] || needs[2] ? outer() : null;
    return [
      needs[0] ? reshaped(multiply('bilinear', reshaped(dOut, [N, 1, O]), halves), x1.shape) : null,
      needs[1] ? reshaped(multiply('bilinear', pairs!, flat), x2.shape) : null,
      needs[2] ? reshaped(multiply('bilinear', transposed(pairs!), right), w.shape) : null,
      ...(b === null ? [] : [needs[3] ? columnSums(dOut) : null]),
    ];
  };
  return record('BilinearBackward0', inputs, out, backward, [left, right, flat]);
}

function checkInput(name: string, input: unknown): Tensor {
  const x = checkDense('bilinear', name, input);
  if (x.ndim > 0) return x;
  throw new ShapeError(`bilinear: ${name} must have at least one dimension, got shape []`);
}
