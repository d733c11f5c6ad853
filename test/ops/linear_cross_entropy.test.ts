import { describe, expect, it } from 'vitest';
import {
  AutogradError,
  autograd,
  DTypeError,
  IndexError,
  nn,
  noGrad,
  OptionError,
  rand,
  randint,
  randn,
  ShapeError,
  type Tensor,
  tensor,
} from '../../lib/index.js';
import { double } from '../double_leaves.js';

const F = nn.functional;
const reductions = ['mean', 'sum', 'none'] as const;

function largestDifference(a: Tensor, b: Tensor): number {
  return a.sub(b).abs().max().item() as number;
}

describe('the loss of a projection', () => {
  for (const reduction of reductions) {
    for (const batchChunkSize of [null, 1, 2, 3]) {
      it(`by differences: reduction ${reduction}, chunks of ${batchChunkSize}`, () => {
        const weight = rand([6], { dtype: 'float64' }).add(0.1);
        const ids = tensor([0, 5, -100, 2, 2], { dtype: 'int32' });
        for (const more of [{}, { weight }, { labelSmoothing: 0.3 }, { weight, labelSmoothing: 0.3, ignoreIndex: 2 }]) {
          const targets = 'ignoreIndex' in more ? tensor([0, 5, 1, 2, 2], { dtype: 'int32' }) : ids;
          const options = { ...more, reduction, options: { batchChunkSize } };
          const loss = (x: Tensor, w: Tensor, b: Tensor) =>
            F.linearCrossEntropy(x, w, targets, { ...options, linearBias: b });
          expect(autograd.gradcheck(loss, [randn([5, 3], double), randn([6, 3], double), randn([6], double)])).toBe(
            true,
          );
          const unbiased = (x: Tensor, w: Tensor) => F.linearCrossEntropy(x, w, targets, options);
          expect(autograd.gradcheck(unbiased, [randn([5, 3], double), randn([6, 3], double)])).toBe(true);
        }
      });
    }
  }

  it('is that of the two operations, for sizes around vectors and chunks, whichever rows are ignored', () => {
    for (const [n, features, classes] of [
      [1, 1, 1],
      [3, 5, 7],
      [65, 33, 257],
      [130, 64, 1000],
    ]) {
      for (const ignored of [0, 0.4, 1]) {
        const leaves = () => [randn([n, features]), randn([classes, features]).mul(0.3), randn([classes])] as const;
        const [x, w, b] = leaves().map((t) => t.detach().requiresGrad_());
        const ids = randint(0, classes, [n], { dtype: 'int32' });
        const targets = ids.maskedFill(rand([n]).lt(ignored), -100);
        for (const reduction of reductions) {
          const both = [
            () => F.crossEntropy(F.linear(x, w, b), targets, { reduction }),
            () => F.linearCrossEntropy(x, w, targets, { linearBias: b, reduction, options: { batchChunkSize: 32 } }),
          ].map((run) => {
            x.grad = w.grad = b.grad = null;
            const loss = run();
            loss.sum().backward();
            return [loss.detach(), x.grad!, w.grad!, b.grad!] as Tensor[];
          });
          for (const [k, expected] of both[0].entries()) {
            const got = both[1][k];
            if (reduction === 'mean' && k === 0 && ignored === 1) {
              expect(got.item()).toBeNaN();
              continue;
            }
            expect(largestDifference(got, expected), `${k} of ${n}x${features}x${classes}, ${reduction}`).toBeLessThan(
              2e-4,
            );
          }
        }
      }
    }
  });

  it('gives only the gradients that are asked for, and again where the graph is kept', () => {
    const x = randn([4, 3], double);
    const w = randn([5, 3], { dtype: 'float64' });
    const loss = F.linearCrossEntropy(x, w, [0, 1, 2, 3]);
    loss.backward(tensor(3, { dtype: 'float64' }), { retainGraph: true });
    const once = x.grad!.clone();
    expect(w.grad).toBeNull();
    loss.backward(tensor(3, { dtype: 'float64' }));
    expect(largestDifference(x.grad!, once.mul(2))).toBeLessThan(1e-12);
    expect(() => loss.backward()).toThrow(AutogradError);
    expect(noGrad(() => F.linearCrossEntropy(x, w, [0, 1, 2, 3])).requiresGrad).toBe(false);
  });

  it('takes the weight of an Embedding that it shares, and views', () => {
    const table = new nn.Embedding(7, 4);
    const hidden = randn([4, 5]).requiresGrad_();
    F.linearCrossEntropy(hidden.t(), table.weight, [1, 2, 3, 4, 5]).backward();
    expect(hidden.grad!.shape).toEqual([4, 5]);
    expect(table.weight.grad!.shape).toEqual([7, 4]);
  });

  it('never holds the logits of more than a chunk', () => {
    const [n, classes] = [4096, 5000];
    const x = randn([n, 8]).requiresGrad_();
    const w = randn([classes, 8]).requiresGrad_();
    const ids = randint(0, classes, [n], { dtype: 'int32' });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    const loss = F.linearCrossEntropy(x, w, ids, { options: { batchChunkSize: 64 } });
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    loss.backward();
    most = Math.max(most, process.memoryUsage().arrayBuffers);
    expect(most - before).toBeLessThan((n * classes * 4) / 10);
  });

  it('refuses what does not fit, in its own name', () => {
    const x = randn([2, 3]);
    const w = randn([4, 3]);
    expect(() => F.linearCrossEntropy(x, w, [0, 4])).toThrow(
      /linearCrossEntropy: target 4 at position 1 is none of the 4/,
    );
    expect(() => F.linearCrossEntropy(x, w, [0, -1])).toThrow(IndexError);
    expect(() => F.linearCrossEntropy(x, w, [0])).toThrow(
      /linearCrossEntropy: target must have shape \[2\].*got \[1\]/,
    );
    expect(() => F.linearCrossEntropy(randn([2, 5]), w, [0, 1])).toThrow(/last dimension of input must be 3.*\[2, 5\]/);
    expect(() => F.linearCrossEntropy(randn([2, 2, 3]), w, [0, 1])).toThrow(/flattened: input.reshape\(\[-1, 3\]\)/);
    expect(() => F.linearCrossEntropy(x, randn([3]), [0, 1])).toThrow(ShapeError);
    expect(() => F.linearCrossEntropy(x, randn([4, 3], { dtype: 'float64' }), [0, 1])).toThrow(DTypeError);
    expect(() => F.linearCrossEntropy(x, w, [0, 1], { linearBias: randn([3]) })).toThrow(
      /linearBias must have shape \[4\]/,
    );
    expect(() => F.linearCrossEntropy(x, w, [0, 1], { weight: randn([3]) })).toThrow(
      /linearCrossEntropy: weight must have/,
    );
    expect(() => F.linearCrossEntropy(x, w, [0, 1], { bias: randn([4]) } as never)).toThrow(
      /unknown option 'bias'; it takes linearBias/,
    );
    expect(() => F.linearCrossEntropy(x, w, [0, 1], { options: { chunkSize: 2 } } as never)).toThrow(OptionError);
    expect(() => F.linearCrossEntropy(x, w, [0, 1], { options: { batchChunkSize: 0 } })).toThrow(
      /batchChunkSize must be/,
    );
    expect(() => F.linearCrossEntropy(x, w, rand([2, 4]), { ignoreIndex: 1 })).toThrow(/not with probabilities/);
    expect(() => F.linearCrossEntropy(x, w, rand([2, 5]))).toThrow(
      /linearCrossEntropy: target probabilities must have/,
    );
    expect(() => F.linearCrossEntropy(x, w, rand([2]))).toThrow(/linearCrossEntropy: .*class numbers.*int32/);
    expect(() => new nn.LinearCrossEntropyLoss(3, 4, { weight: randn([3]) })).toThrow(/LinearCrossEntropyLoss: weight/);
    expect(() => new nn.LinearCrossEntropyLoss(3, -1)).toThrow(/LinearCrossEntropyLoss: numClasses/);
    expect(() => new nn.LinearCrossEntropyLoss(3, 4, { outFeatures: [-1] })).toThrow(/outFeatures/);
  });

  it('prints as PyTorch does', () => {
    expect(new nn.LinearCrossEntropyLoss(3, 4, { bias: true }).toString()).toBe(
      'LinearCrossEntropyLoss(\n  in_features=3, num_classes=4, out_features=(), bias=True, reduction=mean, ignore_index=None, label_smoothing=0.0, options=None\n  (linear): Linear(in_features=3, out_features=4, bias=True)\n)',
    );
  });
});
