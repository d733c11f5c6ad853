import { allocateLasting } from './allocator.js';
import { dtypes, type TypedArray } from './dtype.js';
import type { Storage } from './storage.js';

interface Loan {
  readonly array: TypedArray;
  readonly borrower: string;
}

const loans = new WeakMap<object, Loan>();

/**
 * Takes a storage's memory away from all tensors on it, until `giveBack`: they have an empty array meanwhile, which
 * every operation refuses as it refuses one whose buffer was transferred away. So the ordinary path asks nothing more.
 *
 * @param borrower who has it, for errors
 * @returns the memory
 */
export function borrow(storage: Storage, borrower: string): TypedArray {
  const array = storage.escape();
  loans.set(storage, { array, borrower });
  (storage as { array: TypedArray }).array = allocateLasting(dtypes[storage.dtype], 0);
  return array;
}

/** Gives a borrowed memory back. */
export function giveBack(storage: Storage): void {
  const loan = loans.get(storage);
  if (loan === undefined) return;
  loans.delete(storage);
  (storage as { array: TypedArray }).array = loan.array;
}

/** Who has borrowed a storage's memory; null for nobody. */
export function borrowerOf(storage: object): string | null {
  return loans.get(storage)?.borrower ?? null;
}
