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
/** Milliseconds that E13 may take, on a busy machine without vector instructions too. */
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

describe('E10: the sentiment of three reviews', () => {
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
    const e10 = readFixture<
      Training & {
        reviews: string[];
        labels: number[];
        vocabulary: string[];
        encoded: ArrayFixture;
        output: ArrayFixture;
      }
    >('program_e10');
    const reviews = e10.reviews.map((review) => review.split(' '));
    const vocabulary = Vocabulary.fromTokens(reviews, { specials: ['<pad>'], sort: 'insertion' });
    expect(vocabulary.tokens()).toEqual(e10.vocabulary);
    const sequences = reviews.map((words) => tensor(vocabulary.encode(words)));
    const x = nn.utils.rnn.padSequence(sequences, { batchFirst: true });
    expectTensor(x, e10.encoded, 'the encoded reviews');

    const model = new SentimentClassifier(vocabulary.size, 10);
    model.loadStateDict(toStateDict(e10.parameters));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const losses = train(model, optimizer, new nn.BCELoss(), x, tensor(e10.labels));

    expectNumbers(losses, e10.losses, LOSS, 'losses');
    expectTensor(model.forward(x), e10.output, 'the trained scores', TRAINED);

    manualSeed(0);
    const fresh = new SentimentClassifier(vocabulary.size, 10);
    const freshOptimizer = new optim.Adam(fresh.parameters(), { lr: 0.01 });
    const seededLosses = train(fresh, freshOptimizer, new nn.BCELoss(), x, tensor(e10.labels));
    expectNumbers(seededLosses, e10.seededLosses, LOSS, 'losses from the same seed');
  });
});

describe('E11: a character language model', () => {
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
    const e11 = readFixture<Training & { text: string; characters: string[]; length: number; generated: string }>(
      'program_e11',
    );
    const vocabulary = Vocabulary.fromTokens([...e11.text], { sort: 'alphabetical' });
    expect(vocabulary.tokens()).toEqual(e11.characters);
    const ids = [...vocabulary.encode([...e11.text])];
    const starts = Array.from({ length: ids.length - e11.length }, (_, i) => i);
    const x = tensor(
      starts.map((i) => ids.slice(i, i + e11.length)),
      { dtype: 'int32' },
    );
    const y = tensor(
      starts.map((i) => ids[i + e11.length]),
      { dtype: 'int32' },
    );

    const model = new CharLM(vocabulary.size, 10, 20);
    model.loadStateDict(toStateDict(e11.parameters));
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    const losses = train(model, optimizer, new nn.CrossEntropyLoss(), x, y);
    expectNumbers(losses, e11.losses, LOSS, 'losses');

    const window = ids.slice(0, e11.length);
    noGrad(() => {
      for (let i = 0; i < 20; i++) {
        const scores = model.forward(tensor([window.slice(-e11.length)], { dtype: 'int32' }));
        window.push(scores.argmax().item());
      }
    });
    expect(vocabulary.decode(window.slice(e11.length)).join('')).toBe(e11.generated);
  });
});

describe('E13: transfer learning', () => {
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
      const e13 = readFixture<{
        parameters: Record<string, ArrayFixture>;
        x: ArrayFixture;
        y: ArrayFixture;
        frozenLosses: ArrayFixture;
        untouchedWhileFrozen: boolean;
        fineTuningLosses: ArrayFixture;
        rowsMoved: number;
        output: ArrayFixture;
      }>('program_e13');
      const pretrained = toTensor(e13.parameters['embedding.weight']);
      const original = pretrained.data.slice();
      const model = new TextClassifier(pretrained, 128, 5);
      model.loadStateDict(toStateDict(e13.parameters));
      const { weight } = model.embedding;
      const [x, y] = [toTensor(e13.x), toTensor(e13.y)];
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
      expectNumbers(frozenLosses, e13.frozenLosses, LOSS, 'losses while frozen');
      expect(weight.grad).toBeNull();
      expect(movedRows() === 0).toBe(e13.untouchedWhileFrozen);

      weight.requiresGrad = true;
      const losses = train(model, new optim.Adam(model.parameters(), { lr: 1e-4 }), criterion, x, y);
      expectNumbers(losses, e13.fineTuningLosses, LOSS, 'losses while fine-tuning');
      expect(movedRows()).toBe(e13.rowsMoved);
      expectTensor(model.forward(x), e13.output, 'the trained scores', TRAINED);
    },
    LONG,
  );
});
