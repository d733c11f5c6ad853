/** Share of the old value in the running mean. */
const smoothing = 0.95;

/** What a {@link LossMeter} has gathered. */
export type MeterState = [count: number, sum: number, recent: number, weight: number];

/** The mean of the losses of a pass, weighted by what they are means of, and that of the last steps. */
export class LossMeter {
  /** How many words, samples or whatever the losses are means of have been counted. */
  count = 0;
  #sum = 0;
  #recent = 0;
  #weight = 0;

  /** @param loss a step's mean, over `count` words or samples. */
  add(loss: number, count: number): void {
    this.#sum += loss * count;
    this.count += count;
    this.#recent = smoothing * this.#recent + (1 - smoothing) * loss;
    this.#weight = smoothing * this.#weight + (1 - smoothing);
  }

  get mean(): number {
    return this.#sum / this.count;
  }

  /** The running mean, in which a loss weighs less the older it is. */
  get recent(): number {
    return this.#recent / this.#weight;
  }

  stateDict(): MeterState {
    return [this.count, this.#sum, this.#recent, this.#weight];
  }

  loadStateDict([count, sum, recent, weight]: MeterState): void {
    this.count = count;
    this.#sum = sum;
    this.#recent = recent;
    this.#weight = weight;
  }
}
