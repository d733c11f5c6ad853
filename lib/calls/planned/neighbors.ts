// Made by scripts/make_calls.mjs from native/binding/planned/neighbors.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface HalfSquaredLengthsCall {
  readonly rows: number;
  readonly dim: number;
  readonly begin: number;
  readonly end: number;
  readonly halfSquares: TypedArray;
  readonly x: TypedArray;
}

/** Half of the squared length of each row of [begin, end). */
export function callHalfSquaredLengths(call: HalfSquaredLengthsCall): void {
  const halfSquares = call.halfSquares;
  const x = call.x;
  plan[0] = 0x82bee9a0;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = call.begin;
  plan[4] = call.end;
  native.halfSquaredLengths(plan, halfSquares, x);
}

export interface NearestRowsCall {
  readonly rows: number;
  readonly dim: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly indices: TypedArray;
  readonly squares: TypedArray;
  readonly x: TypedArray;
  readonly halfSquares: TypedArray;
}

/**
 * The k rows nearest to each of [begin, end), the nearest first, and their squared distances, written to rows
 * [begin, end).
 */
export function callNearestRows(call: NearestRowsCall): void {
  const indices = call.indices;
  const squares = call.squares;
  const x = call.x;
  const halfSquares = call.halfSquares;
  plan[0] = 0xf38728e6;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = call.k;
  plan[4] = call.begin;
  plan[5] = call.end;
  native.nearestRows(plan, indices, squares, x, halfSquares);
}

export interface RanksOfRowsCall {
  readonly rows: number;
  readonly dim: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly ranks: TypedArray;
  readonly near: TypedArray;
  readonly x: TypedArray;
  readonly halfSquares: TypedArray;
}

/** How many rows lie nearer to each row of [begin, end) than each of its k in `near`, which holds them for all rows. */
export function callRanksOfRows(call: RanksOfRowsCall): void {
  const ranks = call.ranks;
  const near = call.near;
  const x = call.x;
  const halfSquares = call.halfSquares;
  plan[0] = 0xccb52170;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = call.k;
  plan[4] = call.begin;
  plan[5] = call.end;
  native.ranksOfRows(plan, ranks, near, x, halfSquares);
}
