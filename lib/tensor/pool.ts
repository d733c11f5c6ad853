import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { native } from '../addon/native.js';
import { type Block, makeBlock } from './block.js';
import type { DTypeInfo, TypedArray } from './dtype.js';

const alignment = 64;
const hugePagesFrom = 4 << 20;

/** V8's `gc`: a minor collection on request, a full one without arguments (in Node 20 `type: 'major'` is minor, too). */
type Collect = (options?: { type: 'minor' }) => void;

/** V8's collector, or null where it can't be had: then results are plain arrays, slower but still bounded. */
function findCollector(): Collect | null {
  try {
    setFlagsFromString('--expose_gc');
    return (runInNewContext('gc') as Collect | undefined) ?? null;
  } catch {
    return null;
  }
}

/** Eight classes per power of two: at most an eighth of a block is waste. */
function sizeClass(bytes: number): number {
  // Results beyond 2 GB are rare; below, the logarithm is one instruction.
  const log = bytes < 2 ** 31 ? 31 - Math.clz32(bytes) : Math.floor(Math.log2(bytes));
  const step = 2 ** Math.max(0, log - 3);
  return Math.ceil(bytes / step) * step;
}

/** The slot of an array that the pool doesn't hold. */
export const noSlot = -1;

/** What is handed out between collections: less, and they cost more than they bring back. Also the least budget. */
const leastBudget = 16 * 2 ** 20;

/**
 * Bytes that may be out where `live` stay out, the `needed` ones of the next result among them. Room for one and a half times
 * as much as is live keeps full collections rare; `needed` counts twice for a latest result that a minor collection doesn't see die.
 */
function budgetFor(live: number, needed: number): number {
  return Math.max(leastBudget, 2.5 * live, live + 2 * needed);
}

export interface PoolInfo {
  /** Bytes in results that live, or have not been found dead. */
  readonly out: number;
  /** Bytes that wait for reuse. */
  readonly idle: number;
  readonly budget: number;
  /** Collections so far, and how many of them were full ones. */
  readonly collections: number;
  readonly fullCollections: number;
}

/**
 * Memory for large results, used again once nothing refers to it.
 *
 * A synchronous training loop never reaches the event loop, so finalizers don't run and fresh memory is slow: each new
 * 4 KiB page costs more than the row that is written to it. The pool keeps every buffer that it hands out and a weak
 * reference to the typed array on it. After every 16 MB, when it would have to make a new buffer, it runs a minor garbage
 * collection and takes back the buffers whose arrays are gone, warm. Arrays that outlived two of these only a full
 * collection finds: it runs when the minor one left more than the budget out, and what it leaves in turn is live and sets
 * the budget.
 *
 * Only the typed array is watched: an array handed to the user may have further views that the pool can't see, so
 * `forget` leaves such a buffer to V8.
 */
class Pool {
  /**
   * Bytes that may be out before a full collection is worth its time. Slow to shrink: a step's results live and die
   * together, and a collection in its midst sees only some of them.
   */
  private budget = leastBudget;
  /** The most that lately stayed out. */
  private most = 0;
  /** The buffers that are out, by slot. */
  private readonly blocks: (Block | null)[] = [];
  private readonly free = new Map<number, Block[]>();
  private readonly freeSlots: number[] = [];
  private readonly dead = new Int32Array(1024);
  private out = 0;
  private idle = 0;
  /** Bytes handed out since the last collection. */
  private taken = 0;
  private collections = 0;
  private full = 0;
  private minorInARow = 0;
  private collect: Collect | null | undefined;
  /** The slot of the array that was asked for last. */
  slot = noSlot;

  get info(): PoolInfo {
    return {
      out: this.out,
      idle: this.idle,
      budget: this.budget,
      collections: this.collections,
      fullCollections: this.full,
    };
  }

  /**
   * A typed array on a 64-byte boundary, its content unspecified unless `zeroed`, and in `slot` the pool's name for it;
   * null when pooling is impossible.
   */
  take(info: DTypeInfo, n: number, zeroed: boolean): TypedArray | null {
    if (this.collect === undefined) this.collect = findCollector();
    this.slot = noSlot;
    if (this.collect === null) return null;
    const size = sizeClass(n * info.bytes + alignment);
    let block = this.free.get(size)?.pop();
    const due = this.taken + size > Math.max(leastBudget, this.out / 8) || this.out + size > this.budget;
    if (block === undefined && due) {
      this.reclaim(this.collect, size);
      block = this.free.get(size)?.pop();
    }
    const recycled = block !== undefined;
    if (recycled) this.idle -= size;
    else this.makeRoom(size);
    block ??= makeBlock(size, alignment, size >= hugePagesFrom);
    const array = new info.array(block.buffer, block.begin, n);
    if (recycled && zeroed) array.fill(0);
    const slot = this.freeSlots.pop() ?? this.blocks.length;
    this.blocks[slot] = block;
    this.slot = slot;
    native.trackWeak(slot, array);
    this.out += size;
    this.taken += size;
    return array;
  }

  /** Leaves a buffer to V8: the user may now hold views of it. The slot is free then. */
  forget(slot: number): Block {
    const block = this.blocks[slot]!;
    native.releaseWeak(slot);
    this.release(slot, block);
    return block;
  }

  /** Takes a buffer back at once. Only for memory that nothing but the caller has ever seen. */
  recycle(slot: number): void {
    this.keepIdle(this.forget(slot));
  }

  private release(slot: number, block: Block): void {
    this.out -= block.buffer.byteLength;
    this.blocks[slot] = null;
    this.freeSlots.push(slot);
  }

  private keepIdle(block: Block): void {
    const size = block.buffer.byteLength;
    const list = this.free.get(size);
    if (list === undefined) this.free.set(size, [block]);
    else list.push(block);
    this.idle += size;
  }

  private reclaim(collect: Collect, needed: number): void {
    this.collections++;
    this.taken = 0;
    collect({ type: 'minor' });
    this.poll();
    // With less room than that the next minor collection would follow soon, and so on. Without a full collection now and
    // then, what died old would be held for good.
    const roomy = this.out + needed <= this.budget - Math.max(needed, leastBudget / 4);
    if (roomy && (this.out < leastBudget || ++this.minorInARow < 200)) {
      this.most = Math.max(this.out + needed, 0.98 * this.most);
      this.budget = Math.min(this.budget, Math.max(budgetFor(this.most, needed), 0.98 * this.budget));
    } else {
      this.minorInARow = 0;
      this.full++;
      collect();
      this.poll();
      // Room for what lives now and once more, with a margin: it has grown old, so minor collections will not see it die.
      this.most = this.out + needed;
      this.budget = Math.max(budgetFor(this.most, needed), 0.9 * this.budget);
    }
    this.makeRoom(0);
  }

  private poll(): void {
    for (;;) {
      const count = native.pollWeak(this.dead);
      for (let i = 0; i < count; i++) {
        const slot = this.dead[i];
        const block = this.blocks[slot]!;
        this.release(slot, block);
        this.keepIdle(block);
      }
      if (count < this.dead.length) return;
    }
  }

  /** Drops idle buffers of other sizes while a new one would take the total over the budget. */
  private makeRoom(size: number): void {
    if (this.out + this.idle + size <= this.budget) return;
    for (const [key, list] of this.free) {
      while (list.length > 0 && this.out + this.idle + size > this.budget) {
        list.pop();
        this.idle -= key;
      }
    }
  }
}

export const pool = new Pool();

/** What the pool holds. */
export function memoryInfo(): PoolInfo {
  return pool.info;
}
