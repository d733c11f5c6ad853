import { describe, expect, it } from 'vitest';
import { nn, tensor } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface ThreeWords {
  oneHotWords: { words: string[]; printed: Record<string, string>; byHand: string };
  embeddedWord: { weight: ArrayFixture; shape: number[]; vector: ArrayFixture; printed: string };
}

const { oneHotWords, embeddedWord } = readFixture<ThreeWords>('program_three_words');

describe('one-hot vectors of three words in a map', () => {
  it('prints integer vectors', () => {
    const vectors = new Map(
      oneHotWords.words.map((word, index) => [word, nn.functional.oneHot(tensor(index, { dtype: 'int32' }), 3)]),
    );
    for (const [word, vector] of vectors) expect(String(vector)).toBe(oneHotWords.printed[word]);
  });

  it('prints the same matrix written by hand', () => {
    const rows = [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
    expect(String(tensor(rows, { dtype: 'int32' }))).toBe(oneHotWords.byHand);
  });
});

describe('a lookup with a 0-dimensional index', () => {
  it('gives a vector of shape [5]', () => {
    const embedding = new nn.Embedding(3, 5);
    embedding.loadStateDict({ weight: toTensor(embeddedWord.weight) });
    const vector = embedding.forward(tensor(1, { dtype: 'int32' }));
    expect(vector.shape).toEqual(embeddedWord.shape);
    expectTensor(vector, embeddedWord.vector, 'the vector');
    expect(String(vector)).toBe(embeddedWord.printed);
  });
});
