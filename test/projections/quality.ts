import { Generator, randn, type Tensor } from '../../lib/index.js';

/** Normally distributed groups of points about random centres. */
export function clusters(count: number, size: number, dim: number): { x: Tensor; labels: Uint8Array } {
  const generator = new Generator(count);
  const centers = randn([count, 1, dim], { generator }).mul(4);
  const x = randn([count, size, dim], { generator })
    .add(centers)
    .reshape([count * size, dim]);
  return { x, labels: Uint8Array.from({ length: count * size }, (_, i) => Math.floor(i / size)) };
}

/** The share of points whose nearest other point in an embedding bears the same label. */
export function shareOfOwnKind(embedding: Tensor, labels: Uint8Array): number {
  const rows = embedding.tolist() as number[][];
  let same = 0;
  rows.forEach((row, i) => {
    let [nearest, least] = [-1, Number.POSITIVE_INFINITY];
    rows.forEach((other, j) => {
      const square = row.reduce((sum, v, d) => sum + (v - other[d]) ** 2, 0);
      if (j !== i && square < least) [nearest, least] = [j, square];
    });
    if (labels[i] === labels[nearest]) same++;
  });
  return same / rows.length;
}

/** The longest time between two turns of the event loop while something runs, in milliseconds. */
export async function longestHold(run: () => Promise<unknown>): Promise<number> {
  let [last, longest, runs] = [performance.now(), 0, true];
  const look = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (runs) setImmediate(look);
  };
  setImmediate(look);
  await run();
  runs = false;
  return longest;
}
