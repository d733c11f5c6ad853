// A sentiment classifier on three reviews: Embedding → mean over words → Linear → sigmoid, trained with BCELoss and Adam.
import { manualSeed, nn, noGrad, optim, type Tensor, tensor, Vocabulary } from 'lutra';

manualSeed(0);
const reviews = [
  'i love this movie it is wonderful',
  'this was a terrible boring film',
  'what a great and moving story',
];
const labels = tensor([1, 0, 1]);

const tokens = reviews.map((review) => review.split(' '));
const vocabulary = Vocabulary.fromTokens(tokens, { specials: ['<pad>', '<unk>'], unknownToken: '<unk>' });

/** Reviews of any lengths as one index matrix, padded with 0 at the end. */
function encode(texts: string[][]): Tensor {
  const sequences = texts.map((words) => tensor(vocabulary.encode(words)));
  return nn.utils.rnn.padSequence(sequences, { batchFirst: true, paddingValue: 0 });
}

class SentimentClassifier extends nn.Module {
  embedding: nn.Embedding;
  fc: nn.Linear;

  constructor(vocabSize: number, embeddingDim: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, embeddingDim, { paddingIdx: 0 });
    this.fc = new nn.Linear(embeddingDim, 1);
  }

  /** x: (batch, words) indices; returns (batch) probabilities that a review is positive. */
  forward(x: Tensor): Tensor {
    return this.fc.forward(this.embedding.forward(x).mean(1)).sigmoid().squeeze(1);
  }
}

const model = new SentimentClassifier(vocabulary.size, 10);
console.log(String(model));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const criterion = new nn.BCELoss();
const x = encode(tokens);

for (let epoch = 1; epoch <= 100; epoch++) {
  optimizer.zeroGrad();
  const loss = criterion.forward(model.forward(x), labels);
  loss.backward();
  optimizer.step();
  if (epoch % 10 === 0) console.log(`epoch ${String(epoch).padStart(3)}  loss ${loss.item().toFixed(4)}`);
}

noGrad(() => {
  for (const text of [...reviews, 'a wonderful story', 'a boring movie']) {
    const probability = model.forward(encode([text.split(' ')])).item();
    console.log(`${probability.toFixed(3)}  ${text}`);
  }
});
