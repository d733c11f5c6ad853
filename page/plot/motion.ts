/** Takes points from where they are to where they shall be. */
export class Motion {
  /** [count, 3], where they are now. */
  now: Float32Array = new Float32Array(0);
  #from: Float32Array = new Float32Array(0);
  #to: Float32Array = new Float32Array(0);
  #start = 0;
  #duration = 0;

  /** Where the points will be at the end. */
  get end(): Float32Array {
    return this.#to;
  }

  get isMoving(): boolean {
    return this.#duration > 0;
  }

  /** @param duration in milliseconds; 0 has them there at once */
  go(to: Float32Array, duration: number): void {
    this.#to = to;
    if (duration === 0 || this.now.length !== to.length) {
      this.now = to.slice();
      this.#duration = 0;
      return;
    }
    this.#from = this.now.slice();
    this.#start = performance.now();
    this.#duration = duration;
  }

  /** Moves them to where they are at a time. */
  step(time: number): void {
    if (this.#duration === 0) return;
    const share = Math.max(0, Math.min(1, (time - this.#start) / this.#duration));
    const eased = share * share * (3 - 2 * share);
    for (let k = 0; k < this.now.length; k++) this.now[k] = this.#from[k] + eased * (this.#to[k] - this.#from[k]);
    if (share === 1) this.#duration = 0;
  }
}

/** Points of two or three dimensions as [count, 3]. */
export function inSpace(values: Float32Array, dimensions: 2 | 3): Float32Array {
  if (dimensions === 3) return values;
  const wide = new Float32Array((values.length / 2) * 3);
  for (let k = 0; 2 * k < values.length; k++) {
    wide[3 * k] = values[2 * k];
    wide[3 * k + 1] = values[2 * k + 1];
  }
  return wide;
}
