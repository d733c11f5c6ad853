import { describe, expect, it } from 'vitest';
import { manualSeed, nn, type Tensor, Vocabulary } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

const contextual = readFixture<{
  sentences: string[];
  ids: ArrayFixture;
  vectors: ArrayFixture;
  similarity: number[][];
}>('program_contextual_embeddings');

class ContextualEncoder extends nn.Module {
  embedding: nn.Embedding;
  positions: nn.PositionalEncoding;
  encoder: nn.TransformerEncoder;

  constructor(vocabularySize: number) {
    super();
    this.embedding = new nn.Embedding(vocabularySize, 16);
    this.positions = new nn.PositionalEncoding(16, { maxLen: 16 });
    const layer = new nn.TransformerEncoderLayer(16, 4, { dimFeedforward: 32, dropout: 0, activation: 'gelu' });
    this.encoder = new nn.TransformerEncoder(layer, 2);
  }

  forward(ids: Tensor): Tensor {
    return this.encoder.forward(this.positions.forward(this.embedding.forward(ids.t()))).transpose(0, 1);
  }
}

function cosine(a: Tensor, b: Tensor): number {
  return a.mul(b).sum().item() / Math.sqrt(a.square().sum().item() * b.square().sum().item());
}

describe('contextual embeddings', () => {
  const words = contextual.sentences.map((sentence) => sentence.split(' '));
  const vocabulary = Vocabulary.fromTokens(words, { sort: 'insertion' });
  manualSeed(0);
  const model = new ContextualEncoder(vocabulary.size);
  const ids = toTensor(contextual.ids);
  const vectors = model.forward(ids);

  it('gives the vectors of PyTorch', () => {
    expect(words.map((sentence) => [...vocabulary.encode(sentence)])).toEqual(ids.tolist());
    expectTensor(vectors, contextual.vectors, 'the vectors');
  });

  it('gives one word different vectors in different sentences, closer where the sentences are alike', () => {
    const banks = words.map((sentence, i) => vectors.select(0, i).select(0, sentence.indexOf('bank')));
    const looked = words.map((_, i) => model.embedding.forward(ids).select(0, i).select(0, words[i].indexOf('bank')));
    expect(looked[0].tolist()).toEqual(looked[1].tolist());
    for (const [i, a] of banks.entries()) {
      for (const [j, b] of banks.entries()) expect(cosine(a, b)).toBeCloseTo(contextual.similarity[i][j], 5);
    }
    expect(cosine(banks[0], banks[2])).toBeGreaterThan(cosine(banks[0], banks[1]));
    expect(cosine(banks[0], banks[1])).toBeLessThan(0.99);
  });
});
