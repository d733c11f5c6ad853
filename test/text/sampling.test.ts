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
    expect(() => sampleTokens(logits, { top_k: 1 } as never)).toThrow(OptionError);
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
    const two = () =>
      tensor([
        [1, 2],
        [3, 4],
      ]);
    expect(() => continueTokens(two, [1], { maxNewTokens: 1 })).toThrow('the logits of one token, got shape [2, 2]');
  });
});
