/** Arguments with which the options of a function are reached, found by the names of its parameters. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DistributedDataParallel } from '../../lib/entries/distributed.js';
import * as lutra from '../../lib/index.js';

const { nn, optim, tensor, randn } = lutra;

// biome-ignore lint/suspicious/noExplicitAny: arguments of everything.
type Anything = any;

const ids = tensor([0, 1], { dtype: 'int32' });
const places = tensor(
  [
    [0, 1],
    [1, 0],
  ],
  { dtype: 'int32' },
);
const square = randn([2, 2]);
const vector = tensor([0.25, 0.5]);
const volume = randn([2, 2, 2]);
const counts = { words: new Map([['a', 1]]) };
const layer = () => new nn.TransformerEncoderLayer(2, 1, { dimFeedforward: 2 });
const parameter = () => randn([2, 2], { requiresGrad: true });
const optimizer = () => new optim.SGD([parameter()], { lr: 0.1 });
const scheduler = (of = optimizer()) => new optim.ConstantLR(of);
const classifier = await lutra.FastTextClassifier.load(
  new URL('../vectors/fixtures/fasttext/softmax.bin', import.meta.url).pathname,
);
const nowhere = join(tmpdir(), 'lutra-no-such-folder', 'file');

/** What to try for a parameter of a name, besides `usual`. */
const byName: { readonly [name: string]: readonly Anything[] } = {
  alpha: [1],
  batch1: [volume],
  batch2: [volume],
  body: [() => 1],
  buffer: [square, null],
  cutoffs: [[2]],
  data: ['nothing.csv'],
  decoderLayer: [new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2 })],
  defaults: [{}],
  dim: [0, null],
  dtype: ['float32'],
  encoderLayer: [layer()],
  end: [1],
  exponent: [2],
  files: [[{ name: 'a', sentences: [['a']] }]],
  fn: [(x: Anything) => x],
  folder: ['nowhere'],
  gradOutputs: [null],
  gradient: [null, undefined],
  hook: [() => undefined],
  index: [ids, places],
  indices: [[ids], [0, 1], ids],
  input: [square, vector, ids, places, volume, new nn.Linear(2, 2)],
  inputs: [[square]],
  k: [1],
  lengths: [[1, 1], ids],
  listeners: [{}],
  loader: [[[square, square]]],
  lrLambda: [() => 1],
  maxVal: [1],
  milestones: [[1], []],
  minVal: [0],
  mode: [true],
  model: [new nn.Linear(2, 2)],
  module: [new nn.Linear(2, 2)],
  mOrOptions: [2],
  nClasses: [4],
  name: ['name'],
  nhead: [1],
  normalizedShape: [[2]],
  numHeads: [1],
  optimizer: [optimizer()],
  outputs: [square.clone().requiresGrad_().sum()],
  p: [0.5, 2, undefined],
  params: [[parameter()]],
  parameters: [[parameter()]],
  path: [nowhere],
  perSampleWeights: [null],
  prompt: [[0]],
  q: [0.5],
  reduce: ['mean', 'sum', 'amax'],
  sampler: [new nn.ClassSampler([1, 1])],
  samples: [[square, square]],
  schedulers: [[scheduler()], []],
  sequence: [nn.utils.rnn.packSequence([square])],
  sequences: [[square, square]],
  shape: [[2]],
  size: [2, [2]],
  source: [square, [1, 2]],
  start: [0],
  state: [{}],
  std: [1],
  table: [new nn.Embedding(2, 2), new nn.EmbeddingBag(2, 2), square],
  target: [square, ids, vector],
  task: ['classifier'],
  tensors: [[square, square], { a: square }],
  text: ['a b'],
  tokens: [['a', 'b'], [['a']]],
  training: [true, [['a']]],
  weights: [[1, 1]],
  words: [counts],
};
const usual = [square, 2, vector, ids, volume, 0.5, 0, [1, 1], [['a']], [square]];

/** Lists of arguments for parameters of these names, the likeliest first. */
export function* argumentsFor(names: readonly string[], most = 600): Generator<Anything[]> {
  const candidates = names.map((name) => [...(byName[name] ?? []), ...usual]);
  const digits = names.map(() => 0);
  for (let tried = 0; tried < most; tried++) {
    yield digits.map((digit, i) => candidates[i][digit]);
    let at = 0;
    while (at < digits.length && ++digits[at] === candidates[at].length) digits[at++] = 0;
    if (at === digits.length) return;
  }
}

/** Objects whose methods can be called, by the path of their class. */
export const instances: { readonly [path: string]: () => readonly Anything[] } = {
  Tensor: () => [square.clone(), vector.clone(), ids.clone(), volume.clone(), parameter(), square.clone().sum()],
  'nn.ELU': () => [new nn.ELU()],
  'nn.EmbeddingBag': () => [new nn.EmbeddingBag(2, 2)],
  'nn.QuantizedEmbeddingBag': () => [new nn.EmbeddingBag(2, 2).quantize()],
  'nn.MultiheadAttention': () => [new nn.MultiheadAttention(2, 1)],
  'nn.Transformer': () => [new nn.Transformer(2, 1, { dimFeedforward: 2, numEncoderLayers: 1, numDecoderLayers: 1 })],
  'nn.TransformerEncoderLayer': () => [layer()],
  'nn.TransformerDecoderLayer': () => [new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2 })],
  'nn.TransformerEncoder': () => [new nn.TransformerEncoder(layer(), 1)],
  'nn.TransformerDecoder': () => [
    new nn.TransformerDecoder(new nn.TransformerDecoderLayer(2, 1, { dimFeedforward: 2 }), 1),
  ],
  'distributed.DistributedDataParallel': () => [new DistributedDataParallel(new nn.Linear(2, 2))],
  'optim.Adadelta': () => [optimizer()],
  'plots.Figure': () => [lutra.plots.histogram([1, 2])],
  FastTextClassifier: () => [classifier],
  Trainer: () => [new lutra.Trainer({ model: new nn.Linear(2, 2), optimizer: optimizer() })],
  Vocabulary: () => [lutra.Vocabulary.fromTokens([['a']])],
};
