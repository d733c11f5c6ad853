"""Extremes over several dimensions, clamping, padding, distances, elements taken by place. Run through make_all.py."""

import torch
import torch.nn.functional as F

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, functional, method

NAN, INF = float('nan'), float('inf')
VOLUME = uniform(2, 3, 4, seed=601)
MATRIX = uniform(3, 4, seed=602)
TRANSPOSED = In(uniform(4, 3, seed=603), view=[['transpose', 0, 1]])
copied = lambda value: In(value, grad=False, view=[['clone']])
TIES = torch.tensor([[1.0, 3.0, 3.0], [2.0, 2.0, 2.0], [-1.0, 0.0, 3.0]])


def extreme_values():
    cases = Cases()
    for name in ('amax', 'amin'):
        run = getattr(torch, name)
        cases.add(f'{name}, all', method(name), [VOLUME], run)
        for dim in (0, -1, [0, 2], [2, 1], [0, 1, 2]):
            for keepdim in (False, True):
                cases.add(f'{name}, dim {dim}, keepdim {keepdim}', method(name, dim, keepdim=keepdim), [VOLUME],
                          lambda x, run=run, dim=dim, k=keepdim: run(x, dim, k))
        cases.add(f'{name}, ties', function(name, '$0', 1), [TIES], lambda x, run=run: run(x, 1), kinks=True)
        cases.add(f'{name}, ties of everything', function(name, '$0'), [TIES], run, kinks=True)
        cases.add(f'{name}, NaN', method(name, 0), [torch.tensor([[1.0, NAN], [2.0, 3.0]])],
                  lambda x, run=run: run(x, 0), grad=False)
        cases.add(f'{name}, integers', method(name, [0, 1]), [integers(-9, 9, 2, 3, 2, seed=604)],
                  lambda x, run=run: run(x, (0, 1)))
        cases.add(f'{name}, bool', method(name, 0), [torch.tensor([[True, False], [False, False]])],
                  lambda x, run=run: run(x, 0))
        cases.add(f'{name}, transposed', method(name, 0), [TRANSPOSED], lambda x, run=run: run(x, 0))
        cases.add(f'{name}, number', method(name), [uniform(seed=1)], run)
    cases.add('aminmax', method('aminmax'), [VOLUME], torch.aminmax)
    cases.add('aminmax, dim', function('aminmax', '$0', dim=1, keepdim=True), [VOLUME],
              lambda x: torch.aminmax(x, dim=1, keepdim=True))
    cases.add('aminmax, ties', method('aminmax', dim=1), [TIES], lambda x: torch.aminmax(x, dim=1), kinks=True)
    write('ops_extreme_values', __file__, differences=True, cases=cases.cases)


def clamping():
    cases = Cases()
    x, low, high = uniform(3, 4, seed=605, scale=3), uniform(4, seed=606), uniform(3, 1, seed=607, shift=1)
    cases.add('clamp, tensors', method('clamp', '$1', '$2'), [x, low, high], torch.clamp)
    cases.add('clamp, low tensor', function('clamp', '$0', '$1'), [x, low], lambda x, low: torch.clamp(x, min=low))
    cases.add('clamp, high tensor', method('clamp', None, '$1'), [x, high], lambda x, high: torch.clamp(x, max=high))
    cases.add('clamp, limits crossed', method('clamp', '$2', '$1'), [x, low, high],
              lambda x, low, high: torch.clamp(x, high, low))
    cases.add('clamp, at the limits', method('clamp', '$1', '$2'),
              [torch.tensor([1.0, 2.0, 3.0]), torch.tensor([1.0, 1.0, 1.0]), torch.tensor([3.0, 2.0, 3.0])],
              torch.clamp, kinks=True)
    cases.add('clamp, NaN', method('clamp', '$1', '$2'),
              [torch.tensor([NAN, 1.0, 1.0, INF]), torch.tensor([0.0, NAN, 0.0, 0.0]),
               torch.tensor([1.0, 2.0, NAN, 5.0])], torch.clamp, grad=False)
    cases.add('clamp, wider', method('clamp', '$1'), [uniform(4, seed=605), uniform(3, 4, seed=606)],
              lambda x, low: torch.clamp(x, low))
    cases.add('clamp, integers', method('clamp', '$1', '$2'),
              [integers(-9, 9, 6, seed=608), integers(-5, 0, 6, seed=609), integers(0, 5, 6, seed=610)], torch.clamp)
    cases.add('clamp, integers and floats', method('clamp', '$1'), [integers(-9, 9, 6, seed=608), uniform(6, seed=1)],
              lambda x, low: torch.clamp(x, low))
    cases.add('clampMin', method('clampMin', 0.25), [x], lambda x: x.clamp_min(0.25))
    cases.add('clampMax', method('clampMax', 0.25), [x], lambda x: x.clamp_max(0.25))
    cases.add('clampMin, tensor', function('clampMin', '$0', '$1'), [x, low], torch.clamp_min)
    cases.add('clampMax, tensor', function('clampMax', '$0', '$1'), [x, high], torch.clamp_max)
    cases.add('clip', method('clip', -1, 1.5), [x], lambda x: x.clip(-1, 1.5))
    cases.add('clip, function', function('clip', '$0', None, 0.5), [x], lambda x: torch.clip(x, max=0.5))
    for name in ('clamp_', 'clip_'):
        cases.add(name, method(name, '$1', '$2'), [copied(x), In(low, grad=False), In(high, grad=False)],
                  lambda x, low, high, name=name: getattr(x, name)(low, high))
    cases.add('clampMin_', method('clampMin_', 0), [copied(x)], lambda x: x.clamp_min_(0))
    cases.add('clampMax_', method('clampMax_', '$1'), [copied(x), In(high, grad=False)], lambda x, h: x.clamp_max_(h))
    write('ops_clamping', __file__, differences=True, cases=cases.cases)


def padding():
    cases = Cases()
    for pad in ([1, 2], [0, 0], [1, 1, 2, 0], [-1, 2], [-1, -1, 1, -1], [1, 0, 0, 1, 2, 2], [], [-2, -2]):
        cases.add(f'pad, {pad}', functional('pad', '$0', pad), [VOLUME], lambda x, p=pad: F.pad(x, p))
        cases.add(f'pad, {pad}, value', functional('pad', '$0', pad, value=-1.5), [VOLUME],
                  lambda x, p=pad: F.pad(x, p, value=-1.5))
    cases.add('pad, integers', functional('pad', '$0', [1, 1], value=7), [integers(-9, 9, 2, 3, seed=611)],
              lambda x: F.pad(x, [1, 1], value=7))
    cases.add('pad, bool', functional('pad', '$0', [1, 1], mode='constant', value=1), [torch.zeros(2, dtype=torch.bool)],
              lambda x: F.pad(x, [1, 1], value=1))
    cases.add('pad, transposed', functional('pad', '$0', [1, 0, 0, 2]), [TRANSPOSED], lambda x: F.pad(x, [1, 0, 0, 2]))
    picture = uniform(2, 3, 3, 4, seed=612)
    for mode in ('reflect', 'replicate', 'circular'):
        for pad in ([2, 1], [0, 3], [-1, 2], [-1, -1]):
            cases.add(f'pad, {mode}, {pad}', functional('pad', '$0', pad, mode=mode), [VOLUME],
                      lambda x, p=pad, m=mode: F.pad(x, p, mode=m))
        for pad in ([2, 1, 1, 2], [3, 0, 0, 0]):
            cases.add(f'pad, {mode}, {pad}', functional('pad', '$0', pad, mode=mode), [picture],
                      lambda x, p=pad, m=mode: F.pad(x, p, mode=m))
    cases.add('pad, replicate, wide', functional('pad', '$0', [6, 9], mode='replicate'), [MATRIX],
              lambda x: F.pad(x, [6, 9], mode='replicate'))
    cases.add('pad, circular, whole', functional('pad', '$0', [4, 4], mode='circular'), [MATRIX],
              lambda x: F.pad(x, [4, 4], mode='circular'))
    write('ops_padding', __file__, differences=True, cases=cases.cases)


def distances():
    cases = Cases()
    for options in ({}, {'p': 1}, {'p': 3.5, 'dim': 0}, {'p': INF, 'dim': -1}, {'dim': [0, 2]}, {'eps': 2.0}):
        given = {k: 'Infinity' if v == INF else v for k, v in options.items()}
        cases.add(f'normalize, {given}', functional('normalize', '$0', **given), [VOLUME],
                  lambda x, o=options: F.normalize(x, **{k: tuple(v) if isinstance(v, list) else v
                                                          for k, v in o.items()}))
    cases.add('normalize, a row of zeros', functional('normalize', '$0'), [torch.tensor([[0.0, 0.0], [3.0, 4.0]])],
              lambda x: F.normalize(x), kinks=True)
    a, b = uniform(4, 3, seed=613), uniform(5, 3, seed=614)
    for p in (0, 0.5, 1, 1.5, 2, 3, INF):
        given = {} if p == 2 else {'p': 'Infinity' if p == INF else p}
        cases.add(f'cdist, p {p}', function('cdist', '$0', '$1', **given), [a, b], lambda x, y, p=p: torch.cdist(x, y,
                                                                                                                 p))
        cases.add(f'pdist, p {p}', functional('pdist', '$0', **given), [a], lambda x, p=p: F.pdist(x, p))
    for mode in ('use_mm_for_euclid_dist', 'donot_use_mm_for_euclid_dist'):
        cases.add(f'cdist, {mode}', function('cdist', '$0', '$1', computeMode=mode), [a, b],
                  lambda x, y, mode=mode: torch.cdist(x, y, compute_mode=mode))
    cases.add('cdist, many rows', function('cdist', '$0', '$1'), [uniform(30, 2, seed=613), uniform(3, 2, seed=614)],
              torch.cdist)
    cases.add('cdist, batches', function('cdist', '$0', '$1', p=1), [uniform(2, 1, 3, 2, seed=613),
                                                                      uniform(3, 2, 2, seed=614)],
              lambda x, y: torch.cdist(x, y, 1))
    cases.add('cdist, batches, Euclidean', function('cdist', '$0', '$1'), [uniform(2, 3, 2, seed=613),
                                                                            uniform(2, 2, seed=614)], torch.cdist)
    same = torch.tensor([[1.0, 2.0], [1.0, 2.0], [0.0, -1.0]])
    for p in (1, 2, 3):
        cases.add(f'cdist, equal rows, p {p}', function('cdist', '$0', '$1', p=p), [same, same[:2]],
                  lambda x, y, p=p: torch.cdist(x, y, p), kinks=True)
    cases.add('cdist, no rows', function('cdist', '$0', '$1'), [uniform(0, 3, seed=1), b], torch.cdist)
    cases.add('cdist, no columns', function('cdist', '$0', '$1'), [uniform(2, 0, seed=1), uniform(3, 0, seed=1)],
              torch.cdist)
    cases.add('pdist, one row', functional('pdist', '$0'), [uniform(1, 3, seed=1)], F.pdist)
    write('ops_distances', __file__, differences=True, cases=cases.cases)


def taking():
    cases = Cases()
    places = torch.tensor([[0, 5, 11], [-1, 5, -12]])
    cases.add('take', method('take', '$1'), [MATRIX, places], torch.take)
    cases.add('take, transposed', function('take', '$0', '$1'), [TRANSPOSED, places], torch.take)
    cases.add('take, integers', method('take', '$1'), [integers(-9, 9, 3, 4, seed=615), places], torch.take)
    cases.add('take, nothing', method('take', '$1'), [MATRIX, places[:0]], torch.take)
    picks = torch.tensor([[0, 3, 1], [2, 2, 0], [1, 1, 1]])
    cases.add('takeAlongDim', method('takeAlongDim', '$1', 1), [MATRIX, picks], lambda x, i: x.take_along_dim(i, 1))
    cases.add('takeAlongDim, broadcast index', function('takeAlongDim', '$0', '$1', 1), [VOLUME, torch.tensor([[[0], [2]]])],
              lambda x, i: torch.take_along_dim(x, i, 1))
    cases.add('takeAlongDim, broadcast input', method('takeAlongDim', '$1', 0), [uniform(3, 1, seed=616), picks % 3],
              lambda x, i: x.take_along_dim(i, 0))
    cases.add('takeAlongDim, everything', method('takeAlongDim', '$1'), [MATRIX, picks], lambda x, i:
              x.take_along_dim(i))
    write('ops_taking', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    extreme_values()
    clamping()
    padding()
    distances()
    taking()
