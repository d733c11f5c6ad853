/** Rows taken out of a tensor, and put into one, by a list of their places. */

import { needsGrad, record } from '../autograd/record.js';
import { placeSlices, selectSlices } from '../calls/select.js';
import { numelOf, type Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { contiguous } from './copy.js';
import { full } from './creation.js';

/**
 * Rows of `x`, whose first `lead` dimensions count them: out [rows.numel, …rest]. Gradients go back to the rows that were
 * taken, zeros to the others.
 *
 * @param name of the node when it is recorded.
 * @param rows int32, contiguous, each row at most once.
 */
export function takeRows(name: string, x: Tensor, lead: number, rows: Tensor): Tensor {
  const rest = x.shape.slice(lead);
  const at = { outer: 1, rows: numelOf(x.shape.slice(0, lead)), inner: numelOf(rest) };
  const count = rows.numel;
  const out = Tensor.allocate([count, ...rest], x.dtype, false);
  selectSlices(name, out, contiguous(x.detach()), rows, at, count);
  if (!needsGrad(x)) return out;
  return record(name, [x], out, (grad) => {
    const back = Tensor.allocate(x.shape, grad.dtype);
    placeSlices(name, back, contiguous(grad), rows, at, count);
    return [back];
  });
}

/**
 * A tensor [...lead, …rest] of `value` into which the rows of `x` [rows.numel, …rest] are put. Gradients come back from
 * those places alone.
 *
 * @param name of the node when it is recorded.
 * @param rows int32, contiguous: a place among the lead's for each row of `x`, no two alike.
 */
export function placeRows(name: string, x: Tensor, rows: Tensor, lead: Shape, value: number): Tensor {
  const rest = x.shape.slice(1);
  const at = { outer: 1, rows: numelOf(lead), inner: numelOf(rest) };
  const count = rows.numel;
  const out = full([...lead, ...rest], value, { dtype: x.dtype });
  placeSlices(name, out, contiguous(x.detach()), rows, at, count);
  if (!needsGrad(x)) return out;
  return record(name, [x], out, (grad) => {
    const back = Tensor.allocate(x.shape, grad.dtype, false);
    selectSlices(name, back, contiguous(grad), rows, at, count);
    return [back];
  });
}
