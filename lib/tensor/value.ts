/** The one place where a number becomes an element of a dtype, or is refused. */
import { ValueError } from '../errors.js';
import { type DType, dtypes } from './dtype.js';

/** The first and last integers that a dtype holds. */
const integerRange = {
  int32: [-2147483648, 2147483647],
  uint8: [0, 255],
} as const;

/**
 * The number that stands for `value` in a tensor of `dtype`: integers drop the fraction, as in PyTorch; for bool anything
 * but 0 is 1. Floats stay as they are, and are rounded when they are stored.
 * @param position of the value in its list, for the error.
 * @throws ValueError for a number that an integer dtype can't hold. (PyTorch lets −1 become 255 in uint8.)
 */
export function elementOf(op: string, value: number | boolean, dtype: DType, position?: number): number {
  const number = Number(value);
  if (dtypes[dtype].floating) return number;
  if (dtype === 'bool') return number !== 0 ? 1 : 0;
  const [low, high] = integerRange[dtype as keyof typeof integerRange];
  const integer = Math.trunc(number);
  if (integer >= low && integer <= high) return integer;
  const where = position === undefined ? '' : ` at position ${position}`;
  throw new ValueError(`${op}: ${dtype} holds integers from ${low} to ${high}, got ${value}${where}`);
}
