// Anomaly detection names the operation that made the first NaN, and where it was called.
import { afterEach, describe, expect, it } from 'vitest';
import {
  ArgumentError,
  AutogradError,
  autograd,
  nn,
  OptionError,
  ones,
  optim,
  type Tensor,
  tensor,
} from '../../lib/index.js';

const { detectAnomaly, isAnomalyEnabled, setDetectAnomaly } = autograd;
const leaf = (...values: number[]) => tensor(values).requiresGrad_();

function errorOf(action: () => unknown): AutogradError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(AutogradError);
    return error as AutogradError;
  }
  throw new Error('it passed');
}

function rootOfNegative(x: Tensor): Tensor {
  return x.sub(2).sqrt();
}

afterEach(() => setDetectAnomaly(false));

describe('detectAnomaly', () => {
  it('names what made the first NaN in the forward pass', () => {
    const { message } = errorOf(() => detectAnomaly(() => rootOfNegative(leaf(3, 1)).mul(5).exp().sum().backward()));
    expect(message).toMatch(
      /^backward: ExpBackward0 returned NaN in the gradient of its input 0, at position 1 of shape \[2\]/,
    );
    expect(message).toMatch(
      /The first NaN of the forward pass was made by SqrtBackward0, at position 1 of shape \[2\]\./,
    );
    expect(message).toMatch(/SqrtBackward0[\s\S]*rootOfNegative[\s\S]*anomaly\.test\.ts/);
  });

  it('names what makes a NaN in backward alone, as PyTorch does', () => {
    const x = leaf(0, 4);
    // d/dx sqrt(x)·0 at 0 is ∞ · 0.
    const { message } = errorOf(() => detectAnomaly(() => x.sqrt().mul(0).sum().backward()));
    expect(message).toMatch(/^backward: SqrtBackward0 returned NaN in the gradient of its input 0, at position 0/);
    expect(message).toMatch(/It was called here:\n.*anomaly\.test\.ts/);
    expect(message).toMatch(/The forward pass made no NaN/);
    expect(x.grad).toBe(null);
  });

  it('says when it was too late for the place', () => {
    const y = leaf(0).sqrt().mul(0).sum();
    expect(errorOf(() => detectAnomaly(() => y.backward())).message).toMatch(
      /recorded before anomalies were looked for/,
    );
  });

  it('lets what is sound pass, and changes nothing', () => {
    const train = (run: <T>(body: () => T) => T) => {
      const model = new nn.Sequential(new nn.Linear(3, 4), new nn.Tanh(), new nn.Linear(4, 2));
      for (const [i, p] of model.parameters().entries())
        p.requiresGrad_(false)
          .fill_(0.1 * (i + 1))
          .requiresGrad_();
      const optimizer = new optim.Adam(model.parameters());
      run(() => {
        for (let i = 0; i < 3; i++) {
          optimizer.zeroGrad();
          model
            .forward(ones([2, 3]))
            .square()
            .mean()
            .backward();
          optimizer.step();
        }
      });
      return model.stateDict();
    };
    expect(train(detectAnomaly)).toEqual(train((body) => body()));
    const embedding = new nn.Embedding(5, 3, { sparse: true });
    detectAnomaly(() => embedding.forward([1, 2, 1]).sum().backward());
    expect(embedding.weight.grad?.isSparse).toBe(true);
  });

  it('finds NaN in gradients of tables, sparse or not, and in 16 bits', () => {
    for (const sparse of [true, false]) {
      const embedding = new nn.Embedding(100_000, 3, { sparse });
      const run = () => embedding.forward([1, 2, 1]).mul(Number.NaN).sum().backward();
      expect(errorOf(() => detectAnomaly(run)).message).toMatch(/^backward: MulBackward0/);
    }
    const half = leaf(0).to('float16');
    expect(errorOf(() => detectAnomaly(() => half.to('float32').sqrt().mul(0).sum().backward())).message).toMatch(
      /NaN/,
    );
  });

  it('holds for the body alone, also when it fails or waits', async () => {
    expect(detectAnomaly(() => isAnomalyEnabled())).toBe(true);
    expect(isAnomalyEnabled()).toBe(false);
    expect(() =>
      detectAnomaly(() => {
        throw new RangeError('mine');
      }),
    ).toThrow('mine');
    expect(isAnomalyEnabled()).toBe(false);
    const waiting = detectAnomaly(async () => {
      await Promise.resolve();
      return isAnomalyEnabled();
    });
    expect(await waiting).toBe(true);
    expect(isAnomalyEnabled()).toBe(false);
  });
});

describe('setDetectAnomaly', () => {
  it('switches it for good, and without checkNan only keeps places', () => {
    setDetectAnomaly(true);
    expect(() => leaf(0).sqrt().mul(0).sum().backward()).toThrow(/SqrtBackward0 returned NaN/);
    setDetectAnomaly(true, { checkNan: false });
    leaf(0).sqrt().mul(0).sum().backward();
    setDetectAnomaly(false);
    leaf(0).sqrt().mul(0).sum().backward();
  });

  it('refuses what it does not know', () => {
    expect(() => setDetectAnomaly(1 as never)).toThrow(ArgumentError);
    expect(() => setDetectAnomaly(true, { checkNan: 1 as never })).toThrow(ArgumentError);
    expect(() => setDetectAnomaly(true, { checkNaN: true } as never)).toThrow(OptionError);
    expect(() => detectAnomaly(3 as never)).toThrow(/detectAnomaly\(\(\) => { … }\)/);
    expect(isAnomalyEnabled()).toBe(false);
  });
});
