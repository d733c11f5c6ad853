import { needsGrad, record } from '../autograd/record.js';
import { copyOf } from '../calls/copy.js';
import {
  asRows,
  checkDense,
  checkDims,
  checkSameDType,
  columnSums,
  multiply,
  reshaped,
  transposed,
} from '../calls/matmul.js';
import { ShapeError } from '../errors.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';

/**
 * input · weightᵀ + bias, along the last dimension of an input of any shape: one native call.
 *
 * @param input [..., inFeatures].
 * @param weight [outFeatures, inFeatures].
 * @param bias [outFeatures], or null (the default) for none.
 * @returns [..., outFeatures].
 * @throws ShapeError, DTypeError
 */
export function linear(input: Tensor, weight: Tensor, bias: Tensor | null = null): Tensor {
  const x = checkDense('linear', 'input', input);
  const w = checkDense('linear', 'weight', weight);
  checkSameDType('linear', x, w, 'weight');
  checkDims('linear', 'weight', w, 2);
  if (x.ndim === 0 || x.shape[x.ndim - 1] !== w.shape[1]) {
    throw new ShapeError(
      `linear: the last dimension of input must be ${w.shape[1]}, as weight has shape ${formatShape(w.shape)}; ` +
        `got an input of shape ${formatShape(x.shape)}`,
    );
  }
  const b = bias === null || bias === undefined ? null : checkBias(bias, x, w);
  const rows = asRows(x);
  const shape = x.shape.slice();
  shape[shape.length - 1] = w.shape[0];
  const out = reshaped(
    multiply('linear', rows, transposed(w), b === null || b.strides[0] === 1 ? b : copyOf(b)),
    shape,
  );
  if (!needsGrad(x, w, b)) return out;
  return record(
    b === null ? 'MmBackward0' : 'AddmmBackward0',
    b === null ? [x, w] : [x, w, b],
    out,
    (grad, needs) => {
      const dOut = asRows(grad);
      return [
        needs[0] ? reshaped(multiply('linear', dOut, w), x.shape) : null,
        needs[1] ? multiply('linear', transposed(dOut), rows) : null,
        needs[2] ? columnSums(dOut) : null,
      ];
    },
    [x, w],
  );
}

function checkBias(bias: unknown, x: Tensor, w: Tensor): Tensor {
  const b = checkDense('linear', 'bias', bias);
  checkSameDType('linear', x, b, 'bias');
  if (b.ndim !== 1 || b.shape[0] !== w.shape[0]) {
    throw new ShapeError(`linear: bias must have shape [${w.shape[0]}], got ${formatShape(b.shape)}`);
  }
  return b;
}
