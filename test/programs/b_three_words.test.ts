import { describe, expect, it } from 'vitest';
import { nn, tensor } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface ProgramB {
  b1: { words: string[]; printed: Record<string, string>; byHand: string };
  b2: { weight: ArrayFixture; shape: number[]; vector: ArrayFixture; printed: string };
}

const { b1, b2 } = readFixture<ProgramB>('program_b');

describe('B1: one-hot vectors of three words in a map', () => {
  it('prints integer vectors', () => {
    const vectors = new Map(
      b1.words.map((word, index) => [word, nn.functional.oneHot(tensor(index, { dtype: 'int32' }), 3)]),
    );
    for (const [word, vector] of vectors) expect(String(vector)).toBe(b1.printed[word]);
  });

  it('prints the same matrix written by hand', () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(String(tensor(rows, { dtype: 'int32' }))).toBe(b1.byHand);
  });
});

describe('B2: a lookup with a 0-dimensional index', () => {
  it('gives a vector of shape [5]', () => {
    const embedding = new nn.Embedding(3, 5);
    embedding.loadStateDict({ weight: toTensor(b2.weight) });
    const vector = embedding.forward(tensor(1, { dtype: 'int32' }));
    expect(vector.shape).toEqual(b2.shape);
    expectTensor(vector, b2.vector, 'the vector');
    expect(String(vector)).toBe(b2.printed);
  });
});
