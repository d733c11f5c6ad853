import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  continueTokens,
  filterLogits,
  Generator,
  manualSeed,
  OptionError,
  ShapeError,
  sampleTokens,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';

const logs = (...probabilities: number[]) => tensor(probabilities.map(Math.log));
const kept = (logits: Tensor) => (logits.tolist() as number[]).map((x) => Number.isFinite(x));

describe('filterLogits', () => {
  it('divides by the temperature', () => {
    expect(filterLogits(tensor([1, -2, 0]), { temperature: 0.5 }).tolist()).toEqual([2, -4, 0]);
  });

  it('keeps the k likeliest, and what ties with the last of them', () => {
    expect(kept(filterLogits(logs(0.1, 0.4, 0.2, 0.3), { topK: 2 }))).toEqual([false, true, false, true]);
    expect(kept(filterLogits(logs(0.2, 0.4, 0.2, 0.2), { topK: 2 }))).toEqual([true, true, true, true]);
    expect(kept(filterLogits(logs(0.5, 0.5), { topK: 9 }))).toEqual([true, true]);
  });

  it('keeps the fewest that reach topP', () => {
    const logits = logs(0.1, 0.4, 0.2, 0.3);
    expect(kept(filterLogits(logits, { topP: 0.69 }))).toEqual([false, true, false, true]);
    expect(kept(filterLogits(logits, { topP: 0.71 }))).toEqual([false, true, true, true]);
    expect(kept(filterLogits(logits, { topP: 1e-9 }))).toEqual([false, true, false, false]);
    expect(kept(filterLogits(logits, { topP: 1 }))).toEqual([true, true, true, true]);
  });

  it('applies topP to what topK left, row by row', () => {
    const both = { topK: 2, topP: 0.5 };
    const rows = tensor([
      [1, 2, 3],
      [9, 8, 9],
    ]);
    const filtered = filterLogits(rows, both);
    expect(kept(filtered.select(0, 0))).toEqual([false, false, true]);
    expect(kept(filterLogits(rows.t().contiguous().t(), both).select(0, 1))).toEqual([true, false, false]);
  });
});

describe('sampleTokens', () => {
  it('draws with the given probabilities', () => {
    manualSeed(1);
    const logits = tensor(Array.from({ length: 4000 }, () => [Math.log(1), Math.log(2), Math.log(5)]));
    const counts = [0, 0, 0];
    for (const token of sampleTokens(logits).tolist() as number[]) counts[token]++;
    for (const [i, expected] of [500, 1000, 2500].entries()) expect(Math.abs(counts[i] - expected)).toBeLessThan(150);
    const cold = sampleTokens(logits, { temperature: 0.05 }).tolist() as number[];
    expect(cold.filter((token) => token !== 2).length).toBe(0);
    const never = sampleTokens(logits, { topK: 2 }).tolist() as number[];
    expect(never).not.toContain(0);
    expect(never).toContain(1);
  });

  it('takes the likeliest at temperature 0 without drawing', () => {
    const generator = new Generator(3);
    const before = generator.getState().tolist();
    expect(sampleTokens(tensor([1, 5, 2]), { temperature: 0, generator }).item()).toBe(1);
    expect(generator.getState().tolist()).toEqual(before);
    sampleTokens(tensor([1, 5, 2]), { generator });
    expect(generator.getState().tolist()).not.toEqual(before);
  });

  it('refuses what makes no sense', () => {
    const logits = tensor([1, 2]);
    expect(() => sampleTokens(logits, { temperature: -1 })).toThrow('temperature must be a number of at least 0');
    expect(() => filterLogits(logits, { temperature: 0 })).toThrow('temperature must be a number above 0');
    expect(() => sampleTokens(logits, { topK: 0 })).toThrow(ValueError);
    expect(() => sampleTokens(logits, { topP: 1.5 })).toThrow(ValueError);
    expect(() => sampleTokens(tensor([[[1]]]))).toThrow(ShapeError);
    expect(() => sampleTokens(logits, { generator: 3 as never })).toThrow(
      /sampleTokens: generator must be a Generator/,
    );
    expect(() => sampleTokens(logits, { top_k: 1 } as never)).toThrow(OptionError);
  });
});

describe('logits that are not finite', () => {
  const { NaN: nan, POSITIVE_INFINITY: inf, NEGATIVE_INFINITY: never } = Number;
  const functions = { filterLogits, sampleTokens };
  for (const [name, call] of Object.entries(functions)) {
    it(`are refused by ${name} itself, naming the place`, () => {
      for (const options of [undefined, { temperature: 0.5 }, { topK: 1 }, { topP: 0.5 }, { topK: 2, topP: 0.5 }]) {
        const run = (logits: Tensor) => () => call(logits, options);
        expect(run(tensor([0, nan, 1]))).toThrow(ValueError);
        expect(run(tensor([0, nan, 1]))).toThrow(new RegExp(`^${name}: logits must be finite.*got NaN at token 1$`));
        const rows = tensor([
          [0, 1, 2],
          [0, inf, nan],
        ]);
        const place = options?.topK || options?.topP ? 'NaN at row 1, token 2' : 'Infinity at row 1, token 1';
        expect(run(rows)).toThrow(place);
        expect(run(tensor([[never, never]]))).toThrow('got -Infinity for every token at row 0');
        expect(run(tensor([never]))).toThrow(/got -Infinity for every token$/);
      }
      expect(() => call(tensor([1, inf]))).toThrow(/^\w+: logits must be finite.*got Infinity at token 1$/);
    });
  }

  it('are refused under the name of continueTokens, and at temperature 0', () => {
    const next = (logits: Tensor) => () => continueTokens(() => logits, [1], { maxNewTokens: 1 });
    expect(next(tensor([nan]))).toThrow(/^continueTokens: logits must be finite/);
    expect(next(tensor([never]))).toThrow(/^continueTokens: logits must be finite/);
    expect(() => sampleTokens(tensor([1, nan]), { temperature: 0 })).toThrow('NaN at token 1');
    expect(sampleTokens(tensor([1, inf, 2]), { temperature: 0 }).item()).toBe(1);
  });

  it('but -Infinity is a token that is never drawn', () => {
    expect(filterLogits(tensor([never, 1, 0])).tolist()).toEqual([never, 1, 0]);
    expect(filterLogits(tensor([never, 1, 0]), { topK: 3 }).tolist()).toEqual([never, 1, 0]);
    expect(filterLogits(tensor([never, 1, never, 0, never]), { topK: 1 }).tolist()).toEqual([
      never,
      1,
      never,
      never,
      never,
    ]);
    expect(filterLogits(tensor([never, 1, never, 1, never]), { topP: 0.4 }).tolist()).toEqual([
      never,
      1,
      never,
      never,
      never,
    ]);
    expect(filterLogits(tensor([never, 1, never, 1, never]), { topP: 0.6 }).tolist()).toEqual([
      never,
      1,
      never,
      1,
      never,
    ]);
    for (let i = 0; i < 20; i++) expect(sampleTokens(tensor([never, 1, never])).item()).toBe(1);
  });

  it('and topK and topP take Infinity at their word', () => {
    expect(filterLogits(tensor([1, inf, 2]), { topK: 1 }).tolist()).toEqual([never, inf, never]);
    expect(filterLogits(tensor([1, inf, 2]), { topK: 2 }).tolist()).toEqual([never, inf, 2]);
    expect(filterLogits(tensor([1, inf, inf]), { topK: 1 }).tolist()).toEqual([never, inf, inf]);
    expect(filterLogits(tensor([1, inf, 2]), { topP: 0.999 }).tolist()).toEqual([never, inf, never]);
    expect(filterLogits(tensor([inf, 1, inf]), { topP: 0.6 }).tolist()).toEqual([inf, never, inf]);
    expect(filterLogits(tensor([inf, 1, inf]), { topP: 0.5 }).tolist()).toEqual([inf, never, never]);
    expect(filterLogits(tensor([1, inf]), { topP: 0.5, temperature: 1e-38 }).tolist()).toEqual([never, inf]);
    expect(filterLogits(tensor([1, 2]), { topK: inf }).tolist()).toEqual([1, 2]);
    const drawn = new Set<number>();
    for (let i = 0; i < 40; i++) drawn.add(sampleTokens(tensor([inf, 1, inf, 3]), { topK: 3 }).item());
    expect([...drawn].sort()).toEqual([0, 2]);
  });
});

describe('small temperatures', () => {
  for (const dtype of ['float32', 'float64'] as const) {
    it(`choose the likeliest, in ${dtype}`, () => {
      const logits = tensor([1, 3, 2.9999, -4], { dtype });
      for (const temperature of [1e-5, 1e-10, 1e-30, 1e-38, 1e-45, 1e-300, 5e-324]) {
        expect(sampleTokens(logits, { temperature }).item()).toBe(1);
        expect(sampleTokens(logits, { temperature, topP: 0.9, topK: 3 }).item()).toBe(1);
        const filtered = filterLogits(logits, { temperature }).tolist() as number[];
        expect(Number.isFinite(filtered[1])).toBe(true);
        expect(filtered[1]).toBe(Math.max(...filtered));
        const down = sampleTokens(tensor([-1e30, -3e30], { dtype }), { temperature }).item();
        expect(down).toBe(0);
      }
    });
  }

  it('leave what is equally likely so', () => {
    const logits = tensor([2, 1, 2]);
    expect(filterLogits(logits, { temperature: 1e-40 }).tolist()).toEqual([0, Number.NEGATIVE_INFINITY, 0]);
    const drawn = new Set<number>();
    for (let i = 0; i < 40; i++) drawn.add(sampleTokens(logits, { temperature: 1e-40 }).item());
    expect([...drawn].sort()).toEqual([0, 2]);
  });

  it('divide where the result fits', () => {
    expect(filterLogits(tensor([1, -2]), { temperature: 2 ** -100 }).tolist()).toEqual([2 ** 100, -(2 ** 101)]);
    expect(filterLogits(tensor([3e38, 1]), { temperature: 0.5 }).at(0)).toBe(0);
  });
});

describe('continueTokens', () => {
  /** After token t comes t + 1, of 10. */
  const count = (seen: number[][]) => (tokens: Tensor) => {
    const shown = (tokens.tolist() as number[][])[0];
    seen.push(shown);
    const logits = new Array<number>(10).fill(0);
    logits[(shown[shown.length - 1] + 1) % 10] = 50;
    return tensor([logits]);
  };

  it('adds tokens up to the limit or the stop token, showing the last ones', () => {
    const seen: number[][] = [];
    const added = continueTokens(count(seen), [3, 4], { maxNewTokens: 4, contextLength: 3 });
    expect([...added]).toEqual([5, 6, 7, 8]);
    expect(seen).toEqual([
      [3, 4],
      [3, 4, 5],
      [4, 5, 6],
      [5, 6, 7],
    ]);
    expect([...continueTokens(count([]), [3], { maxNewTokens: 9, stopToken: 5 })]).toEqual([4, 5]);
    expect([...continueTokens(count([]), [3], { maxNewTokens: 0 })]).toEqual([]);
  });

  it('refuses what makes no sense', () => {
    expect(() => continueTokens(count([]), [], { maxNewTokens: 1 })).toThrow('prompt must hold at least one token');
    expect(() => continueTokens(count([]), [1], {} as never)).toThrow('maxNewTokens must be an integer');
    expect(() => continueTokens(count([]), [1], { maxNewTokens: 1, contextLength: 0 })).toThrow(ValueError);
    expect(() => continueTokens(null as never, [1], { maxNewTokens: 1 })).toThrow(ArgumentError);
    for (const token of [1.5, -1, Number.NaN, 2 ** 31, '1', null, 1n, Symbol('s')]) {
      expect(() => continueTokens(count([]), [1, token] as never, { maxNewTokens: 1 })).toThrow(
        /continueTokens: prompt must hold the numbers of tokens, got .* at 1$/,
      );
    }
    for (const bad of [Symbol('s'), {}, 1n, '1']) {
      expect(() => sampleTokens(tensor([1, 2]), { topK: bad as never })).toThrow(ValueError);
      expect(() => sampleTokens(tensor([1, 2]), { temperature: bad as never })).toThrow(ValueError);
    }
    for (const prompt of [null, undefined, 3]) {
      expect(() => continueTokens(count([]), prompt as never, { maxNewTokens: 1 })).toThrow(/prompt must be a list/);
    }
    const two = () =>
      tensor([
        [1, 2],
        [3, 4],
      ]);
    expect(() => continueTokens(two, [1], { maxNewTokens: 1 })).toThrow('the logits of one token, got shape [2, 2]');
  });
});
