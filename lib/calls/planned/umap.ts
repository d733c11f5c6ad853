// Made by scripts/make_calls.mjs from native/binding/planned/umap.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface FuzzyRowsCall {
  readonly rows: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly mean: number;
  readonly weights: TypedArray;
  readonly distances: TypedArray;
}

/** Membership of the k neighbours of rows [begin, end), by their distances. */
export function callFuzzyRows(call: FuzzyRowsCall): void {
  const weights = call.weights;
  const distances = call.distances;
  plan[0] = 0xc0fd36c0;
  plan[1] = call.rows;
  plan[2] = call.k;
  plan[3] = call.begin;
  plan[4] = call.end;
  plan[5] = call.mean;
  native.fuzzyRows(plan, weights, distances);
}

export interface GraphProductCall {
  readonly points: number;
  readonly width: number;
  readonly k: number;
  readonly total: number;
  readonly begin: number;
  readonly end: number;
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly out: TypedArray;
  readonly x: TypedArray;
  readonly previous: TypedArray;
  readonly scales: TypedArray;
  readonly indices: TypedArray;
  readonly weights: TypedArray;
  readonly starts: TypedArray;
  readonly ends: TypedArray;
}

/** Rows [begin, end) of alpha S x + beta x + gamma previous. */
export function callGraphProduct(call: GraphProductCall): void {
  const out = call.out;
  const x = call.x;
  const previous = call.previous;
  const scales = call.scales;
  const indices = call.indices;
  const weights = call.weights;
  const starts = call.starts;
  const ends = call.ends;
  plan[0] = 0xa3287906;
  plan[1] = call.points;
  plan[2] = call.width;
  plan[3] = call.k;
  plan[4] = call.total;
  plan[5] = call.begin;
  plan[6] = call.end;
  plan[7] = call.alpha;
  plan[8] = call.beta;
  plan[9] = call.gamma;
  native.graphProduct(plan, out, x, previous, scales, indices, weights, starts, ends);
}

export interface UmapEpochCall {
  readonly points: number;
  readonly dims: number;
  readonly k: number;
  readonly total: number;
  readonly begin: number;
  readonly end: number;
  readonly number: number;
  readonly negatives: number;
  readonly seed: number;
  readonly a: number;
  readonly b: number;
  readonly rate: number;
  readonly repulsion: number;
  readonly scale: number;
  readonly y: TypedArray;
  readonly indices: TypedArray;
  readonly weights: TypedArray;
  readonly starts: TypedArray;
  readonly ends: TypedArray;
}

/** Moves points [begin, end). */
export function callUmapEpoch(call: UmapEpochCall): void {
  const y = call.y;
  const indices = call.indices;
  const weights = call.weights;
  const starts = call.starts;
  const ends = call.ends;
  plan[0] = 0x3961ce7b;
  plan[1] = call.points;
  plan[2] = call.dims;
  plan[3] = call.k;
  plan[4] = call.total;
  plan[5] = call.begin;
  plan[6] = call.end;
  plan[7] = call.number;
  plan[8] = call.negatives;
  plan[9] = call.seed;
  plan[10] = call.a;
  plan[11] = call.b;
  plan[12] = call.rate;
  plan[13] = call.repulsion;
  plan[14] = call.scale;
  native.umapEpoch(plan, y, indices, weights, starts, ends);
}
