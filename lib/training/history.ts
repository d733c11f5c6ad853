/** A finished pass over the data of a training. */
export interface Pass {
  /** From 1. */
  readonly epoch: number;
  readonly validationLoss: number;
}

/** The finished passes of a training, and which was the best: it has the lowest validation loss, the first of equals. */
export class History<P extends Pass> {
  readonly passes: P[] = [];
  #best: P | null = null;

  /** Adds a pass. Says whether it is the best so far. */
  add(pass: P): boolean {
    this.passes.push(pass);
    if (this.#best !== null && !(pass.validationLoss < this.#best.validationLoss)) return false;
    this.#best = pass;
    return true;
  }

  /** The best pass; null before the first. */
  get best(): P | null {
    return this.#best;
  }

  /** How many passes have gone by since the best one. */
  get sinceBest(): number {
    return this.#best === null ? 0 : this.passes[this.passes.length - 1].epoch - this.#best.epoch;
  }
}
