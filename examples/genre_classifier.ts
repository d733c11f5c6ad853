// Of which genre is a text? A bag of word vectors decides about passages of the Brown corpus; a confusion matrix shows what
// it takes for what.
//
//     npm run example -- genre_classifier
import {
  DataLoader,
  manualSeed,
  metrics,
  nn,
  noGrad,
  optim,
  plots,
  type Tensor,
  Trainer,
  tensor,
  Vocabulary,
} from 'lutra';
import { brownFiles } from './corpora/brown.js';

// A fifth of the corpus shows how it works in seconds.
const files = brownFiles(process.env.LUTRA_QUICK === '1' ? 5 : 1);
manualSeed(0);

/** Passages of twenty sentences; those of a file are either all learned from or all kept for the test. */
const passages = files.flatMap(({ genre, sentences }, file) =>
  Array.from({ length: Math.floor(sentences.length / 20) }, (_, k) => ({
    genre,
    isHeld: file % 5 === 4,
    words: sentences.slice(20 * k, 20 * (k + 1)).flatMap((sentence) => sentence.map(({ word }) => word.toLowerCase())),
  })),
);
const training = passages.filter(({ isHeld }) => !isHeld);
const held = passages.filter(({ isHeld }) => isHeld);
const genres = [...new Set(passages.map(({ genre }) => genre))];
const vocabulary = Vocabulary.fromTokens(
  training.map(({ words }) => words),
  { specials: ['<unk>'], unknownToken: '<unk>', minFrequency: 3 },
);

class Classifier extends nn.Module {
  bag = new nn.EmbeddingBag(vocabulary.size, 64, { mode: 'mean' });
  dropout = new nn.Dropout(0.5);
  head = new nn.Linear(64, genres.length);

  /** The words of all passages one after the other, and where each begins. */
  forward({ words, offsets }: { words: Tensor; offsets: Tensor }): Tensor {
    return this.head.forward(this.dropout.forward(this.bag.forward(words, offsets)));
  }
}

type Passage = (typeof passages)[number];
const ids = new Map(passages.map((passage) => [passage, vocabulary.encode(passage.words)]));

function collate(samples: Passage[]) {
  const encoded = samples.map((passage) => ids.get(passage)!);
  let begin = 0;
  const offsets = encoded.map(({ length }) => {
    begin += length;
    return begin - length;
  });
  const words = encoded.flatMap((list) => [...list]);
  const int = { dtype: 'int32' } as const;
  const target = tensor(
    samples.map(({ genre }) => genres.indexOf(genre)),
    int,
  );
  return { input: { words: tensor(words, int), offsets: tensor(offsets, int) }, target };
}

const model = new Classifier();
const trainer = new Trainer<ReturnType<typeof collate>>({
  model,
  optimizer: new optim.Adam(model.parameters(), { lr: 5e-3 }),
  metrics: { accuracy: new metrics.Accuracy(), top3: new metrics.Accuracy({ topK: 3 }) },
  step: ({ batch }) => {
    const output = model.forward(batch.input);
    return {
      loss: nn.functional.crossEntropy(output, batch.target),
      weight: batch.target.numel,
      output,
      target: batch.target,
    };
  },
});
const loader = new DataLoader(training, { batchSize: 32, shuffle: true, seed: 0, collate });
await trainer.fit(loader, { epochs: 20, progress: false });

const test = new DataLoader(held, { batchSize: 64, collate });
const { accuracy, top3 } = await trainer.evaluate(test);
const commonest = Math.max(...genres.map((genre) => held.filter((passage) => passage.genre === genre).length));
const percent = (x: number) => `${(100 * x).toFixed(1)} %`;
console.log(`${training.length} passages of ${genres.length} genres, ${held.length} of other files for the test`);
console.log(
  `right: ${percent(accuracy)}, among the first three: ${percent(top3)}; always the commonest: ${percent(commonest / held.length)}`,
);

model.eval();
const predictions = noGrad(() =>
  held.map(
    (passage) =>
      genres[
        model
          .forward(collate([passage]).input)
          .argmax(1)
          .item()
      ],
  ),
);
const targets = held.map(({ genre }) => genre);
console.log(plots.confusionMatrix(targets, predictions, { labels: genres }).toText({ columns: 160 }));
