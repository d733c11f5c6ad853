import { describe, expect, test } from 'vitest';
import { type Tensor, tensor, Vocabulary } from '../../lib/index.js';
import { nearestNeighbours, tellingWords } from '../../lib/vectors/neighbours.js';

describe('neighbours', () => {
  const small = Vocabulary.fromTokens(['up', 'up', 'upward', 'down', 'side'], { specials: ['<unk>'] });
  const table: Tensor = tensor([
    [0, 9],
    [0, 1],
    [0.1, 5],
    [0, -2],
    [3, 0],
  ]);

  test('are those in the same direction, whatever their length', () => {
    const near = nearestNeighbours(table, small, 'up', 3);
    expect(near.map(({ word }) => word)).toEqual(['upward', 'side', 'down']);
    expect(near[0].similarity).toBeCloseTo(5 / Math.hypot(0.1, 5), 5);
    expect(near[1].similarity).toBeCloseTo(0, 6);
    expect(near[2].similarity).toBeCloseTo(-1, 6);
    expect(nearestNeighbours(table, small, 'up', 1)).toHaveLength(1);
  });

  test('of words that tell something', () => {
    const counts: [string, number][] = Array.from({ length: 400 }, (_, i) => [
      `w${'abcdefghij'[i % 10]}rd${i}`,
      1000 - i,
    ]);
    const letters = counts.map(
      ([word, n]) => [word.replace(/\d/g, (d) => 'klmnopqrst'[Number(d)]), n] as [string, number],
    );
    const telling = tellingWords(
      Vocabulary.fromCounts([...letters, ['it', 5000], ['3.5', 4000]], { specials: ['<unk>'] }),
      8,
    );
    expect(telling).toHaveLength(8);
    expect(new Set(telling).size).toBe(8);
    expect(telling).not.toContain('it');
    expect(tellingWords(small, 8)).toEqual(['upward', 'down', 'side']);
    expect(tellingWords(Vocabulary.fromTokens(['a']), 8)).toEqual([]);
  });
});
