// Made by scripts/make_calls.mjs from native/binding/planned/cooccurrences.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface CooccurrencesCountCall {
  readonly words: number;
  readonly denseCount: number;
  readonly tokenCount: number;
  readonly begin: number;
  readonly end: number;
  readonly window: number;
  readonly symmetric: boolean;
  readonly weighted: boolean;
  readonly capacity: number;
  readonly used: number;
  readonly dense: TypedArray;
  readonly denseBegin: TypedArray;
  readonly tokens: TypedArray;
  readonly places: TypedArray;
}

/**
 * Counts the pairs whose right words are tokens[begin … end) until the table is full: `reached` says where it
 * stopped.
 */
export function callCooccurrencesCount(call: CooccurrencesCountCall): void {
  const dense = call.dense;
  const denseBegin = call.denseBegin;
  const tokens = call.tokens;
  const places = call.places;
  plan[0] = 0x1d963c4e;
  plan[1] = call.words;
  plan[2] = call.denseCount;
  plan[3] = call.tokenCount;
  plan[4] = call.begin;
  plan[5] = call.end;
  plan[6] = call.window;
  plan[7] = call.symmetric ? 1 : 0;
  plan[8] = call.weighted ? 1 : 0;
  plan[9] = call.capacity;
  plan[10] = call.used;
  native.cooccurrencesCount(plan, dense, denseBegin, tokens, places);
}

/** What `callCooccurrencesCount` left in the plan. */
export const resultsOfCooccurrencesCount = {
  get reached(): number {
    return plan[11];
  },
  get taken(): number {
    return plan[12];
  },
};

export interface CooccurrencesInsertCall {
  readonly capacity: number;
  readonly used: number;
  readonly begin: number;
  readonly end: number;
  readonly places: TypedArray;
  readonly records: TypedArray;
}

/** Adds records[begin … end) to the table until it is full. */
export function callCooccurrencesInsert(call: CooccurrencesInsertCall): void {
  const places = call.places;
  const records = call.records;
  plan[0] = 0x48679646;
  plan[1] = call.capacity;
  plan[2] = call.used;
  plan[3] = call.begin;
  plan[4] = call.end;
  native.cooccurrencesInsert(plan, places, records);
}

/** What `callCooccurrencesInsert` left in the plan. */
export const resultsOfCooccurrencesInsert = {
  get reached(): number {
    return plan[5];
  },
  get taken(): number {
    return plan[6];
  },
};

export interface CooccurrencesCollectCall {
  readonly begin: number;
  readonly end: number;
  readonly at: number;
  readonly most: number;
  readonly mirror: boolean;
  readonly out: TypedArray;
  readonly places: TypedArray;
}

/** Writes the pairs at the places [begin … end) to out[at … most), as long as there is room. */
export function callCooccurrencesCollect(call: CooccurrencesCollectCall): void {
  const out = call.out;
  const places = call.places;
  plan[0] = 0x29d40ff7;
  plan[1] = call.begin;
  plan[2] = call.end;
  plan[3] = call.at;
  plan[4] = call.most;
  plan[5] = call.mirror ? 1 : 0;
  native.cooccurrencesCollect(plan, out, places);
}

/** What `callCooccurrencesCollect` left in the plan. */
export const resultsOfCooccurrencesCollect = {
  get reached(): number {
    return plan[6];
  },
  get written(): number {
    return plan[7];
  },
};

export interface CooccurrencesCollectDenseCall {
  readonly words: number;
  readonly denseCount: number;
  readonly begin: number;
  readonly end: number;
  readonly at: number;
  readonly most: number;
  readonly mirror: boolean;
  readonly out: TypedArray;
  readonly dense: TypedArray;
  readonly denseBegin: TypedArray;
}

/** The same from rows of the dense table. */
export function callCooccurrencesCollectDense(call: CooccurrencesCollectDenseCall): void {
  const out = call.out;
  const dense = call.dense;
  const denseBegin = call.denseBegin;
  plan[0] = 0x1a94f6fd;
  plan[1] = call.words;
  plan[2] = call.denseCount;
  plan[3] = call.begin;
  plan[4] = call.end;
  plan[5] = call.at;
  plan[6] = call.most;
  plan[7] = call.mirror ? 1 : 0;
  native.cooccurrencesCollectDense(plan, out, dense, denseBegin);
}

/** What `callCooccurrencesCollectDense` left in the plan. */
export const resultsOfCooccurrencesCollectDense = {
  get reached(): number {
    return plan[8];
  },
  get written(): number {
    return plan[9];
  },
};

export interface CooccurrencesShuffleCall {
  readonly begin: number;
  readonly end: number;
  readonly seed: number;
  readonly records: TypedArray;
}

/** Goes on with a random order of records[0 … end). */
export function callCooccurrencesShuffle(call: CooccurrencesShuffleCall): void {
  const records = call.records;
  plan[0] = 0xe57fb35a;
  plan[1] = call.begin;
  plan[2] = call.end;
  plan[3] = call.seed;
  native.cooccurrencesShuffle(plan, records);
}

export interface CooccurrencesPartitionCall {
  readonly count: number;
  readonly parts: number;
  readonly out: TypedArray;
  readonly counts: TypedArray;
  readonly records: TypedArray;
}

/**
 * Sorts records[0 … count) into `parts` groups that depend on the pair alone; counts[p] says how many are in the
 * p-th.
 */
export function callCooccurrencesPartition(call: CooccurrencesPartitionCall): void {
  const out = call.out;
  const counts = call.counts;
  const records = call.records;
  plan[0] = 0xa3828a1b;
  plan[1] = call.count;
  plan[2] = call.parts;
  native.cooccurrencesPartition(plan, out, counts, records);
}
