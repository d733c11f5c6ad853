import { expect, test } from 'vitest';
import { LossMeter } from '../../lib/training/loss_meter.js';

test('a loss meter weighs the mean by the counts, and recent losses by their age', () => {
  const meter = new LossMeter();
  expect(meter.mean).toBeNaN();
  meter.add(4, 10);
  expect([meter.count, meter.mean, meter.recent]).toEqual([10, 4, 4]);
  meter.add(1, 30);
  expect(meter.count).toBe(40);
  expect(meter.mean).toBeCloseTo(1.75, 12);
  expect(meter.recent).toBeCloseTo((0.95 * 4 + 1) / 1.95, 12);
});
