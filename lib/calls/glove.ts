/** Training of GloVe's vectors: the native calls, and the layout of their tables. */
import { callGlovePrepare, callGloveSlice, type GloveSliceCall, resultsOfGloveSlice } from './planned/glove.js';

/** How far rows of the trainer's tables are apart: the vector, its bias at [dim], rounded up to whole cache lines. */
export function strideOfGloveRows(dim: number): number {
  return Math.ceil((dim + 1) / 16) * 16;
}

/** Makes what is trained on of records[begin … end), in place: logarithm and factor instead of the weight. */
export function prepareExamples(records: Int32Array, begin: number, end: number, alpha: number, xMax: number): void {
  callGlovePrepare({ begin, end, alpha, xMax, records });
}

/** Trains on a slice; the tables are changed in place. */
export function trainGloveSlice(call: GloveSliceCall): { readonly cost: number; readonly skipped: number } {
  callGloveSlice(call);
  const { cost, skipped } = resultsOfGloveSlice;
  return { cost, skipped };
}
