import { describe, expect, it } from 'vitest';
import { type DType, Generator, manualSeed, nn, ones, rand, type Tensor, tensor, zeros } from '../../lib/index.js';
import { expectTensor } from '../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../torch/read.js';

interface InitCase {
  name: string;
  shape: number[];
  permute: number[] | null;
  dtype: DType;
  args: number[];
  options: object | null;
  values: ArrayFixture;
  next: ArrayFixture;
}

const { cases, gains, leaky } = readFixture<{ cases: InitCase[]; gains: [string, number][]; leaky: number }>('init');

type Initialiser = (input: Tensor, ...args: unknown[]) => Tensor;
const initialisers = nn.init as unknown as Record<string, Initialiser>;

/** The decompositions behind an orthogonal matrix agree as far as rounding lets them; everything else to the bit. */
function expectValues({ name, dtype, values }: InitCase, actual: Tensor): void {
  if (name !== 'orthogonal_') expect(actual.contiguous().data).toEqual(toTensor(values).data);
  else expectTensor(actual, values, 'values', { relative: 0, absolute: dtype === 'float64' ? 1e-13 : 2e-6 });
}

describe('nn.init, against PyTorch', () => {
  for (const one of cases) {
    const words = [...one.args, ...Object.entries(one.options ?? {}).flat()];
    const title = `${one.name}(${words.join(', ')}) of ${one.dtype} [${one.shape}]${one.permute ? ` permuted ${one.permute}` : ''}`;
    it(title, () => {
      manualSeed(3);
      const parameter = new nn.Parameter(zeros(one.shape, { dtype: one.dtype }));
      const view = one.permute ? parameter.detach().permute(one.permute) : parameter;
      const args = one.options ? [...one.args, one.options] : one.args;
      const before = view.version;
      expect(initialisers[one.name](view, ...args)).toBe(view);
      expect(view.version).toBeGreaterThan(before);
      expectValues(one, view);
      expect(rand([1]).data, 'the next draw').toEqual(toTensor(one.next).data);
      expect(parameter.gradFn).toBeNull();
    });
  }

  it('knows the gains', () => {
    for (const [name, gain] of gains) expect(nn.init.calculateGain(name as 'tanh'), name).toBeCloseTo(gain, 15);
    expect(nn.init.calculateGain('leaky_relu', 0.2)).toBeCloseTo(leaky, 15);
  });
});

describe('nn.init', () => {
  it('makes orthonormal rows or columns, and copes with large matrices', () => {
    for (const [rows, columns] of [
      [70, 40],
      [40, 70],
    ]) {
      const q = nn.init.orthogonal_(zeros([rows, columns], { dtype: 'float64' }));
      const short = Math.min(rows, columns);
      for (let a = 0; a < short; a++) {
        for (let b = 0; b <= a; b++) {
          let dot = 0;
          for (let i = 0; i < Math.max(rows, columns); i++) {
            dot +=
              rows > columns
                ? q.at(i * columns + a) * q.at(i * columns + b)
                : q.at(a * columns + i) * q.at(b * columns + i);
          }
          expect(Math.abs(dot - (a === b ? 1 : 0))).toBeLessThan(1e-12);
        }
      }
    }
  });

  it('draws from a generator that it is given, and leaves the library generator alone', () => {
    manualSeed(1);
    const expected = rand([1]).item();
    manualSeed(1);
    const first = nn.init.normal_(zeros([20]), 0, 1, { generator: new Generator(9) });
    const second = nn.init.normal_(zeros([20]), 0, 1, { generator: new Generator(9) });
    nn.init.kaimingUniform_(zeros([4, 4]), { generator: new Generator(9) });
    nn.init.sparse_(zeros([4, 4]), 0.5, 1, { generator: new Generator(9) });
    expect(first.tolist()).toEqual(second.tolist());
    expect(rand([1]).item()).toBe(expected);
  });

  it('leaves empty tensors alone', () => {
    expect(nn.init.kaimingNormal_(zeros([0, 3])).numel).toBe(0);
    expect(nn.init.orthogonal_(zeros([0, 3])).numel).toBe(0);
    expect(nn.init.zeros_(zeros([0])).numel).toBe(0);
  });

  it('refuses bad input by name, before it writes', () => {
    const { init } = nn;
    const x = ones([2, 2]);
    expect(() => init.xavierUniform_(zeros([3]))).toThrow('xavierUniform_: input must have at least 2 dimensions');
    expect(() => init.eye_(zeros([3]))).toThrow('eye_: input must have 2 dimensions, got shape [3]');
    expect(() => init.normal_(x, 0, -1)).toThrow('normal_: std must be at least 0, got -1');
    expect(() => init.uniform_(x, 1, 0)).toThrow('from must not exceed to');
    expect(() => init.uniform_(x, Number.NaN)).toThrow('uniform_: from must be a finite number, got NaN');
    expect(() => init.truncNormal_(x, 0, 1, 2, 1)).toThrow(
      'truncNormal_: a and b must be numbers, a not above b, got a 2 and b 1',
    );
    expect(() => init.kaimingUniform_(x, { mode: 'fanIn' as 'fan_in' })).toThrow("mode must be 'fan_in' or 'fan_out'");
    expect(() => init.kaimingUniform_(x, { nonlinearity: 'gelu' as 'relu' })).toThrow('nonlinearity must be linear');
    expect(() => init.kaimingUniform_(x, { nonlinearty: 'relu' } as object)).toThrow("did you mean 'nonlinearity'?");
    expect(() => init.sparse_(x, 1.5)).toThrow('sparsity must be from 0 to 1, got 1.5');
    expect(() => init.constant_(x, '1' as unknown as number)).toThrow('value must be a number, got "1"');
    expect(() => init.normal_(tensor([1], { dtype: 'int32' }))).toThrow('must be float32 or float64, got int32');
    expect(() => init.normal_(zeros([1]).expand(3))).toThrow('share memory');
    expect(x.tolist()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });
});
