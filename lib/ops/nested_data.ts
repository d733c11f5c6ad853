import { ArgumentError, describe, ShapeError } from '../errors.js';
import { arrayKind, type DType, dtypeOfKind, promote } from '../tensor/dtype.js';
import { checkShape, mostDims } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';

/** What `tensor` accepts: a number, a boolean, nested lists of them, a typed array, or a tensor. */
export type TensorData = number | boolean | readonly TensorData[] | ArrayBufferView | Tensor;

/** What nested lists hold, in row-major order. */
export interface ListContent {
  readonly shape: readonly number[];
  /** In memory that `recycle` gives back. */
  readonly values: Float64Array;
  readonly memory: Storage;
  /** The dtype that suits the values where nobody asks for one. */
  readonly dtype: DType;
}

type List = readonly TensorData[] | (ArrayLike<number> & ArrayBufferView);

function isTypedArray(value: unknown): value is ArrayLike<number> & ArrayBufferView {
  return ArrayBuffer.isView(value) && arrayKind(value) !== undefined;
}

function asList(value: unknown): List | null {
  return Array.isArray(value) || isTypedArray(value) ? value : null;
}

/** The shape that the first of each level has; what stands beside it is compared with that. */
function measure(op: string, data: List): number[] {
  const shape: number[] = [];
  for (let level: List | null = data; level !== null; level = asList(level[0])) {
    if (shape.length === mostDims) {
      throw new ShapeError(`${op}: lists are nested more than ${mostDims} deep, or hold themselves`);
    }
    shape.push(level.length);
    if (level.length === 0 || isTypedArray(level)) break;
    if (level[0] instanceof Tensor) {
      throw new ArgumentError(`${op}: lists must hold numbers, got ${describe(level[0])}; use stack to join tensors`);
    }
  }
  return checkShape(op, shape);
}

function describeList(value: unknown): string {
  const list = asList(value);
  if (list === null) return describe(value);
  return Array.isArray(list) ? `a list of ${list.length}` : `${describe(list)} (${list.length} numbers)`;
}

/**
 * Reads nested lists, whose innermost ones may be typed arrays.
 * @throws ShapeError for lists that are not as long as their siblings, or nested too deep; ArgumentError for anything
 *   that is no number; ValueError when there is no memory for as many.
 */
export function readLists(op: string, data: List): ListContent {
  const shape = measure(op, data);
  const count = shape.reduce((product, size) => product * size, 1);
  const memory = Storage.allocate('float64', count, false);
  const values = memory.array as Float64Array;
  const last = shape.length - 1;
  let next = 0;
  let plainBooleans = 0;
  let plainNumbers = 0;
  let arrays: DType | null = null;

  const place = (dim: number, at: number): string => {
    // Only messages ask for it: the path of the item at position `at` of the list that is being read.
    const path: number[] = [at];
    let rest = Math.floor(
      next /
        Math.max(
          1,
          shape.slice(dim).reduce((product, size) => product * size, 1),
        ),
    );
    for (let d = dim - 1; d >= 0; d--) {
      path.unshift(rest % shape[d]);
      rest = Math.floor(rest / shape[d]);
    }
    return path.map((i) => `[${i}]`).join('');
  };

  const readArray = (array: ArrayLike<number> & ArrayBufferView): void => {
    const kind = arrayKind(array) as string;
    const own = dtypeOfKind[kind] ?? 'int32';
    arrays = arrays === null ? own : promote(arrays, own);
    if (kind.startsWith('Big')) for (let i = 0; i < array.length; i++) values[next + i] = Number(array[i]);
    else values.set(array, next);
    next += array.length;
  };

  const readNumbers = (list: readonly TensorData[], dim: number): void => {
    const { length } = list;
    for (let i = 0; i < length; i++) {
      const value = list[i];
      if (typeof value === 'number') {
        plainNumbers++;
        values[next + i] = value;
      } else if (typeof value === 'boolean') {
        plainBooleans++;
        values[next + i] = value ? 1 : 0;
      } else {
        const hint = typeof value === 'bigint' ? '; Number() converts it' : '';
        throw new ArgumentError(`${op}: data${place(dim, i)} must be a number, got ${describe(value)}${hint}`);
      }
    }
    next += length;
  };

  const visit = (list: List, dim: number): void => {
    if (!Array.isArray(list)) {
      readArray(list as ArrayLike<number> & ArrayBufferView);
    } else if (dim === last) {
      readNumbers(list, dim);
    } else {
      const { length } = list;
      for (let i = 0; i < length; i++) {
        const item: unknown = list[i];
        const inner = asList(item);
        const fits = inner !== null && inner.length === shape[dim + 1] && (Array.isArray(inner) || dim + 1 === last);
        if (!fits) {
          const due = `a list of ${shape[dim + 1]} like its first sibling`;
          throw new ShapeError(`${op}: data${place(dim, i)} must be ${due}, got ${describeList(item)}`);
        }
        visit(inner, dim + 1);
      }
    }
  };
  visit(data, 0);
  let dtype: DType = plainBooleans > 0 && plainNumbers === 0 ? 'bool' : 'float32';
  if (arrays !== null) dtype = plainBooleans + plainNumbers > 0 ? promote(arrays, dtype) : arrays;
  return { shape, values, memory, dtype };
}
