import { describe, expect, test } from 'vitest';
import { History } from '../../lib/training/history.js';

describe('the history of a training', () => {
  test('knows the best pass, the first of equals, and how long ago it was', () => {
    const history = new History();
    expect([history.best, history.sinceBest]).toEqual([null, 0]);
    const losses = [3, 2, 2.5, 2, 1];
    const seen = losses.map((validationLoss, i) => {
      const isBest = history.add({ epoch: i + 1, validationLoss });
      return [isBest, history.best!.epoch, history.sinceBest];
    });
    expect(seen).toEqual([
      [true, 1, 0],
      [true, 2, 0],
      [false, 2, 1],
      [false, 2, 2],
      [true, 5, 0],
    ]);
    expect(history.passes.map((pass) => pass.validationLoss)).toEqual(losses);
  });

  test('takes no pass for better whose loss is no number', () => {
    const history = new History();
    history.add({ epoch: 1, validationLoss: 4 });
    expect(history.add({ epoch: 2, validationLoss: Number.NaN })).toBe(false);
    expect(history.best!.epoch).toBe(1);
  });
});
