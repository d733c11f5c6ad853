import { describe, expect, it } from 'vitest';
import { native } from '../../lib/addon/native.js';
import {
  binaryNames,
  compareNames,
  integerBinaryNames,
  integerUnaryNames,
  ternaryNames,
  unaryNames,
} from '../../lib/calls/opcodes.js';
import * as lutra from '../../lib/index.js';
import {
  ArgumentError,
  AutogradError,
  DTypeError,
  type Operand,
  OptionError,
  ShapeError,
  type Tensor,
  tensor,
  ValueError,
  zeros,
} from '../../lib/index.js';

const float = tensor([1, 2]);
const double = tensor([1, 2], { dtype: 'float64' });
const int = tensor(Int32Array.of(1, 2));
const byte = tensor([1, 2], { dtype: 'uint8' });
const bool = tensor([true, false]);
const half = tensor([1, 2], { dtype: 'float16' });

describe('result types, as PyTorch promotes', () => {
  const cases: readonly (readonly [Operand, Operand, string])[] = [
    [float, double, 'float64'],
    [float, int, 'float32'],
    [int, byte, 'int32'],
    [bool, byte, 'uint8'],
    [bool, float, 'float32'],
    [bool, bool, 'bool'],
    [int, 2, 'int32'],
    [int, 2.5, 'float32'],
    [byte, 3, 'uint8'],
    [bool, 1, 'int32'],
    [bool, 1.5, 'float32'],
    [bool, true, 'bool'],
    [float, 2.5, 'float32'],
    [double, 1, 'float64'],
    [half, half, 'float32'],
    [half, double, 'float64'],
    // A 0-dimensional tensor outranks others only by category.
    [float, tensor(1, { dtype: 'float64' }), 'float32'],
    [tensor(1, { dtype: 'float64' }), float, 'float32'],
    [int, tensor(1, { dtype: 'float64' }), 'float64'],
    [byte, tensor(Int32Array.of(1)).reshape(), 'uint8'],
    [tensor(1), tensor(1, { dtype: 'float64' }), 'float64'],
  ];
  for (const [a, b, dtype] of cases) {
    const word = (x: Operand) => (x instanceof lutra.Tensor ? `${x.dtype}[${x.shape}]` : String(x));
    it(`${word(a)} + ${word(b)} is ${dtype}`, () => expect(lutra.add(a, b).dtype).toBe(dtype));
  }

  it('division gives floats, other functions of integers too', () => {
    expect(int.div(2).dtype).toBe('float32');
    expect(int.div(2).tolist()).toEqual([0.5, 1]);
    expect(int.exp().dtype).toBe('float32');
    expect(bool.sigmoid().dtype).toBe('float32');
    expect(int.floor().dtype).toBe('int32');
    expect(int.abs().dtype).toBe('int32');
    expect(int.clamp(0, 1).tolist()).toEqual([1, 1]);
    expect(int.clamp(0.5, 1.5).dtype).toBe('float32');
    expect(half.exp().dtype).toBe('float32');
  });

  it('booleans: + is or, · is and, sums count', () => {
    expect(bool.add(tensor([true, false])).tolist()).toEqual([true, false]);
    expect(bool.mul(tensor([true, true])).tolist()).toEqual([true, false]);
    expect(bool.add(1).tolist()).toEqual([2, 1]);
    expect(bool.sum().toString()).toBe('tensor(1)');
    expect(bool.cumsum(0).dtype).toBe('int32');
  });

  it('bytes and integers wrap', () => {
    expect(byte.add(255).tolist()).toEqual([0, 1]);
    expect(byte.sub(3).tolist()).toEqual([254, 255]);
    expect(int.mul(2147483647).tolist()).toEqual([2147483647, -2]);
  });

  it('gradients reach operands of another dtype in their own', () => {
    const a = tensor([1, 2], { requiresGrad: true });
    const b = tensor([3, 4], { dtype: 'float64', requiresGrad: true });
    a.mul(b).sum().backward();
    expect([a.grad!.dtype, b.grad!.dtype]).toEqual(['float32', 'float64']);
    expect([a.grad!.tolist(), b.grad!.tolist()]).toEqual([
      [3, 4],
      [1, 2],
    ]);
    const c = tensor([1, 2], { dtype: 'float16', requiresGrad: true });
    c.mul(3).sum().backward();
    expect(c.grad!.dtype).toBe('float16');
  });
});

describe('nodes are named as PyTorch names them', () => {
  const x = tensor(
    [
      [0.5, 0.25],
      [0.75, 1],
    ],
    { requiresGrad: true },
  );
  const y = tensor(
    [
      [0.5, 0.75],
      [0.25, 1],
    ],
    { requiresGrad: true },
  );
  const named: readonly (readonly [() => Tensor, string])[] = [
    [() => x.add(y), 'AddBackward0'],
    [() => x.sub(1), 'SubBackward0'],
    [() => lutra.sub(1, x), 'RsubBackward1'],
    [() => x.mul(2), 'MulBackward0'],
    [() => lutra.div(2, x), 'MulBackward0'],
    [() => x.div(y), 'DivBackward0'],
    [() => x.pow(2), 'PowBackward0'],
    [() => x.pow(y), 'PowBackward1'],
    [() => lutra.pow(2, x), 'PowBackward2'],
    [() => x.log1p(), 'Log1PBackward0'],
    [() => x.sum(), 'SumBackward0'],
    [() => x.sum(1), 'SumBackward1'],
    [() => x.mean(), 'MeanBackward0'],
    [() => x.mean([0, 1]), 'MeanBackward1'],
    [() => x.max(), 'MaxBackward1'],
    [() => x.max(1).values, 'MaxBackward0'],
    [() => x.std(), 'StdBackward0'],
    [() => x.norm(), 'LinalgVectorNormBackward0'],
    [() => x.clamp(0, 1), 'ClampBackward1'],
    [() => x.sort().values, 'SortBackward0'],
  ];
  for (const [fn, name] of named) it(name, () => expect(fn().gradFn?.name).toBe(name));
  it('the printed form shows it', () => expect(x.sum().toString()).toBe('tensor(2.5000, grad_fn=<SumBackward0>)'));
  it('integer results have none', () => {
    for (const result of [x.argmax(), x.max(1).indices, x.gt(0), x.argsort(), x.isnan()]) {
      expect(result.requiresGrad).toBe(false);
    }
  });
});

describe('in place', () => {
  it('writes into views, broadcasts operands, and counts versions', () => {
    const x = zeros([2, 3]);
    const row = x.select(0, 1);
    row.add_(tensor([1, 2, 3])).mul_(2);
    x.t().select(0, 0).sub_(1);
    expect(x.tolist()).toEqual([
      [-1, 0, 0],
      [1, 4, 6],
    ]);
    expect(x.version).toBe(3);
    expect(x.neg_().clamp_(-4, 0).tolist()).toEqual([
      [0, -0, -0],
      [-1, -4, -4],
    ]);
    x.fill_(2.5)
      .t()
      .div_(tensor([[1], [2], [5]]));
    expect(x.tolist()).toEqual([
      [2.5, 1.25, 0.5],
      [2.5, 1.25, 0.5],
    ]);
    expect(x.copy_(tensor(Int32Array.of(1, 2, 3))).tolist()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(x.maskedFill_(x.gt(1), 0).tolist()).toEqual([
      [1, 0, 0],
      [1, 0, 0],
    ]);
    expect(x.zero_().exp_().pow_(2).sqrt_().round_().tolist()).toEqual([
      [1, 1, 1],
      [1, 1, 1],
    ]);
  });

  it('an operand that overlaps in another layout is read before it is written', () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ]);
    x.add_(x.t());
    expect(x.tolist()).toEqual([
      [2, 5],
      [5, 8],
    ]);
    const y = tensor([1, 2, 3, 4]);
    y.narrow(0, 1, 3).add_(y.narrow(0, 0, 3));
    expect(y.tolist()).toEqual([1, 3, 5, 7]);
    const z = tensor([2, 3, 4]);
    z.div_(z.select(0, 0));
    expect(z.tolist()).toEqual([1, 1.5, 2]);
  });

  it('keeps its dtype: wider floats are rounded, floats into integers refused', () => {
    expect(tensor([1, 2]).add_(tensor([0.5, 0.5], { dtype: 'float64' })).dtype).toBe('float32');
    expect(() => int.clone().add_(1.5)).toThrow(DTypeError);
    expect(() => int.clone().div_(2)).toThrow('div_: a float32 result');
    expect(() => tensor([1, 2]).add_(zeros([2, 2]))).toThrow(ShapeError);
    expect(tensor([1, 2], { dtype: 'float16' }).mul_(1.5).tolist()).toEqual([1.5, 3]);
  });

  it('refuses to lose history', () => {
    const w = tensor([1, 2], { requiresGrad: true });
    expect(() => w.add_(1)).toThrow(AutogradError);
    expect(() => zeros([2]).add_(w)).toThrow(AutogradError);
    expect(() => w.mul(2).zero_()).toThrow(AutogradError);
    lutra.noGrad(() => w.sub_(1));
    expect(w.tolist()).toEqual([0, 1]);
    const saved = tensor([1, 2]);
    const out = w.mul(saved).sum();
    saved.add_(1);
    expect(() => out.backward()).toThrow(AutogradError);
  });
});

describe('errors name the op, the argument, what was expected and what came', () => {
  const cases: readonly (readonly [() => unknown, new (...args: never[]) => Error, string])[] = [
    [() => float.add('1' as never), ArgumentError, 'add: other must be a Tensor or a number, got "1"'],
    [() => lutra.add(1, 2), ArgumentError, 'add: input or other must be a Tensor'],
    [() => float.add(zeros([3])), ShapeError, 'add: shapes [2] and [3] do not broadcast'],
    [() => float.add(1, { alfa: 2 } as never), OptionError, "add: unknown option 'alfa'; did you mean 'alpha'?"],
    [() => int.add(1, { alpha: 1.5 }), ArgumentError, 'add: alpha must be an integer'],
    [() => bool.sub(bool), DTypeError, 'sub: is not defined for bool'],
    [() => bool.neg(), DTypeError, 'neg: is not defined for bool'],
    [() => int.pow(-1), ValueError, 'pow: integer tensors'],
    [() => int.floorDivide(0), ValueError, 'floorDivide: other holds a zero'],
    [() => int.remainder(tensor(Int32Array.of(3, 0))), ValueError, 'remainder: other holds a zero'],
    [() => int.add(2 ** 31), ValueError, 'add: the number 2147483648 does not fit'],
    [() => float.sum(1), ValueError, 'sum: dim must be from -1 to 0'],
    [() => float.sum([0, -1]), ValueError, 'sum: dim 0 is named twice'],
    [() => float.sum(0, { keepDim: true } as never), OptionError, "did you mean 'keepdim'?"],
    [() => float.sum('0' as never), ArgumentError, 'sum: dim must be an integer, got "0"'],
    [() => int.mean(), DTypeError, 'mean: input must be floating-point, got int32'],
    [() => int.mul(0).add(2147483647).sum(), ValueError, 'sum: result 0 does not fit int32'],
    [() => zeros([0]).max(), ValueError, 'max: there are no elements'],
    [() => zeros([0, 3]).argmin(0), ValueError, 'argmin: there are no elements'],
    [() => float.topk(3), ValueError, 'topk: k must be an integer from 0 to 2'],
    [() => float.sort(0, { descending: 1 as never }), ArgumentError, 'sort: descending must be true or false'],
    [() => float.std(0, { unbiased: true, correction: 0 }), ArgumentError, 'std: give correction or unbiased'],
    [() => float.norm('nuc' as never), ArgumentError, "norm: p must be a number or 'fro'"],
    [() => float.clamp(), ArgumentError, 'clamp: needs min, max or both'],
    [() => float.maskedFill(int, 0), DTypeError, 'maskedFill: mask must be a bool tensor, got int32'],
    [() => float.maskedFill(bool, float), ShapeError, 'maskedFill: value must be a number or a 0-dimensional tensor'],
    [() => lutra.where(int, 1, 2), DTypeError, 'where: condition must be a bool tensor, got int32'],
    [() => float.bitwiseAnd(1), DTypeError, 'bitwiseAnd: needs integers or bool, got float32'],
    [() => float.lerp(double, 0.5), ArgumentError, 'lerp: end must be float32'],
    [() => lutra.exp(3 as never), ArgumentError, 'exp: input must be a Tensor, got 3'],
  ];
  for (const [call, kind, message] of cases) {
    it(message, () => {
      expect(call).toThrow(kind);
      expect(call).toThrow(message);
    });
  }
});

it('the codes of TypeScript and C++ name the same operations', () => {
  expect(native.elementwiseNames()).toEqual({
    unary: [...unaryNames],
    binary: [...binaryNames],
    ternary: [...ternaryNames],
    integerUnary: [...integerUnaryNames],
    integerBinary: [...integerBinaryNames],
    compare: [...compareNames],
  });
});
