import { describe, expect, it } from 'vitest';
import { nn, randint, type Tensor, tensor, Vocabulary } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor, valuesOf } from '../torch/read.js';

interface EmbeddingTables {
  fourWords: { weight: ArrayFixture; shape: number[]; printed: string };
  smallTable: { weight: ArrayFixture; vector: number[]; matrix: number[][] };
  unknownWords: { weight: ArrayFixture; words: string[]; sentence: string[]; ids: number[]; vectors: ArrayFixture };
  classifier: { parameters: ArrayFixture[]; batch: ArrayFixture; model: string; shape: number[]; output: ArrayFixture };
  pretrainedTable: {
    weight: ArrayFixture;
    requiresGrad: boolean;
    sharesMemory: boolean;
    layer: string;
    vector: ArrayFixture;
  };
  manyVectors: { weight: ArrayFixture; ids: ArrayFixture; shape: number[]; sample: ArrayFixture };
  paddedSequences: {
    weight: ArrayFixture;
    sequences: ArrayFixture[];
    padded: string;
    mask: string;
    layer: string;
    shapes: number[][];
    maskedSum: ArrayFixture;
    printed: string;
  };
  tableMemory: {
    tables: { rows: number; bytes: number; halfBytes: number; megabytes: string }[];
    edges: ArrayFixture;
    edgesHalf: ArrayFixture;
    edgesBfloat16: ArrayFixture;
    row: ArrayFixture;
    rowHalf: ArrayFixture;
    rowBfloat16: ArrayFixture;
    printedHalf: string;
    printedBfloat16: string;
  };
}

const { fourWords, smallTable, unknownWords, classifier, pretrainedTable, manyVectors, paddedSequences, tableMemory } =
  readFixture<EmbeddingTables>('program_embedding_tables');

describe('four words of ten thousand', () => {
  it('gives shape [4, 100] and prints as PyTorch does', () => {
    const embedding = new nn.Embedding(10000, 100);
    embedding.loadStateDict({ weight: toTensor(fourWords.weight) });
    const embedded = embedding.forward([1, 5, 9, 9999]);
    expect(embedded.shape).toEqual(fourWords.shape);
    expect(String(embedded)).toBe(fourWords.printed);
  });
});

describe('a small vocabulary', () => {
  const embedding = new nn.Embedding(5, 4);
  embedding.loadStateDict({ weight: toTensor(smallTable.weight) });

  it('gives a vector as a list of numbers', () => {
    expect(embedding.forward(2).tolist()).toEqual(smallTable.vector);
    expect(embedding.weight.tolist()).toEqual(smallTable.matrix);
  });

  it('unknown words fall to the <OOV> row', () => {
    const vocabulary = new Vocabulary(unknownWords.words, { defaultIndex: 0 });
    const ids = vocabulary.encode(unknownWords.sentence);
    expect([...ids]).toEqual(unknownWords.ids);
    expectTensor(embedding.forward(ids), unknownWords.vectors, 'the vectors');
  });
});

describe('SimpleTextClassifier', () => {
  class SimpleTextClassifier extends nn.Module {
    embedding: nn.Embedding;
    fc: nn.Linear;

    constructor(vocabSize: number, embeddingDim: number, numClasses: number) {
      super();
      this.embedding = new nn.Embedding(vocabSize, embeddingDim);
      this.fc = new nn.Linear(embeddingDim, numClasses);
    }

    forward(x: Tensor) {
      return this.fc.forward(this.embedding.forward(x).mean(1));
    }
  }

  it('scores a random batch', () => {
    const x = randint(0, 10000, [32, 20]);
    expect(x.dtype).toBe('int32');
    expect(new SimpleTextClassifier(10000, 100, 5).forward(x).shape).toEqual(classifier.shape);
  });

  it('gives the scores and the printed form of PyTorch', () => {
    const model = new SimpleTextClassifier(10000, 100, 5);
    const [embedding, weight, bias] = classifier.parameters.map((rule) => toTensor(rule));
    model.loadStateDict({ 'embedding.weight': embedding, 'fc.weight': weight, 'fc.bias': bias });
    expectTensor(model.forward(toTensor(classifier.batch)), classifier.output, 'the scores');
    expect(String(model)).toBe(classifier.model);
  });
});

describe('a pretrained matrix', () => {
  it('is frozen, shares the memory of the matrix, and looks up its rows', () => {
    const pretrained = toTensor(pretrainedTable.weight);
    const embedding = nn.Embedding.fromPretrained(pretrained);
    expect(embedding.weight.requiresGrad).toBe(pretrainedTable.requiresGrad);
    expect(embedding.weight.data.buffer === pretrained.data.buffer).toBe(pretrainedTable.sharesMemory);
    expect(String(embedding)).toBe(pretrainedTable.layer);
    const vector = embedding.forward(7);
    expect(vector.requiresGrad).toBe(false);
    expectTensor(vector, pretrainedTable.vector, 'the vector');
  });
});

describe('ten thousand of a hundred thousand vectors', () => {
  it('gives what a map from id to vector gives', () => {
    const matrix = valuesOf(manyVectors.weight) as Float32Array;
    const embedding = nn.Embedding.fromPretrained(tensor(matrix, { shape: manyVectors.weight.shape }));
    const ids = valuesOf(manyVectors.ids) as Int32Array;
    const embedded = embedding.forward(ids);
    expect(embedded.shape).toEqual(manyVectors.shape);

    const vectors = new Map<number, Float32Array>();
    for (let id = 0; id < 100000; id++) vectors.set(id, matrix.subarray(300 * id, 300 * (id + 1)));
    const copied = new Float32Array(ids.length * 300);
    for (const [position, id] of ids.entries()) copied.set(vectors.get(id)!, 300 * position);
    expect(
      Buffer.compare(
        Buffer.from(embedded.data.buffer, embedded.data.byteOffset, embedded.nbytes),
        Buffer.from(copied.buffer),
      ),
    ).toBe(0);

    const [rows, columns] = manyVectors.sample.shape;
    const sample = Array.from({ length: rows * columns }, (_, i) => {
      const row = embedded.select(0, 1000 * Math.floor(i / columns));
      return row.select(0, 100 * (i % columns)).item();
    });
    expect(sample).toEqual([...valuesOf(manyVectors.sample)]);
  });
});

describe('sequences of lengths 5, 3 and 7', () => {
  const sequences = paddedSequences.sequences.map((sequence) => toTensor(sequence));
  const padded = nn.utils.rnn.padSequence(sequences, { batchFirst: true, paddingValue: 0 });
  const mask = padded.ne(0);

  it('pads and masks', () => {
    expect(String(padded)).toBe(paddedSequences.padded);
    expect(String(mask)).toBe(paddedSequences.mask);
  });

  it('embeds, and masks the embedding', () => {
    const embedding = new nn.Embedding(100, 50, { paddingIdx: 0 });
    expect(String(embedding)).toBe(paddedSequences.layer);
    embedding.loadStateDict({ weight: toTensor(paddedSequences.weight) });
    const embedded = embedding.forward(padded);
    const masked = embedded.mul(mask.unsqueeze(-1));
    expect([padded.shape, embedded.shape, masked.shape]).toEqual(paddedSequences.shapes);
    expectTensor(masked.sum(2), paddedSequences.maskedSum, 'the sums');
    expect(String(masked)).toBe(paddedSequences.printed);
  });
});

describe('the memory of tables', () => {
  it('counts true bytes, and half of them in 16 bits', () => {
    for (const { rows, bytes, halfBytes, megabytes } of tableMemory.tables) {
      const { weight } = new nn.Embedding(rows, 300);
      expect(weight.nbytes).toBe(bytes);
      expect(weight.numel * weight.elementSize).toBe(bytes);
      expect(weight.data.byteLength).toBe(bytes);
      expect(`${(weight.nbytes / 1024 ** 2).toFixed(2)} MB`).toBe(megabytes);
      for (const small of [weight.detach().half(), weight.detach().bfloat16()]) {
        expect(small.nbytes).toBe(halfBytes);
        expect(small.data.byteLength).toBe(halfBytes);
      }
      // The layer itself: its table is replaced, not shadowed.
      for (const layer of [new nn.Embedding(rows, 300).half(), new nn.EmbeddingBag(rows, 300).bfloat16()]) {
        expect([layer.weight.nbytes, layer.weight.data.byteLength]).toEqual([halfBytes, halfBytes]);
        expect(layer.weight.data.buffer.byteLength).toBeLessThan(1.25 * halfBytes);
        expect(layer.forward([[1]]).dtype).toBe('float32');
      }
    }
  });

  it('rounds as PyTorch does', () => {
    for (const [values, half, bfloat16] of [
      [tableMemory.edges, tableMemory.edgesHalf, tableMemory.edgesBfloat16],
      [tableMemory.row, tableMemory.rowHalf, tableMemory.rowBfloat16],
    ]) {
      const exact = { relative: 0, absolute: 0 };
      expectTensor(toTensor(values).half().float(), half, 'half', exact);
      expectTensor(toTensor(values).bfloat16().float(), bfloat16, 'bfloat16', exact);
    }
  });

  it('prints 16-bit numbers as PyTorch does', () => {
    const numbers = toTensor(tableMemory.row).select(0, 0).narrow(0, 0, 5);
    expect(String(numbers.half())).toBe(tableMemory.printedHalf);
    expect(String(numbers.bfloat16())).toBe(tableMemory.printedBfloat16);
  });
});
