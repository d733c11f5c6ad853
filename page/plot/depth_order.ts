/** Farther steps than these are not told apart. */
const steps = 4096;

/** The order in which points are drawn, the farthest first: by counting, which takes a fraction of the time of sorting. */
export class DepthOrder {
  #order = new Uint32Array(0);
  readonly #starts = new Uint32Array(steps + 1);
  #step = new Uint16Array(0);

  of(depth: Float32Array): Uint32Array {
    const count = depth.length;
    if (this.#order.length !== count) {
      this.#order = new Uint32Array(count);
      this.#step = new Uint16Array(count);
    }
    let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let k = 0; k < count; k++) {
      if (depth[k] < least) least = depth[k];
      if (depth[k] > most) most = depth[k];
    }
    const factor = most > least ? (steps - 1) / (most - least) : 0;
    const starts = this.#starts.fill(0);
    for (let k = 0; k < count; k++) {
      const step = ((depth[k] - least) * factor) | 0;
      this.#step[k] = step;
      starts[step + 1]++;
    }
    for (let s = 0; s < steps; s++) starts[s + 1] += starts[s];
    for (let k = 0; k < count; k++) this.#order[starts[this.#step[k]]++] = k;
    return this.#order;
  }
}
