// Word vectors drawn in the plane: trained on the Brown corpus, reduced to two dimensions by principal components and by
// t-SNE, and drawn with their names and a colour for each group, as image and page.
//
//     npm run example -- word_map
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pca, plots, stack, type Tensor, tensor, tsne, Word2Vec } from 'lutra';
import { brownFiles } from './corpora/brown.js';

const isQuick = process.env.LUTRA_QUICK === '1';
const sentences = brownFiles(isQuick ? 4 : 1).flatMap((file) =>
  file.sentences.map((sentence) => sentence.map(({ word }) => word.toLowerCase())),
);
const { wv } = await Word2Vec.train(sentences, { sg: true, vectorSize: 50, epochs: 5, alpha: 0.05, seed: 1 });

const groups: Record<string, string[]> = {
  months: ['january', 'march', 'april', 'may', 'june', 'july', 'october', 'december'],
  family: ['mother', 'father', 'son', 'daughter', 'brother', 'wife', 'husband'],
  numbers: ['two', 'three', 'four', 'five', 'six', 'seven', 'ten', 'twenty'],
  body: ['hand', 'arm', 'eyes', 'face', 'head', 'shoulder', 'mouth'],
};
const named = Object.entries(groups).flatMap(([group, words]) =>
  words.filter((word) => wv.has(word)).map((word) => ({ group, word })),
);
const vectors = stack(named.map(({ word }) => tensor(wv.vector(word, { norm: true }))));
const { projected, explainedVarianceRatio } = pca(vectors);
const share = explainedVarianceRatio.sum().item();
console.log(`${named.length} words; two components hold ${(100 * share).toFixed(0)} % of the variance`);

const draw = (title: string, points: Tensor) =>
  plots.scatter(points, {
    title,
    labels: named.map(({ word }) => word),
    categories: named.map(({ group }) => group),
  });
const figures = {
  pca: draw('Words of the Brown corpus: principal components', projected),
  tsne: draw('Words of the Brown corpus: t-SNE', await tsne(vectors, { perplexity: 7 })),
};
console.log(figures.tsne.toText({ columns: 78 }));
const folder = mkdtempSync(join(tmpdir(), 'lutra-pictures-'));
for (const [name, figure] of Object.entries(figures)) {
  for (const ending of ['png', 'html']) {
    await figure.save(join(folder, `${name}.${ending}`));
    console.log(`written: ${join(folder, `${name}.${ending}`)}`);
  }
}
