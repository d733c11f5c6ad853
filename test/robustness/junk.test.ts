import { describe, expect, it } from 'vitest';
import * as lutra from '../../lib/index.js';
import { smallRandom } from '../io/files_of_bytes.js';

const { nn, optim, randn, tensor, zeros } = lutra;

/** What a user may pass by mistake: wrong kinds, ranks, dtypes, signs, sizes, and numbers that are none. */
const junk: readonly unknown[] = [
  undefined,
  null,
  Number.NaN,
  -1,
  1.5,
  2 ** 40,
  Number.POSITIVE_INFINITY,
  'x',
  true,
  {},
  { foo: 1 },
  [],
  [[1], [1, 2]],
  () => 1,
  10n,
  Symbol('s'),
  new Float32Array(2),
  new Int32Array([0, 1]),
  zeros([0]),
  zeros([2]),
  randn([2, 3]),
  tensor([0, 1], { dtype: 'int32' }),
  tensor([[5, -7]], { dtype: 'int32' }),
  tensor([true, false]),
  randn([2, 2]).half(),
  tensor(1),
  randn([2, 2, 2], { dtype: 'float64' }),
  new nn.Linear(2, 2),
];

const typed = new Set(Object.keys(lutra).filter((name) => name.endsWith('Error')));
const random = smallRandom(5);
const pick = () => junk[random(junk.length)];
const some = (most: number) => Array.from({ length: random(most + 1) }, pick);

/** Whatever comes back is well; what is thrown must be one of Lutra's errors, with a sentence that starts with a name. */
function attempt(what: string, call: () => unknown): void {
  try {
    call();
  } catch (error) {
    const { name, message, stack } = error as Error;
    if (!typed.has(name)) expect.fail(`${what}: ${stack}`);
    expect(message, what).toMatch(/^([\w.]+|out of memory): \S/);
  }
}

function quietly(run: () => void): void {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    run();
  } finally {
    process.emitWarning = emitWarning;
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the point is to call everything with anything.
type Anything = any;

const layer = { dimFeedforward: 2 };
const modules: Record<string, () => Anything> = {
  Embedding: () => new nn.Embedding(4, 3),
  EmbeddingBag: () => new nn.EmbeddingBag(4, 3),
  'EmbeddingBag of sums': () => new nn.EmbeddingBag(4, 3, { mode: 'sum', includeLastOffset: true, paddingIdx: 1 }),
  QuantizedEmbedding: () => new nn.Embedding(4, 3).quantize(),
  QuantizedEmbeddingBag: () => new nn.EmbeddingBag(4, 3).quantize(),
  Linear: () => new nn.Linear(2, 3),
  LayerNorm: () => new nn.LayerNorm(2),
  RMSNorm: () => new nn.RMSNorm(2),
  Conv1d: () => new nn.Conv1d(2, 3, 1),
  BatchNorm1d: () => new nn.BatchNorm1d(3),
  MaxPool1d: () => new nn.MaxPool1d(1),
  LPPool1d: () => new nn.LPPool1d(2, 1),
  AdaptiveAvgPool1d: () => new nn.AdaptiveAvgPool1d(1),
  ReflectionPad1d: () => new nn.ReflectionPad1d(1),
  PReLU: () => new nn.PReLU(),
  RReLU: () => new nn.RReLU(),
  GLU: () => new nn.GLU(),
  Threshold: () => new nn.Threshold(1, 2),
  Bilinear: () => new nn.Bilinear(2, 3, 2),
  Dropout1d: () => new nn.Dropout1d(),
  AlphaDropout: () => new nn.AlphaDropout(),
  GroupNorm: () => new nn.GroupNorm(1, 2),
  InstanceNorm1d: () => new nn.InstanceNorm1d(2),
  Dropout: () => new nn.Dropout(),
  Flatten: () => new nn.Flatten(),
  Unflatten: () => new nn.Unflatten(0, [2]),
  MultiheadAttention: () => new nn.MultiheadAttention(2, 1),
  TransformerEncoderLayer: () => new nn.TransformerEncoderLayer(2, 1, layer),
  TransformerDecoderLayer: () => new nn.TransformerDecoderLayer(2, 1, layer),
  TransformerEncoder: () => new nn.TransformerEncoder(new nn.TransformerEncoderLayer(2, 1, layer), 1),
  TransformerDecoder: () => new nn.TransformerDecoder(new nn.TransformerDecoderLayer(2, 1, layer), 1),
  Transformer: () => new nn.Transformer(2, 1, { ...layer, numEncoderLayers: 1, numDecoderLayers: 1 }),
  PositionalEncoding: () => new nn.PositionalEncoding(2),
  LearnedPositionalEncoding: () => new nn.LearnedPositionalEncoding(2),
  AdaptiveLogSoftmaxWithLoss: () => new nn.AdaptiveLogSoftmaxWithLoss(2, 6, [3]),
  SampledSoftmaxLoss: () => new nn.SampledSoftmaxLoss(new nn.ClassSampler([1, 1, 1])),
  NegativeSamplingLoss: () => new nn.NegativeSamplingLoss(new nn.ClassSampler([1, 1, 1])),
  CrossEntropyLoss: () => new nn.CrossEntropyLoss(),
  NLLLoss: () => new nn.NLLLoss(),
  BCELoss: () => new nn.BCELoss(),
  BCEWithLogitsLoss: () => new nn.BCEWithLogitsLoss(),
  MSELoss: () => new nn.MSELoss(),
  SmoothL1Loss: () => new nn.SmoothL1Loss(),
  KLDivLoss: () => new nn.KLDivLoss(),
  CosineEmbeddingLoss: () => new nn.CosineEmbeddingLoss(),
  TripletMarginLoss: () => new nn.TripletMarginLoss(),
  MarginRankingLoss: () => new nn.MarginRankingLoss(),
};

const optimizers = ['SGD', 'Adam', 'AdamW', 'SparseAdam', 'Adagrad', 'RMSprop'] as const;

describe('arguments that make no sense end in an error of Lutra’s, or in nothing', () => {
  it('for every function of nn.functional', () => {
    quietly(() => {
      for (const [name, call] of Object.entries(nn.functional as Anything)) {
        for (let i = 0; i < 400; i++) attempt(`functional.${name}`, () => (call as Anything)(...some(4)));
      }
    });
  });

  it('for the constructors of every module', () => {
    for (const [name, Class] of Object.entries(nn as Anything)) {
      if (typeof Class !== 'function' || !/^[A-Z]/.test(name) || name === 'Module') continue;
      // By its defaults a Transformer draws 44 million weights.
      const tries = name === 'Transformer' ? 25 : 250;
      for (let i = 0; i < tries; i++) attempt(`new ${name}`, () => Reflect.construct(Class as Anything, some(3)));
    }
  });

  for (const [name, make] of Object.entries(modules)) {
    it(`for the methods of ${name}`, () => {
      quietly(() => {
        const made = make();
        for (let i = 0; i < 300; i++) attempt(`${name}.forward`, () => made.forward(...some(4)));
        for (const method of ['loadStateDict', 'to', 'train', 'apply', 'getSubmodule', 'getParameter', 'stateDict']) {
          for (let i = 0; i < 30; i++) attempt(`${name}.${method}`, () => make()[method](pick(), pick()));
        }
      });
    });
  }

  it('for optimizers, their groups, gradients and state dicts', () => {
    for (const name of optimizers) {
      for (let i = 0; i < 300; i++) {
        attempt(`new ${name}`, () => Reflect.construct(optim[name], some(2)));
        const parameter = randn([2, 2], { requiresGrad: true });
        const optimizer = new optim[name]([parameter]);
        attempt(`${name}.addParamGroup`, () => optimizer.addParamGroup(pick() as Anything));
        const own = random(2) ? pick() : { step: pick(), exp_avg: pick(), sum: pick(), momentum_buffer: pick() };
        const groups = random(3) ? [{ params: [0], lr: pick(), betas: pick() }] : pick();
        const dict = { state: random(3) ? { 0: own } : pick(), param_groups: groups };
        attempt(`${name}.loadStateDict`, () => optimizer.loadStateDict(random(4) ? dict : (pick() as Anything)));
        attempt(`${name}.step`, () => {
          parameter.grad = pick() as Anything;
          optimizer.step();
        });
        attempt(`${name}.zeroGrad`, () => optimizer.zeroGrad(pick() as Anything));
      }
    }
  });

  it('for schedulers', () => {
    for (const [name, Class] of Object.entries(optim.lrScheduler as Anything)) {
      if (name === 'LRScheduler') continue;
      for (let i = 0; i < 200; i++) {
        const optimizer = new optim.SGD([randn([2], { requiresGrad: true })]);
        const first = random(4) ? optimizer : pick();
        attempt(`new ${name}`, () => Reflect.construct(Class as Anything, [first, ...some(2)]));
      }
    }
  });

  it('for nn.init, nn.utils and files in memory', () => {
    const { parseTorch, serializeTorch, parseNpy, parseNpz, parseSafetensors, serializeSafetensors } = lutra;
    const files = { parseTorch, serializeTorch, parseNpy, parseNpz, parseSafetensors, serializeSafetensors };
    for (const calls of [nn.init, nn.utils, files] as Anything[]) {
      for (const [name, call] of Object.entries(calls)) {
        if (typeof call !== 'function') continue;
        for (let i = 0; i < 300; i++) attempt(name, () => call(...some(3)));
      }
    }
  });
});
