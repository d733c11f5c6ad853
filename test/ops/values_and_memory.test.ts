import { describe, expect, it } from 'vitest';
import {
  arange,
  asTensor,
  type DType,
  eye,
  fullLike,
  linspace,
  logspace,
  nn,
  ones,
  type Tensor,
  tensor,
  ValueError,
  where,
  zeros,
} from '../../lib/index.js';
import { checkPositions } from '../../lib/ops/extremes.js';

const ids = (...list: number[]) => tensor(list, { dtype: 'int32' });

it('creation refuses dtypes that there are none of', () => {
  const dtype = 'complex64' as never;
  const all = {
    zeros: () => zeros([2], { dtype }),
    eye: () => eye(2, { dtype }),
    linspace: () => linspace(0, 1, 3, { dtype }),
  };
  for (const [name, make] of Object.entries(all)) expect(make).toThrow(new RegExp(`^${name}: dtype must be one of`));
});

describe('a number becomes an element of the dtype, or is refused', () => {
  const ways: [string, (value: number | boolean, dtype: DType) => Tensor][] = [
    ['tensor', (value, dtype) => tensor([value], { dtype })],
    ['fullLike', (value, dtype) => fullLike(zeros([1], { dtype }), value)],
    ['fill_', (value, dtype) => zeros([1], { dtype }).fill_(value)],
    ['maskedFill', (value, dtype) => zeros([1], { dtype }).maskedFill(tensor([true]), value)],
    ['maskedFill_', (value, dtype) => zeros([1], { dtype }).maskedFill_(tensor([true]), value)],
    ['scatter', (value, dtype) => zeros([1], { dtype }).scatter(0, ids(0), value)],
    ['scatter_', (value, dtype) => zeros([1], { dtype }).scatter_(0, ids(0), value)],
  ];
  for (const [name, put] of ways) {
    it(`by ${name}`, () => {
      expect(put(5, 'bool').tolist()).toEqual([true]);
      expect([...(put(5, 'bool').data as Uint8Array)]).toEqual([1]);
      expect(put(false, 'bool').tolist()).toEqual([false]);
      expect(put(2.7, 'int32').tolist()).toEqual([2]);
      expect(put(-2.7, 'int32').tolist()).toEqual([-2]);
      if (name !== 'maskedFill') expect(put(2.5, 'float16').tolist()).toEqual([2.5]);
      expect(put(1e6, 'float64').tolist()).toEqual([1e6]);
      for (const [value, dtype] of [
        [300, 'uint8'],
        [-1, 'uint8'],
        [2 ** 31, 'int32'],
        [Number.NaN, 'int32'],
      ] as const) {
        expect(() => put(value, dtype)).toThrow(new RegExp(`${name}: ${dtype} holds integers from .*, got ${value}`));
      }
    });
  }

  it('by where, and by memory that is shared as bools', () => {
    expect(() => where(tensor([true]), zeros([1], { dtype: 'uint8' }), 300)).toThrow(/where: uint8 holds integers/);
    expect(() => asTensor(Uint8Array.of(5), { dtype: 'bool' })).toThrow(/must be 0 or 1, got 5 at position 0/);
  });
});

describe('results of integers that do not fit are refused', () => {
  it('by sum, prod and cumsum, in the dtype that was asked for', () => {
    const x = tensor([200, 100], { dtype: 'int32' });
    expect(() => x.sum({ dtype: 'uint8' })).toThrow(/sum: result 300 does not fit uint8/);
    expect(() => x.prod({ dtype: 'uint8' })).toThrow(/prod: result 20000 does not fit uint8/);
    expect(() => x.cumsum(0, { dtype: 'uint8' })).toThrow(/cumsum: result 300 does not fit uint8/);
    expect(() => tensor([2 ** 31 - 1, 1], { dtype: 'int32' }).cumsum(0)).toThrow(
      /cumsum: result 2147483648 does not fit/,
    );
    expect(() => tensor([-(2 ** 31), -1], { dtype: 'int32' }).cumsum(0)).toThrow(
      /result -2147483649 does not fit int32/,
    );
    expect(
      tensor([2 ** 31 - 1, -1], { dtype: 'int32' })
        .cumsum(0)
        .tolist(),
    ).toEqual([2 ** 31 - 1, 2 ** 31 - 2]);
    expect(() => x.cumsum(0, { dtype: 'bool' })).toThrow(/cumsum: dtype can't be bool/);
  });

  it('and sixteen bits stay what was asked for', () => {
    for (const name of ['sum', 'mean', 'prod'] as const) {
      expect(tensor([1.5, 2.5])[name]({ dtype: 'float16' }).dtype).toBe('float16');
    }
  });
});

const expanded = () => zeros([5]).slice(0, 0, 1).expand(3);

describe('several elements in one place of memory', () => {
  const refused: { [name: string]: (x: Tensor) => unknown } = {
    add_: (x) => x.add_(1),
    sub_: (x) => x.sub_(1),
    mul_: (x) => x.mul_(2),
    div_: (x) => x.div_(2),
    neg_: (x) => x.neg_(),
    pow_: (x) => x.pow_(2),
    exp_: (x) => x.exp_(),
    relu_: (x) => x.relu_(),
    round_: (x) => x.round_(),
    clamp_: (x) => x.clamp_(0, 1),
    copy_: (x) => x.copy_(ones([3])),
    uniform_: (x) => x.uniform_(),
    normal_: (x) => x.normal_(),
    bernoulli_: (x) => x.bernoulli_(),
    random_: (x) => x.random_(),
    exponential_: (x) => x.exponential_(),
    scatter_: (x) => x.scatter_(0, ids(0), 1),
    scatterAdd_: (x) => x.scatterAdd_(0, ids(0), ones([1])),
    indexAdd_: (x) => x.indexAdd_(0, ids(0), ones([1])),
    relu: (x) => nn.functional.relu(x, { inplace: true }),
  };
  for (const [name, write] of Object.entries(refused)) {
    it(`is refused by ${name}, as in PyTorch`, () => {
      expect(() => write(expanded())).toThrow(
        new RegExp(`^${name}: several elements of this expanded tensor of shape \\[3\\]`),
      );
    });
  }

  it('is filled, as in PyTorch', () => {
    expect(expanded().fill_(2).tolist()).toEqual([2, 2, 2]);
    expect(expanded().fill_(2).zero_().tolist()).toEqual([0, 0, 0]);
    const memory = zeros([2, 2]);
    memory
      .select(1, 0)
      .unsqueeze(1)
      .expand(2, 3)
      .maskedFill_(
        tensor([
          [false, true, false],
          [false, false, false],
        ]),
        1,
      );
    expect(memory.tolist()).toEqual([
      [1, 0],
      [0, 0],
    ]);
  });
});

describe('windows that overlap', () => {
  it('are read before they are written, in one storage and in two over one buffer', () => {
    const x = arange(4);
    x.slice(0, 1).scatter_(0, ids(0, 1, 2), x.slice(0, 0, 3));
    expect(x.tolist()).toEqual([0, 0, 1, 2]);
    const y = arange(4);
    y.slice(0, 1).indexAdd_(0, ids(0, 1, 2), y.slice(0, 0, 3));
    expect(y.tolist()).toEqual([0, 1, 3, 5]);
    const memory = Float32Array.of(0, 1, 2, 3);
    asTensor(memory.subarray(1)).scatter_(0, ids(0, 1, 2), asTensor(memory.subarray(0, 3)));
    expect([...memory]).toEqual([0, 0, 1, 2]);
    const sums = Float32Array.of(0, 1, 2, 3);
    asTensor(sums.subarray(1)).add_(asTensor(sums.subarray(0, 3)));
    expect([...sums]).toEqual([0, 1, 3, 5]);
  });
});

describe('inplace', () => {
  it('writes into the input and takes its place in the graph', () => {
    for (const inplace of [false, true]) {
      const x = tensor([-1, 2], { requiresGrad: true });
      const y = x.mul(2);
      const z = nn.functional.leakyRelu(y, 0.5, { inplace });
      expect(z === y).toBe(inplace);
      z.mul(z).sum().backward();
      expect(x.grad?.tolist()).toEqual([-1 * 2 * 0.5 * 2 * 0.5 * 2, 4 * 2 * 2]);
    }
  });

  it('is an option of the modules that have it in PyTorch', () => {
    const { ReLU, ReLU6, SELU, SiLU, Mish, ELU, LeakyReLU, Dropout } = nn;
    const layers = [ReLU, ReLU6, SELU, SiLU, Mish].map((Layer) => new Layer({ inplace: true }));
    for (const layer of [...layers, new ELU(1, { inplace: true }), new LeakyReLU(0.1, { inplace: true })]) {
      expect(String(layer)).toMatch(/inplace=True\)$/);
      const x = tensor([-1, 7]);
      expect(layer.forward(x)).toBe(x);
      expect(x.tolist()).not.toEqual([-1, 7]);
    }
    const x = ones([100]);
    expect(new Dropout(0.5, { inplace: true }).forward(x)).toBe(x);
    expect([...new Set(x.tolist() as number[])].sort()).toEqual([0, 2]);
  });

  it('is refused where history would be lost', () => {
    const { relu } = nn.functional;
    const x = tensor([-1, 2], { requiresGrad: true });
    expect(() => relu(x, { inplace: true })).toThrow(/relu: a leaf that requires a gradient/);
    expect(() => relu(x.mul(2).view(2, 1), { inplace: true })).toThrow(/relu: recorded views share the input's memory/);
    const y = x.exp();
    relu(y, { inplace: true });
    expect(() => y.sum().backward()).toThrow(/ExpBackward0 saved was changed in place/);
    expect(() => relu(x, { inplace: 1 } as never)).toThrow(/relu: inplace must be true or false, got 1/);
  });
});

describe('arguments that once were dropped or reached shapes', () => {
  const calls: [string, () => unknown, RegExp][] = [
    ['offsets', () => ones([2, 3]).diagonal(0.5), /diagonal: offset must be an integer, got 0.5/],
    ['equal dimensions', () => ones([2, 3]).diagonal(0, 1, -1), /diagonal: dim1 and dim2 must differ/],
    [
      'limits in the wrong order',
      () => nn.functional.hardtanh(ones([2]), 2, 1),
      /minVal must not exceed maxVal, got 2 and 1/,
    ],
    [
      'negative limits of bytes',
      () => nn.functional.hardtanh(ones([2], { dtype: 'uint8' })),
      /no negative limit, got -1/,
    ],
    ['bools', () => nn.functional.relu6(tensor([true])), /relu6: is not defined for bool/],
    [
      'a rounding mode',
      () => ones([2]).div(2, { roundingMode: 'up' as never }),
      /must be 'floor', 'trunc' or null, got "up"/,
    ],
    ['decimals', () => ones([2]).round({ decimals: 0.5 }), /decimals must be an integer, got 0.5/],
    ['decimals of integers', () => arange(3).round({ decimals: 1 }), /round: decimals are for floating-point tensors/],
    [
      'a reduction',
      () => ones([2]).scatter(0, ids(0), 1, { reduce: 'sum' as never }),
      /'add' or 'multiply', got "sum"/,
    ],
    [
      'a gradient of products',
      () => ones([2], { requiresGrad: true }).scatter(0, ids(0), 1, { reduce: 'multiply' }),
      /has no gradient/,
    ],
    ['no size', () => new nn.LSTM(0, 5), /LSTM: inputSize must be an integer of at least 1, got 0/],
    ['no size', () => new nn.GRU(0, 5), /GRU: inputSize must be an integer of at least 1/],
    ['no size', () => new nn.RNN(5, 0), /RNN: hiddenSize must be an integer of at least 1/],
    ['a dimension twice', () => ones([2, 2]).flip(0, 0), /flip: dimension 0 is named twice/],
    ['null for dimensions', () => ones([2, 2]).flip(null as never), /flip: dimension 0 must be an integer, got null/],
    [
      'a third number',
      () => zeros([2]).random_(1, 2, 3 as never),
      /random_: takes \(\), \(high\) or \(low, high\), got 3/,
    ],
    ['a word for a number', () => arange(5, 'x' as never), /arange: argument 2 must be a number, got "x"/],
    [
      'options in the middle',
      () => (arange as (...args: unknown[]) => unknown)(0, { dtype: 'int32' }, 5),
      /arange: argument 2 must be a number/,
    ],
  ];
  for (const [name, call, message] of calls) it(`are refused: ${name}`, () => expect(call).toThrow(message));

  it('work where PyTorch has them', () => {
    expect(tensor(5).t().shape).toEqual([]);
    expect(tensor(5).transpose(0, -1).shape).toEqual([]);
    expect(ones([2, 3]).stride(0)).toBe(3);
    expect(ones([2, 3]).stride(-1)).toBe(1);
    const x = ones([2]);
    expect(x.to('float32')).toBe(x);
    expect(x.to('float32', { copy: true })).not.toBe(x);
    expect(x.to(zeros([1], { dtype: 'int32' })).dtype).toBe('int32');
    expect(ones([3]).bernoulli(0).tolist()).toEqual([0, 0, 0]);
    expect(
      zeros([3])
        .bernoulli(tensor([1, 0, 1]))
        .tolist(),
    ).toEqual([1, 0, 1]);
  });
});

describe('sequences of integers', () => {
  it('take bounds without their fractions, as in PyTorch', () => {
    const int32 = { dtype: 'int32' } as const;
    expect(arange(-0.9, 2.1, 2, int32).tolist()).toEqual([0]);
    expect(arange(1, 5.5, 2, int32).tolist()).toEqual([1, 3]);
    expect(arange(-0.9, 2.1, 2, { dtype: 'uint8' }).tolist()).toEqual([0, 2]);
    expect(linspace(4.3, -3, 8, int32).tolist()).toEqual([4, 3, 2, 1, 0, -1, -2, -3]);
    expect(logspace(0, 1.2, 2, int32).tolist()).toEqual([1, 10]);
    expect(() => arange(0, 3, 0.5, int32)).toThrow(ValueError);
  });
});

describe('positions that int32 cannot count', () => {
  it('are refused', () => {
    const long = zeros([1], { dtype: 'uint8' }).expand(2 ** 16, 2 ** 15 + 1);
    expect(() => checkPositions('argmax', long.numel)).toThrow(
      /argmax: positions are int32, which can't count 2147549184/,
    );
    expect(() => checkPositions('argmax', 2 ** 31)).not.toThrow();
    expect(() => long.nonzero()).toThrow(/nonzero: places of 2147549184 elements do not fit int32/);
  });
});

describe('squares that overflow', () => {
  it('give what the documents say, and work in float64', () => {
    const { cosineSimilarity, layerNorm } = nn.functional;
    const x = tensor([[1e20, -1e20, 2e20]]);
    expect(cosineSimilarity(x, x).tolist()).toEqual([Number.NaN]);
    expect((layerNorm(x, [3]).tolist() as number[][])[0].map(Math.abs)).toEqual([0, 0, 0]);
    expect(cosineSimilarity(x.double(), x.double()).item()).toBeCloseTo(1, 12);
    expect((layerNorm(x.double(), [3]).tolist() as number[][])[0][2]).toBeCloseTo(1.069, 3);
  });
});
