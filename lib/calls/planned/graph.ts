// Made by scripts/make_calls.mjs from native/binding/planned/graph.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface GraphCountCall {
  readonly rows: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly counts: TypedArray;
  readonly indices: TypedArray;
}

/** Counts how often rows are named in rows [begin, end) of indices. */
export function callGraphCount(call: GraphCountCall): void {
  const counts = call.counts;
  const indices = call.indices;
  plan[0] = 0x9a5a5e5f;
  plan[1] = call.rows;
  plan[2] = call.k;
  plan[3] = call.begin;
  plan[4] = call.end;
  native.graphCount(plan, counts, indices);
}

export interface GraphCollectCall {
  readonly rows: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly total: number;
  readonly sources: TypedArray;
  readonly sourceWeights: TypedArray;
  readonly cursors: TypedArray;
  readonly indices: TypedArray;
  readonly weights: TypedArray;
}

/** Writes who names each row; `cursors` begin as starts and move on. */
export function callGraphCollect(call: GraphCollectCall): void {
  const sources = call.sources;
  const sourceWeights = call.sourceWeights;
  const cursors = call.cursors;
  const indices = call.indices;
  const weights = call.weights;
  plan[0] = 0x722c34c1;
  plan[1] = call.rows;
  plan[2] = call.k;
  plan[3] = call.begin;
  plan[4] = call.end;
  plan[5] = call.total;
  native.graphCollect(plan, sources, sourceWeights, cursors, indices, weights);
}

export interface GraphJoinCall {
  readonly rows: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly total: number;
  readonly fuzzy: boolean;
  readonly out: TypedArray;
  readonly outWeights: TypedArray;
  readonly ends: TypedArray;
  readonly indices: TypedArray;
  readonly weights: TypedArray;
  readonly starts: TypedArray;
  readonly sources: TypedArray;
  readonly sourceWeights: TypedArray;
}

/**
 * Joins neighbours and those whose neighbour a row is, for rows [begin, end): row i's list lies at [i k + starts[i],
 * ends[i]).
 */
export function callGraphJoin(call: GraphJoinCall): void {
  const out = call.out;
  const outWeights = call.outWeights;
  const ends = call.ends;
  const indices = call.indices;
  const weights = call.weights;
  const starts = call.starts;
  const sources = call.sources;
  const sourceWeights = call.sourceWeights;
  plan[0] = 0x60827277;
  plan[1] = call.rows;
  plan[2] = call.k;
  plan[3] = call.begin;
  plan[4] = call.end;
  plan[5] = call.total;
  plan[6] = call.fuzzy ? 1 : 0;
  native.graphJoin(plan, out, outWeights, ends, indices, weights, starts, sources, sourceWeights);
}
