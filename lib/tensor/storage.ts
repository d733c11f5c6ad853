import { allocateArray } from './allocator.js';
import { type DType, dtypes, type TypedArray } from './dtype.js';

/** The memory behind one or more tensors. Views share it, and with it the version that catches in-place changes. */
export class Storage {
  readonly array: TypedArray;
  readonly dtype: DType;
  /** Counts in-place writes; a saved tensor whose version moved on can't be used by backward. */
  version = 0;

  constructor(array: TypedArray, dtype: DType) {
    this.array = array;
    this.dtype = dtype;
  }

  /** Memory for `n` elements. `zeroed` false leaves the content undefined: the caller writes all of it. */
  static allocate(dtype: DType, n: number, zeroed = true): Storage {
    return new Storage(allocateArray(dtypes[dtype], n, zeroed), dtype);
  }
}
