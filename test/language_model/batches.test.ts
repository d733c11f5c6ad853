import { describe, expect, test } from 'vitest';
import { ValueError } from '../../lib/index.js';
import { ignoredTarget, TokenBatches } from '../../lib/language_model/batches.js';
import { learningRateAt } from '../../lib/language_model/schedule.js';

const ids = Int32Array.from({ length: 11 }, (_, i) => 10 + i);
const layout = { startId: 2, batchSize: 2, sequenceLength: 3 };

describe('a stream cut into batches', () => {
  test('runs down the columns, input one word behind target', () => {
    const batches = new TokenBatches(ids, layout);
    expect(batches).toMatchObject({ length: 2, tokens: 10 });
    const [first, second] = [...batches];
    expect(first.input.tolist()).toEqual([
      [2, 14],
      [10, 15],
      [11, 16],
    ]);
    expect(first.target.tolist()).toEqual([
      [10, 15],
      [11, 16],
      [12, 17],
    ]);
    expect(second.input.tolist()).toEqual([
      [12, 17],
      [13, 18],
    ]);
    expect([first.tokens, second.tokens]).toEqual([6, 4]);
    expect(first.input.isContiguous()).toBe(true);
  });

  test('padded, predicts every word exactly once', () => {
    for (let length = 1; length <= 30; length++) {
      const all = Int32Array.from({ length }, (_, i) => 10 + i);
      for (const batchSize of [1, 2, 3, 7].filter((size) => size <= length)) {
        const batches = new TokenBatches(all, { startId: 2, batchSize, sequenceLength: 4, remainder: 'pad' });
        const predicted: number[] = [];
        let tokens = 0;
        for (const { input, target, tokens: count } of batches) {
          const inputs = [...input.data];
          const targets = [...target.data];
          for (const [i, id] of targets.entries()) {
            expect(inputs[i]).toBeGreaterThanOrEqual(0);
            if (id === ignoredTarget) continue;
            predicted.push(id);
            expect(inputs[i]).toBe(id === 10 ? 2 : id - 1);
          }
          tokens += count;
        }
        expect(predicted.sort((a, b) => a - b)).toEqual([...all]);
        expect(tokens).toBe(length);
        expect(batches.tokens).toBe(length);
      }
    }
  });

  test('can be read again', () => {
    const batches = new TokenBatches(ids, layout);
    expect([...batches]).toHaveLength(2);
    expect([...batches]).toHaveLength(2);
  });

  test('needs a word for every text', () => {
    expect(() => new TokenBatches(ids, { ...layout, batchSize: 12 })).toThrow(ValueError);
    expect(() => new TokenBatches(ids, { ...layout, batchSize: 12 })).toThrow(/11 tokens don't make 12 texts/);
  });
});

describe('the learning rate', () => {
  test('rises over the first steps, then falls to a twentieth', () => {
    const rates = Array.from({ length: 1000 }, (_, step) => learningRateAt(step, 1000, 1));
    expect(rates[0]).toBeCloseTo(0.02);
    expect(rates[49]).toBe(1);
    expect(rates[50]).toBe(1);
    expect(rates[999]).toBeGreaterThan(0.05);
    expect(rates[999]).toBeLessThan(0.052);
    expect(rates.slice(50).every((rate, i, all) => i === 0 || rate < all[i - 1])).toBe(true);
  });

  test('reaches its peak in a training of any length', () => {
    for (let steps = 1; steps < 30; steps++) {
      const rates = Array.from({ length: steps }, (_, step) => learningRateAt(step, steps, 2));
      expect(Math.max(...rates)).toBe(2);
      expect(Math.min(...rates)).toBeGreaterThan(0);
    }
  });
});
