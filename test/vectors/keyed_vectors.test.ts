import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type BatchQuery, KeyedVectors, nn, type Queries, tensor, Vocabulary } from '../../lib/index.js';

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).pathname;
const gensim = JSON.parse(readFileSync(fixture('gensim.json'), 'utf8'));
const table = new KeyedVectors(gensim.words, tensor(gensim.vectors));

/** The same words in the same order, cosines within float's precision. */
function expectNear(found: readonly { key: string; similarity: number }[], expected: readonly [string, number][]) {
  expect(found.map(({ key }) => key)).toEqual(expected.map(([key]) => key));
  for (const [k, [, value]] of expected.entries()) expect(found[k].similarity).toBeCloseTo(value, 5);
}

describe('KeyedVectors answers as gensim does', () => {
  it('mostSimilar: a word, weights and negatives, the first words only, a vector', () => {
    expectNear(table.mostSimilar('w3', { topn: 5 }), gensim.mostSimilar);
    expectNear(table.mostSimilar([['w3', 0.5], 'w4'], { negative: ['w5'], topn: 5 }), gensim.weighted);
    expectNear(table.mostSimilar('w3', { topn: 5, restrictVocab: 20 }), gensim.restricted);
    const tripled = gensim.vectors[6].map((x: number) => 3 * x);
    expectNear(table.mostSimilar([tripled], { topn: 5 }), gensim.byVector);
    expectNear(table.mostSimilar(tensor(tripled), { topn: 5 }), gensim.byVector);
  });

  it('mostSimilarCosmul', () => {
    expectNear(table.mostSimilarCosmul(['w3', 'w4'], { negative: ['w5'], topn: 5 }), gensim.cosmul);
  });

  it('similarity, nSimilarity, doesntMatch, rank, closerThan, meanVector', () => {
    expect(table.similarity('w1', 'w2')).toBeCloseTo(gensim.similarity, 6);
    expect(table.distance('w1', 'w2')).toBeCloseTo(1 - gensim.similarity, 6);
    expect(table.nSimilarity(['w1', 'w2'], ['w3', 'w4', 'w5'])).toBeCloseTo(gensim.nSimilarity, 6);
    expect(table.doesntMatch(['w1', 'w2', 'w3', 'w9'])).toBe(gensim.doesntMatch);
    expect(table.rank('w1', 'w2')).toBe(gensim.rank);
    expect(new Set(table.closerThan('w1', 'w2'))).toEqual(new Set(gensim.closerThan));
    const mean = table.meanVector(['w1', 'w2', 'w3'], { weights: [1, 2, -1] });
    for (const [j, x] of mean.entries()) expect(x).toBeCloseTo(gensim.meanVector[j], 6);
  });

  it('evaluateWordPairs and evaluateWordAnalogies', async () => {
    const pairs = table.evaluateWordPairs(fixture('pairs.tsv'));
    expect(pairs.pearson).toBeCloseTo(gensim.pairs.pearson, 6);
    expect(pairs.spearman).toBeCloseTo(gensim.pairs.spearman, 6);
    expect(pairs.oovRatio).toBeCloseTo(gensim.pairs.oov, 6);
    const { accuracy, sections } = await table.evaluateWordAnalogies(fixture('questions.txt'));
    expect(accuracy).toBeCloseTo(gensim.analogies.accuracy, 9);
    expect(sections.map(({ section, correct, total }) => [section, correct, total])).toEqual(gensim.analogies.sections);
  });
});

describe('KeyedVectors', () => {
  it('finds words, rows and vectors', () => {
    expect(table.size).toBe(43);
    expect(table.vectorSize).toBe(8);
    expect(table.has('東京')).toBe(true);
    expect(table.index('w7')).toBe(7);
    expect(Array.from(table.vector('w7'))).toEqual(Array.from(Float32Array.from(gensim.vectors[7])));
    const unit = table.vector('w7', { norm: true });
    expect(unit.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 6);
  });

  it('answers many queries at once as one by one', async () => {
    const words = [...table.keys];
    const vector = table.vector('w3').map((x, j) => x + j);
    const queries: BatchQuery[] = [
      ...words,
      { positive: ['w1', 'w2'], negative: ['w5', 'w9'] },
      { negative: 'w4' },
      [['w1', 0.5], 'w2'],
      vector,
      [vector, 'w7'],
    ];
    const many = Array.from({ length: 300 }, (_, k) => queries[k % queries.length]);
    for (const options of [{}, { topn: 3, restrictVocab: 20 }, { topn: 100 }]) {
      const found = await table.mostSimilarBatch(many, options);
      expect(found.length).toBe(300);
      for (const [k, query] of many.entries()) {
        const both = query as { positive?: Queries; negative?: Queries };
        const isBoth = k % queries.length === words.length || k % queries.length === words.length + 1;
        const { positive = [], negative } = isBoth ? both : { positive: query as Queries };
        const one = table.mostSimilar(positive, negative === undefined ? options : { ...options, negative });
        expect(found[k].map(({ key }) => key)).toEqual(one.map(({ key }) => key));
        for (const [i, { similarity }] of found[k].entries()) expect(similarity).toBeCloseTo(one[i].similarity, 5);
      }
    }
    expect(await table.mostSimilarBatch([])).toEqual([]);
    await expect(table.mostSimilarBatch(['w1', 'elephants'])).rejects.toThrow('"elephants" is not among the 43 words');
    await expect(table.mostSimilarBatch(['w1', []])).rejects.toThrow('queries[1] names no word');
    await expect(table.mostSimilarBatch([[[1, 2]]])).rejects.toThrow('a vector in queries[0] must be 8 finite numbers');
    await expect(table.mostSimilarBatch('w1' as never)).rejects.toThrow(
      'queries must be an array of queries, got "w1"',
    );
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(table.mostSimilarBatch(['w1'], { signal })).rejects.toThrow('enough');
  });

  it('has the same vectors at length 1', () => {
    const units = table.unitNorm();
    expect(units.index('w7')).toBe(7);
    for (const key of ['w0', '東京']) {
      for (const [j, x] of units.vector(key).entries()) expect(x).toBeCloseTo(table.vector(key, { norm: true })[j], 6);
    }
    expect(units.mostSimilar('w1')[0].key).toBe(table.mostSimilar('w1')[0].key);
    expect(new KeyedVectors(['zero'], tensor([[0, 0]])).unitNorm().vector('zero')).toEqual(new Float32Array(2));
  });

  it('says which word is unknown and which one may be meant', () => {
    expect(() => table.vector('W7')).toThrow(
      /KeyedVectors\.vector: "W7" is not among the 43 words; did you mean 'w7'\?/,
    );
    expect(() => table.mostSimilar('elephants')).toThrow('"elephants" is not among the 43 words');
    expect(() => table.mostSimilar([])).toThrow('name no word');
    expect(() => table.mostSimilar([[1, 2, 3]])).toThrow('must be 8 finite numbers');
    expect(() => table.mostSimilar('w1', { topn: 0 })).toThrow('topn must be a whole number of at least 1');
    // @ts-expect-error an option that does not exist
    expect(() => table.mostSimilar('w1', { topN: 3 })).toThrow("did you mean 'topn'?");
    expect(() => new KeyedVectors(['a', 'a'], tensor([[1], [2]]))).toThrow('keys must differ, got "a" twice');
    expect(() => new KeyedVectors(['a'], tensor([[1], [2]]))).toThrow('vectors must be [1, vectorSize]');
  });

  it('becomes an embedding in the order of a vocabulary, with a rule for what is missing', () => {
    const vocabulary = Vocabulary.fromTokens(['w3', 'zebra', 'w1'], { specials: ['<pad>'] });
    const id = (word: string) => vocabulary.lookupIndex(word);
    const { embedding, found, missing } = table.toEmbedding({ vocabulary, padding: '<pad>', missing: 'mean' });
    expect(found).toBe(2);
    expect(missing).toEqual(['<pad>', 'zebra']);
    expect(embedding.weight.requiresGrad).toBe(false);
    expect(embedding.paddingIdx).toBe(id('<pad>'));
    const rows = embedding.weight;
    expect(Array.from(rows.select(0, id('w3')).data)).toEqual(Array.from(table.vector('w3')));
    expect(Array.from(rows.select(0, id('<pad>')).data)).toEqual(new Array(8).fill(0));
    const mean = table.vectors.mean(0).data;
    for (const [j, x] of rows.select(0, id('zebra')).contiguous().data.entries())
      expect(x).toBeCloseTo(Number(mean[j]), 6);
    const byWord = table.toEmbedding({ vocabulary, freeze: false, missing: (word) => new Array(8).fill(word.length) });
    expect(byWord.embedding.weight.requiresGrad).toBe(true);
    expect(byWord.embedding.weight.select(0, id('zebra')).tolist()).toEqual(new Array(8).fill(5));
    expect(() => table.toEmbedding({ vocabulary, missing: () => [1] })).toThrow(
      'must give 8 numbers, got [1] for "<pad>"',
    );
  });

  it('comes from an embedding', () => {
    const vocabulary = Vocabulary.fromTokens(['a', 'b', 'c']);
    const embedding = new nn.Embedding(3, 4);
    const back = KeyedVectors.fromEmbedding(embedding, vocabulary);
    expect(Array.from(back.vector('b'))).toEqual(Array.from(embedding.weight.select(0, 1).data));
    expect(() => KeyedVectors.fromEmbedding(new nn.Embedding(4, 4), vocabulary)).toThrow(
      '4 rows, the vocabulary 3 tokens',
    );
  });
});
