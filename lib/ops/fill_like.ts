import { fillWith } from '../calls/copy.js';
import { ShapeError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import { formatShape, type Shape } from '../tensor/shape.js';
import { Tensor } from '../tensor/tensor.js';
import { elementOf } from '../tensor/value.js';
import { checkOperand, computeType, convert } from './operands.js';

/** A tensor of one value, given as a number or a 0-dimensional tensor and converted. @throws ShapeError, ValueError */
export function fillLike(op: string, shape: Shape, value: unknown, dtype: DType): Tensor {
  const given = checkOperand(op, 'value', value);
  if (given instanceof Tensor && given.ndim !== 0) {
    throw new ShapeError(
      `${op}: value must be a number or a 0-dimensional tensor, got shape ${formatShape(given.shape)}`,
    );
  }
  const v = convert(op, given instanceof Tensor ? given.detach() : given, computeType(dtype));
  const out = Tensor.allocate(shape, dtype, false);
  fillWith(out, elementOf(op, v instanceof Tensor ? v.item() : Number(v), dtype));
  return out;
}
