import { ArgumentError, describe, ShapeError, ValueError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';

/** Numbers in rows. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float64Array;
}

/** Numbers of one dimension of a tensor, a typed array or a list. */
export type NumberList = Tensor | readonly number[] | Float32Array | Float64Array | Int32Array | Uint8Array;

/** Rows of numbers: a tensor of two dimensions, or a list of lists. */
export type NumberRows = Tensor | readonly NumberList[];

const isArrayOfNumbers = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) ||
  (ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array));

function flat(value: unknown): ArrayLike<unknown> {
  return [value].flat(Number.POSITIVE_INFINITY) as unknown[];
}

/** Beyond it, what is computed of numbers for an axis has no place in a double. */
export const largest = 1e100;

/** @param place the name of the number at a place, for the error */
function checkFinite(op: string, values: ArrayLike<unknown>, place: (i: number) => string): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value !== 'number' && typeof value !== 'boolean') {
      throw new ArgumentError(`${op}: ${place(i)} must be a number, got ${describe(value)}`);
    }
    if (!Number.isFinite(Number(value))) {
      throw new ValueError(`${op}: ${place(i)} is ${value}; what is drawn must be finite (nanToNum replaces it)`);
    }
    if (Math.abs(Number(value)) > largest) {
      throw new ValueError(`${op}: ${place(i)} is ${value}; no axis reaches beyond ${largest}`);
    }
    out[i] = Number(value);
  }
  return out;
}

/** @throws ShapeError, ArgumentError or ValueError naming the place */
export function readMatrix(op: string, name: string, value: unknown): Matrix {
  if (value instanceof Tensor) {
    if (value.shape.length !== 2) {
      throw new ShapeError(`${op}: ${name} must have two dimensions, got ${describe(value)}`);
    }
    const [rows, columns] = value.shape;
    if (rows * columns === 0) throw new ShapeError(`${op}: ${name} is empty: ${describe(value)}`);
    const values = checkFinite(op, flat(value.tolist()), (i) => cell(name, Math.floor(i / columns), i % columns));
    return { rows, columns, values };
  }
  if (!Array.isArray(value)) {
    throw new ArgumentError(`${op}: ${name} must be a tensor or a list of rows, got ${describe(value)}`);
  }
  if (value.length === 0) throw new ShapeError(`${op}: ${name} is empty`);
  const lists = value.map((row: unknown, i) => readList(op, `${name}[${i}]`, row));
  const columns = lists[0].length;
  const odd = lists.findIndex((list) => list.length !== columns);
  if (odd >= 0) {
    throw new ShapeError(
      `${op}: rows of ${name} must be of one length; row 0 has ${columns} numbers, row ${odd} ${lists[odd].length}`,
    );
  }
  const values = new Float64Array(lists.length * columns);
  for (const [i, list] of lists.entries()) values.set(list, i * columns);
  return { rows: lists.length, columns, values };
}

const cell = (name: string, row: number, column: number) => `${name}[${row}][${column}]`;

/** Numbers of any shape, in their order. @throws ShapeError where there are none */
export function readNumbers(op: string, name: string, value: unknown): Float64Array {
  if (value instanceof Tensor) {
    if (value.numel === 0) throw new ShapeError(`${op}: ${name} is empty: ${describe(value)}`);
    return checkFinite(op, flat(value.tolist()), (i) => `${name}[${i}]`);
  }
  return readList(op, name, value);
}

function readList(op: string, name: string, value: unknown): Float64Array {
  if (value instanceof Tensor) return readNumbers(op, name, value);
  if (!isArrayOfNumbers(value)) {
    throw new ArgumentError(`${op}: ${name} must be a tensor or a list of numbers, got ${describe(value)}`);
  }
  if (value.length === 0) throw new ShapeError(`${op}: ${name} is empty`);
  return checkFinite(op, value, (i) => `${name}[${i}]`);
}

/** The smallest and the largest of numbers. */
export function rangeOf(values: ArrayLike<number>): [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < least) least = values[i];
    if (values[i] > most) most = values[i];
  }
  return [least, most];
}

/** A number as short as it can be told: at most four digits that mean something. */
export function shortNumber(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3)
    return value
      .toExponential(2)
      .replace(/\.?0+e/, 'e')
      .replace('e+', 'e');
  return String(Number(value.toPrecision(4)));
}
