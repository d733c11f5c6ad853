import { ArgumentError, DTypeError, describe, ShapeError, ValueError } from '../errors.js';
import { checkDType, type DType } from '../tensor/dtype.js';
import { contiguousStrides } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import { Parameter } from './parameter.js';

/** A size given to a layer's constructor. @throws ValueError unless it is an integer of at least `least`. */
export function checkLayerSize(op: string, name: string, value: unknown, least = 0): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least) return value;
  throw new ValueError(`${op}: ${name} must be an integer of at least ${least}, got ${describe(value)}`);
}

/** Sizes of attention. @throws ValueError unless the vectors' size is a multiple of the number of heads. */
export function checkHeads(op: string, sizeName: string, size: unknown, headsName: string, heads: unknown): void {
  const width = checkLayerSize(op, sizeName, size, 1);
  const count = checkLayerSize(op, headsName, heads, 1);
  if (width % count === 0) return;
  throw new ValueError(`${op}: ${sizeName} must be a multiple of ${headsName}, got ${width} and ${count}`);
}

/** @throws ArgumentError unless `value` is true or false. */
export function checkFlag(op: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
}

/** A dtype that layers compute in. @throws DTypeError unless it is float32 or float64. */
export function checkLayerDType(op: string, dtype: DType | undefined): DType {
  const given = checkDType(op, dtype ?? 'float32');
  if (given === 'float32' || given === 'float64') return given;
  throw new DTypeError(`${op}: dtype must be float32 or float64, got ${given}`);
}

/** A parameter of zeros, in memory for what lives long. */
export function zeroParameter(op: string, shape: readonly number[], dtype: DType): Parameter {
  const n = shape.reduce((product, size) => product * size, 1);
  if (n > Number.MAX_SAFE_INTEGER) {
    throw new ShapeError(`${op}: a parameter of ${shape.join(' x ')} has more than 2^53 elements`);
  }
  return new Parameter(new Tensor(Storage.lasting(dtype, n), shape, contiguousStrides(shape), 0));
}
