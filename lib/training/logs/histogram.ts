import { ProtoMessage } from './protobuf.js';

/** The ends of the buckets that TensorFlow uses: a tenth larger each, from 1e-12 to 1e20, and the same below zero. */
const ends: Float64Array = (() => {
  const positive: number[] = [];
  for (let end = 1e-12; end < 1e20; end *= 1.1) positive.push(end);
  return Float64Array.from([...positive.map((end) => -end).reverse(), 0, ...positive, Number.MAX_VALUE]);
})();

/** The first bucket whose end is above a number. */
function bucketOf(value: number): number {
  let low = 0;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (value < ends[middle]) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** A `HistogramProto` of finite numbers (tensorboard/compat/proto/summary.proto). */
export function histogramProto(values: ArrayLike<number>): ProtoMessage {
  const counts = new Map<number, number>();
  let [least, most, sum, squares] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    least = Math.min(least, value);
    most = Math.max(most, value);
    sum += value;
    squares += value * value;
    const bucket = bucketOf(value);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const filled = [...counts.keys()].sort((a, b) => a - b);
  // One empty bucket before the first says where that begins.
  const from = Math.max(0, (filled[0] ?? 0) - 1);
  const buckets = Array.from({ length: (filled.at(-1) ?? -1) - from + 1 }, (_, i) => from + i);
  return new ProtoMessage()
    .double(1, least)
    .double(2, most)
    .double(3, values.length)
    .double(4, sum)
    .double(5, squares)
    .doubles(
      6,
      buckets.map((bucket) => ends[bucket]),
    )
    .doubles(
      7,
      buckets.map((bucket) => counts.get(bucket) ?? 0),
    );
}
