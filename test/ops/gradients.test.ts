import { describe, expect, it } from 'vitest';
import { record } from '../../lib/autograd/record.js';
import { autograd, cat, nn, stack, Tensor, tensor } from '../../lib/index.js';
import { checkedOps } from '../torch/op_case.js';
import { type GradientCase, gradientCases, smoothValues } from './gradient_cases.js';

const { gradcheck } = autograd;

/** A leaf, and windows on larger memory: a transposed one, and one that starts at an odd offset. */
const LAYOUTS = ['whole', 'transposed', 'offset'] as const;

function makeInput(shape: number[], seed: number, domain: [number, number], layout: (typeof LAYOUTS)[number]): Tensor {
  const count = shape.reduce((product, n) => product * n, 1);
  const leaf = (sizes: number[], values: Float64Array) => tensor(values, { shape: sizes, requiresGrad: true });
  if (layout === 'transposed' && shape.length > 1) {
    return leaf([...shape].reverse(), smoothValues(count, seed, domain)).permute([...shape.keys()].reverse());
  }
  if (layout === 'offset' && shape.length > 0) {
    const last = shape[shape.length - 1];
    const wide = [...shape.slice(0, -1), last + 3];
    const total = wide.reduce((product, n) => product * n, 1);
    return leaf(wide, smoothValues(total, seed, domain)).narrow(-1, 1, last);
  }
  return leaf(shape, smoothValues(count, seed, domain));
}

let checked = 0;

function check({ op, run, shapes, domain = [-2.3, 2.3] }: GradientCase): void {
  for (const variant of shapes) {
    // Small ones in every layout; large ones whole.
    for (const layout of LAYOUTS) {
      const inputs = variant.map((shape, i) => makeInput(shape, i + variant.length, domain, layout));
      if (layout === 'transposed' && inputs.every((x) => x.isLeaf)) continue;
      if (op === 'view' && layout !== 'whole') continue; // what it refuses is tested elsewhere
      try {
        gradcheck(run, inputs);
      } catch (error) {
        throw new Error(`${op} of [${variant.map((s) => `[${s}]`)}], ${layout}: ${(error as Error).message}`);
      }
      checked++;
    }
  }
}

describe('gradients of ops, against differences', () => {
  for (const one of gradientCases) it(`${one.op}${one.detail ? `, ${one.detail}` : ''}`, () => check(one));

  const joins: [string, (...xs: Tensor[]) => Tensor, number[][][]][] = [
    [
      'cat',
      (...xs) => cat(xs),
      [
        [
          [2, 3],
          [1, 3],
          [4, 3],
        ],
        [[0], [5], [1]],
        [[3, 1]],
      ],
    ],
    [
      'cat',
      (...xs) => cat(xs, -1),
      [
        [
          [2, 3],
          [2, 1],
        ],
        [
          [2, 9, 1],
          [2, 9, 0],
        ],
      ],
    ],
    [
      'stack',
      (...xs) => stack(xs),
      [
        [[3], [3], [3]],
        [[], []],
        [
          [2, 0],
          [2, 0],
        ],
      ],
    ],
    [
      'stack',
      (...xs) => stack(xs, -1),
      [
        [
          [2, 3],
          [2, 3],
        ],
        [[9], [9]],
      ],
    ],
  ];
  for (const [op, run, shapes] of joins) it(op, () => check({ op, run, shapes }));
  it('were checked in more than 2,500 cases', () => {
    expect(checked).toBeGreaterThan(2500);
  });
});

describe('the list of checked ops', () => {
  // What has no gradient, draws, or only reads; losses, lookups and layers of signals are checked where they are tested.
  const without = new Set(
    (
      'all allclose any argmax argmin argsort at backward bernoulli bfloat16 bitwiseAnd bitwiseNot bitwiseOr bitwiseXor bool ' +
      'checkAttached constructor data detach dim elementSize eq equal float floorDivide ge gt half int isContiguous isLeaf isSparse ' +
      'isclose isfinite isinf isnan item le logicalAnd logicalNot logicalOr logicalXor lt multinomial nbytes ndim ne ' +
      'nonzero requiresGrad retainGrad grad clearGrad isRows size stride to toJSON toReadable toString tolist typeAs version ' +
      'crossEntropy nllLoss binaryCrossEntropy binaryCrossEntropyWithLogits huberLoss l1Loss mseLoss smoothL1Loss ' +
      'klDiv cosineEmbeddingLoss marginRankingLoss tripletMarginLoss negativeSamplingLoss sampledSoftmaxLoss ' +
      'cosineSimilarity pairwiseDistance embedding embeddingBag oneHot registerHook registerPostAccumulateGradHook retainsGrad ' +
      'multilabelMarginLoss multilabelSoftMarginLoss multiMarginLoss gaussianNllLoss poissonNllLoss linearCrossEntropy ' +
      'hingeEmbeddingLoss softMarginLoss tripletMarginWithDistanceLoss ctcLoss conv1d batchNorm groupNorm instanceNorm ' +
      'maxPool1d avgPool1d adaptiveMaxPool1d adaptiveAvgPool1d lpPool1d bilinear glu prelu rrelu gumbelSoftmax alphaDropout ' +
      'dropout1d featureAlphaDropout'
    ).split(' '),
  );
  it('is complete: a new op needs a case here', () => {
    const names = [...Object.getOwnPropertyNames(Tensor.prototype), ...Object.keys(nn.functional)];
    const known = new Set([...gradientCases.map(({ op }) => op), ...checkedOps(), ...without]);
    expect(names.filter((name) => !known.has(name) && !name.endsWith('_'))).toEqual([]);
  });
});

describe('negative controls', () => {
  const x = () => makeInput([9], 1, [-2, 2], 'whole');
  it('a gradient that is a little wrong in one element fails', () => {
    const spoiled = (t: Tensor) => {
      const out = t.mul(t);
      const wrong = new Tensor(out.storage, out.shape, out.strides, out.offset);
      return record('Spoiled', [t], wrong, (grad) => {
        const right = grad.mul(t.detach()).mul(2);
        right.data[8] += 0.01;
        return [right];
      });
    };
    expect(gradcheck(spoiled, x(), { raiseError: false })).toBe(false);
  });
  it('an op that forgets its broadcast operand fails', () => {
    const forgetful = (a: Tensor, b: Tensor) => a.add(b.detach());
    expect(gradcheck(forgetful, [x(), makeInput([1], 2, [-2, 2], 'whole')], { raiseError: false })).toBe(false);
  });
});
