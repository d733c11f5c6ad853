import { setTimeout as later, setImmediate as nextTurn } from 'node:timers/promises';
import { DistributedError } from '../errors.js';
import type { NativeMpi } from './native.js';

/** Runs native code; what it throws speaks in the name of an operation. */
export function inGroup<T>(op: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (error instanceof DistributedError) throw error;
    throw new DistributedError(`${op}: ${(error as Error).message}`, { cause: error });
  }
}

/** A call that was begun, and how it is spoken of. */
export interface StartedCall {
  readonly op: string;
  readonly words: string;
  readonly number: number;
  /** Seconds that are waited for it. */
  readonly timeout: number;
}

/** For so many milliseconds a promise looks at every turn of the event loop; then once a millisecond. */
const eagerFor = 2;

/**
 * A collective operation under way, begun with `asyncOp: true`. Its tensors can't be used before it is over: every operation on them
 * throws. (Typed arrays that their `data` gave before can't be guarded: leave them alone.) It goes on while the program waits for
 * it, or for another one, or makes further ones; computing alone does not move it.
 */
export class Work {
  readonly #call: StartedCall;
  readonly #mpi: NativeMpi | null;
  #settle: (() => void) | null;
  #giveBack: (() => void) | null;

  /** @param giveBack gives the tensors their memory back @param settle what is left to be done once the data are there */
  constructor(call: StartedCall, mpi: NativeMpi | null, giveBack: () => void, settle: () => void) {
    this.#call = call;
    this.#mpi = mpi;
    this.#giveBack = giveBack;
    this.#settle = settle;
  }

  /** Waits until it is over. @throws DistributedError where the ranks have made different calls */
  wait(): void {
    this.#run((mpi) => mpi.wait(this.#call.number));
    this.#end();
  }

  /** Goes on with it as far as that takes no waiting, and says whether it is over. */
  isCompleted(): boolean {
    if (this.#settle === null) return true;
    this.#run((mpi) => mpi.poke());
    if (this.#mpi !== null && this.#mpi.isDone(this.#call.number) === 0) return false;
    this.#end();
    return true;
  }

  /** A promise that is fulfilled when it is over; the event loop goes on meanwhile. */
  async getFuture(): Promise<void> {
    const begin = performance.now();
    while (!this.isCompleted()) {
      const waited = performance.now() - begin;
      const { words, number, timeout } = this.#call;
      if (waited > 1000 * timeout) this.#mpi?.giveUp(`${words} (call ${number})`);
      if (waited < eagerFor) await nextTurn();
      else await later(1);
    }
  }

  #run(native: (mpi: NativeMpi) => unknown): void {
    const mpi = this.#mpi;
    if (mpi === null || this.#settle === null) return;
    try {
      inGroup(this.#call.op, () => native(mpi));
    } catch (error) {
      // Nothing moves any more: the data go only after the ranks have agreed.
      this.#giveBack?.();
      this.#giveBack = null;
      this.#settle = null;
      throw error;
    }
  }

  #end(): void {
    this.#giveBack?.();
    this.#giveBack = null;
    const settle = this.#settle;
    this.#settle = null;
    settle?.();
  }
}
