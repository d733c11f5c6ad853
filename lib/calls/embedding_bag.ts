import { dtypes } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { plan } from './plan.js';

/** The codes of native/binding/embedding_bag.cc. */
export const bagModes = { sum: 0, mean: 1, max: 2 } as const;

export type BagMode = keyof typeof bagModes;

/** The tokens of a batch of bags, checked and contiguous. */
export interface Bags {
  /** int32, all tokens in order; of any shape. */
  indices: Tensor;
  /** int32, where each bag begins; null where all have the same length. */
  offsets: Tensor | null;
  /** Whether the last offset only ends the last bag. */
  includeLast: boolean;
  /** How many bags there are. */
  count: number;
  /** The row that counts for nothing, or -1. */
  padding: number;
}

export interface BagCall {
  mode?: BagMode;
  table?: Tensor;
  /** The table's size. */
  rows: number;
  dim: number;
  factor?: Tensor | null;
  out?: Tensor;
  weights?: Tensor | null;
  /** The winners, or the gradient, whichever the call takes. */
  other?: Tensor | null;
}

/** Fills the plan for a call of native/binding/embedding_bag.cc. */
export function planBags(bags: Bags, call: BagCall): void {
  const tokens = bags.indices.numel;
  plan[0] = tokens;
  plan[1] = call.rows;
  plan[2] = call.dim;
  plan[3] = bags.count;
  plan[4] = bags.count === 0 ? 0 : tokens / bags.count;
  plan[5] = bags.includeLast ? 1 : 0;
  plan[6] = bags.padding;
  plan[7] = bagModes[call.mode ?? 'sum'];
  plan[8] = call.table ? dtypes[call.table.dtype].code : 0;
  plan[9] = bags.indices.offset;
  plan[10] = bags.offsets?.offset ?? 0;
  plan[11] = call.table?.offset ?? 0;
  plan[12] = call.factor?.offset ?? 0;
  plan[13] = call.out?.offset ?? 0;
  plan[14] = call.weights?.offset ?? 0;
  plan[15] = call.other?.offset ?? 0;
}
