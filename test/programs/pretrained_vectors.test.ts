import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KeyedVectors, nn, tensor, Vocabulary } from '../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-pretrained-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const words = ['the', 'king', 'queen', 'otter'];
const rows = words.map((_, i) => Array.from({ length: 50 }, (_, k) => Math.fround(Math.sin(50 * i + k))));
const text = words.map((word, i) => `${word} ${rows[i].join(' ')}\n`).join('');
writeFileSync(join(folder, 'glove.txt'), text);
writeFileSync(join(folder, 'word2vec.txt'), `4 50\n${text}`);
await new KeyedVectors(words, tensor(rows)).save(join(folder, 'word2vec.bin'));

describe('vectors of a file in an embedding', () => {
  it.each(['glove.txt', 'word2vec.txt', 'word2vec.bin'])('the row of "king" is the one of %s', async (name) => {
    const vectors = await KeyedVectors.load(join(folder, name));
    const embedding = nn.Embedding.fromPretrained(vectors.vectors);
    expect(String(embedding)).toBe('Embedding(4, 50)');
    expect(embedding.weight.requiresGrad).toBe(false);
    expect(embedding.forward(vectors.index('king')).tolist()).toEqual(rows[1]);
    expect(embedding.forward([1, 3]).tolist()).toEqual([rows[1], rows[3]]);
  });

  it('and in the order of a vocabulary of one’s own', async () => {
    const vectors = await KeyedVectors.load(join(folder, 'glove.txt'));
    const vocabulary = Vocabulary.fromTokens(['otter', 'king'], { specials: ['<pad>'], sort: 'insertion' });
    const { embedding } = vectors.toEmbedding({ vocabulary, padding: '<pad>' });
    expect(embedding.forward(vocabulary.lookupIndex('king')).tolist()).toEqual(rows[1]);
    expect(embedding.forward(0).tolist()).toEqual(new Array(50).fill(0));
  });
});
