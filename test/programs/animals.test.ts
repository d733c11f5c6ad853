import { describe, expect, it } from 'vitest';
import { arange, nn, tensor } from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface Animals {
  oneHotRows: { animals: string[]; printed: string; rows: Record<string, string> };
  embeddedRows: {
    weight: ArrayFixture;
    layer: string;
    printed: string;
    rows: string[];
    words: string[];
    detached: string;
    parameter: string;
  };
}

const { oneHotRows, embeddedRows } = readFixture<Animals>('program_animals');

describe('one-hot vectors of four animals', () => {
  const wordToIndex = new Map(oneHotRows.animals.map((word, index) => [word, index]));
  const indexToWord = new Map(oneHotRows.animals.map((word, index) => [index, word]));
  const oneHot = nn.functional.oneHot(arange(4), 4);

  it('prints the matrix as PyTorch does: integers without decimals', () => {
    expect(String(oneHot)).toBe(oneHotRows.printed);
    expect(oneHot.dtype).toBe('int32');
  });

  it('prints the row of each word, and each row leads back to its word', () => {
    for (const word of oneHotRows.animals) {
      const row = oneHot.select(0, wordToIndex.get(word)!);
      expect(String(row)).toBe(oneHotRows.rows[word]);
      expect(indexToWord.get(row.argmax().item())).toBe(word);
    }
  });

  it('finds the number of classes itself', () => {
    expect(String(nn.functional.oneHot(arange(4)))).toBe(oneHotRows.printed);
  });
});

describe('an embedding of four animals', () => {
  const embedding = new nn.Embedding(4, 2);
  embedding.loadStateDict({ weight: toTensor(embeddedRows.weight) });
  const embedded = embedding.forward(arange(4));

  it('prints layer, matrix and result as PyTorch does', () => {
    expect(String(embedding)).toBe(embeddedRows.layer);
    expect(String(embedding.weight)).toBe(embeddedRows.parameter);
    expect(String(embedded)).toBe(embeddedRows.printed);
    expect(String(embedded.detach())).toBe(embeddedRows.detached);
  });

  it('prints word by word, looked up or selected', () => {
    for (let i = 0; i < 4; i++) {
      expect(String(embedding.forward(tensor(i, { dtype: 'int32' })))).toBe(embeddedRows.words[i]);
      expect(String(embedded.select(0, i))).toBe(embeddedRows.rows[i]);
    }
  });
});
