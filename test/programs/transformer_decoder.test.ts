import { describe, expect, it } from 'vitest';
import { arange, continueTokens, manualSeed, nn, optim, type Tensor, tensor } from '../../lib/index.js';
import { expectNumbers, expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor, valuesOf } from '../torch/read.js';

interface Table {
  rows: number[];
  values: ArrayFixture;
}

const encodings = readFixture<
  Record<'table4' | 'table16' | 'table512', Table> & {
    ids: ArrayFixture;
    training: ArrayFixture;
    evaluation: ArrayFixture;
  }
>('program_positions');

/** Two rounded functions of one float32 angle. */
const EXACT = { relative: 2e-7, absolute: 6e-8 };

describe('embeddings into a sinusoidal positional encoder', () => {
  for (const size of [4, 16, 512] as const) {
    it(`has the values of PyTorch's tutorial, size ${size}`, () => {
      const table = nn.sinusoidalEncoding(5000, size);
      const { rows, values } = encodings[`table${size}`];
      const seen = table.indexSelect(0, tensor(rows, { dtype: 'int32' })).narrow(1, 0, values.shape[1]);
      expectTensor(seen.contiguous(), values, 'the encoding', EXACT);
    });
  }

  it('has the exact values in double', () => {
    const table = nn.sinusoidalEncoding(100, 5, { dtype: 'float64' });
    for (const p of [0, 1, 99]) {
      const expected = [0, 0, 2, 2, 4].map((j, i) => (i % 2 === 0 ? Math.sin : Math.cos)(p / 10000 ** (j / 5)));
      for (const [i, value] of (table.select(0, p).tolist() as number[]).entries()) {
        expect(value).toBeCloseTo(expected[i], 12);
      }
    }
  });

  it('is added to the embeddings of five steps, with dropout in training', () => {
    manualSeed(0);
    const embedding = new nn.Embedding(12, 16);
    const encoder = new nn.PositionalEncoding(16, { dropout: 0.1 });
    expect(Object.keys(encoder.stateDict())).toEqual(['pe']);
    expect(encoder.pe.shape).toEqual([5000, 1, 16]);
    const ids = toTensor(encodings.ids);
    expectTensor(encoder.forward(embedding.forward(ids)), encodings.training, 'in training');
    encoder.eval();
    expectTensor(encoder.forward(embedding.forward(ids)), encodings.evaluation, 'in evaluation');
    const batchFirst = new nn.PositionalEncoding(16, { batchFirst: true });
    const turned = batchFirst.forward(embedding.forward(ids).transpose(0, 1)).transpose(0, 1);
    expect(turned.tolist()).toEqual(encoder.forward(embedding.forward(ids)).tolist());
    const later = encoder.forward(embedding.forward(ids).narrow(0, 3, 2), 3);
    expect(later.tolist()).toEqual(encoder.forward(embedding.forward(ids)).narrow(0, 3, 2).tolist());
    expect(() => encoder.forward(embedding.forward(ids), 4996)).toThrow(
      'positions 4996 to 5000 need a maxLen of 5001, this encoding has 5000',
    );
    expect(() => encoder.forward(toTensor(encodings.training).narrow(2, 0, 8))).toThrow('[length, batch, 16]');
  });
});

interface Decoding {
  text: string;
  context: number;
  losses: ArrayFixture;
  dropoutLosses: ArrayFixture;
  stateKeys: string[];
  samples: { temperature: number; topK: number | null; topP: number | null; text: string }[];
}

const decoding = readFixture<Decoding>('program_decoder');

describe('a decoder-only Transformer', () => {
  class LanguageModel extends nn.Module {
    embedding: nn.Embedding;
    positions: nn.Embedding;
    decoder: nn.TransformerEncoder;
    head: nn.Linear;

    constructor(vocabulary: number, size: number, heads: number, layers: number, context: number, dropout: number) {
      super();
      this.embedding = new nn.Embedding(vocabulary, size);
      this.positions = new nn.Embedding(context, size);
      const layer = new nn.TransformerEncoderLayer(size, heads, {
        dimFeedforward: 4 * size,
        dropout,
        activation: 'gelu',
        batchFirst: true,
        normFirst: true,
      });
      this.decoder = new nn.TransformerEncoder(layer, layers, { norm: new nn.LayerNorm(size) });
      this.head = new nn.Linear(size, vocabulary, { bias: false });
      this.head.weight = this.embedding.weight;
      nn.init.normal_(this.embedding.weight, 0, 0.1);
      nn.init.normal_(this.positions.weight, 0, 0.1);
    }

    forward(ids: Tensor): Tensor {
      const length = ids.size(1);
      const x = this.embedding.forward(ids).add(this.positions.forward(arange(length)));
      const mask = nn.Transformer.generateSquareSubsequentMask(length);
      return this.head.forward(this.decoder.forward(x, mask, { isCausal: true }));
    }
  }

  const { context } = decoding;
  const characters = [...new Set(decoding.text)].sort();
  const ids = Array.from(decoding.text, (character) => characters.indexOf(character));
  const starts = Array.from({ length: ids.length - context }, (_, start) => start);
  const windows = (shift: number) =>
    tensor(
      starts.map((start) => ids.slice(start + shift, start + shift + context)),
      { dtype: 'int32' },
    );

  function train(dropout: number, steps: number): { model: LanguageModel; losses: number[] } {
    manualSeed(0);
    const model = new LanguageModel(characters.length, 32, 4, 2, context, dropout);
    const optimizer = new optim.AdamW(model.parameters(), { lr: 2e-3 });
    const [x, y] = [windows(0), windows(1).flatten()];
    const losses: number[] = [];
    for (let step = 0; step < steps; step++) {
      optimizer.zeroGrad();
      const loss = nn.functional.crossEntropy(model.forward(x).flatten(0, 1), y);
      loss.backward();
      nn.utils.clipGradNorm_(model.parameters(), 1);
      optimizer.step();
      losses.push(loss.item());
    }
    return { model, losses };
  }

  it('trains to the losses of PyTorch from the same seed, then continues a text as PyTorch does', () => {
    const { model, losses } = train(0, valuesOf(decoding.losses).length);
    expect(Object.keys(model.stateDict())).toEqual(decoding.stateKeys);
    const expected = [...valuesOf(decoding.losses)];
    const part = (end: number): ArrayFixture => ({ shape: [end], dtype: 'float32', data: expected.slice(0, end) });
    expectNumbers(losses.slice(0, 40), part(40), { relative: 2e-5, absolute: 0 }, 'the first 40 losses');
    // Rounding grows: PyTorch's own losses in float32 and float64 differ by 1e-4 here.
    expectNumbers(losses, part(losses.length), { relative: 1e-3, absolute: 0 }, 'all losses');

    model.eval();
    for (const { text, ...sampling } of decoding.samples) {
      manualSeed(1);
      const added = continueTokens((tokens) => model.forward(tokens).select(1, -1), ids.slice(0, 10), {
        maxNewTokens: text.length - 10,
        contextLength: context,
        ...sampling,
      });
      expect(Array.from(added, (id) => characters[id]).join(''), JSON.stringify(sampling)).toBe(text.slice(10));
    }
  }, 300_000);

  it('trains with the dropout of PyTorch', () => {
    const { losses } = train(0.1, valuesOf(decoding.dropoutLosses).length);
    expectNumbers(losses, decoding.dropoutLosses, { relative: 2e-5, absolute: 0 }, 'losses');
  }, 300_000);
});
