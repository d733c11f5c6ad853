import { describe, expect, it } from 'vitest';
import { manualSeed, nn, rand } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture } from '../torch/read.js';

interface SeededCase {
  name: string;
  module: string;
  args: unknown[];
  options: Record<string, unknown>;
  state: Record<string, { shape: number[]; first: ArrayFixture; sum: number }>;
  next: number;
  printed: string;
}

type ModuleClass = new (...args: unknown[]) => nn.Module;

const exact = { relative: 0, absolute: 0 };

describe('tables and layers made after manualSeed(0) have the weights that PyTorch gives them', () => {
  for (const seeded of readFixture<{ cases: SeededCase[] }>('seeded').cases) {
    it(seeded.name, () => {
      manualSeed(0);
      const args = Object.keys(seeded.options).length > 0 ? [...seeded.args, seeded.options] : seeded.args;
      const module = new (nn as unknown as Record<string, ModuleClass>)[seeded.module](...args);
      const state = module.stateDict();
      expect(Object.keys(state)).toEqual(Object.keys(seeded.state));
      for (const [key, { shape, first, sum }] of Object.entries(seeded.state)) {
        expect(state[key].shape, key).toEqual(shape);
        expectTensor(state[key].flatten().narrow(0, 0, first.shape[0]), first, key, exact);
        expect(state[key].double().sum().item(), `sum of ${key}`).toBeCloseTo(sum, 9);
      }
      expect(rand([1]).item()).toBe(seeded.next);
      expect(String(module)).toBe(seeded.printed);
    });
  }
});
