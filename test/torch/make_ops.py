"""Every op of the library: outputs and gradients, over shapes, options, views and ties. Run through make_all.py."""

import torch
import torch.nn.functional as F

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, functional, method

TIES = torch.tensor([[1.0, 3.0, 3.0, 2.0], [5.0, 5.0, 5.0, 5.0], [-1.0, -2.0, -1.0, -3.0]])
# A (3, 4) view of a (4, 3) leaf, and a (3, 4) view out of a (3, 9) leaf.
TRANSPOSED = In(uniform(4, 3, seed=31), view=[['transpose', 0, 1]])
NARROWED = In(uniform(3, 9, seed=32), view=[['narrow', 1, 2, 4]])
VIEWS = {'transposed': TRANSPOSED, 'narrowed': NARROWED}


def arithmetic():
    cases = Cases()
    shapes = [
        ('same shape', (3, 4), (3, 4)), ('row', (3, 4), (4,)), ('column', (3, 4), (3, 1)), ('outer', (3, 1), (1, 4)),
        ('0-d right', (2, 3), ()), ('0-d left', (), (2, 3)), ('0-d both', (), ()), ('middle of 3-D', (2, 3, 4), (3, 1)),
        ('size 0', (0, 4), (4,)), ('size 0 by 1', (2, 0), (2, 1)), ('17 elements', (17,), (17,)),
        ('5 by 33', (5, 33), (33,)),
    ]
    for name in ('add', 'sub', 'mul', 'div', 'maximum', 'minimum'):
        run = lambda a, b, name=name: getattr(torch, name)(a, b)
        for label, left, right in shapes:
            inputs = [uniform(*left, seed=1), uniform(*right, seed=2, scale=0.5, shift=1.0 if name == 'div' else 0.0)]
            cases.add(f'{name}, {label}', method(name, '$1'), inputs, run)
        for label, view in VIEWS.items():
            cases.add(f'{name}, {label} left', method(name, '$1'), [view, uniform(3, 4, seed=3, scale=0.5, shift=1)],
                      run)
        cases.add(f'{name}, transposed right', method(name, '$1'),
                  [uniform(3, 4, seed=3), In(uniform(4, 3, seed=4, scale=0.5, shift=1), view=[['transpose', 0, 1]])],
                  run)
    for name, value in (('add', 2.5), ('sub', 2.5), ('mul', -3), ('div', 4), ('pow', 2), ('pow', 3), ('pow', 0),
                        ('pow', 1)):
        run = lambda x, name=name, value=value: getattr(x, name)(value)
        cases.add(f'{name}, number {value}', method(name, value), [uniform(3, 4, seed=5)], run)
        cases.add(f'{name}, number {value}, narrowed', method(name, value), [NARROWED], run)
    for value in (0.5, -1, -0.5, 2.5):
        cases.add(f'pow, number {value}, positive base', method('pow', value), [uniform(7, seed=6, scale=0.5, shift=1)],
                  lambda x, value=value: x.pow(value))
    cases.add('pow, tensor exponent', method('pow', '$1'),
              [uniform(3, 4, seed=6, scale=0.5, shift=1), uniform(4, seed=7)], torch.pow)
    cases.add('maximum, ties', method('maximum', '$1'), [TIES, torch.full((3, 4), 3.0)], torch.maximum)
    cases.add('minimum, ties', method('minimum', '$1'), [TIES, torch.full((3, 4), 3.0)], torch.minimum)
    cases.add('the same tensor twice', method('mul', '$0'), [uniform(5, seed=8)], lambda x: x * x)

    whole = [integers(-9, 9, 3, 4, seed=10), integers(1, 5, 4, seed=11)]
    for name in ('add', 'sub', 'mul'):
        cases.add(f'{name}, integers', method(name, '$1'), whole, getattr(torch, name))
    cases.add('div, integers give floats', method('div', '$1'), whole, torch.div)
    cases.add('add, integers and floats', method('add', '$1'), [integers(-9, 9, 4, seed=10), uniform(4, seed=2)],
              torch.add)
    cases.add('mul, boolean and floats', method('mul', '$1'), [torch.tensor([True, False, True]), uniform(3, seed=2)],
              torch.mul)

    ties = [TIES, torch.tensor([[1.0, 3.0, 2.0, 2.0]])]
    special = [torch.tensor([float('nan'), float('inf'), 1.0, -0.0]),
               torch.tensor([float('nan'), float('inf'), float('-inf'), 0.0])]
    for name in ('eq', 'ne', 'lt', 'le', 'gt', 'ge'):
        run = lambda a, b, name=name: getattr(torch, name)(a, b)
        cases.add(f'{name}, broadcast with ties', method(name, '$1'), ties, run, grad=False)
        cases.add(f'{name}, NaN and infinities', method(name, '$1'), special, run, grad=False)
        cases.add(f'{name}, number', method(name, 3), [TIES], lambda x, name=name: getattr(x, name)(3), grad=False)
        cases.add(f'{name}, integers', method(name, '$1'), whole, run)

    condition = torch.tensor([[True, False, True, True], [False, False, True, False], [True, True, False, False]])
    cases.add('where, same shape', function('where', '$0', '$1', '$2'),
              [condition, uniform(3, 4, seed=12), uniform(3, 4, seed=13)], torch.where)
    cases.add('where, all broadcast', function('where', '$0', '$1', '$2'),
              [condition[:, :1], uniform(4, seed=12), uniform(3, 4, seed=13)], torch.where)
    cases.add('where, number', function('where', '$0', '$1', -2), [condition, uniform(3, 4, seed=12)],
              lambda c, x: torch.where(c, x, -2.0))
    cases.add('where, transposed', function('where', '$0', '$1', '$2'),
              [condition, TRANSPOSED, uniform(3, 4, seed=13)], torch.where)
    cases.add('maskedFill', method('maskedFill', '$1', -7.5), [uniform(3, 4, seed=14), condition],
              lambda x, m: x.masked_fill(m, -7.5))
    cases.add('maskedFill, mask broadcast, narrowed', method('maskedFill', '$1', 0), [NARROWED, condition[:, 1:2]],
              lambda x, m: x.masked_fill(m, 0.0))
    cases.add('maskedFill, -inf', method('maskedFill', '$1', -1e30), [uniform(2, 3, 4, seed=14), condition],
              lambda x, m: x.masked_fill(m, -1e30))
    cases.add('matrix minus its column means', method('sub', '$1'), [uniform(6, 7, seed=15), uniform(1, 7, seed=16)],
              torch.sub)
    write('ops_arithmetic', __file__, cases=cases.cases)


def unary():
    cases = Cases()
    everywhere = {'neg': torch.neg, 'abs': torch.abs, 'exp': torch.exp, 'tanh': torch.tanh, 'sigmoid': torch.sigmoid,
                  'relu': torch.relu, 'square': torch.square, 'sin': torch.sin, 'cos': torch.cos}
    positive = {'log': torch.log, 'sqrt': torch.sqrt, 'rsqrt': torch.rsqrt, 'reciprocal': torch.reciprocal,
                'log1p': torch.log1p}
    for name, run in everywhere.items():
        cases.add(f'{name}', method(name), [uniform(3, 4, seed=41, scale=3)], run)
        cases.add(f'{name}, 37 elements', method(name), [uniform(37, seed=42, scale=8)], run)
        for label, view in VIEWS.items():
            cases.add(f'{name}, {label}', method(name), [view], run)
    for name, run in positive.items():
        cases.add(f'{name}', method(name), [uniform(3, 4, seed=43, scale=2, shift=2.01)], run)
        cases.add(f'{name}, 37 elements', method(name), [uniform(37, seed=44, scale=0.5, shift=0.5001)], run)
        cases.add(f'{name}, transposed', method(name),
                  [In(uniform(4, 3, seed=45, scale=0.5, shift=1), view=[['transpose', 0, 1]])], run)
    for name, run in {**everywhere, **positive}.items():
        cases.add(f'{name}, 0-d', method(name), [torch.tensor(0.75)], run)
        cases.add(f'{name}, size 0', method(name), [uniform(2, 0, seed=46)], run)
    edges = torch.tensor([0.0, -0.0, 1.0, -1.0, 20.0, -20.0, 89.0, -104.0, 1e-30, -1e-30, float('inf'), float('-inf')])
    for name in ('abs', 'exp', 'tanh', 'sigmoid', 'relu', 'sqrt', 'log'):
        cases.add(f'{name}, edges', method(name), [edges], everywhere.get(name, positive.get(name)), grad=False)
    cases.add('relu, gradient at 0', method('relu'), [torch.tensor([0.0, -1.0, 1.0])], torch.relu)
    cases.add('abs, gradient at 0', method('abs'), [torch.tensor([0.0, -1.0, 1.0])], torch.abs)
    cases.add('tanh, saturated', method('tanh'), [torch.tensor([9.5, -9.5, 30.0])], torch.tanh)
    cases.add('sigmoid, saturated', method('sigmoid'), [torch.tensor([18.0, -30.0, 100.0, -100.0])], torch.sigmoid)
    cases.add('sign', method('sign'), [uniform(3, 4, seed=41)], torch.sign)

    cases.add('clamp, both', method('clamp', -0.5, 0.25), [uniform(3, 4, seed=47)], lambda x: x.clamp(-0.5, 0.25))
    cases.add('clamp, bounds hit exactly', method('clamp', -1, 3), [TIES], lambda x: x.clamp(-1, 3))
    cases.add('clamp, minimum alone', method('clamp', -0.5), [uniform(3, 4, seed=47)], lambda x: x.clamp(-0.5))
    cases.add('clamp, narrowed', method('clamp', -0.5, 0.25), [NARROWED], lambda x: x.clamp(-0.5, 0.25))

    for approximate in ('none', 'tanh'):
        run = lambda x, approximate=approximate: F.gelu(x, approximate=approximate)
        cases.add(f'gelu, {approximate}', functional('gelu', '$0', approximate=approximate),
                  [uniform(5, 7, seed=48, scale=4)], run)
        cases.add(f'gelu, {approximate}, transposed', functional('gelu', '$0', approximate=approximate), [TRANSPOSED],
                  run)
        cases.add(f'gelu, {approximate}, tails', functional('gelu', '$0', approximate=approximate),
                  [torch.tensor([0.0, 5.5, -5.5, 12.0, -12.0])], run)
    cases.add('gelu, default', functional('gelu', '$0'), [uniform(9, seed=48)], F.gelu)

    for name, run in (('softmax', torch.softmax), ('logSoftmax', torch.log_softmax)):
        for shape, dims in (((5,), (0, -1)), ((3, 4), (0, 1)), ((2, 3, 5), (0, 1, 2)), ((4, 33), (1,)), ((3, 1), (1,)),
                            ((0, 3), (1,))):
            for dim in dims:
                cases.add(f'{name}, {shape} along {dim}', method(name, dim), [uniform(*shape, seed=49, scale=4)],
                          lambda x, run=run, dim=dim: run(x, dim))
        for label, view in VIEWS.items():
            for dim in (0, 1):
                cases.add(f'{name}, {label} along {dim}', method(name, dim), [view], lambda x, run=run,
                          dim=dim: run(x, dim))
        cases.add(f'{name}, large values', method(name, 0), [torch.tensor([1000.0, 999.0, -1000.0])], lambda x,
                  run=run: run(x, 0))
        cases.add(f'{name}, functional', functional(name, '$0', -1), [uniform(2, 6, seed=50)], lambda x,
                  run=run: run(x, -1))
    write('ops_unary', __file__, cases=cases.cases)


def reductions():
    cases = Cases()
    volume = uniform(2, 3, 4, seed=61)
    where = [(0, False), (1, False), (-1, True), ([0, 2], False), ([0, 1, 2], True), ([1], True), ([-1, 0], True)]
    options = lambda keep: {'keepdim': True} if keep else {}
    for name in ('sum', 'mean'):
        for label, value in {'3-D': volume, '0-d': torch.tensor(2.5), '1000': uniform(1000, seed=62), **VIEWS}.items():
            cases.add(f'{name}, all of {label}', method(name), [value], lambda x, name=name: getattr(x, name)())
        for dim, keep in where:
            cases.add(f'{name}, dim {dim}, keepdim {keep}', method(name, dim, **options(keep)), [volume],
                      lambda x, name=name, dim=dim, keep=keep: getattr(x, name)(dim, keepdim=keep))
        for label, view in VIEWS.items():
            for dim in (0, 1):
                cases.add(f'{name}, {label}, dim {dim}', method(name, dim), [view],
                          lambda x, name=name, dim=dim: getattr(x, name)(dim))
        cases.add(f'{name}, permuted 3-D, dim 1', method(name, 1), [In(volume, view=[['permute', [2, 0, 1]]])],
                  lambda x, name=name: getattr(x, name)(1))
    cases.add('sum, size 0', method('sum'), [uniform(0, 3, seed=1)], lambda x: x.sum())
    cases.add('sum, size 0 along 0', method('sum', 0), [uniform(0, 3, seed=1)], lambda x: x.sum(0))
    cases.add('sum, size 0 along 1', method('sum', 1), [uniform(0, 3, seed=1)], lambda x: x.sum(1))
    cases.add('mean, size 0', method('mean'), [uniform(0, seed=1)], lambda x: x.mean(), grad=False)
    cases.add('sum, integers', method('sum'), [integers(-9, 9, 3, 4, seed=63)], lambda x: x.sum())
    cases.add('sum, integers, dim 0', method('sum', 0), [integers(-9, 9, 3, 4, seed=63)], lambda x: x.sum(0))
    cases.add('sum, boolean counts', method('sum'), [torch.tensor([True, False, True])], lambda x: x.sum())

    for name in ('var', 'std'):
        for label, extra, torch_extra in (('unbiased by default', {}, {}),
                                          ('biased', {'unbiased': False}, {'unbiased': False})):
            cases.add(f'{name}, all, {label}', method(name, **extra), [volume],
                      lambda x, name=name, e=torch_extra: getattr(x, name)(**e))
            for dim, keep in where:
                cases.add(f'{name}, dim {dim}, keepdim {keep}, {label}', method(name, dim, **extra, **options(keep)),
                          [volume],
                          lambda x, name=name, dim=dim, keep=keep,
                          e=torch_extra: getattr(x, name)(dim, keepdim=keep, **e))
        cases.add(f'{name}, transposed', method(name, 1), [TRANSPOSED], lambda x, name=name: getattr(x, name)(1))
        cases.add(f'{name}, far from 0', method(name, 0), [uniform(20, 3, seed=64, shift=8)],
                  lambda x, name=name: getattr(x, name)(0))
    for order in (2, 1, 3, 0.5, float('inf'), float('-inf'), 0):
        label = {float('inf'): 'Infinity', float('-inf'): '-Infinity'}.get(order, order)
        cases.add(f'norm {order}, all', method('norm', label), [volume], lambda x, p=order: x.norm(p))
        cases.add(f'norm {order}, dim 1', method('norm', label, 1), [volume], lambda x, p=order: x.norm(p, 1))
        cases.add(f'norm {order}, dims 0 2, keepdim', method('norm', label, [0, 2], keepdim=True), [volume],
                  lambda x, p=order: x.norm(p, [0, 2], keepdim=True))
    cases.add('norm, default', method('norm'), [NARROWED], lambda x: x.norm())
    cases.add('norm 2 of zeros', method('norm', 2, 1), [torch.zeros(2, 3)], lambda x: x.norm(2, 1))
    cases.add('norm infinity, ties', method('norm', 'Infinity', 1), [TIES], lambda x: x.norm(float('inf'), 1))

    for dim in (0, 1, -1):
        cases.add(f'cumsum, dim {dim}', method('cumsum', dim), [volume], lambda x, dim=dim: x.cumsum(dim))
    cases.add('cumsum, transposed', method('cumsum', 1), [TRANSPOSED], lambda x: x.cumsum(1))
    cases.add('cumsum, narrowed', method('cumsum', 0), [NARROWED], lambda x: x.cumsum(0))
    cases.add('cumsum, integers', method('cumsum', 0), [integers(-9, 9, 7, seed=65)], lambda x: x.cumsum(0))
    cases.add('cumsum, size 0', method('cumsum', 0), [uniform(0, seed=1)], lambda x: x.cumsum(0))
    write('ops_reductions', __file__, cases=cases.cases)


def selections():
    cases = Cases()
    volume = uniform(2, 3, 5, seed=71)
    for name in ('max', 'min'):
        cases.add(f'{name}, all', method(name), [volume], lambda x, name=name: getattr(x, name)())
        cases.add(f'{name}, all, ties share the gradient', method(name), [TIES], lambda x,
                  name=name: getattr(x, name)())
        for dim in (0, 1, -1):
            cases.add(f'{name}, dim {dim}', method(name, dim), [volume], lambda x, name=name,
                      dim=dim: getattr(x, name)(dim))
            cases.add(f'{name}, dim {dim}, keepdim', method(name, dim, keepdim=True), [volume],
                      lambda x, name=name, dim=dim: getattr(x, name)(dim, keepdim=True))
        for label, value in {'ties': In(TIES), **VIEWS}.items():
            for dim in (0, 1):
                cases.add(f'{name}, {label}, dim {dim}', method(name, dim), [value],
                          lambda x, name=name, dim=dim: getattr(x, name)(dim))
        cases.add(f'{name}, NaN wins', method(name, 0), [torch.tensor([1.0, float('nan'), 5.0])],
                  lambda x, name=name: getattr(x, name)(0), grad=False)
        cases.add(f'{name}, integers', method(name, 1), [integers(-50, 50, 3, 6, seed=72)],
                  lambda x, name=name: getattr(x, name)(1))
        cases.add(f'{name}, 0-d', method(name), [torch.tensor(4.0)], lambda x, name=name: getattr(x, name)())
        arg = 'arg' + name
        run = getattr(torch, arg)
        cases.add(f'{arg}, all', method(arg), [volume], run, grad=False)
        for dim in (0, 1, 2, -1):
            cases.add(f'{arg}, dim {dim}', method(arg, dim), [volume], lambda x, run=run, dim=dim: run(x, dim),
                      grad=False)
        cases.add(f'{arg}, keepdim', method(arg, 1, keepdim=True), [volume], lambda x, run=run: run(x, 1, keepdim=True),
                  grad=False)
        cases.add(f'{arg}, ties', method(arg, 1), [TIES], lambda x, run=run: run(x, 1), grad=False)
        cases.add(f'{arg}, narrowed', method(arg, 1), [In(NARROWED.value, view=NARROWED.view)],
                  lambda x, run=run: run(x, 1), grad=False)
        cases.add(f'{arg}, integers', method(arg, 0), [integers(-50, 50, 7, seed=72)], lambda x, run=run: run(x, 0))

    for dim in (0, 1, -1):
        for descending in (False, True):
            options = {'descending': True} if descending else {}
            cases.add(f'sort, dim {dim}, {options}', method('sort', dim, **options), [volume],
                      lambda x, dim=dim, d=descending: torch.sort(x, dim, descending=d))
    cases.add('sort, default', method('sort'), [uniform(11, seed=73)], torch.sort)
    cases.add('sort, ties keep their order', method('sort', 1), [TIES], lambda x: torch.sort(x, dim=1, stable=True))
    cases.add('sort, ties descending', method('sort', 1, descending=True), [TIES],
              lambda x: torch.sort(x, dim=1, descending=True, stable=True))
    cases.add('sort, transposed', method('sort', 0), [TRANSPOSED], lambda x: torch.sort(x, 0))
    cases.add('sort, NaN last', method('sort', 0), [torch.tensor([2.0, float('nan'), -1.0, float('inf')])],
              lambda x: torch.sort(x, 0), grad=False)
    cases.add('sort, integers', method('sort', 1), [integers(-500, 500, 3, 6, seed=74)],
              lambda x: torch.sort(x, dim=1, stable=True))
    cases.add('sort, size 0', method('sort', 1), [uniform(2, 0, seed=1)], lambda x: torch.sort(x, 1))
    for k, dim in ((1, -1), (3, -1), (5, -1), (2, 1), (2, 0), (0, -1)):
        for largest in (True, False):
            options = {} if largest else {'largest': False}
            cases.add(f'topk, {k} along {dim}, {options}', method('topk', k, dim, **options), [volume],
                      lambda x, k=k, dim=dim, largest=largest: torch.topk(x, k, dim, largest=largest))
    cases.add('topk, default', method('topk', 4), [uniform(3, 12, seed=75)], lambda x: torch.topk(x, 4))
    cases.add('topk, narrowed', method('topk', 2, 1), [NARROWED], lambda x: torch.topk(x, 2, 1))
    cases.add('topk, integers', method('topk', 3), [integers(-500, 500, 9, seed=76)], lambda x: torch.topk(x, 3))
    write('ops_selections', __file__, cases=cases.cases)


def shapes():
    cases = Cases()
    volume = uniform(2, 3, 4, seed=81)
    index = lambda *values: torch.tensor(values)
    add = lambda name, call, run, value=volume: cases.add(name, call, [value], run)

    add('reshape', method('reshape', [4, 6]), lambda x: x.reshape(4, 6))
    add('reshape, one dimension left out', method('reshape', [-1, 8]), lambda x: x.reshape(-1, 8))
    add('reshape, of transposed', method('reshape', [-1]), lambda x: x.reshape(-1), TRANSPOSED)
    add('reshape, of narrowed', method('reshape', [2, 6]), lambda x: x.reshape(2, 6), NARROWED)
    add('reshape, to 0-d', method('reshape', []), lambda x: x.reshape(()), torch.tensor([7.0]))
    add('reshape, size 0', method('reshape', [0, 5]), lambda x: x.reshape(0, 5), uniform(3, 0, seed=1))
    add('view', method('view', [6, 4]), lambda x: x.view(6, 4))
    add('view, one dimension left out', method('view', [2, -1]), lambda x: x.view(2, -1))
    add('view, splits a dimension of narrowed', method('view', [3, 2, 2]), lambda x: x.view(3, 2, 2), NARROWED)
    add('flatten', method('flatten'), lambda x: x.flatten())
    add('flatten, from 1', method('flatten', 1), lambda x: x.flatten(1))
    add('permute', method('permute', [2, 0, 1]), lambda x: x.permute(2, 0, 1))
    add('permute, negative', method('permute', [-1, 0, -2]), lambda x: x.permute(-1, 0, -2))
    add('transpose', method('transpose', 0, 2), lambda x: x.transpose(0, 2))
    add('transpose, negative', method('transpose', -1, -2), lambda x: x.transpose(-1, -2))
    add('t', method('t'), lambda x: x.t(), uniform(3, 5, seed=82))
    add('contiguous, of permuted', method('contiguous'), lambda x: x.contiguous(),
        In(volume, view=[['permute', [2, 0, 1]]]))
    ones = uniform(1, 3, 1, 2, seed=83)
    add('squeeze', method('squeeze'), lambda x: x.squeeze(), ones)
    add('squeeze, dim', method('squeeze', 2), lambda x: x.squeeze(2), ones)
    add('squeeze, dim not of size 1', method('squeeze', 1), lambda x: x.squeeze(1), ones)
    add('unsqueeze, front', method('unsqueeze', 0), lambda x: x.unsqueeze(0))
    add('unsqueeze, back', method('unsqueeze', -1), lambda x: x.unsqueeze(-1))
    add('unsqueeze, 0-d', method('unsqueeze', 0), lambda x: x.unsqueeze(0), torch.tensor(1.5))
    add('select', method('select', 1, 2), lambda x: x.select(1, 2))
    add('select, last', method('select', 1, -1), lambda x: x.select(1, -1))
    add('select, of transposed', method('select', 0, 1), lambda x: x.select(0, 1), TRANSPOSED)
    add('narrow', method('narrow', 2, 1, 2), lambda x: x.narrow(2, 1, 2))
    add('narrow, nothing', method('narrow', 0, 1, 0), lambda x: x.narrow(0, 1, 0))
    add('slice, start and end', method('slice', 1, 1, 3), lambda x: x[:, 1:3])
    add('slice, step', method('slice', 2, 0, 4, 2), lambda x: x[:, :, 0:4:2])
    add('slice, negative start', method('slice', 2, -3), lambda x: x[:, :, -3:])
    add('slice, end beyond', method('slice', 0, 1, 99), lambda x: x[1:99])
    add('slice, of a slice with a step', method('slice', 0, 1, 9, 3), lambda x: x[1:9:3],
        In(uniform(20, seed=84), view=[['narrow', 0, 3, 15]]))
    add('expand', method('expand', [3, 5]), lambda x: x.expand(3, 5), uniform(3, 1, seed=85))
    add('expand, new dimensions', method('expand', [2, 3, 5]), lambda x: x.expand(2, 3, 5), uniform(5, seed=85))
    add('expand, -1 keeps', method('expand', [-1, 4]), lambda x: x.expand(-1, 4), uniform(3, 1, seed=85))
    add('expand, 0-d', method('expand', [2, 2]), lambda x: x.expand(2, 2), torch.tensor(0.5))

    for dim in (0, 1, 2):
        cases.add(f'indexSelect, dim {dim}, duplicates', method('indexSelect', dim, '$1'), [volume, index(1, 0, 1, 1)],
                  lambda x, i, dim=dim: x.index_select(dim, i))
    cases.add('indexSelect, transposed', method('indexSelect', 0, '$1'), [TRANSPOSED, index(2, 2, 0)],
              lambda x, i: x.index_select(0, i))
    cases.add('indexSelect, nothing', method('indexSelect', 1, '$1'), [volume, torch.zeros(0, dtype=torch.int64)],
              lambda x, i: x.index_select(1, i))
    picks = torch.tensor([[0, 1, 1, 0], [2, 2, 0, 1]])
    cases.add('gather, dim 0', method('gather', 0, '$1'), [uniform(3, 4, seed=86), picks], lambda x, i: x.gather(0, i))
    cases.add('gather, dim 1', method('gather', 1, '$1'), [uniform(3, 4, seed=86), picks], lambda x, i: x.gather(1, i))
    cases.add('gather, 3-D', method('gather', 2, '$1'), [volume, integers(0, 4, 2, 3, 6, seed=87)], lambda x,
              i: x.gather(2, i))
    cases.add('gather, transposed', method('gather', 1, '$1'), [TRANSPOSED, picks], lambda x, i: x.gather(1, i))
    cases.add('gather, narrowed', method('gather', 1, '$1'), [NARROWED, picks], lambda x, i: x.gather(1, i))

    parts = [uniform(2, 3, seed=88), uniform(4, 3, seed=89), uniform(1, 3, seed=90)]
    cases.add('cat, dim 0', function('cat', ['$0', '$1', '$2'], 0), parts, lambda *x: torch.cat(x, 0))
    cases.add('cat, default dim', function('cat', ['$0', '$1']), parts[:2], lambda *x: torch.cat(x))
    cases.add('cat, dim -1, views', function('cat', ['$0', '$1'], -1), [TRANSPOSED, NARROWED],
              lambda *x: torch.cat(x, -1))
    cases.add('cat, with size 0', function('cat', ['$0', '$1'], 1), [uniform(2, 0, seed=1), uniform(2, 3, seed=88)],
              lambda *x: torch.cat(x, 1))
    cases.add('cat, the same tensor twice', function('cat', ['$0', '$0'], 1), [uniform(2, 2, seed=91)],
              lambda x: torch.cat([x, x], 1))
    cases.add('cat, integers', function('cat', ['$0', '$1'], 0), [index(1, 2), index(3)], lambda *x: torch.cat(x))
    three = [uniform(2, 3, seed=92), uniform(2, 3, seed=93), uniform(2, 3, seed=94)]
    for dim in (0, 1, 2, -1):
        cases.add(f'stack, dim {dim}', function('stack', ['$0', '$1', '$2'], dim), three, lambda *x,
                  dim=dim: torch.stack(x, dim))
    cases.add('stack, 0-d', function('stack', ['$0', '$1']), [torch.tensor(1.0), torch.tensor(2.0)],
              lambda *x: torch.stack(x))

    long = uniform(7, 2, seed=95)
    add('split, by size', method('split', 3), lambda x: x.split(3), long)
    add('split, by sizes', method('split', [2, 4, 1]), lambda x: x.split([2, 4, 1]), long)
    add('split, by size along 2', method('split', 3, 2), lambda x: x.split(3, 2))
    add('split, transposed', method('split', [1, 3], 1), lambda x: x.split([1, 3], 1), TRANSPOSED)
    add('chunk, 3 of 7', method('chunk', 3), lambda x: x.chunk(3), long)
    add('chunk, 4 of 4 along -1', method('chunk', 4, -1), lambda x: x.chunk(4, -1))
    write('ops_shapes', __file__, cases=cases.cases)


def matmul():
    cases = Cases()
    shapes = [
        ((3, 4), (4, 5)), ((1, 1), (1, 1)), ((17, 9), (9, 33)), ((1, 8), (8, 6)), ((6, 5), (5, 1)), ((4,), (4,)),
        ((4,), (4, 3)),
        ((3, 4), (4,)), ((2, 3, 4), (2, 4, 5)), ((2, 3, 4), (4, 5)), ((3, 4), (2, 4, 5)), ((2, 1, 3, 4), (5, 4, 2)),
        ((2, 3, 4), (4,)), ((4,), (2, 4, 3)), ((2, 2, 3, 4), (2, 2, 4, 1)), ((1, 3, 4), (6, 4, 2)),
        ((0, 4), (4, 5)), ((3, 0), (0, 5)), ((3, 4), (4, 0)), ((0, 3, 4), (0, 4, 5)),
    ]
    for left, right in shapes:
        cases.add(f'{left} × {right}', method('matmul', '$1'), [uniform(*left, seed=101), uniform(*right, seed=102)],
                  torch.matmul)
    turned = lambda *shape, seed: In(uniform(*shape, seed=seed), view=[['transpose', -1, -2]])
    cases.add('left transposed', method('matmul', '$1'), [turned(4, 3, seed=103), uniform(4, 5, seed=104)],
              torch.matmul)
    cases.add('right transposed', method('matmul', '$1'), [uniform(3, 4, seed=103), turned(5, 4, seed=104)],
              torch.matmul)
    cases.add('both transposed', method('matmul', '$1'), [turned(4, 3, seed=103), turned(5, 4, seed=104)], torch.matmul)
    cases.add('batched, right transposed', method('matmul', '$1'),
              [uniform(2, 3, 4, seed=103), turned(2, 5, 4, seed=104)], torch.matmul)
    cases.add('batched, batch not first', method('matmul', '$1'),
              [In(uniform(3, 2, 4, seed=105), view=[['transpose', 0, 1]]), uniform(4, 5, seed=106)], torch.matmul)
    cases.add('narrowed', method('matmul', '$1'), [NARROWED, uniform(4, 5, seed=106)], torch.matmul)
    cases.add('broadcast left by expand', method('matmul', '$1'),
              [In(uniform(1, 3, 4, seed=107), view=[['expand', [2, 3, 4]]]), uniform(2, 4, 5, seed=108)], torch.matmul)
    cases.add('itself', method('matmul', '$0'), [uniform(4, 4, seed=109)], lambda x: x @ x)
    cases.add('mm', method('mm', '$1'), [uniform(3, 4, seed=101), uniform(4, 5, seed=102)], torch.mm)
    cases.add('bmm', method('bmm', '$1'), [uniform(2, 3, 4, seed=101), uniform(2, 4, 5, seed=102)], torch.bmm)
    for shape in ((6,), (5, 6), (2, 5, 6)):
        cases.add(f'linear, {shape}', functional('linear', '$0', '$1', '$2'),
                  [uniform(*shape, seed=110), uniform(3, 6, seed=111), uniform(3, seed=112)], F.linear)
    cases.add('linear, no bias', functional('linear', '$0', '$1'), [uniform(5, 6, seed=110), uniform(3, 6, seed=111)],
              F.linear)
    cases.add('linear, transposed input', functional('linear', '$0', '$1', '$2'),
              [TRANSPOSED, uniform(2, 4, seed=111), uniform(2, seed=112)], F.linear)
    write('ops_matmul', __file__, cases=cases.cases)


if __name__ == '__main__':
    arithmetic()
    unary()
    reductions()
    selections()
    shapes()
    matmul()
