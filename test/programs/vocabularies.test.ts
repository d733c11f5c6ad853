import { describe, expect, it } from 'vitest';
import { nn, Vocabulary } from '../../lib/index.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface Vocabularies {
  twelveWords: {
    words: string[];
    sentence: string[];
    ids: ArrayFixture;
    weight: ArrayFixture;
    size: number[];
    shape: number[];
    printed: string;
    firstAndFourthEqual: boolean;
  };
  paragraphWords: {
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

const { twelveWords, paragraphWords } = readFixture<Vocabularies>('program_vocabularies');

describe('a vocabulary of twelve and a 12 × 512 matrix', () => {
  const vocabulary = new Vocabulary(twelveWords.words, { specials: ['<pad>', '<unk>'], unknownToken: '<unk>' });
  const embedding = new nn.Embedding(vocabulary.size, 512);
  embedding.loadStateDict({ weight: toTensor(twelveWords.weight) });

  it('tells the size of the matrix', () => {
    expect(embedding.weight.size()).toEqual(twelveWords.size);
  });

  it('looks up five words; a word that comes twice has the same vector twice', () => {
    const ids = vocabulary.encode(twelveWords.sentence);
    expect([...ids]).toEqual(twelveWords.ids.data);
    const embedded = embedding.forward(ids);
    expect(embedded.shape).toEqual(twelveWords.shape);
    expect(embedded.select(0, 0).tolist()).toEqual(embedded.select(0, 3).tolist());
    expect(embedded.select(0, 0).tolist()).not.toEqual(embedded.select(0, 1).tolist());
    expect(String(embedded)).toBe(twelveWords.printed);
  });
});

describe('a vocabulary built from a paragraph', () => {
  const vocabulary = Vocabulary.fromTokens(paragraphWords.paragraph.split(' '), {
    specials: ['<pad>', '<unk>', '<sos>', '<eos>'],
    unknownToken: '<unk>',
    sort: 'insertion',
  });

  it('has the four special tokens at 0 to 3, then the words as they come', () => {
    expect(vocabulary.tokens()).toEqual(paragraphWords.vocabulary);
  });

  it('encodes a sentence; the unknown word becomes 1', () => {
    const ids = [...vocabulary.encode(paragraphWords.sentence)];
    expect(ids).toEqual(paragraphWords.encoded);
    expect(ids[paragraphWords.sentence.indexOf('ocean')]).toBe(1);
    expect(vocabulary.decode(ids, { skipSpecials: true })).toEqual(['the', 'otter', 'swims', 'in', 'the']);
  });

  it('prints layer, matrix and sentence as PyTorch does, in scientific notation', () => {
    const embedding = new nn.Embedding(vocabulary.size, 10);
    embedding.loadStateDict({ weight: toTensor(paragraphWords.weight) });
    expect(String(embedding)).toBe(paragraphWords.layer);
    expect(String(embedding.weight)).toBe(paragraphWords.parameter);
    expect(String(embedding.weight.detach())).toBe(paragraphWords.matrix);
    expect(String(embedding.forward(vocabulary.encode(paragraphWords.sentence)))).toBe(paragraphWords.embedded);
  });
});
