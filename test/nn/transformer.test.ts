import { afterAll, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  autograd,
  DTypeError,
  getNumThreads,
  manualSeed,
  nn,
  noGrad,
  OptionError,
  ones,
  optim,
  randn,
  ShapeError,
  setNumThreads,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';

const double = { dtype: 'float64' } as const;
const causal = (size: number) => nn.Transformer.generateSquareSubsequentMask(size, double);

/** gradcheck of a module's inputs and all its parameters. */
function checkModule(module: nn.Module, inputs: Tensor[], run: (...inputs: Tensor[]) => Tensor | Tensor[]): void {
  autograd.gradcheck(
    (...args) => {
      manualSeed(5);
      return run(...args.slice(0, inputs.length));
    },
    [...inputs, ...module.parameters()],
  );
}

describe('gradients by differences', () => {
  const x = () => randn([3, 2, 4], { ...double, requiresGrad: true });
  const memory = () => randn([2, 2, 4], { ...double, requiresGrad: true });

  for (const needWeights of [false, true]) {
    it(`MultiheadAttention, weights ${needWeights}`, () => {
      manualSeed(1);
      const attention = new nn.MultiheadAttention(4, 2, { ...double, addBiasKv: true, addZeroAttn: true });
      const run = (q: Tensor, k: Tensor) => attention.forward(q, k, k, { needWeights }).filter((t) => t !== null);
      checkModule(attention, [x(), memory()], run);
      const self = new nn.MultiheadAttention(4, 2, { ...double, dropout: 0.3, batchFirst: true });
      const options = { needWeights, isCausal: true, attnMask: causal(2) };
      checkModule(self, [x()], (q) => self.forward(q, q, q, options).filter((t) => t !== null));
    });
  }

  for (const normFirst of [false, true]) {
    it(`layers, normFirst ${normFirst}`, () => {
      manualSeed(2);
      const options = { ...double, dimFeedforward: 3, normFirst, activation: 'gelu', dropout: 0.2 } as const;
      const encoder = new nn.TransformerEncoderLayer(4, 2, { ...options, batchFirst: true });
      const srcKeyPaddingMask = tensor(
        [
          [0, 1],
          [0, 0],
          [0, 1],
        ],
        { dtype: 'bool' },
      );
      checkModule(encoder, [x()], (src) => encoder.forward(src, { srcKeyPaddingMask }));
      const decoder = new nn.TransformerDecoderLayer(4, 2, options);
      checkModule(decoder, [x(), memory()], (tgt, m) =>
        decoder.forward(tgt, m, { tgtMask: causal(3), tgtIsCausal: true }),
      );
    });
  }

  it('learned positions', () => {
    const learned = new nn.LearnedPositionalEncoding(4, { maxLen: 4, ...double });
    checkModule(learned, [x()], (input) => learned.forward(input, 1));
  });
});

describe('MultiheadAttention', () => {
  it('gives the same with and without weights, in both layouts, and for copies of one tensor', () => {
    manualSeed(3);
    const first = new nn.MultiheadAttention(6, 3, { batchFirst: true });
    const second = new nn.MultiheadAttention(6, 3);
    second.loadStateDict(first.stateDict());
    const x = randn([2, 5, 6]);
    const [plain, none] = first.forward(x, x, x, { needWeights: false });
    expect(none).toBeNull();
    const [withWeights, weights] = first.forward(x, x.clone(), x.clone());
    expect(weights!.shape).toEqual([2, 5, 5]);
    for (const sum of weights!.sum(-1).flatten().tolist() as number[]) expect(sum).toBeCloseTo(1, 5);
    const turned = x.transpose(0, 1);
    const [sequenceFirst] = second.forward(turned, turned, turned, { needWeights: false });
    for (const other of [withWeights, sequenceFirst.transpose(0, 1)]) {
      expect(other.sub(plain).abs().max().item()).toBeLessThan(1e-6);
    }
  });

  it('refuses what does not fit', () => {
    const attention = new nn.MultiheadAttention(4, 2, { batchFirst: true });
    const x = randn([2, 3, 4]);
    expect(() => new nn.MultiheadAttention(5, 2)).toThrow('embedDim must be a multiple of numHeads, got 5 and 2');
    for (const Layer of [nn.TransformerEncoderLayer, nn.TransformerDecoderLayer, nn.Transformer]) {
      expect(() => new Layer(5, 2)).toThrow(`${Layer.name}: dModel must be a multiple of nhead, got 5 and 2`);
      expect(() => new Layer(4, 0)).toThrow(`${Layer.name}: nhead must be an integer of at least 1, got 0`);
      expect(() => new Layer({ dModel: 4 } as never, 2)).toThrow(`${Layer.name}: dModel must be an integer`);
    }
    expect(() => new nn.MultiheadAttention(4, 2, { batch_first: true } as never)).toThrow("did you mean 'batchFirst'");
    expect(() => attention.forward(x, x, x, { isCausal: true })).toThrow(ArgumentError);
    expect(() => attention.forward(randn([2, 3, 5]), x, x)).toThrow(
      'MultiheadAttention: query must have shape [batch, length, 4], got [2, 3, 5]',
    );
    expect(() => attention.forward(x, randn([3, 3, 4]), randn([3, 3, 4]))).toThrow(ShapeError);
    expect(() => attention.forward(x, x, randn([2, 4, 4]))).toThrow('key and value must have one length');
    expect(() => attention.forward(x.double(), x, x)).toThrow(DTypeError);
    expect(() => attention.forward(x, x, x, { attnMask: zeros([3, 4]) })).toThrow(
      'attnMask must have shape [3, 3] or [4, 3, 3], got [3, 4]',
    );
    expect(() => attention.forward(x, x, x, { keyPaddingMask: zeros([3, 2]) })).toThrow(
      'keyPaddingMask must have shape [2, 3], got [3, 2]',
    );
    expect(() => attention.forward(x, x, x, { attnMask: zeros([3, 3], { dtype: 'int32' }) })).toThrow(DTypeError);
  });
});

describe('stacks', () => {
  it('start from copies of one layer that train apart', () => {
    const encoder = new nn.TransformerEncoder(new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8 }), 2);
    const [first, second] = [...encoder.layers];
    expect(first.linear1.weight.tolist()).toEqual(second.linear1.weight.tolist());
    expect(first.linear1.weight.storage).not.toBe(second.linear1.weight.storage);
    noGrad(() => first.linear1.weight.add_(1));
    expect(first.linear1.weight.tolist()).not.toEqual(second.linear1.weight.tolist());
  });

  it('see that a mask is causal, and give what the mask gives', () => {
    manualSeed(4);
    const layer = new nn.TransformerEncoderLayer(4, 2, { dimFeedforward: 8, dropout: 0, batchFirst: true });
    const encoder = new nn.TransformerEncoder(layer, 2);
    const x = randn([2, 5, 4]);
    const mask = nn.Transformer.generateSquareSubsequentMask(5);
    const expected = encoder.forward(x, mask, { isCausal: false });
    for (const given of [mask, mask.ne(0)]) {
      expect(encoder.forward(x, given).sub(expected).abs().max().item()).toBeLessThan(1e-6);
    }
    const changed = x.clone();
    changed.narrow(1, 4, 1).mul_(-3);
    const out = encoder.forward(changed, { mask });
    expect(out.narrow(1, 0, 4).tolist()).toEqual(encoder.forward(x, { mask }).narrow(1, 0, 4).tolist());
    expect(encoder.forward(changed).narrow(1, 0, 4).tolist()).not.toEqual(encoder.forward(x).narrow(1, 0, 4).tolist());
  });

  it('take modules of your own', () => {
    class Doubling extends nn.Module {
      factor = 2;
      forward(x: Tensor): Tensor {
        return x.mul(this.factor);
      }
    }
    const encoder = new nn.TransformerEncoder(new Doubling(), 3, { norm: new nn.Identity() });
    expect(encoder.forward(ones([1])).tolist()).toEqual([8]);
    expect(() => new nn.TransformerEncoder({} as never, 2)).toThrow(ArgumentError);
    expect(() => new nn.TransformerEncoder(new Doubling(), 2.5)).toThrow(ValueError);
    expect(() => new nn.TransformerEncoder(new Doubling(), 2, { Norm: null } as never)).toThrow(OptionError);
    expect(() => new nn.TransformerEncoderLayer(4, 2, { activation: 'swish' as never })).toThrow(
      "activation must be 'relu', 'gelu', a function or a Module",
    );
  });

  it('train: an encoder learns to copy the first position everywhere', () => {
    manualSeed(6);
    const layer = new nn.TransformerEncoderLayer(8, 2, { dimFeedforward: 16, dropout: 0, batchFirst: true });
    const model = new nn.Sequential(new nn.TransformerEncoder(layer, 1), new nn.Linear(8, 8));
    const positions = new nn.PositionalEncoding(8, { maxLen: 6, batchFirst: true });
    const x = randn([32, 6, 8]);
    const goal = x.narrow(1, 0, 1).expand(32, 6, 8);
    const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
    let [first, last] = [0, 0];
    for (let step = 0; step < 150; step++) {
      optimizer.zeroGrad();
      const loss = nn.functional.mseLoss(model.forward(positions.forward(x)), goal);
      loss.backward();
      optimizer.step();
      if (step === 0) first = loss.item();
      last = loss.item();
    }
    expect(last).toBeLessThan(first * 0.3);
  });
});

describe('Transformer', () => {
  const options = { numEncoderLayers: 1, numDecoderLayers: 1, dimFeedforward: 8, dropout: 0 };

  it('refuses what does not fit', () => {
    const model = new nn.Transformer(4, 2, options);
    expect(() => model.forward(randn([3, 2, 4]), randn([3, 1, 4]))).toThrow(
      'src and tgt must end in dModel, 4, and have one batch size; got shapes [3, 2, 4] and [3, 1, 4]',
    );
    expect(() => model.forward(randn([3, 2, 5]), randn([3, 2, 4]))).toThrow(ShapeError);
    expect(() => model.forward(randn([3, 4]), randn([3, 2, 4]))).toThrow(ShapeError);
    expect(() => new nn.Transformer(4, 2, { numLayers: 1 } as never)).toThrow(OptionError);
  });

  it('takes an encoder of your own', () => {
    class Zeros extends nn.Module {
      forward(src: Tensor): Tensor {
        return src.mul(0);
      }
    }
    const model = new nn.Transformer(4, 2, { ...options, customEncoder: new Zeros() });
    const [a, b, tgt] = [randn([3, 2, 4]), randn([3, 2, 4]), randn([2, 2, 4])];
    expect(model.forward(a, tgt).tolist()).toEqual(model.forward(b, tgt).tolist());
  });
});

describe('any number of threads', () => {
  const before = getNumThreads();
  afterAll(() => setNumThreads(before));

  it('gives the same training step, to the bit', () => {
    const states = [1, 2, 4].map((threads) => {
      setNumThreads(threads);
      manualSeed(7);
      const model = new nn.TransformerEncoderLayer(32, 4, { dimFeedforward: 64, batchFirst: true });
      const optimizer = new optim.Adam(model.parameters());
      const x = randn([4, 50, 32]);
      for (let step = 0; step < 2; step++) {
        optimizer.zeroGrad();
        model.forward(x).square().sum().backward();
        optimizer.step();
      }
      return model.parameters().map((p) => p.tolist());
    });
    expect(states[1]).toEqual(states[0]);
    expect(states[2]).toEqual(states[0]);
  });
});

describe('tied embeddings', () => {
  class Model extends nn.Module {
    embedding = new nn.Embedding(7, 4);
    head = new nn.Linear(4, 7, { bias: false });
    constructor() {
      super();
      this.head.weight = this.embedding.weight;
    }
    forward(ids: Tensor): Tensor {
      return this.head.forward(this.embedding.forward(ids));
    }
  }

  it('are one parameter under two names, with the sum of both gradients', () => {
    manualSeed(8);
    const model = new Model();
    expect(model.namedParameters().map(([name]) => name)).toEqual(['embedding.weight']);
    expect(Object.keys(model.stateDict())).toEqual(['embedding.weight', 'head.weight']);
    const ids = tensor([1, 1, 5], { dtype: 'int32' });
    model.forward(ids).square().sum().backward();
    const both = model.embedding.weight.grad!;

    const apart = new Model();
    apart.head.weight = new nn.Parameter(model.embedding.weight.detach().clone());
    apart.embedding.weight = new nn.Parameter(model.embedding.weight.detach().clone());
    apart.forward(ids).square().sum().backward();
    const sum = apart.embedding.weight.grad!.add(apart.head.weight.grad!);
    expect(both.sub(sum).abs().max().item()).toBeLessThan(1e-5);

    const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
    optimizer.step();
    expect(model.head.weight.tolist()).toEqual(model.embedding.weight.tolist());
    const loaded = new Model();
    loaded.loadStateDict(model.stateDict());
    expect(loaded.head.weight).toBe(loaded.embedding.weight);
    expect(loaded.head.weight.tolist()).toEqual(model.head.weight.tolist());
  });
});
