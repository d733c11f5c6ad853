// What pretrained vectors are good for: with few labelled texts, vectors that were learned from many without labels help.
// The same classifier begins with random vectors, with pretrained ones that stay, and with pretrained ones that go on learning:
// as fast as the rest, which soon fits the few texts alone, or slowly.
//
//     npm run example -- fine_tuning
import { type KeyedVectors, manualSeed, nn, noGrad, optim, tensor, Word2Vec } from 'lutra';
import { brownFiles } from './corpora/brown.js';

const isQuick = process.env.LUTRA_QUICK === '1';
const files = brownFiles(isQuick ? 5 : 1);
const texts = files.map(({ genre, sentences }) => ({
  label: labelOf(genre),
  sentences: sentences.map((sentence) => sentence.map(({ word }) => word.toLowerCase())),
}));

/** Made up (1), from the press (0), or neither. */
function labelOf(genre: string): number | null {
  if (['fiction', 'mystery', 'science fiction', 'adventure', 'romance'].includes(genre)) return 1;
  return ['news', 'editorial', 'reviews'].includes(genre) ? 0 : null;
}

// Skip-gram on all of it: no labels are needed for that.
const { wv } = await Word2Vec.train(
  texts.flatMap(({ sentences }) => sentences),
  { sg: true, vectorSize: 64, epochs: isQuick ? 4 : 5, minCount: 3, alpha: 0.05, seed: 1 },
);

/** Passages of two sentences. Few are labelled; those of other files are for the test. */
const passages = texts
  .filter(({ label }) => label !== null)
  .map(({ label, sentences }) =>
    Array.from({ length: 6 }, (_, k) => {
      const words = sentences.slice(8 * k, 8 * k + 2).flat();
      return { label, ids: words.filter((word) => wv.has(word)).map((word) => wv.index(word)) };
    }).filter(({ ids }) => ids.length > 0),
  );
const training = passages.filter((_, k) => k % 10 === 4).flat();
const held = passages.filter((_, k) => k % 10 !== 4).flat();

class Classifier extends nn.Module {
  bag: nn.EmbeddingBag;
  head = new nn.Linear(64, 2);

  constructor(vectors: KeyedVectors | null) {
    super();
    this.bag =
      vectors === null
        ? new nn.EmbeddingBag(wv.size, 64, { mode: 'mean' })
        : nn.EmbeddingBag.fromPretrained(vectors.vectors.clone(), { mode: 'mean', freeze: false });
  }

  forward(batch: typeof training) {
    const offsets: number[] = [];
    const words: number[] = [];
    for (const { ids } of batch) {
      offsets.push(words.length);
      words.push(...ids);
    }
    const int = { dtype: 'int32' } as const;
    return this.head.forward(this.bag.forward(tensor(words, int), tensor(offsets, int)));
  }
}

/** @param tableRate how fast the vectors learn; 0 freezes them */
function run(name: string, vectors: KeyedVectors | null, tableRate: number): void {
  manualSeed(0);
  const model = new Classifier(vectors);
  model.bag.weight.requiresGrad = tableRate > 0;
  const groups = [{ params: [...model.head.parameters()] }, { params: [model.bag.weight], lr: tableRate }];
  const optimizer = new optim.Adam(tableRate > 0 ? groups : groups.slice(0, 1), { lr: 0.02 });
  const target = tensor(
    training.map(({ label }) => label as number),
    { dtype: 'int32' },
  );
  for (let step = 0; step < 100; step++) {
    optimizer.zeroGrad();
    nn.functional.crossEntropy(model.forward(training), target).backward();
    optimizer.step();
  }
  const found = noGrad(() => model.forward(held).argmax(1));
  const right = held.filter(({ label }, i) => found.data[i] === label).length / held.length;
  console.log(`${name.padEnd(34)} ${(100 * right).toFixed(1)} % right`);
}

console.log(`${wv.size} words; ${training.length} labelled passages, ${held.length} for the test`);
run('random vectors', null, 0.02);
run('pretrained, frozen', wv, 0);
run('pretrained, as fast as the rest', wv, 0.02);
run('pretrained, a hundredth as fast', wv, 0.0002);
