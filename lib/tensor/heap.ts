import { getHeapStatistics } from 'node:v8';
import { ValueError } from '../errors.js';

/** Bytes below which nobody asks: the question itself takes microseconds. */
const alwaysFits = 64 * 2 ** 20;

/** The most numbers that one JavaScript list may grow to by push: beyond some 89 million V8 ends the process. */
export const longestList = 2 ** 26;

/** What V8's heap can still take, with some room for everything else. */
function roomLeft(): number {
  const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
  return 0.9 * limit - used;
}

/**
 * Makes sure that lists fit into V8's heap, for it ends the process when they don't.
 * @param numbers how many numbers the lists hold. @param lists how many lists there are.
 * @throws ValueError naming what is asked for.
 */
export function checkHeap(op: string, numbers: number, lists: number): void {
  // A list that grows by push has up to half as much room again, and the old one is there until the new one is filled.
  const bytes = numbers * 20 + lists * 64;
  if (bytes < alwaysFits || bytes < roomLeft()) return;
  throw new ValueError(
    `${op}: ${numbers} numbers in lists do not fit into the ${Math.round(roomLeft() / 2 ** 20)} MB that are left of V8's heap; ` +
      'use typed arrays, as data gives and takes them, or start Node with a larger --max-old-space-size',
  );
}
