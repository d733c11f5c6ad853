import { describe, expect, it } from 'vitest';
import { manualSeed, nn, noGrad, optim, type Tensor, tensor, Vocabulary } from '../../lib/index.js';
import { expectNumbers, expectTensor, LOSS } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';

interface Training {
  parameters: Record<string, ArrayFixture>;
  losses: ArrayFixture;
  seededLosses: ArrayFixture;
}

const STEPS = 100;
/** Milliseconds that transfer learning may take, on a busy machine without vector instructions too. */
const LONG = 300_000;
/** Trained outputs carry the rounding of a hundred steps. */
const TRAINED = { relative: 1e-4, absolute: 1e-5 };

function train(
  model: nn.Module & { forward(x: Tensor): Tensor },
  optimizer: optim.Optimizer,
  criterion: { forward(output: Tensor, target: Tensor): Tensor },
  x: Tensor,
  y: Tensor,
): number[] {
  const losses: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    optimizer.zeroGrad();
    const loss = criterion.forward(model.forward(x), y);
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  return losses;
}

describe('the sentiment of three reviews', () => {
  class SentimentClassifier extends nn.Module {
    embedding: nn.Embedding;
    fc: nn.Linear;

    constructor(vocabSize: number, embeddingDim: number) {
      super();
      this.embedding = new nn.Embedding(vocabSize, embeddingDim, { paddingIdx: 0 });
      this.fc = new nn.Linear(embeddingDim, 1);
    }

    forward(x: Tensor) {
      return this.fc.forward(this.embedding.forward(x).mean(1)).sigmoid().squeeze(1);
    }
  }

  it('trains to the losses of PyTorch, from the same weights and from the same seed', () => {
    const sentiment = readFixture<
      Training & {
        reviews: string[];
        labels: number[];
        vocabulary: string[];
        encoded: ArrayFixture;
        output: ArrayFixture;
      }
    >('program_sentiment');
    const reviews = sentiment.reviews.map((review) => review.split(' '));
    const vocabulary = Vocabulary.fromTokens(reviews, { specials: ['<pad>'], sort: 'insertion' });
    expect(vocabulary.tokens()).toEqual(sentiment.vocabulary);
    const sequences = reviews.map((words) => tensor(vocabulary.encode(words)));
    const x = nn.utils.rnn.padSequence(sequences, { batchFirst: true });
    expectTensor(x, sentiment.encoded, 'the encoded reviews');

    const model = new SentimentClassifier(vocabulary.size, 10);
    model.loadStateDict(toStateDict(sentiment.parameters));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const losses = train(model, optimizer, new nn.BCELoss(), x, tensor(sentiment.labels));

    expectNumbers(losses, sentiment.losses, LOSS, 'losses');
    expectTensor(model.forward(x), sentiment.output, 'the trained scores', TRAINED);

    manualSeed(0);
    const fresh = new SentimentClassifier(vocabulary.size, 10);
    const freshOptimizer = new optim.Adam(fresh.parameters(), { lr: 0.01 });
    const seededLosses = train(fresh, freshOptimizer, new nn.BCELoss(), x, tensor(sentiment.labels));
    expectNumbers(seededLosses, sentiment.seededLosses, LOSS, 'losses from the same seed');
  });
});

describe('a character language model', () => {
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

    forward(x: Tensor) {
      const [output] = this.lstm.forward(this.embedding.forward(x));
      return this.fc.forward(output.select(1, -1));
    }
  }

  it('trains to the losses of PyTorch and generates the same text', () => {
    const characterModel = readFixture<
      Training & { text: string; characters: string[]; length: number; generated: string }
    >('program_characters');
    const vocabulary = Vocabulary.fromTokens([...characterModel.text], { sort: 'alphabetical' });
    expect(vocabulary.tokens()).toEqual(characterModel.characters);
    const ids = [...vocabulary.encode([...characterModel.text])];
    const starts = Array.from({ length: ids.length - characterModel.length }, (_, i) => i);
    const x = tensor(
      starts.map((i) => ids.slice(i, i + characterModel.length)),
      { dtype: 'int32' },
    );
    const y = tensor(
      starts.map((i) => ids[i + characterModel.length]),
      { dtype: 'int32' },
    );

    const model = new CharLM(vocabulary.size, 10, 20);
    model.loadStateDict(toStateDict(characterModel.parameters));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const losses = train(model, optimizer, new nn.CrossEntropyLoss(), x, y);
    expectNumbers(losses, characterModel.losses, LOSS, 'losses');

    const window = ids.slice(0, characterModel.length);
    noGrad(() => {
      for (let i = 0; i < 20; i++) {
        const scores = model.forward(tensor([window.slice(-characterModel.length)], { dtype: 'int32' }));
        window.push(scores.argmax().item());
      }
    });
    expect(vocabulary.decode(window.slice(characterModel.length)).join('')).toBe(characterModel.generated);
  });
});

describe('transfer learning', () => {
  class TextClassifier extends nn.Module {
    embedding: nn.Embedding;
    lstm: nn.LSTM;
    fc: nn.Linear;

    constructor(pretrained: Tensor, hiddenDim: number, classes: number) {
      super();
      this.embedding = nn.Embedding.fromPretrained(pretrained, { freeze: true });
      this.lstm = new nn.LSTM(pretrained.size(1), hiddenDim, { batchFirst: true });
      this.fc = new nn.Linear(hiddenDim, classes);
    }

    forward(x: Tensor) {
      const [, [h]] = this.lstm.forward(this.embedding.forward(x));
      return this.fc.forward(h.select(0, -1));
    }
  }

  it(
    'trains with a frozen table, then fine-tunes it, to the losses of PyTorch',
    () => {
      const transfer = readFixture<{
        parameters: Record<string, ArrayFixture>;
        x: ArrayFixture;
        y: ArrayFixture;
        frozenLosses: ArrayFixture;
        untouchedWhileFrozen: boolean;
        fineTuningLosses: ArrayFixture;
        rowsMoved: number;
        output: ArrayFixture;
      }>('program_transfer_learning');
      const pretrained = toTensor(transfer.parameters['embedding.weight']);
      const original = pretrained.data.slice();
      const model = new TextClassifier(pretrained, 128, 5);
      model.loadStateDict(toStateDict(transfer.parameters));
      const { weight } = model.embedding;
      const [x, y] = [toTensor(transfer.x), toTensor(transfer.y)];
      const criterion = new nn.CrossEntropyLoss();
      const movedRows = () => {
        const now = weight.data;
        const rows = new Set<number>();
        for (let i = 0; i < now.length; i++) if (now[i] !== original[i]) rows.add(Math.floor(i / 300));
        return rows.size;
      };

      const trained = [...model.parameters()].filter((parameter) => parameter.requiresGrad);
      expect(trained.length).toBe(6);
      const frozenLosses = train(model, new optim.Adam(trained, { lr: 1e-4 }), criterion, x, y);
      expectNumbers(frozenLosses, transfer.frozenLosses, LOSS, 'losses while frozen');
      expect(weight.grad).toBeNull();
      expect(movedRows() === 0).toBe(transfer.untouchedWhileFrozen);

      weight.requiresGrad = true;
      const losses = train(model, new optim.Adam(model.parameters(), { lr: 1e-4 }), criterion, x, y);
      expectNumbers(losses, transfer.fineTuningLosses, LOSS, 'losses while fine-tuning');
      expect(movedRows()).toBe(transfer.rowsMoved);
      expectTensor(model.forward(x), transfer.output, 'the trained scores', TRAINED);
    },
    LONG,
  );
});
