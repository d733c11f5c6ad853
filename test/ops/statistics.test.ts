import { describe, expect, it } from 'vitest';
import * as L from '../../lib/index.js';
import { autograd, tensor, zeros } from '../../lib/index.js';
import { sample } from './samples.js';

const x = zeros([2, 3]);
const ints = (...values: number[]) => tensor(Int32Array.from(values));

describe('what statistics and special functions refuse', () => {
  const refused: [what: string, run: () => unknown, message: RegExp][] = [
    ['a dtype', () => x.cumprod(0, { dtype: 'float' as never }), /cumprod: dtype must be one of .*did you mean/],
    [
      'products beyond int32',
      () => ints(1 << 30, 2).cumprod(0),
      /cumprod: the product 2147483648 at place 1 does not fit/,
    ],
    ['a dimension too far', () => x.cummax(2), /cummax: dim must be from -2 to 1/],
    ['ranks from 0', () => x.kthvalue(0), /kthvalue: k must be an integer from 1 to 3/],
    ['medians of nothing', () => zeros([0]).median(0), /median: there are no elements to choose from/],
    ['an option', () => x.median(0, { dim: 1 } as never), /median: unknown option 'dim'/],
    ['parts beyond 1', () => x.quantile(1.5), /quantile: q must be from 0 to 1, got 1.5/],
    ['no part', () => x.quantile('0.5' as never), /quantile: q must be a number or a Tensor, got "0.5"/],
    ['parts of another dtype', () => x.quantile(tensor([0.5]).double()), /quantile: q must be float32 like the input/],
    ['integers', () => ints(1).quantile(0.5), /quantile: input must be floating-point, got int32/],
    ['an interpolation', () => x.quantile(0.5, { interpolation: 'linaer' as never }), /did you mean 'linear'/],
    ['nothing', () => zeros([0]).nanquantile(0.5), /nanquantile: there are no elements/],
    ['means of integers', () => ints(1).nanmean(), /nanmean: input must be floating-point, got int32/],
    ['a volume', () => zeros([2, 2, 2]).cov(), /cov: input must have at most 2 dimensions/],
    ['weights too few', () => x.cov({ fweights: ints(1) }), /cov: fweights must have one element for each of 3/],
    ['fractions as counts', () => x.cov({ fweights: zeros([3]) }), /cov: fweights must hold integers, got float32/],
    ['negative weights', () => x.cov({ aweights: tensor([1, -1, 1]) }), /cov: aweights must not be negative, got -1/],
    ['a vector', () => zeros([3]).renorm(2, 0, 1), /renorm: needs at least 2 dimensions/],
    ['no power', () => x.renorm(0, 0, 1), /renorm: p must be positive, got 0/],
    ['a number', () => tensor(1).diff(), /diff: input must have at least one dimension/],
    ['negative times', () => x.diff({ n: -1 }), /diff: n must be a non-negative integer, got -1/],
    ['points and distance', () => L.trapezoid(x, x, { dx: 1 }), /trapezoid: takes x or dx, not both/],
    ['an eps that is none', () => x.logit('0' as never), /logit: eps must be a number or null, got "0"/],
    ['integers', () => ints(1).frac(), /frac: input must be floating-point, got int32/],
    ['a replacement', () => x.nanToNum({ nan: '0' as never }), /nanToNum: nan must be a number or null, got "0"/],
    ['integers in place', () => ints(1).erfc_(), /erfc_: a float32 result can't be written into this int32/],
    ['lengths of integers', () => ints(1).hypot(ints(1)), /hypot: needs floating-point tensors, got int32/],
    ['another dtype', () => x.heaviside(ints(1)), /heaviside: values must be float32 like input, got int32/],
    ['divisors of floats', () => x.gcd(x), /gcd: needs integers, got float32/],
    ['bits of floats', () => x.bitwiseLeftShift(1), /bitwiseLeftShift: needs integers, got float32/],
    ['growth in place', () => zeros([1]).atan2_(zeros([3])), /atan2_: .*\[3\]/],
    ['what has a history', () => sample([2], 1).lgamma_(), /lgamma_: cannot change a leaf/],
    ['two elements', () => L.cross(zeros([2]), zeros([2])), /cross: the vectors must have three elements/],
    ['no square', () => x.matrixPower(2), /matrixPower: input must hold square matrices, got shape \[2, 3\]/],
    ['an inverse', () => zeros([2, 2]).matrixPower(-1), /matrixPower: n must not be negative, got -1/],
    ['one matrix', () => L.multiDot([x]), /multiDot: needs an array of at least two tensors/],
    ['a matrix', () => L.cartesianProd(x), /cartesianProd: tensors\[0\] must be a vector/],
    ['a matrix', () => x.combinations(), /combinations: input must be a vector/],
    ['half a column', () => L.vander(zeros([2]), { N: 0.5 }), /vander: N must be a non-negative integer, got 0.5/],
    ['a volume', () => L.blockDiag(zeros([1, 1, 1])), /blockDiag: tensors\[0\] must have at most 2 dimensions/],
    ['a place outside', () => L.unravelIndex(ints(6), [2, 3]), /unravelIndex: index 6 at position 0 is outside/],
    ['no base', () => L.logspace(0, 1, 2, { base: Number.NaN }), /logspace: base must be a finite number, got NaN/],
    ['sums that do not fit', () => x.sumToSize(4), /sumToSize: size \[4\] does not broadcast to \[2, 3\]/],
  ];
  it.each(refused)('%s', (_, run, message) => expect(run).toThrow(message));
});

describe('special functions in double', () => {
  // Values to 16 digits, from the tables of Abramowitz and Stegun and from exact formulas.
  const { PI } = Math;
  const known: [op: 'erfc' | 'erfinv' | 'lgamma' | 'digamma', at: number, value: number][] = [
    ['erfc', 1, 0.15729920705028513],
    ['erfc', 2, 0.004677734981047266],
    ['erfc', 3, 2.209049699858544e-5],
    ['erfc', -1, 1.8427007929497148],
    ['erfc', 10, 2.088487583762545e-45],
    ['erfinv', 0.8427007929497149, 1],
    ['erfinv', -0.5, -0.4769362762044699],
    ['lgamma', 0.5, Math.log(PI) / 2],
    ['lgamma', 11, Math.log(3628800)],
    ['lgamma', -0.5, Math.log(2 * Math.sqrt(PI))],
    ['digamma', 1, -0.5772156649015329],
    ['digamma', 0.5, -0.5772156649015329 - 2 * Math.LN2],
    ['digamma', 10, 2.251752589066721],
    ['digamma', -0.5, 0.03648997397857652],
  ];
  it.each(known)('%s of %f', (op, at, value) => {
    const found = tensor([at], { dtype: 'float64' })[op]().item();
    expect(Math.abs(found - value)).toBeLessThanOrEqual(4e-15 * Math.max(Math.abs(value), op === 'erfc' ? 0 : 1));
  });

  it('erfinv undoes erf', () => {
    const y = L.linspace(-0.9999, 0.9999, 401, { dtype: 'float64' });
    expect(L.allclose(y.erfinv().erf(), y, { rtol: 0, atol: 1e-14 })).toBe(true);
  });
});

describe('gradients that PyTorch has none of', () => {
  it('vander', () => {
    expect(autograd.gradcheck((v) => L.vander(v, { N: 4 }), sample([3], 1))).toBe(true);
    expect(autograd.gradcheck((v) => L.vander(v, { increasing: true }), sample([4], 2))).toBe(true);
  });
});
