import { describe, expect, it } from 'vitest';
import {
  autograd,
  IndexError,
  nn,
  randint,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  zeros,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const F = nn.functional;

/** -log of the probability of all paths through the classes that read as the labels, each path by itself. */
function byPaths(logProbs: number[][], labels: number[], blank: number): number {
  const classes = logProbs[0].length;
  let total = 0;
  const walk = (t: number, path: number[], log: number): void => {
    if (t === logProbs.length) {
      const read = path.filter((c, i) => c !== path[i - 1]).filter((c) => c !== blank);
      if (read.join() === labels.join()) total += Math.exp(log);
      return;
    }
    for (let c = 0; c < classes; c++) walk(t + 1, [...path, c], log + logProbs[t][c]);
  };
  walk(0, [], 0);
  return -Math.log(total);
}

describe('connectionist temporal classification', () => {
  it('sums over every path', () => {
    for (const [steps, labels, blank] of [
      [1, [], 0],
      [1, [2], 0],
      [4, [1, 2], 0],
      [5, [1, 1], 0],
      [6, [0, 2, 0], 1],
      [5, [2, 2, 2], 0],
      [2, [1, 1], 0],
    ] as const) {
      const logProbs = randn([steps, 3], { dtype: 'float64' }).logSoftmax(1);
      const expected = byPaths(logProbs.tolist() as number[][], [...labels], blank);
      const targets = tensor(Int32Array.from(labels), { shape: [labels.length] });
      const loss = F.ctcLoss(logProbs, targets, steps, labels.length, { blank, reduction: 'sum' }).item() as number;
      if (Number.isFinite(expected)) expect(loss).toBeCloseTo(expected, 10);
      else expect(loss).toBe(expected);
    }
  });

  for (const reduction of ['mean', 'sum', 'none'] as const) {
    it(`by differences, reduction ${reduction}`, () => {
      for (const count of [1, 3, 8, 11]) {
        const steps = 2 * count + 3;
        const targets = tensor(
          Int32Array.from({ length: 2 * count }, (_, i) => 1 + ((i * 3) % 4)),
          { shape: [2, count] },
        );
        const loss = (x: Tensor) =>
          F.ctcLoss(x.logSoftmax(2), targets, [steps, steps - 1], [count, count - 1], { reduction });
        expect(autograd.gradcheck(loss, [randn([steps, 2, 5], double)])).toBe(true);
        const transposed = (x: Tensor) => loss(x.transpose(0, 1));
        expect(autograd.gradcheck(transposed, [randn([2, steps, 5], double)])).toBe(true);
      }
    });
  }

  it('keeps its meaning where probabilities underflow', () => {
    const steps = 2000;
    const logProbs = zeros([steps, 1, 50], { dtype: 'float64' }).logSoftmax(2);
    const loss = F.ctcLoss(logProbs, [[1, 2, 3]], [steps], [3], { reduction: 'sum' }).item() as number;
    // As many paths as ways to choose six borders of the four blanks' and three labels' stretches; blanks may be none.
    let ways = 1;
    for (let k = 0; k < 6; k++) ways *= (steps + 3 - k) / (k + 1);
    expect(loss).toBeCloseTo(steps * Math.log(50) - Math.log(ways), 6);
  });

  it('has gradients in float32 that are those in float64', () => {
    const exact = randn([50, 2, 20], { dtype: 'float64' }).logSoftmax(2);
    const targets = randint(1, 20, [2, 30], { dtype: 'int32' });
    const [wide, narrow] = (['float64', 'float32'] as const).map((dtype) => {
      // Both see the numbers of float32.
      const leaf = exact.to('float32').to(dtype).detach().requiresGrad_();
      F.ctcLoss(leaf, targets, [50, 45], [30, 25], { reduction: 'sum' }).backward();
      return leaf.grad!.to('float64');
    });
    expect(narrow.sub(wide).abs().max().item()).toBeLessThan(1e-5);
  });

  it('gives the same bits on every number of threads', () => {
    const x = randn([40, 16, 12]).logSoftmax(2);
    const targets = tensor(
      Int32Array.from({ length: 16 * 9 }, (_, i) => 1 + (i % 11)),
      { shape: [16, 9] },
    );
    const results = [1, 2, 8].map((threads) => {
      setNumThreads(threads);
      const leaf = x.detach().requiresGrad_();
      F.ctcLoss(leaf, targets, new Int32Array(16).fill(40), new Int32Array(16).fill(9)).backward();
      return leaf.grad!.tolist();
    });
    setNumThreads(2);
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  it('says 0 for no labels and no steps, and zeros what is infinite where that is asked for', () => {
    const x = randn([3, 2, 4]).logSoftmax(2).detach().requiresGrad_();
    const none = F.ctcLoss(x, [[1], [1]], [0, 0], [0, 1], { reduction: 'none' });
    expect(none.tolist()).toEqual([0, Number.POSITIVE_INFINITY]);
    F.ctcLoss(
      x,
      [
        [1, 1, 1],
        [1, 2, 3],
      ],
      [3, 3],
      [3, 3],
      { zeroInfinity: true, reduction: 'sum' },
    ).backward();
    expect(x.grad!.select(1, 0).abs().sum().item()).toBe(0);
    expect(x.grad!.select(1, 1).abs().sum().item()).toBeGreaterThan(0);
  });

  it('refuses what can not be aligned with anything, in its own name', () => {
    const x = randn([5, 2, 4]).logSoftmax(2);
    expect(() =>
      F.ctcLoss(
        x,
        [
          [1, 4],
          [1, 2],
        ],
        [5, 5],
        [2, 2],
      ),
    ).toThrow(/ctcLoss: target 4 at position 1 is none of the 4/);
    expect(() =>
      F.ctcLoss(
        x,
        [
          [1, 2],
          [0, 2],
        ],
        [5, 5],
        [2, 2],
      ),
    ).toThrow(/target 0 at position 2 is the blank/);
    expect(() =>
      F.ctcLoss(
        x,
        [
          [1, 2],
          [1, 0],
        ],
        [5, 5],
        [2, 1],
      ),
    ).not.toThrow();
    expect(() =>
      F.ctcLoss(
        x,
        [
          [1, 2],
          [1, 2],
        ],
        [5, 6],
        [2, 2],
      ),
    ).toThrow(/inputLengths must be from 0 to 5.*got 6 at position 1/);
    expect(() =>
      F.ctcLoss(
        x,
        [
          [1, 2],
          [1, 2],
        ],
        [5, 5],
        [2, 3],
      ),
    ).toThrow(IndexError);
    expect(() => F.ctcLoss(x, [1, 2, 3], [5, 5], [2, 2])).toThrow(/as many as targetLengths say, 4, got 3/);
    expect(() => F.ctcLoss(x, [[1, 2]], [5, 5], [2, 2])).toThrow(ShapeError);
    expect(() =>
      F.ctcLoss(
        x,
        [
          [1, 2],
          [1, 2],
        ],
        [5],
        [2, 2],
      ),
    ).toThrow(/inputLengths must hold 2 lengths/);
    expect(() => F.ctcLoss(randn([5]), [1], [5], [1])).toThrow(/logProbs must be/);
    expect(() => F.ctcLoss(x, [[1], [1]], [5, 5], [1, 1], { blank: 4 })).toThrow(/blank must be one of the 4 classes/);
    expect(() => F.ctcLoss(x, [[1], [1]], [5, 5], [1, 1], { zeroInfinty: true } as never)).toThrow(
      /did you mean 'zeroInfinity'/,
    );
    expect(() => new nn.CTCLoss({ blank: -1 })).toThrow(/CTCLoss: blank/);
  });
});
