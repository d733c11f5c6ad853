// A part-of-speech tagger: a bidirectional LSTM over packed sentences, which pads nothing. A word is known by itself, by its
// last letters and by its capital, so that words that never came get a tag as well.
//
//     npm run example -- pos_tagger
import {
  cat,
  DataLoader,
  manualSeed,
  metrics,
  nn,
  noGrad,
  optim,
  type Tensor,
  Trainer,
  tensor,
  Vocabulary,
} from 'lutra';
import { type BrownFile, brownFiles } from './corpora/brown.js';

// A part of the corpus shows how it works in seconds; all of it reaches 95 %.
const isQuick = process.env.LUTRA_QUICK === '1';
const files = brownFiles(isQuick ? 25 : 1);
manualSeed(0);

const held = files.filter((_, k) => k % 10 === 9);
const training = files.filter((_, k) => k % 10 !== 9);
const sentencesOf = (some: BrownFile[]) => some.flatMap(({ sentences }) => sentences);

const words = Vocabulary.fromTokens(
  sentencesOf(training).map((sentence) => sentence.map(({ word }) => word.toLowerCase())),
  { specials: ['<unk>'], unknownToken: '<unk>', minFrequency: 2 },
);
const endings = Vocabulary.fromTokens(
  sentencesOf(training).map((sentence) => sentence.map(({ word }) => ending(word))),
  { specials: ['<unk>'], unknownToken: '<unk>', minFrequency: 5 },
);
const tags = Vocabulary.fromTokens(
  sentencesOf(training).map((sentence) => sentence.map(({ tag }) => tag)),
  { specials: ['<other>'], unknownToken: '<other>' },
);

function ending(word: string): string {
  return word.toLowerCase().slice(-3);
}

/** Small letters, a capital, capitals, digits, others. */
function shape(word: string): number {
  if (/^[a-z]/.test(word)) return 0;
  if (/^[A-Z][a-z]/.test(word)) return 1;
  if (/^[A-Z]/.test(word)) return 2;
  return /\d/.test(word) ? 3 : 4;
}

/** What is known of each word of a sentence, [words, 3], and its tags, [words]. */
function encode(sentence: BrownFile['sentences'][number]): { input: Tensor; target: Tensor } {
  const rows = sentence.map(({ word }) => [
    words.lookupIndex(word.toLowerCase()),
    endings.lookupIndex(ending(word)),
    shape(word),
  ]);
  return {
    input: tensor(rows, { dtype: 'int32' }),
    target: tensor(
      sentence.map(({ tag }) => tags.lookupIndex(tag)),
      { dtype: 'int32' },
    ),
  };
}

class Tagger extends nn.Module {
  words = new nn.Embedding(words.size, 64);
  endings = new nn.Embedding(endings.size, 32);
  shapes = new nn.Embedding(5, 8);
  dropout = new nn.Dropout(0.3);
  lstm = new nn.LSTM(104, 96, { bidirectional: true });
  head = new nn.Linear(192, tags.size);

  /** Scores of the tags of all words, in the order of the packed sequence. */
  forward(sentences: nn.utils.rnn.PackedSequence): Tensor {
    const [word, last, form] = sentences.data.unbind(1);
    const x = cat([this.words.forward(word), this.endings.forward(last), this.shapes.forward(form)], 1);
    const [output] = this.lstm.forward(sentences.withData(this.dropout.forward(x)));
    return this.head.forward(this.dropout.forward(output.data));
  }
}

type Sample = ReturnType<typeof encode>;
const { packSequence } = nn.utils.rnn;

/** A batch: sentences packed, and the tags in the same order. */
function collate(samples: Sample[]): [nn.utils.rnn.PackedSequence, Tensor] {
  const pack = (tensors: Tensor[]) => packSequence(tensors, { enforceSorted: false });
  return [pack(samples.map(({ input }) => input)), pack(samples.map(({ target }) => target)).data];
}

const model = new Tagger();
const epochs = isQuick ? 3 : 4;
const samples = sentencesOf(training).map(encode);
const loader = new DataLoader(samples, { batchSize: 32, shuffle: true, seed: 0, collate });
const trainer = new Trainer({
  model,
  loss: new nn.CrossEntropyLoss(),
  optimizer: new optim.Adam(model.parameters(), { lr: 3e-3 }),
  scheduler: {
    scheduler: (optimizer) => new optim.CosineAnnealingLR(optimizer, epochs * Math.ceil(samples.length / 32)),
    interval: 'step',
  },
  metrics: { accuracy: new metrics.Accuracy() },
  clipGradNorm: 1,
});
const start = performance.now();
await trainer.fit(loader, { epochs, progress: false });
const seconds = (performance.now() - start) / 1000;

const test = new DataLoader(sentencesOf(held).map(encode), { batchSize: 64, collate });
const { accuracy } = await trainer.evaluate(test);
console.log(`${samples.length} sentences, ${tags.size - 1} tags; trained in ${seconds.toFixed(0)} s`);
console.log(
  `of the words in ${held.length} files that it has not seen, ${(100 * accuracy).toFixed(1)} % get their tag`,
);

const sentence = 'The young otters swam quickly to the river bank .'.split(' ').map((word) => ({ word, tag: '' }));
model.eval();
const found = noGrad(() => model.forward(packSequence([encode(sentence).input])).argmax(1));
console.log(sentence.map(({ word }, i) => `${word}/${tags.lookupToken(found.data[i])}`).join(' '));
