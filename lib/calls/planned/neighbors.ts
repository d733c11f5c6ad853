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

export interface ScanRowsCall {
  readonly rows: number;
  readonly dim: number;
  readonly kept: number;
  readonly begin: number;
  readonly end: number;
  readonly column: number;
  readonly count: number;
  readonly found: TypedArray;
  readonly scores: TypedArray;
  readonly x: TypedArray;
  readonly halfSquares: TypedArray;
}

/**
 * Brings the `kept` best rows so far of rows [begin, end) up to date with rows [column, column + count), at most
 * 960.
 */
export function callScanRows(call: ScanRowsCall): void {
  const found = call.found;
  const scores = call.scores;
  const x = call.x;
  const halfSquares = call.halfSquares;
  plan[0] = 0xe1fb7ff9;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = call.kept;
  plan[4] = call.begin;
  plan[5] = call.end;
  plan[6] = call.column;
  plan[7] = call.count;
  native.scanRows(plan, found, scores, x, halfSquares);
}

export interface ScanQueriesCall {
  readonly queryCount: number;
  readonly dim: number;
  readonly kept: number;
  readonly first: number;
  readonly count: number;
  readonly found: TypedArray;
  readonly scores: TypedArray;
  readonly queries: TypedArray;
  readonly x: TypedArray;
  readonly inverseNorms: TypedArray;
}

/**
 * Brings the `kept` best rows so far of each query up to date with `count` rows x, at most 960, the first of which
 * is row `first`.
 */
export function callScanQueries(call: ScanQueriesCall): void {
  const found = call.found;
  const scores = call.scores;
  const queries = call.queries;
  const x = call.x;
  const inverseNorms = call.inverseNorms;
  plan[0] = 0xc476c185;
  plan[1] = call.queryCount;
  plan[2] = call.dim;
  plan[3] = call.kept;
  plan[4] = call.first;
  plan[5] = call.count;
  native.scanQueries(plan, found, scores, queries, x, inverseNorms);
}

export interface NearestRowsCall {
  readonly rows: number;
  readonly dim: number;
  readonly kept: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly indices: TypedArray;
  readonly squares: TypedArray;
  readonly found: TypedArray;
  readonly x: TypedArray;
  readonly halfSquares: TypedArray;
}

/** The k nearest of the `kept` found for each of [begin, end), the nearest first, and their squared distances. */
export function callNearestRows(call: NearestRowsCall): void {
  const indices = call.indices;
  const squares = call.squares;
  const found = call.found;
  const x = call.x;
  const halfSquares = call.halfSquares;
  plan[0] = 0xee39d7a9;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = call.kept;
  plan[4] = call.k;
  plan[5] = call.begin;
  plan[6] = call.end;
  native.nearestRows(plan, indices, squares, found, x, halfSquares);
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
