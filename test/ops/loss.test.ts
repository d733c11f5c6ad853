import { describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AutogradError,
  autograd,
  DTypeError,
  IndexError,
  nn,
  noGrad,
  rand,
  randn,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const F = nn.functional;
const reductions = ['none', 'mean', 'sum'] as const;

/** Class numbers that repeat, with an ignored one where there is room. */
function classes(shape: number[], count: number): Tensor {
  const n = shape.reduce((a, b) => a * b, 1);
  const ids = Int32Array.from({ length: n }, (_, i) => (i === 2 ? -100 : (i * 7 + 3) % count));
  return tensor(ids, { shape });
}

describe('losses of classes, checked by differences', () => {
  for (const count of [1, 2, 7, 8, 9, 16, 17, 35]) {
    for (const [input, target] of [
      [[count], []],
      [[5, count], [5]],
      [
        [3, count, 4],
        [3, 4],
      ],
      [
        [2, count, 3, 2],
        [2, 3, 2],
      ],
    ]) {
      for (const reduction of reductions) {
        it(`input [${input}], reduction ${reduction}`, () => {
          const ids = classes(target, count);
          const weight = rand([count], { dtype: 'float64' }).add(0.1);
          const x = () => randn(input, double);
          for (const labelSmoothing of [0, 0.3]) {
            expect(autograd.gradcheck((t) => F.crossEntropy(t, ids, { reduction, labelSmoothing }), [x()])).toBe(true);
            const options = { reduction, labelSmoothing, weight };
            expect(autograd.gradcheck((t) => F.crossEntropy(t, ids, options), [x()])).toBe(true);
          }
          expect(autograd.gradcheck((t) => F.nllLoss(t, ids, { reduction, weight }), [x()])).toBe(true);
          const soft = rand(input, double);
          expect(autograd.gradcheck((t, p) => F.crossEntropy(t, p, { reduction, weight }), [x(), soft])).toBe(true);
        });
      }
    }
  }

  it('follows views of the logits', () => {
    const x = randn([7, 5, 3], double);
    const ids = tensor([0, 4, 2], { dtype: 'int32' });
    expect(autograd.gradcheck((t) => F.crossEntropy(t.select(0, 3).t(), ids), [x])).toBe(true);
  });

  it('does not pass a gradient that is wrong', () => {
    const x = randn([3, 4], double);
    const ids = [0, 1, 2];
    const wrong = (t: Tensor) => F.crossEntropy(t.mul(2).sub(t.detach()), ids);
    expect(() => autograd.gradcheck(wrong, [x])).toThrow(/gradcheck/i);
  });
});

describe('losses of elements, checked by differences', () => {
  for (const shape of [[1], [7], [8], [9], [35], [3, 5], []]) {
    for (const reduction of reductions) {
      it(`shape [${shape}], reduction ${reduction}`, () => {
        const x = () => randn(shape, double);
        const t = () => randn(shape, double);
        expect(autograd.gradcheck((a, b) => F.mseLoss(a, b, { reduction }), [x(), t()])).toBe(true);
        expect(autograd.gradcheck((a, b) => F.l1Loss(a, b, { reduction }), [x(), t()])).toBe(true);
        expect(autograd.gradcheck((a, b) => F.smoothL1Loss(a, b, { reduction, beta: 0.4 }), [x(), t()])).toBe(true);
        expect(autograd.gradcheck((a, b) => F.huberLoss(a, b, { reduction, delta: 0.7 }), [x(), t()])).toBe(true);
        const probabilities = rand(shape, { dtype: 'float64' }).mul(0.8).add(0.1).detach().requiresGrad_();
        // Kept from the limits: central differences step out of [0, 1] there.
        const target = () => rand(shape, { dtype: 'float64' }).mul(0.8).add(0.1).detach().requiresGrad_();
        const weight = rand(shape.slice(-1), { dtype: 'float64' });
        const posWeight = rand(shape.slice(-1), { dtype: 'float64' });
        const entropy = (a: Tensor, b: Tensor) => F.binaryCrossEntropy(a, b, { reduction, weight });
        expect(autograd.gradcheck(entropy, [probabilities, target()])).toBe(true);
        for (const options of [{ reduction, weight, posWeight }, { reduction }]) {
          const ofLogits = (a: Tensor, b: Tensor) => F.binaryCrossEntropyWithLogits(a, b, options);
          expect(autograd.gradcheck(ofLogits, [x(), target()])).toBe(true);
        }
      });
    }
  }

  it('broadcasts with a warning, as PyTorch does', async () => {
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    const x = randn([3, 4], double);
    const t = randn([4], double);
    expect(autograd.gradcheck((a, b) => F.mseLoss(a, b), [x, t])).toBe(true);
    expect((await warned).message).toMatch(/\[3, 4\].*\[4\].*broadcast/);
  });
});

describe('losses refuse', () => {
  const logits = randn([2, 3]);

  it('targets that are no classes, before anything is written', () => {
    expect(() => F.crossEntropy(logits, [0, 3])).toThrow(/target 3 at position 1 is none of the 3 classes/);
    expect(() => F.crossEntropy(logits, [-1, 0])).toThrow(IndexError);
    expect(() => F.nllLoss(logits, [0, 5])).toThrow(IndexError);
    expect(F.crossEntropy(logits, [0, 5], { ignoreIndex: 5 }).item()).toBe(
      F.crossEntropy(logits.narrow(0, 0, 1), [0]).item(),
    );
  });

  it('shapes, dtypes and options that do not fit', () => {
    expect(() => F.crossEntropy(logits, [0])).toThrow(/target must have shape \[2\].*got \[1\]/);
    expect(() => F.crossEntropy(logits, randn([2, 4]))).toThrow(ShapeError);
    expect(() => F.crossEntropy(logits, randn([2, 3], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => F.crossEntropy(logits, [0, 1], { weight: randn([2]) })).toThrow(/one number for each class/);
    expect(() => F.crossEntropy(logits, [0, 1], { weight: randn([3], { dtype: 'float64' }) })).toThrow(DTypeError);
    expect(() => F.crossEntropy(logits, [0, 1], { labelSmoothing: 1.5 })).toThrow(ValueError);
    expect(() => F.crossEntropy(logits, [0, 1], { reduction: 'avg' as never })).toThrow(/'none', 'mean' or 'sum'/);
    expect(() => F.crossEntropy(logits, [0, 1], { labelSmothing: 0.1 } as never)).toThrow(
      /did you mean 'labelSmoothing'/,
    );
    expect(() => F.crossEntropy(tensor([[1, 2]], { dtype: 'int32' }), [0])).toThrow(DTypeError);
    expect(() => F.mseLoss(logits, randn([2, 3], { dtype: 'float64' }))).toThrow(DTypeError);
    expect(() => F.binaryCrossEntropy(rand([2]), rand([3]))).toThrow(ShapeError);
    expect(() => F.binaryCrossEntropy(tensor([0.5, 1.5]), rand([2]))).toThrow(/input .* got 1.5 at position 1/);
    expect(() => F.binaryCrossEntropy(rand([2]), tensor([0.5, -1]))).toThrow(/target .* got -1 at position 1/);
    expect(() => F.huberLoss(logits, logits, { delta: 0 })).toThrow(ValueError);
    expect(() => F.binaryCrossEntropyWithLogits(logits, logits, { posWeight: randn([4]) })).toThrow(ShapeError);
    expect(() => F.crossEntropy(logits, rand([2, 3]), { ignoreIndex: 1 })).toThrow(/not with probabilities/);
    expect(() => new nn.CrossEntropyLoss({ labelSmoothing: -1 })).toThrow(ValueError);
    expect(() => new nn.CrossEntropyLoss({ ignoreIndex: 0.5 })).toThrow(/CrossEntropyLoss: ignoreIndex .* 0.5/);
    expect(() => new nn.NLLLoss({ ignoreIndex: '1' as never })).toThrow(ArgumentError);
    expect(() => new nn.HuberLoss({ delta: -1 })).toThrow(/HuberLoss: delta must be a number above 0, got -1/);
    expect(() => new nn.SmoothL1Loss({ beta: -1 })).toThrow(/SmoothL1Loss: beta must be .* got -1/);
    expect(() => new nn.MSELoss({ reduce: 'mean' } as never)).toThrow(/reduction/);
  });
});

describe('weights of losses', () => {
  const x = randn([2, 3]);
  const weight = () => tensor([1, 2, 3], { requiresGrad: true });
  it('are refused where they ask for a gradient that PyTorch has not either', () => {
    const calls = [
      () => F.crossEntropy(x, [0, 1], { weight: weight() }),
      () => F.nllLoss(x, [0, 1], { weight: weight() }),
      () => F.binaryCrossEntropy(x.sigmoid(), rand([2, 3]), { weight: weight() }),
      () => F.binaryCrossEntropyWithLogits(x, rand([2, 3]), { weight: weight() }),
      () => F.binaryCrossEntropyWithLogits(x, rand([2, 3]), { posWeight: weight() }),
    ];
    for (const call of calls) {
      expect(call).toThrow(AutogradError);
      expect(call).toThrow(/eight gets no gradient from this loss/);
      expect(noGrad(call).numel).toBe(1);
    }
  });

  it('get one with probabilities as targets, as in PyTorch', () => {
    const target = rand([2, 3], { dtype: 'float64' });
    const classes = tensor([1, 2, 3], { dtype: 'float64', requiresGrad: true });
    const loss = (w: Tensor) => F.crossEntropy(x.double(), target, { weight: w, labelSmoothing: 0.2 });
    expect(autograd.gradcheck(loss, [classes])).toBe(true);
  });
});

describe('loss modules', () => {
  it('keep class weights as buffers', () => {
    const criterion = new nn.CrossEntropyLoss({ weight: tensor([1, 2, 3]) });
    expect(Object.keys(criterion.stateDict())).toEqual(['weight']);
    expect(String(criterion)).toBe('CrossEntropyLoss()');
  });

  it('give NaN for a mean over nothing and 0 for its sum', () => {
    const x = randn([2, 3], { requiresGrad: true });
    expect(F.crossEntropy(x, [-100, -100]).item()).toBeNaN();
    const sum = F.crossEntropy(x, [-100, -100], { reduction: 'sum' });
    expect(sum.item()).toBe(0);
    sum.backward();
    expect(x.grad!.tolist()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(F.mseLoss(randn([0]), randn([0])).item()).toBeNaN();
  });
});
