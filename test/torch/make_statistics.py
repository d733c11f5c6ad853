"""Running products and extremes, quantiles, sums without NaN, covariances, differences. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

NAN = float('nan')
VOLUME = uniform(2, 3, 4, seed=901)
MATRIX = uniform(3, 4, seed=902)
TRANSPOSED = In(uniform(4, 3, seed=903), view=[['transpose', 0, 1]])
INTEGERS = integers(-5, 6, 3, 4, seed=904)
GAPS = torch.tensor([[1.0, NAN, 3.0, -2.0], [NAN, NAN, NAN, NAN], [0.5, 4.0, -1.0, 2.5]])
copied = lambda value: In(value, grad=False, view=[['clone']])


def cumulative():
    cases = Cases()
    for dim in (0, 1, -1):
        cases.add(f'cumprod, dim {dim}', method('cumprod', dim), [VOLUME], lambda x, dim=dim: x.cumprod(dim))
        for name in ('cummax', 'cummin'):
            cases.add(f'{name}, dim {dim}', method(name, dim), [VOLUME], lambda x, n=name, dim=dim: getattr(x, n)(dim))
    zeros = torch.tensor([[2.0, 0.0, 3.0, 4.0], [0.0, 2.0, 0.0, 3.0], [1.0, 2.0, 3.0, 0.0], [1.0, -2.0, 3.0, 0.5]])
    cases.add('cumprod, zeros', function('cumprod', '$0', 1), [zeros], lambda x: x.cumprod(1))
    cases.add('cumprod, transposed', method('cumprod', 1), [TRANSPOSED], lambda x: x.cumprod(1))
    cases.add('cumprod, integers', method('cumprod', 1), [INTEGERS], lambda x: x.cumprod(1))
    cases.add('cumprod, bool', method('cumprod', 0), [torch.tensor([True, True, False])], lambda x: x.cumprod(0))
    cases.add('cumprod, dtype', method('cumprod', 0, dtype='float64'), [In(MATRIX, grad=False)],
              lambda x: x.cumprod(0, dtype=torch.float64))
    cases.add('cumprod_', method('cumprod_', 0), [copied(MATRIX)], lambda x: x.cumprod_(0))
    cases.add('cumprod, number', method('cumprod', 0), [uniform(seed=1)], lambda x: x.cumprod(0))
    for name in ('cummax', 'cummin'):
        run = getattr(torch, name)
        cases.add(f'{name}, ties', function(name, '$0', 0), [torch.tensor([1.0, 1.0, 0.0, 1.0, 0.0])],
                  lambda x, run=run: run(x, 0), kinks=True)
        cases.add(f'{name}, NaN', method(name, 1), [In(GAPS, grad=False)], lambda x, run=run: run(x, 1))
        cases.add(f'{name}, integers', method(name, 1), [INTEGERS], lambda x, run=run: run(x, 1))
        cases.add(f'{name}, number', method(name, 0), [uniform(seed=1)], lambda x, run=run: run(x, 0))
    write('ops_cumulative', __file__, differences=True, cases=cases.cases)


def quantiles():
    cases = Cases()
    for name in ('median', 'nanmedian'):
        run = getattr(torch, name)
        cases.add(name, method(name), [MATRIX], run)
        cases.add(f'{name}, NaN', method(name), [In(GAPS, grad=False)], run)
        cases.add(f'{name}, integers', function(name, '$0'), [INTEGERS], run)
        cases.add(f'{name}, ties', method(name), [torch.tensor([1.0, 1.0, 0.0, 2.0])], run, kinks=True)
        for dim in (0, 1, -1):
            cases.add(f'{name}, dim {dim}', method(name, dim), [VOLUME], lambda x, run=run, dim=dim: run(x, dim))
            cases.add(f'{name}, dim {dim}, keepdim', function(name, '$0', dim, keepdim=True), [VOLUME],
                      lambda x, run=run, dim=dim: run(x, dim, keepdim=True))
    cases.add('median, NaN, dim 1', method('median', 1), [In(GAPS[:1], grad=False)], lambda x: x.median(1))
    cases.add('nanmedian, NaN, dim 1', method('nanmedian', 1), [In(GAPS[::2].clone(), grad=False)], lambda x: x.nanmedian(1))
    cases.add('mode', method('mode'), [MATRIX], torch.mode, kinks=True)
    cases.add('mode, values of ties', function('mode', '$0', 0), [torch.tensor([[1, 2], [1, 3], [0, 3]])],
              lambda x: torch.mode(x, 0))
    cases.add('mode, keepdim', method('mode', 1, keepdim=True), [torch.tensor([[3, 1, 3], [5, 4, 4]])],
              lambda x: x.mode(1, keepdim=True))
    for k in (1, 2, 4):
        cases.add(f'kthvalue, {k}', method('kthvalue', k), [MATRIX], lambda x, k=k: x.kthvalue(k))
    cases.add('kthvalue, dim, keepdim', function('kthvalue', '$0', 2, 1, keepdim=True), [VOLUME],
              lambda x: torch.kthvalue(x, 2, 1, keepdim=True))
    cases.add('msort', method('msort'), [MATRIX], torch.msort)
    parts = In(torch.tensor([0.0, 0.25, 0.6, 1.0]), grad=False)
    for name in ('quantile', 'nanquantile'):
        run = getattr(torch, name)
        for kind in ('linear', 'lower', 'higher', 'nearest', 'midpoint'):
            cases.add(f'{name}, {kind}', method(name, 0.4, interpolation=kind), [MATRIX],
                      lambda x, run=run, kind=kind: run(x, 0.4, interpolation=kind))
            cases.add(f'{name}, {kind}, parts, dim 1', function(name, '$0', '$1', 1, interpolation=kind),
                      [VOLUME, parts], lambda x, q, run=run, kind=kind: run(x, q, 1, interpolation=kind))
        for dim in (0, 2):
            cases.add(f'{name}, dim {dim}, keepdim', method(name, 0.3, dim, keepdim=True), [VOLUME],
                      lambda x, run=run, dim=dim: run(x, 0.3, dim, keepdim=True))
        cases.add(f'{name}, parts, keepdim', method(name, '$1', None, keepdim=True), [MATRIX, parts],
                  lambda x, q, run=run: run(x, q, keepdim=True))
        cases.add(f'{name}, NaN', method(name, 0.4, 1), [In(GAPS, grad=False)], lambda x, run=run: run(x, 0.4, 1))
        cases.add(f'{name}, gradient of q', method(name, '$1', 1), [MATRIX, torch.tensor([0.2, 0.7])],
                  lambda x, q, run=run: run(x, q, 1))
    write('ops_quantiles', __file__, differences=True, cases=cases.cases)


def without_nan():
    cases = Cases()
    gaps = torch.tensor([[1.0, NAN, 3.0], [NAN, 2.0, -1.0]])
    for name in ('nansum', 'nanmean'):
        run = getattr(torch, name)
        cases.add(name, method(name), [MATRIX], run)
        cases.add(f'{name}, NaN', function(name, '$0'), [gaps], run, kinks=True)
        for dim in (0, 1, [0, 1]):
            cases.add(f'{name}, NaN, dim {dim}', method(name, dim, keepdim=True), [gaps],
                      lambda x, run=run, dim=dim: run(x, dim, keepdim=True), kinks=True)
        cases.add(f'{name}, nothing else', method(name, 1), [In(GAPS, grad=False)], lambda x, run=run: run(x, 1))
        cases.add(f'{name}, dtype', method(name, 0, dtype='float64'), [In(gaps, grad=False)],
                  lambda x, run=run: run(x, 0, dtype=torch.float64))
    cases.add('nansum, integers', method('nansum'), [INTEGERS], torch.nansum)
    write('ops_without_nan', __file__, differences=True, cases=cases.cases)


def covariance():
    cases = Cases()
    for name, run in {'varMean': torch.var_mean, 'stdMean': torch.std_mean}.items():
        cases.add(name, method(name), [MATRIX], run)
        cases.add(f'{name}, dim, correction', function(name, '$0', [0, 2], correction=0, keepdim=True), [VOLUME],
                  lambda x, run=run: run(x, (0, 2), correction=0, keepdim=True))
    counts, weights = torch.tensor([1, 2, 0, 3]), In(uniform(4, seed=905, shift=1.5), grad=False)
    cases.add('cov', method('cov'), [MATRIX], torch.cov)
    cases.add('cov, correction', function('cov', '$0', correction=0), [MATRIX], lambda x: torch.cov(x, correction=0))
    cases.add('cov, fweights', method('cov', fweights='$1'), [MATRIX, counts], lambda x, f: x.cov(fweights=f))
    cases.add('cov, aweights', method('cov', aweights='$1'), [MATRIX, weights], lambda x, a: x.cov(aweights=a))
    cases.add('cov, both', method('cov', fweights='$1', aweights='$2', correction=0), [MATRIX, counts, weights],
              lambda x, f, a: x.cov(fweights=f, aweights=a, correction=0))
    cases.add('cov, vector', method('cov'), [uniform(5, seed=906)], torch.cov)
    cases.add('cov, integers', method('cov'), [INTEGERS], torch.cov)
    cases.add('corrcoef', method('corrcoef'), [MATRIX], torch.corrcoef, kinks=True)
    cases.add('corrcoef, vector', function('corrcoef', '$0'), [uniform(5, seed=906)], torch.corrcoef)
    for p in (2, 1, 3):
        cases.add(f'dist, p {p}', method('dist', '$1', p), [MATRIX, uniform(4, seed=907)],
                  lambda x, y, p=p: torch.dist(x, y, p))
    for p, dim in ((2, 0), (1, 1), (3, -1)):
        cases.add(f'renorm, p {p}, dim {dim}', method('renorm', p, dim, 1.2), [VOLUME],
                  lambda x, p=p, dim=dim: x.renorm(p, dim, 1.2))
    write('ops_covariance', __file__, differences=True, cases=cases.cases)


def differences():
    cases = Cases()
    for n in (0, 1, 2, 5):
        cases.add(f'diff, n {n}', method('diff', n=n), [VOLUME], lambda x, n=n: x.diff(n))
    cases.add('diff, dim', function('diff', '$0', dim=0), [VOLUME], lambda x: x.diff(dim=0))
    cases.add('diff, prepend, append', method('diff', dim=1, prepend='$1', append='$2'),
              [VOLUME, uniform(2, 1, 4, seed=908), uniform(2, 2, 4, seed=909)],
              lambda x, a, b: x.diff(dim=1, prepend=a, append=b))
    cases.add('diff, bool', method('diff'), [torch.tensor([True, False, False, True])], torch.diff)
    cases.add('diff, integers', method('diff'), [INTEGERS], torch.diff)
    points = uniform(4, seed=910)
    for name, run in {'trapezoid': torch.trapezoid, 'trapz': torch.trapz,
                      'cumulativeTrapezoid': torch.cumulative_trapezoid}.items():
        cases.add(name, function(name, '$0'), [VOLUME], run)
        cases.add(f'{name}, points', function(name, '$0', '$1'), [VOLUME, points], run)
        cases.add(f'{name}, points, dim 1', function(name, '$0', '$1', dim=1), [VOLUME, uniform(3, seed=911)],
                  lambda y, x, run=run: run(y, x, dim=1))
        cases.add(f'{name}, dx', function(name, '$0', None, dx=0.5, dim=0), [MATRIX],
                  lambda y, run=run: run(y, dx=0.5, dim=0))
        cases.add(f'{name}, points of the same shape', function(name, '$0', '$1'), [MATRIX, uniform(3, 4, seed=912)], run)
    write('ops_differences', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    cumulative()
    quantiles()
    without_nan()
    covariance()
    differences()
