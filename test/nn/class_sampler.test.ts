import { describe, expect, it } from 'vitest';
import { ArgumentError, Generator, IndexError, manualSeed, nn, ValueError } from '../../lib/index.js';

describe('ClassSampler', () => {
  it('draws classes as often as their counts to the power of 0.75 say', () => {
    const counts = [1, 0, 16, 81, 256];
    const sampler = nn.ClassSampler.unigram(counts, { generator: new Generator(1) });
    const weights = counts.map((count) => count ** 0.75);
    const total = weights.reduce((a, b) => a + b);
    const draws = 200_000;
    const found = new Array<number>(counts.length).fill(0);
    for (const id of sampler.sample([draws]).data) found[id]++;
    for (const [i, weight] of weights.entries()) {
      const p = weight / total;
      expect(sampler.probability(i)).toBeCloseTo(p, 14);
      // Six standard deviations.
      expect(Math.abs(found[i] / draws - p)).toBeLessThanOrEqual(6 * Math.sqrt((p * (1 - p)) / draws));
    }
  });

  it('is exact for many classes: the columns and aliases add up to each probability', () => {
    const sampler = nn.ClassSampler.logUniform(1000);
    let total = 0;
    for (let i = 0; i < 1000; i++) {
      total += sampler.probability(i);
      expect(sampler.probability(i)).toBeCloseTo(Math.log((i + 2) / (i + 1)) / Math.log(1001), 13);
    }
    expect(total).toBeCloseTo(1, 12);
  });

  it('draws the same after the same seed, in any shape', () => {
    const draw = (shape: number[]) => {
      manualSeed(3);
      return [...nn.ClassSampler.uniform(50).sample(shape).data];
    };
    expect(draw([4, 6])).toEqual(draw([24]));
    expect(draw([0, 5])).toEqual([]);
  });

  it('refuses weights that are none', () => {
    expect(() => new nn.ClassSampler([1, -1])).toThrow(/got -1 for class 1/);
    expect(() => new nn.ClassSampler([0, 0])).toThrow(/add up to a finite number above 0/);
    expect(() => new nn.ClassSampler([])).toThrow(ValueError);
    expect(() => new nn.ClassSampler(3 as never)).toThrow(ArgumentError);
    expect(() => nn.ClassSampler.unigram([1], { power: -1 })).toThrow(ValueError);
    expect(() => nn.ClassSampler.uniform(0)).toThrow(ValueError);
    expect(() => nn.ClassSampler.uniform(3).probability(3)).toThrow(IndexError);
  });
});
