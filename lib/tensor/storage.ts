import { allocateArray, allocateLasting, isPooled, recycleSmall } from './allocator.js';
import { type DType, dtypes, type TypedArray } from './dtype.js';
import { noSlot, pool } from './pool.js';

let allocated = 0;
const emptyArrays: { [K in DType]?: TypedArray } = {};

/** The memory behind one or more tensors. Views share it, and with it the version that catches in-place changes. */
export class Storage {
  readonly array: TypedArray;
  readonly dtype: DType;
  /** Counts in-place writes; a saved tensor whose version moved on can't be used by backward. */
  version = 0;
  /**
   * Rises from one allocation to the next, and says that the memory came from the allocator and has not been in the
   * user's hands: only then can it be recycled. Otherwise 0.
   */
  serial = 0;
  /** Whether views on it were recorded, so that changing it in place would change what they say of their history. */
  viewed = false;
  /** How many gradients on their way through a backward walk lie in this memory. The engine counts. */
  uses = 0;
  /** The backward walk in which a leaf last took this memory as its grad. The engine numbers them. */
  takenBy = 0;
  /** The pool's name for the array, while the pool holds its buffer. */
  slot = noSlot;

  constructor(array: TypedArray, dtype: DType) {
    this.array = array;
    this.dtype = dtype;
  }

  /** Memory for `n` elements. `zeroed` false leaves the content undefined: the caller writes all of it. */
  static allocate(dtype: DType, n: number, zeroed = true): Storage {
    const info = dtypes[dtype];
    const storage = new Storage(allocateArray(info, n, zeroed), dtype);
    storage.serial = ++allocated;
    if (isPooled(n * info.bytes)) storage.slot = pool.slot;
    return storage;
  }

  /** No memory, for what has none of its own. */
  static empty(dtype: DType): Storage {
    emptyArrays[dtype] ??= allocateLasting(dtypes[dtype], 0);
    return new Storage(emptyArrays[dtype], dtype);
  }

  /** The serial of the latest allocation. */
  static get latest(): number {
    return allocated;
  }

  /** Zeroed memory for what lives long: tables, parameters, optimizer state. */
  static lasting(dtype: DType, n: number): Storage {
    return new Storage(allocateLasting(dtypes[dtype], n), dtype);
  }

  /**
   * Gives the memory back before the collector would find it dead: for the working memory of an operation, which no
   * tensor in anyone's hands shares. Nothing may read it afterwards.
   */
  recycle(): void {
    if (this.serial === 0) return;
    this.serial = 0;
    const { slot } = this;
    if (slot === noSlot) {
      recycleSmall(this.array.buffer as ArrayBuffer);
    } else {
      this.slot = noSlot;
      pool.recycle(slot);
    }
  }

  /** The array for the user's hands: from now on V8 alone decides when its memory is free. */
  escape(): TypedArray {
    this.serial = 0;
    const { slot } = this;
    if (slot !== noSlot) {
      this.slot = noSlot;
      pool.forget(slot);
    }
    return this.array;
  }
}
