import { describe, expect, it } from 'vitest';
import { manualSeed, nn, optim, type Tensor, tensor } from '../../lib/index.js';
import { expectNumbers, expectTensor, LOSS } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';

interface Sequence {
  output: ArrayFixture;
  h: ArrayFixture;
  c: ArrayFixture;
}

interface ProgramC {
  c1: { weight: ArrayFixture; shape: number[]; printed: string; bareShape: number[]; bare: ArrayFixture };
  c3: { parameters: ArrayFixture[]; ids: ArrayFixture; model: string; sequenceFirst: Sequence; batchFirst: Sequence };
}

const { c1, c3 } = readFixture<ProgramC>('program_c');

describe('C1: Embedding(10000, 300)', () => {
  const embedding = new nn.Embedding(10000, 300);
  embedding.loadStateDict({ weight: toTensor(c1.weight) });

  it('looks up one index in a tensor and prints 300 numbers', () => {
    const vector = embedding.forward(tensor([5], { dtype: 'int32' }));
    expect(vector.shape).toEqual(c1.shape);
    expect(String(vector)).toBe(c1.printed);
  });

  it('looks up a bare number', () => {
    const vector = embedding.forward(9999);
    expect(vector.shape).toEqual(c1.bareShape);
    expectTensor(vector, c1.bare, 'the vector');
  });
});

describe('C3: Embedding → LSTM', () => {
  class Model extends nn.Module {
    embedding: nn.Embedding;
    lstm: nn.LSTM;

    constructor(options: { batchFirst?: boolean } = {}) {
      super();
      this.embedding = new nn.Embedding(20, 6);
      this.lstm = new nn.LSTM(6, 8, options);
    }

    forward(x: Tensor) {
      return this.lstm.forward(this.embedding.forward(x));
    }
  }

  const [embedding, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0] = c3.parameters.map((rule) => toTensor(rule));
  const state = {
    'embedding.weight': embedding,
    'lstm.weight_ih_l0': weight_ih_l0,
    'lstm.weight_hh_l0': weight_hh_l0,
    'lstm.bias_ih_l0': bias_ih_l0,
    'lstm.bias_hh_l0': bias_hh_l0,
  };

  it('runs sequence first', () => {
    const model = new Model();
    model.loadStateDict(state);
    const [output, [h, c]] = model.forward(toTensor(c3.ids));
    expectTensor(output, c3.sequenceFirst.output, 'output');
    expectTensor(h, c3.sequenceFirst.h, 'h');
    expectTensor(c, c3.sequenceFirst.c, 'c');
  });

  it('runs batch first', () => {
    const model = new Model({ batchFirst: true });
    model.loadStateDict(state);
    const [output, [h, c]] = model.forward(toTensor(c3.ids).t());
    expectTensor(output, c3.batchFirst.output, 'output');
    expectTensor(h, c3.batchFirst.h, 'h');
    expectTensor(c, c3.batchFirst.c, 'c');
  });

  it('prints the model as PyTorch does', () => {
    expect(String(new Model({ batchFirst: true }))).toBe(c3.model);
  });
});

describe('C4: the mean over tokens, classified', () => {
  class Classifier extends nn.Module {
    embedding: nn.Embedding;
    fc: nn.Linear;

    constructor(vocabularySize: number, embeddingDim: number, classes: number) {
      super();
      this.embedding = new nn.Embedding(vocabularySize, embeddingDim);
      this.fc = new nn.Linear(embeddingDim, classes);
    }

    forward(x: Tensor) {
      return this.fc.forward(this.embedding.forward(x).mean(1));
    }
  }

  const c4 = readFixture<{
    parameters: Record<string, ArrayFixture>;
    x: ArrayFixture;
    y: ArrayFixture;
    losses: ArrayFixture;
    output: ArrayFixture;
    seededLosses: ArrayFixture;
  }>('program_c4');
  const [x, y] = [toTensor(c4.x), toTensor(c4.y)];

  function train(model: Classifier): number[] {
    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1, momentum: 0.9 });
    const criterion = new nn.CrossEntropyLoss();
    const losses: number[] = [];
    for (let epoch = 0; epoch < 100; epoch++) {
      optimizer.zeroGrad();
      const loss = criterion.forward(model.forward(x), y);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    }
    return losses;
  }

  it('trains to the losses of PyTorch from the same weights', () => {
    const model = new Classifier(50, 8, 10);
    model.loadStateDict(toStateDict(c4.parameters));
    expectNumbers(train(model), c4.losses, LOSS, 'losses');
    expectTensor(model.forward(x), c4.output, 'the trained scores', { relative: 1e-4, absolute: 1e-5 });
  });

  it('trains to the losses of PyTorch from the same seed', () => {
    manualSeed(0);
    expectNumbers(train(new Classifier(50, 8, 10)), c4.seededLosses, LOSS, 'losses');
  });
});
