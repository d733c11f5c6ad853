import { describe, expect, test } from 'vitest';
import { ValueError } from '../../lib/index.js';
import { ignoredTarget, TokenBatches } from '../../lib/language_model/batches.js';

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
