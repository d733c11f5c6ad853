import { describe, ValueError } from '../errors.js';
import type { DType } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';
import {
  lastingCopy,
  numberFrom,
  optional,
  plainCount,
  readTensor,
  type StateEntry,
  type StateLayout,
  type StateValue,
} from './state_entries.js';

/** What LBFGS keeps, by PyTorch's names; vectors hold all parameters' numbers one after the other. */
export interface LbfgsState {
  /** How often the closure was called. */
  func_evals: number;
  n_iter: number;
  /** The last direction, and how far it was gone. */
  d?: Tensor;
  t?: number;
  /** The changes of the gradient, of the parameters, and one over their products. */
  old_dirs?: Tensor[];
  old_stps?: Tensor[];
  ro?: number[];
  /** The scale of the first estimate of the inverse Hessian. */
  H_diag?: number;
  prev_flat_grad?: Tensor;
  prev_loss?: number;
}

const number: StateEntry = {
  optional: true,
  write: (value) => value,
  read(value) {
    const read = numberFrom(value);
    if (typeof read === 'number') return read;
    throw new ValueError(`must be a number, got ${describe(read)}`);
  },
};

function listOf(entry: StateEntry): StateEntry {
  return {
    optional: true,
    write: (value, copied) => (value as StateValue[]).map((item) => entry.write(item, copied)),
    read(value, parameter) {
      if (!Array.isArray(value)) throw new ValueError(`must be a list, got ${describe(value)}`);
      return value.map((item) => entry.read(item, parameter));
    },
  };
}

/** PyTorch's own scratch memory; made anew in each step. */
const scratch: StateEntry = { optional: true, write: () => null, read: () => null };

/** The entries of the state of parameters that are `length` numbers together. */
export function flatState(length: number, dtype: DType): StateLayout {
  const vector: StateEntry = {
    optional: true,
    write: (value, copied) => (copied && value instanceof Tensor ? lastingCopy(value) : value),
    read: (value) => readTensor(value, [length], 'the shape of all parameters', dtype),
  };
  return {
    func_evals: plainCount,
    n_iter: plainCount,
    d: vector,
    t: number,
    old_dirs: listOf(vector),
    old_stps: listOf(vector),
    ro: listOf(number),
    H_diag: number,
    prev_flat_grad: vector,
    prev_loss: number,
    al: optional(scratch),
  };
}
