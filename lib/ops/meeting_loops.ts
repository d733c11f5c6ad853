/** Values reduced where they meet: plain loops, one pass over the values. */

import { type DType, isFloating, type TypedArray } from '../tensor/dtype.js';

/** What becomes of the values that meet. */
export type ScatterReduction = 'sum' | 'prod' | 'mean' | 'amax' | 'amin';

/** Values [outer, count, inner] that an index sends to places in [outer, rows, inner]. */
export interface Arrivals {
  readonly values: TypedArray;
  readonly start: number;
  readonly index: TypedArray;
  readonly indexStart: number;
  /** Whether the index has one place for each value, or one for each slice. */
  readonly elementwise: boolean;
  readonly outer: number;
  readonly rows: number;
  readonly inner: number;
  readonly count: number;
}

/** The place of each value in [outer, rows, inner]. */
function placesOf(at: Arrivals): Int32Array | Float64Array {
  const { index, indexStart, elementwise, outer, rows, inner, count } = at;
  const total = outer * count * inner;
  const places = outer * rows * inner > 2147483647 ? new Float64Array(total) : new Int32Array(total);
  let i = 0;
  for (let o = 0; o < outer; o++) {
    if (inner === 1) {
      const first = indexStart + (elementwise ? i : 0);
      for (let k = 0; k < count; k++) places[i++] = o * rows + index[first + k];
      continue;
    }
    for (let k = 0; k < count; k++) {
      if (elementwise) {
        for (let c = 0; c < inner; c++, i++) places[i] = (o * rows + index[indexStart + i]) * inner + c;
      } else {
        let place = (o * rows + index[indexStart + k]) * inner;
        for (let c = 0; c < inner; c++, i++) places[i] = place++;
      }
    }
  }
  return places;
}

/** What a place starts from when its own value takes no part. */
function neutral(reduce: ScatterReduction, dtype: DType): number {
  if (reduce === 'sum' || reduce === 'mean') return 0;
  if (reduce === 'prod') return 1;
  if (isFloating(dtype)) return reduce === 'amax' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const [low, high] = dtype === 'uint8' ? [0, 255] : [-2147483648, 2147483647];
  return reduce === 'amax' ? low : high;
}

/**
 * Reduces the values into `to`, contiguous [outer, rows, inner]. Integer means are rounded down. `add` adds the values up
 * where they meet, faster than a loop here.
 */
export function meet(
  reduce: ScatterReduction,
  includeSelf: boolean,
  dtype: DType,
  to: TypedArray,
  at: Arrivals,
  add: (() => void) | null,
): void {
  const { values, start } = at;
  if (add !== null && reduce === 'sum' && includeSelf) {
    add();
    return;
  }
  const places = placesOf(at);
  const n = places.length;
  if (!includeSelf) {
    const first = neutral(reduce, dtype);
    for (let i = 0; i < n; i++) to[places[i]] = first;
  }
  if (add !== null) {
    add();
  } else if (reduce === 'sum' || reduce === 'mean') {
    for (let i = 0; i < n; i++) to[places[i]] += values[start + i];
  } else if (reduce === 'prod') {
    for (let i = 0; i < n; i++) to[places[i]] *= values[start + i];
  } else {
    const sign = reduce === 'amax' ? 1 : -1;
    for (let i = 0; i < n; i++) {
      const place = places[i];
      const value = values[start + i];
      // A NaN replaces a number, and nothing replaces a NaN.
      if (sign * value > sign * to[place] || Number.isNaN(value)) to[place] = value;
    }
  }
  if (reduce === 'mean') divideByCount(includeSelf, dtype, to, places);
}

function divideByCount(includeSelf: boolean, dtype: DType, to: TypedArray, places: Int32Array | Float64Array): void {
  const counts = new Int32Array(to.length);
  for (let i = 0; i < places.length; i++) counts[places[i]]++;
  const own = includeSelf ? 1 : 0;
  const whole = !isFloating(dtype);
  for (let i = 0; i < to.length; i++) {
    if (counts[i] === 0 || counts[i] + own === 1) continue;
    const mean = to[i] / (counts[i] + own);
    to[i] = whole ? Math.floor(mean) : mean;
  }
}
