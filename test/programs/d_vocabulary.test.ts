import { describe, expect, it } from 'vitest';
import { nn, Vocabulary } from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface ProgramD {
  d1: {
    words: string[];
    sentence: string[];
    ids: ArrayFixture;
    weight: ArrayFixture;
    size: number[];
    shape: number[];
    printed: string;
    firstAndFourthEqual: boolean;
  };
  d2: {
    paragraph: string;
    vocabulary: string[];
    sentence: string[];
    encoded: number[];
    weight: ArrayFixture;
    layer: string;
    parameter: string;
    matrix: string;
    embedded: string;
  };
}

const { d1, d2 } = readFixture<ProgramD>('program_d');

describe('D1: a vocabulary of twelve and a 12 × 512 matrix', () => {
  const vocabulary = new Vocabulary(d1.words, { specials: ['<pad>', '<unk>'], unknownToken: '<unk>' });
  const embedding = new nn.Embedding(vocabulary.size, 512);
  embedding.loadStateDict({ weight: toTensor(d1.weight) });

  it('tells the size of the matrix', () => {
    expect(embedding.weight.size()).toEqual(d1.size);
  });

  it('looks up five words; a word that comes twice has the same vector twice', () => {
    const ids = vocabulary.encode(d1.sentence);
    expect([...ids]).toEqual(d1.ids.data);
    const embedded = embedding.forward(ids);
    expect(embedded.shape).toEqual(d1.shape);
    expect(embedded.select(0, 0).tolist()).toEqual(embedded.select(0, 3).tolist());
    expect(embedded.select(0, 0).tolist()).not.toEqual(embedded.select(0, 1).tolist());
    expect(String(embedded)).toBe(d1.printed);
  });
});

describe('D2: a vocabulary built from a paragraph', () => {
  const vocabulary = Vocabulary.fromTokens(d2.paragraph.split(' '), {
    specials: ['<pad>', '<unk>', '<sos>', '<eos>'],
    unknownToken: '<unk>',
    sort: 'insertion',
  });

  it('has the four special tokens at 0 to 3, then the words as they come', () => {
    expect(vocabulary.tokens()).toEqual(d2.vocabulary);
  });

  it('encodes a sentence; the unknown word becomes 1', () => {
    const ids = [...vocabulary.encode(d2.sentence)];
    expect(ids).toEqual(d2.encoded);
    expect(ids[d2.sentence.indexOf('ocean')]).toBe(1);
    expect(vocabulary.decode(ids, { skipSpecials: true })).toEqual(['the', 'otter', 'swims', 'in', 'the']);
  });

  it('prints layer, matrix and sentence as PyTorch does, in scientific notation', () => {
    const embedding = new nn.Embedding(vocabulary.size, 10);
    embedding.loadStateDict({ weight: toTensor(d2.weight) });
    expect(String(embedding)).toBe(d2.layer);
    expect(String(embedding.weight)).toBe(d2.parameter);
    expect(String(embedding.weight.detach())).toBe(d2.matrix);
    expect(String(embedding.forward(vocabulary.encode(d2.sentence)))).toBe(d2.embedded);
  });
});
