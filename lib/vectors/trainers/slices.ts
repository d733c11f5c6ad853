import { setImmediate } from 'node:timers/promises';
import type { StopSignal } from './turns.js';

/** The event loop waits for one slice of a training at a time; its length follows its time, in ms. */
const wantedSliceTime = 15;
/** Milliseconds between two reports. */
const progressInterval = 200;

export interface SliceLengths {
  readonly first: number;
  /** So long that threads have something to share. */
  readonly least: number;
  readonly most: number;
  /** Of a deterministic training, whose random numbers start anew with every slice. */
  readonly fixed?: number | undefined;
}

/** Where a training stands, and what it learned since the last report. */
export interface Stretch {
  /** From 0. */
  readonly epoch: number;
  readonly epochs: number;
  /** The share of the whole training that is done, 0 to 1. */
  readonly progress: number;
  /** Times through the data, parts included, a second. */
  readonly epochsPerSecond: number;
  /** Mean loss of an example; NaN where none was looked at. */
  readonly loss: number;
  /** Seconds. */
  readonly timeLeft: number;
}

/** What a slice cost, over the examples that were looked at. */
export interface SliceLoss {
  readonly loss: number;
  readonly examples: number;
}

/** Where a training stands between two slices. */
export interface SlicesState {
  readonly epoch: number;
  /** Units of the epoch. */
  readonly done: number;
  /** How long the next slice is. */
  readonly slice: number;
  /** Of the epoch so far. */
  readonly loss: number;
  readonly examples: number;
  /** That it has taken. */
  readonly seconds: number;
}

/** A training's way through its data: slice by slice, with a turn for the event loop, reports and the signal between them. */
export class SlicedTraining {
  #began = performance.now();
  #told = this.#began;
  #slice: number;
  #epoch = 0;
  #done = 0;
  /** Units of the epoch that were done before a checkpoint, and are passed over. */
  #ahead = 0;
  #ofEpoch = { loss: 0, examples: 0 };
  #recent = { loss: 0, examples: 0 };

  /**
   * @param units what an epoch goes through, in the unit of the slices
   * @param between is called after every slice, and waited for
   */
  constructor(
    private readonly epochs: number,
    private readonly units: number,
    private readonly lengths: SliceLengths,
    private readonly tell: ((stretch: Stretch) => void) | undefined,
    private readonly signal: StopSignal | undefined,
    private readonly between: (() => Promise<void>) | null = null,
  ) {
    this.#slice = lengths.fixed ?? lengths.first;
  }

  /** The epoch that it is in, from 0. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Of all epochs. */
  get unitsDone(): number {
    return this.#epoch * this.units + this.#done;
  }

  stateDict(): SlicesState {
    const seconds = (performance.now() - this.#began) / 1000;
    return { epoch: this.#epoch, done: this.#done, slice: this.#slice, ...this.#ofEpoch, seconds };
  }

  loadStateDict({ epoch, done, slice, loss, examples, seconds }: SlicesState): void {
    [this.#epoch, this.#done, this.#ahead, this.#slice] = [epoch, done, done, slice];
    this.#ofEpoch = { loss, examples };
    this.#began = performance.now() - 1000 * seconds;
  }

  /** The share of the whole training that will be done after so many more units. */
  share(more = 0): number {
    return (this.#epoch + (this.#done + more) / this.units) / this.epochs;
  }

  /** A rate that falls from `first` to `last` over the training, after so many more units. */
  rate(first: number, last: number, more = 0): number {
    return first + (last - first) * this.share(more);
  }

  /**
   * Goes through the next `count` units of the epoch.
   * @param train trains on units [begin, end) of these
   */
  async run(count: number, train: (begin: number, end: number) => SliceLoss): Promise<void> {
    let begin = Math.min(this.#ahead, count);
    this.#ahead -= begin;
    while (begin < count) {
      const end = Math.min(begin + this.#slice, count);
      const start = performance.now();
      const { loss, examples } = train(begin, end);
      const now = performance.now();
      if (this.lengths.fixed === undefined) this.#slice = this.#next(now - start);
      this.#done += end - begin;
      begin = end;
      for (const sum of [this.#ofEpoch, this.#recent]) {
        sum.loss += loss;
        sum.examples += examples;
      }
      this.#report(now);
      await setImmediate();
      if (this.between !== null) await this.between();
      this.signal?.throwIfAborted();
    }
  }

  /** @returns the mean loss of the epoch's examples */
  endEpoch(): number {
    const { loss, examples } = this.#ofEpoch;
    this.#ofEpoch = { loss: 0, examples: 0 };
    this.#epoch++;
    this.#done = 0;
    return loss / examples;
  }

  /** Half as long or twice as long at most. */
  #next(milliseconds: number): number {
    const factor = Math.min(2, Math.max(0.5, wantedSliceTime / Math.max(milliseconds, 0.1)));
    return Math.round(Math.min(this.lengths.most, Math.max(this.lengths.least, this.#slice * factor)));
  }

  #report(now: number): void {
    const last = this.#epoch + 1 === this.epochs && this.#done === this.units;
    if (this.tell === undefined || (now - this.#told < progressInterval && !last)) return;
    const progress = this.share();
    const seconds = (now - this.#began) / 1000;
    this.tell({
      epoch: this.#epoch,
      epochs: this.epochs,
      progress,
      epochsPerSecond: (progress * this.epochs) / seconds,
      loss: this.#recent.loss / this.#recent.examples,
      timeLeft: (seconds * (1 - progress)) / progress,
    });
    this.#told = now;
    this.#recent = { loss: 0, examples: 0 };
  }
}
