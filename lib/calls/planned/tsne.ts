// Made by scripts/make_calls.mjs from native/binding/planned/tsne.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface PerplexityRowsCall {
  readonly rows: number;
  readonly k: number;
  readonly begin: number;
  readonly end: number;
  readonly perplexity: number;
  readonly p: TypedArray;
  readonly squares: TypedArray;
}

/** Probabilities of neighbours from rows [begin, end) of squared distances. */
export function callPerplexityRows(call: PerplexityRowsCall): void {
  const p = call.p;
  const squares = call.squares;
  plan[0] = 0xc09b12a8;
  plan[1] = call.rows;
  plan[2] = call.k;
  plan[3] = call.begin;
  plan[4] = call.end;
  plan[5] = call.perplexity;
  native.perplexityRows(plan, p, squares);
}

export interface TsneTreeCall {
  readonly points: number;
  readonly dims: number;
  readonly tree: TypedArray;
  readonly order: TypedArray;
  readonly positions: TypedArray;
  readonly y: TypedArray;
}

/** Makes the tree of y; `cells` is how many it has. */
export function callTsneTree(call: TsneTreeCall): void {
  const tree = call.tree;
  const order = call.order;
  const positions = call.positions;
  const y = call.y;
  plan[0] = 0xde3d71db;
  plan[1] = call.points;
  plan[2] = call.dims;
  native.tsneTree(plan, tree, order, positions, y);
}

/** What `callTsneTree` left in the plan. */
export const resultsOfTsneTree = {
  get cells(): number {
    return plan[3];
  },
};

export interface TsneRepulsionCall {
  readonly points: number;
  readonly dims: number;
  readonly cells: number;
  readonly begin: number;
  readonly end: number;
  readonly angle: number;
  readonly forces: TypedArray;
  readonly sums: TypedArray;
  readonly tree: TypedArray;
  readonly order: TypedArray;
  readonly positions: TypedArray;
}

/** Forces and sums of the points at places [begin, end) of the order. */
export function callTsneRepulsion(call: TsneRepulsionCall): void {
  const forces = call.forces;
  const sums = call.sums;
  const tree = call.tree;
  const order = call.order;
  const positions = call.positions;
  plan[0] = 0x7ebdc8bb;
  plan[1] = call.points;
  plan[2] = call.dims;
  plan[3] = call.cells;
  plan[4] = call.begin;
  plan[5] = call.end;
  plan[6] = call.angle;
  native.tsneRepulsion(plan, forces, sums, tree, order, positions);
}

export interface TsneStepsCall {
  readonly points: number;
  readonly dims: number;
  readonly k: number;
  readonly total: number;
  readonly begin: number;
  readonly end: number;
  readonly learningRate: number;
  readonly momentum: number;
  readonly exaggeration: number;
  readonly inverseZ: number;
  readonly steps: TypedArray;
  readonly gains: TypedArray;
  readonly y: TypedArray;
  readonly forces: TypedArray;
  readonly indices: TypedArray;
  readonly values: TypedArray;
  readonly starts: TypedArray;
  readonly ends: TypedArray;
}

/** Brings steps and gains of points [begin, end) up to date. */
export function callTsneSteps(call: TsneStepsCall): void {
  const steps = call.steps;
  const gains = call.gains;
  const y = call.y;
  const forces = call.forces;
  const indices = call.indices;
  const values = call.values;
  const starts = call.starts;
  const ends = call.ends;
  plan[0] = 0xca6e2df1;
  plan[1] = call.points;
  plan[2] = call.dims;
  plan[3] = call.k;
  plan[4] = call.total;
  plan[5] = call.begin;
  plan[6] = call.end;
  plan[7] = call.learningRate;
  plan[8] = call.momentum;
  plan[9] = call.exaggeration;
  plan[10] = call.inverseZ;
  native.tsneSteps(plan, steps, gains, y, forces, indices, values, starts, ends);
}

export interface TsneCostsCall {
  readonly points: number;
  readonly dims: number;
  readonly k: number;
  readonly total: number;
  readonly begin: number;
  readonly end: number;
  readonly z: number;
  readonly costs: TypedArray;
  readonly y: TypedArray;
  readonly indices: TypedArray;
  readonly values: TypedArray;
  readonly starts: TypedArray;
  readonly ends: TypedArray;
}

/** The share of the cost of points [begin, end). */
export function callTsneCosts(call: TsneCostsCall): void {
  const costs = call.costs;
  const y = call.y;
  const indices = call.indices;
  const values = call.values;
  const starts = call.starts;
  const ends = call.ends;
  plan[0] = 0x05b044ef;
  plan[1] = call.points;
  plan[2] = call.dims;
  plan[3] = call.k;
  plan[4] = call.total;
  plan[5] = call.begin;
  plan[6] = call.end;
  plan[7] = call.z;
  native.tsneCosts(plan, costs, y, indices, values, starts, ends);
}
