// Made by scripts/make_calls.mjs from native/binding/planned/classifier.calls.
import { native } from '../../addon/native.js';
import type { TypedArray } from '../../addon/typed_array.js';
import { plan } from '../plan.js';

export interface ClassifierSliceCall {
  readonly inputRows: number;
  readonly outputRows: number;
  readonly labels: number;
  readonly dim: number;
  readonly objective: number;
  readonly negative: number;
  readonly begin: number;
  readonly end: number;
  readonly beginRate: number;
  readonly endRate: number;
  readonly seed: number;
  readonly threads: number;
  readonly exampleCount: number;
  readonly rowCount: number;
  readonly labelCount: number;
  readonly negativesCount: number;
  readonly pathCount: number;
  readonly input: TypedArray;
  readonly output: TypedArray;
  readonly exampleBegin: TypedArray;
  readonly rows: TypedArray;
  readonly weights: TypedArray;
  readonly labelBegin: TypedArray;
  readonly exampleLabels: TypedArray;
  readonly negatives: TypedArray | null;
  readonly pathBegin: TypedArray | null;
  readonly pathNodes: TypedArray | null;
  readonly pathCodes: TypedArray | null;
}

/**
 * Trains on examples[begin … end), on at most `threads` threads. `loss` is 0 softmax, 1 negative sampling, 2
 * hierarchical softmax, 3 one against all. The summed loss comes back, and of how many examples.
 */
export function callClassifierSlice(call: ClassifierSliceCall): void {
  const input = call.input;
  const output = call.output;
  const exampleBegin = call.exampleBegin;
  const rows = call.rows;
  const weights = call.weights;
  const labelBegin = call.labelBegin;
  const exampleLabels = call.exampleLabels;
  const negatives = call.negatives === null ? null : call.negatives;
  const pathBegin = call.pathBegin === null ? null : call.pathBegin;
  const pathNodes = call.pathNodes === null ? null : call.pathNodes;
  const pathCodes = call.pathCodes === null ? null : call.pathCodes;
  plan[0] = 0x0f6c861e;
  plan[1] = call.inputRows;
  plan[2] = call.outputRows;
  plan[3] = call.labels;
  plan[4] = call.dim;
  plan[5] = call.objective;
  plan[6] = call.negative;
  plan[7] = call.begin;
  plan[8] = call.end;
  plan[9] = call.beginRate;
  plan[10] = call.endRate;
  plan[11] = call.seed;
  plan[12] = call.threads;
  plan[13] = call.exampleCount;
  plan[14] = call.rowCount;
  plan[15] = call.labelCount;
  plan[16] = call.negativesCount;
  plan[17] = call.pathCount;
  native.classifierSlice(
    plan,
    input,
    output,
    exampleBegin,
    rows,
    weights,
    labelBegin,
    exampleLabels,
    negatives,
    pathBegin,
    pathNodes,
    pathCodes,
  );
}

/** What `callClassifierSlice` left in the plan. */
export const resultsOfClassifierSlice = {
  get loss(): number {
    return plan[18];
  },
  get examples(): number {
    return plan[19];
  },
};

export interface NearestCentroidsCall {
  readonly count: number;
  readonly dim: number;
  readonly codes: TypedArray;
  readonly points: TypedArray;
  readonly centroids: TypedArray;
}

/** codes[i] = the nearest of 256 centroids to point i. */
export function callNearestCentroids(call: NearestCentroidsCall): void {
  const codes = call.codes;
  const points = call.points;
  const centroids = call.centroids;
  plan[0] = 0xc9e65776;
  plan[1] = call.count;
  plan[2] = call.dim;
  native.nearestCentroids(plan, codes, points, centroids);
}
