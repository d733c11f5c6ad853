import { describe, expect, it } from 'vitest';
import { manualSeed, nn, optim, type Tensor, tensor } from '../../lib/index.js';
import { expectNumbers, expectTensor, LOSS } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toStateDict, toTensor } from '../torch/read.js';

interface Sequence {
  output: ArrayFixture;
  h: ArrayFixture;
  c: ArrayFixture;
}

interface EmbeddingLayers {
  largeTable: { weight: ArrayFixture; shape: number[]; printed: string; bareShape: number[]; bare: ArrayFixture };
  ofSequences: {
    parameters: ArrayFixture[];
    ids: ArrayFixture;
    model: string;
    sequenceFirst: Sequence;
    batchFirst: Sequence;
  };
}

const { largeTable, ofSequences } = readFixture<EmbeddingLayers>('program_embedding_layers');

describe('Embedding(10000, 300)', () => {
  const embedding = new nn.Embedding(10000, 300);
  embedding.loadStateDict({ weight: toTensor(largeTable.weight) });

  it('looks up one index in a tensor and prints 300 numbers', () => {
    const vector = embedding.forward(tensor([5], { dtype: 'int32' }));
    expect(vector.shape).toEqual(largeTable.shape);
    expect(String(vector)).toBe(largeTable.printed);
  });

  it('looks up a bare number', () => {
    const vector = embedding.forward(9999);
    expect(vector.shape).toEqual(largeTable.bareShape);
    expectTensor(vector, largeTable.bare, 'the vector');
  });
});

describe('Embedding → LSTM', () => {
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

  const [embedding, weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0] = ofSequences.parameters.map((rule) =>
    toTensor(rule),
  );
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
    const [output, [h, c]] = model.forward(toTensor(ofSequences.ids));
    expectTensor(output, ofSequences.sequenceFirst.output, 'output');
    expectTensor(h, ofSequences.sequenceFirst.h, 'h');
    expectTensor(c, ofSequences.sequenceFirst.c, 'c');
  });

  it('runs batch first', () => {
    const model = new Model({ batchFirst: true });
    model.loadStateDict(state);
    const [output, [h, c]] = model.forward(toTensor(ofSequences.ids).t());
    expectTensor(output, ofSequences.batchFirst.output, 'output');
    expectTensor(h, ofSequences.batchFirst.h, 'h');
    expectTensor(c, ofSequences.batchFirst.c, 'c');
  });

  it('prints the model as PyTorch does', () => {
    expect(String(new Model({ batchFirst: true }))).toBe(ofSequences.model);
  });
});

describe('the mean over tokens, classified', () => {
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

  const tokenAverage = readFixture<{
    parameters: Record<string, ArrayFixture>;
    x: ArrayFixture;
    y: ArrayFixture;
    losses: ArrayFixture;
    output: ArrayFixture;
    seededLosses: ArrayFixture;
  }>('program_token_average');
  const [x, y] = [toTensor(tokenAverage.x), toTensor(tokenAverage.y)];

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
    model.loadStateDict(toStateDict(tokenAverage.parameters));
    expectNumbers(train(model), tokenAverage.losses, LOSS, 'losses');
    expectTensor(model.forward(x), tokenAverage.output, 'the trained scores', { relative: 1e-4, absolute: 1e-5 });
  });

  it('trains to the losses of PyTorch from the same seed', () => {
    manualSeed(0);
    expectNumbers(train(new Classifier(50, 8, 10)), tokenAverage.seededLosses, LOSS, 'losses');
  });
});
