// A character language model: Embedding → LSTM → Linear on the last step, trained with cross entropy and Adam, then asked
// to continue a text, the likeliest character each time.
import { manualSeed, nn, noGrad, optim, type Tensor, tensor, Vocabulary } from 'lutra';

manualSeed(0);
const text = 'the young otter swims down a cold river, catching big fish';
const windowLength = 10;

const vocabulary = Vocabulary.fromTokens([...text], { sort: 'alphabetical' });
const ids = vocabulary.encode([...text]);

// Every window of ten characters, and the character that follows it.
const starts = Array.from({ length: ids.length - windowLength }, (_, start) => start);
const x = tensor(
  starts.map((start) => [...ids.subarray(start, start + windowLength)]),
  { dtype: 'int32' },
);
const y = tensor(ids.slice(windowLength));

class CharLM extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor(vocabSize: number, embeddingDim: number, hiddenDim: number) {
    super();
    this.embedding = new nn.Embedding(vocabSize, embeddingDim);
    this.lstm = new nn.LSTM(embeddingDim, hiddenDim, { batchFirst: true });
    this.fc = new nn.Linear(hiddenDim, vocabSize);
  }

  /** x: (batch, window) indices; returns (batch, vocabulary) scores of the next character. */
  forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(output.select(1, -1));
  }
}

const model = new CharLM(vocabulary.size, 10, 20);
console.log(String(model));
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const criterion = new nn.CrossEntropyLoss();

for (let epoch = 1; epoch <= 100; epoch++) {
  optimizer.zeroGrad();
  const loss = criterion.forward(model.forward(x), y);
  loss.backward();
  optimizer.step();
  if (epoch % 10 === 0) console.log(`epoch ${String(epoch).padStart(3)}  loss ${loss.item().toFixed(4)}`);
}

const window = [...ids.subarray(0, windowLength)];
noGrad(() => {
  for (let i = 0; i < 20; i++) {
    const scores = model.forward(tensor([window.slice(-windowLength)], { dtype: 'int32' }));
    window.push(scores.argmax().item());
  }
});
const characters = vocabulary.decode(window).join('');
console.log(`"${characters.slice(0, windowLength)}" goes on: "${characters.slice(windowLength)}"`);
