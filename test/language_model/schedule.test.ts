import { describe, expect, test } from 'vitest';
import { optim, tensor } from '../../lib/index.js';
import { learningRateAt, WarmUpDecayLR } from '../../lib/language_model/schedule.js';

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

  test('is set by the scheduler, step by step, for every group', () => {
    const parameter = () => tensor([1], { requiresGrad: true });
    const optimizer = new optim.SGD([{ params: [parameter()] }, { params: [parameter()], lr: 0.5 }], { lr: 2 });
    const scheduler = new WarmUpDecayLR(optimizer, 40);
    for (let step = 0; step <= 40; step++) {
      const rates = optimizer.paramGroups.map((group) => group.lr);
      expect(rates).toEqual([learningRateAt(step, 40, 2), learningRateAt(step, 40, 0.5)]);
      optimizer.step();
      scheduler.step();
    }
  });
});
