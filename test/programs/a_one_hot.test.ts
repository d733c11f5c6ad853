import { describe, expect, it } from 'vitest';
import { arange, nn, tensor } from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface ProgramA {
  a1: { animals: string[]; printed: string; rows: Record<string, string> };
  a2: {
    weight: ArrayFixture;
    layer: string;
    printed: string;
    rows: string[];
    words: string[];
    detached: string;
    parameter: string;
  };
}

const { a1, a2 } = readFixture<ProgramA>('program_a');

describe('A1: one-hot vectors of four animals', () => {
  const wordToIndex = new Map(a1.animals.map((word, index) => [word, index]));
  const indexToWord = new Map(a1.animals.map((word, index) => [index, word]));
  const oneHot = nn.functional.oneHot(arange(4), 4);

  it('prints the matrix as PyTorch does: integers without decimals', () => {
    expect(String(oneHot)).toBe(a1.printed);
    expect(oneHot.dtype).toBe('int32');
  });

  it('prints the row of each word, and each row leads back to its word', () => {
    for (const word of a1.animals) {
      const row = oneHot.select(0, wordToIndex.get(word)!);
      expect(String(row)).toBe(a1.rows[word]);
      expect(indexToWord.get(row.argmax().item())).toBe(word);
    }
  });

  it('finds the number of classes itself', () => {
    expect(String(nn.functional.oneHot(arange(4)))).toBe(a1.printed);
  });
});

describe('A2: an embedding of four animals', () => {
  const embedding = new nn.Embedding(4, 2);
  embedding.loadStateDict({ weight: toTensor(a2.weight) });
  const embedded = embedding.forward(arange(4));

  it('prints layer, matrix and result as PyTorch does', () => {
    expect(String(embedding)).toBe(a2.layer);
    expect(String(embedding.weight)).toBe(a2.parameter);
    expect(String(embedded)).toBe(a2.printed);
    expect(String(embedded.detach())).toBe(a2.detached);
  });

  it('prints word by word, looked up or selected', () => {
    for (let i = 0; i < 4; i++) {
      expect(String(embedding.forward(tensor(i, { dtype: 'int32' })))).toBe(a2.words[i]);
      expect(String(embedded.select(0, i))).toBe(a2.rows[i]);
    }
  });
});
