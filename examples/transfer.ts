// Transfer learning: pretrained vectors, frozen, under an LSTM classifier; then the table is unfrozen and fine-tuned.
import { manualSeed, nn, optim, randint, randn, type Tensor } from 'lutra';

manualSeed(0);
const [vocabSize, embeddingDim, hiddenDim, classes] = [10000, 300, 128, 5];

// In earnest these vectors come from a file, and the sentences and their labels from a corpus.
const pretrained = randn([vocabSize, embeddingDim]);
const x = randint(0, vocabSize, [32, 20]);
const y = randint(0, classes, [32]);

class TextClassifier extends nn.Module {
  embedding: nn.Embedding;
  lstm: nn.LSTM;
  fc: nn.Linear;

  constructor(vectors: Tensor) {
    super();
    this.embedding = nn.Embedding.fromPretrained(vectors, { freeze: true });
    this.lstm = new nn.LSTM(vectors.size(1), hiddenDim, { batchFirst: true });
    this.fc = new nn.Linear(hiddenDim, classes);
  }

  /** x: (batch, words) indices; returns (batch, classes) scores. */
  forward(x: Tensor): Tensor {
    const [, [h]] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(h.select(0, -1));
  }
}

const model = new TextClassifier(pretrained);
const criterion = new nn.CrossEntropyLoss();

/** Trains the parameters that require a gradient. */
function train(title: string, lr: number, epochs: number): void {
  const trained = [...model.parameters()].filter((parameter) => parameter.requiresGrad);
  const count = trained.reduce((sum, parameter) => sum + parameter.numel, 0);
  console.log(`${title}: ${count.toLocaleString('en')} parameters`);
  const optimizer = new optim.Adam(trained, { lr });
  for (let epoch = 1; epoch <= epochs; epoch++) {
    optimizer.zeroGrad();
    const loss = criterion.forward(model.forward(x), y);
    loss.backward();
    optimizer.step();
    if (epoch % 5 === 0) console.log(`  epoch ${String(epoch).padStart(2)}  loss ${loss.item().toFixed(4)}`);
  }
}

train('frozen table', 1e-3, 15);
console.log(`gradient of the frozen table: ${model.embedding.weight.grad}`);

model.embedding.weight.requiresGrad = true;
train('fine-tuning the table too', 1e-4, 10);
