"""The ops beyond the core's list: rounding, logic, indexing, scattering, in-place forms. Run through make_all.py."""

import torch
import torch.nn.functional as F

from fixtures import integers, uniform, write
from ops_cases import Cases, In, functional, method

VOLUME = uniform(2, 3, 4, seed=201)
TRANSPOSED = In(uniform(4, 3, seed=31), view=[['transpose', 0, 1]])
NARROWED = In(uniform(3, 9, seed=32), view=[['narrow', 1, 2, 4]])
MASK = torch.tensor([[True, False, True, True], [False, False, True, False], [True, True, False, False]])


def pointwise():
    cases = Cases()
    for name in ('floor', 'ceil', 'round', 'trunc', 'expm1', 'sinh', 'cosh', 'erf', 'tan', 'atan', 'isnan', 'isinf',
                 'isfinite'):
        run = getattr(torch, name)
        cases.add(name, method(name), [uniform(5, 7, seed=202, scale=1.4 if name == 'tan' else 3)], run)
        cases.add(f'{name}, transposed', method(name), [TRANSPOSED], run)
        cases.add(f'{name}, size 0', method(name), [uniform(0, seed=1)], run)
    halves = torch.tensor([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.49999997, 8388609.0])
    for name in ('floor', 'ceil', 'round', 'trunc'):
        cases.add(f'{name}, halves', method(name), [halves], getattr(torch, name))
    special = torch.tensor([float('nan'), float('inf'), float('-inf'), 0.0, 1.0])
    for name in ('isnan', 'isinf', 'isfinite'):
        cases.add(f'{name}, special', method(name), [special], getattr(torch, name))
    for name, run in (('log2', torch.log2), ('log10', torch.log10)):
        cases.add(name, method(name), [uniform(5, 7, seed=203, scale=2, shift=2.01)], run)
        cases.add(f'{name}, powers', method(name), [torch.tensor([1.0, 2.0, 8.0, 10.0, 1000.0, 0.125, 0.001])], run)
    for name in ('asin', 'acos'):
        cases.add(name, method(name), [uniform(5, 7, seed=204, scale=0.95)], getattr(torch, name))

    dividend, divisor = uniform(3, 4, seed=205, scale=7), torch.tensor([2.0, -2.0, 1.5, -0.75])
    names = {'floorDivide': torch.floor_divide, 'remainder': torch.remainder, 'fmod': torch.fmod}
    for name, run in names.items():
        cases.add(f'{name}, tensors', method(name, '$1'), [dividend, In(divisor, grad=False)], run,
                  grad=False if name == 'floorDivide' else None)
        cases.add(f'{name}, number', method(name, 2.5), [dividend], lambda x, run=run: run(x, 2.5),
                  grad=False if name == 'floorDivide' else None)
        cases.add(f'{name}, integers', method(name, '$1'),
                  [integers(-20, 20, 3, 4, seed=206), torch.tensor([3, -3, 7, -1])], run)
        cases.add(f'{name}, negative number', method(name, -3), [integers(-20, 20, 9, seed=206)], lambda x,
                  run=run: run(x, -3))

    other = torch.tensor([[True, True, False, False]])
    for name, run in {'logicalAnd': torch.logical_and, 'logicalOr': torch.logical_or,
                      'logicalXor': torch.logical_xor}.items():
        cases.add(name, method(name, '$1'), [MASK, other], run)
    for name, run in {'bitwiseAnd': torch.bitwise_and, 'bitwiseOr': torch.bitwise_or,
                      'bitwiseXor': torch.bitwise_xor}.items():
        cases.add(name, method(name, '$1'), [MASK, other], run)
        cases.add(f'{name}, integers', method(name, '$1'),
                  [integers(-99, 99, 6, seed=207), integers(-99, 99, 6, seed=208)], run)
    cases.add('logicalNot', method('logicalNot'), [MASK], torch.logical_not)
    cases.add('bitwiseNot', method('bitwiseNot'), [MASK], torch.bitwise_not)
    cases.add('isclose', method('isclose', '$1'),
              [torch.tensor([1.0, 1.0, 0.0, float('nan')]), torch.tensor([1.00001, 1.0001, 1e-9, float('nan')])],
              torch.isclose, grad=False)

    activations = {'leakyRelu': F.leaky_relu, 'elu': F.elu, 'selu': F.selu, 'silu': F.silu, 'mish': F.mish,
                   'softplus': F.softplus,
                   'logSigmoid': F.logsigmoid, 'relu6': F.relu6, 'hardtanh': F.hardtanh, 'relu': F.relu,
                   'tanh': torch.tanh, 'sigmoid': torch.sigmoid}
    for name, run in activations.items():
        cases.add(f'{name}', functional(name, '$0'), [uniform(5, 7, seed=209, scale=8)], run)
        cases.add(f'{name}, narrowed', functional(name, '$0'), [NARROWED], run)
        cases.add(f'{name}, tails', functional(name, '$0'), [torch.tensor([-90.0, -25.0, 25.0, 90.0])], run)
    cases.add('leakyRelu, slope', functional('leakyRelu', '$0', 0.3), [VOLUME], lambda x: F.leaky_relu(x, 0.3))
    cases.add('elu, alpha', functional('elu', '$0', 0.5), [VOLUME], lambda x: F.elu(x, 0.5))

    cases.add('add, alpha', method('add', '$1', alpha=-2.5), [VOLUME, uniform(4, seed=210)], lambda x,
              y: torch.add(x, y, alpha=-2.5))
    cases.add('sub, alpha', method('sub', '$1', alpha=0.5), [VOLUME, uniform(3, 1, seed=210)], lambda x,
              y: torch.sub(x, y, alpha=0.5))
    write('ops_pointwise', __file__, cases=cases.cases)


def prod_any_var():
    cases = Cases()
    cases.add('prod, all', method('prod'), [uniform(6, seed=211, shift=1.5)], lambda x: x.prod())
    for dim in (0, 1, -1):
        cases.add(f'prod, dim {dim}', method('prod', dim), [VOLUME], lambda x, dim=dim: x.prod(dim))
    cases.add('prod, keepdim', method('prod', 1, keepdim=True), [VOLUME], lambda x: x.prod(1, keepdim=True))
    cases.add('prod, one zero', method('prod'), [torch.tensor([2.0, 0.0, 3.0])], lambda x: x.prod())
    cases.add('prod, two zeros', method('prod', 1), [torch.tensor([[2.0, 0.0, 0.0], [1.0, 4.0, 0.0]])],
              lambda x: x.prod(1))
    cases.add('prod, size 0', method('prod'), [uniform(0, seed=1)], lambda x: x.prod(), grad=False)
    cases.add('prod, integers', method('prod', 0), [integers(-5, 5, 3, 4, seed=212)], lambda x: x.prod(0))
    for name in ('all', 'any'):
        run = getattr(torch, name)
        cases.add(f'{name}', method(name), [MASK], run)
        for dim in (0, 1):
            cases.add(f'{name}, dim {dim}', method(name, dim), [MASK], lambda x, run=run, dim=dim: run(x, dim))
        cases.add(f'{name}, floats, keepdim', method(name, 0, keepdim=True), [torch.tensor([[0.0, 1.0], [0.0, 2.0]])],
                  lambda x, run=run: run(x, 0, keepdim=True), grad=False)
        cases.add(f'{name}, size 0', method(name, 0), [torch.zeros(0, 3, dtype=torch.bool)], lambda x,
                  run=run: run(x, 0))
    for descending in (False, True):
        cases.add(f'argsort, descending {descending}', method('argsort', -1, descending=descending), [VOLUME],
                  lambda x, d=descending: torch.argsort(x, -1, descending=d), grad=False)
    for name in ('var', 'std'):
        for correction in (0, 2):
            cases.add(f'{name}, correction {correction}', method(name, 1, correction=correction), [VOLUME],
                      lambda x, name=name, c=correction: getattr(torch, name)(x, dim=1, correction=c))
    write('ops_prod_any_var', __file__, cases=cases.cases)


def indexing():
    cases = Cases()
    add = lambda name, call, run, *inputs: cases.add(name, call, inputs or [VOLUME], run)
    picks = torch.tensor([[0, 1, 1, 0], [2, 2, 0, 1]])
    matrix, source = uniform(3, 4, seed=213), uniform(2, 4, seed=214)
    unique = torch.tensor([[0, 1, 2, 0], [2, 0, 1, 1]])
    add('scatter', method('scatter', 0, '$1', '$2'), lambda x, i, s: x.scatter(0, i, s), matrix, unique, source)
    add('scatter, number', method('scatter', 1, '$1', 9), lambda x, i: x.scatter(1, i, 9.0), matrix,
        torch.tensor([[1], [3], [0]]))
    add('scatterAdd, dim 0, duplicates', method('scatterAdd', 0, '$1', '$2'), lambda x, i, s: x.scatter_add(0, i, s),
        matrix, picks, source)
    add('scatterAdd, dim 1, duplicates', method('scatterAdd', 1, '$1', '$2'), lambda x, i, s: x.scatter_add(1, i, s),
        matrix, picks, source)
    rows = torch.tensor([2, 0, 2, 1, 2])
    add('indexAdd, dim 0, duplicates', method('indexAdd', 0, '$1', '$2'), lambda x, i, s: x.index_add(0, i, s), matrix,
        rows, uniform(5, 4, seed=215))
    add('indexAdd, dim 1', method('indexAdd', 1, '$1', '$2'), lambda x, i, s: x.index_add(1, i, s), matrix,
        torch.tensor([3, 3]), uniform(3, 2, seed=215))
    add('maskedSelect', method('maskedSelect', '$1'), torch.masked_select, matrix, MASK)
    add('maskedSelect, transposed', method('maskedSelect', '$1'), torch.masked_select, TRANSPOSED, MASK)
    add('maskedSelect, broadcast mask', method('maskedSelect', '$1'), torch.masked_select, matrix, MASK[:, :1])
    add('maskedSelect, nothing', method('maskedSelect', '$1'), torch.masked_select, matrix, MASK & ~MASK)
    cases.add('nonzero', method('nonzero'), [torch.tensor([[0.0, 2.0], [3.0, 0.0]])], torch.nonzero, grad=False)
    add('flip', method('flip', [0, 2]), lambda x: x.flip([0, 2]))
    add('flip, one dim', method('flip', 1), lambda x: x.flip(1))
    add('roll', method('roll', 2, 2), lambda x: x.roll(2, 2))
    add('roll, backwards', method('roll', -1, 1), lambda x: x.roll(-1, 1))
    add('repeat', method('repeat', 2, 1, 3), lambda x: x.repeat(2, 1, 3))
    add('repeat, new dimension', method('repeat', 2, 3), lambda x: x.repeat(2, 3), uniform(4, seed=216))
    add('unbind', method('unbind', 1), lambda x: x.unbind(1))
    add('unflatten', method('unflatten', 2, [2, 2]), lambda x: x.unflatten(2, (2, 2)))
    add('diagonal', method('diagonal'), lambda x: x.diagonal(), matrix)
    add('diagonal, above', method('diagonal', 1), lambda x: x.diagonal(1), matrix)
    add('expandAs', method('expandAs', '$1'), lambda x, y: x.expand_as(y), uniform(3, 1, seed=217),
        In(matrix, grad=False))
    add('index, a number and everything', method('index', 1, ':'), lambda x: x[1, :])
    add('index, negative number', method('index', -1), lambda x: x[-1])
    add('index, slice with a step', method('index', ':', [0, 3, 2]), lambda x: x[:, 0:3:2])
    add('index, new dimension', method('index', None, 0), lambda x: x[None, 0])
    add('index, tensor', method('index', '$1'), lambda x, i: x[i], matrix, rows)
    add('index, tensor after everything', method('index', ':', '$1'), lambda x, i: x[:, i], matrix, rows)
    add('index, mask', method('index', '$1'), lambda x, m: x[m], matrix, MASK)
    write('ops_indexing', __file__, cases=cases.cases)


def in_place():
    """Outside the graph, where Lutra allows them."""
    cases = Cases()
    copied = lambda value: In(value, grad=False, view=[['clone']])
    column = In(uniform(3, 1, seed=218, scale=0.5, shift=1), grad=False)
    for name in ('add_', 'sub_', 'mul_', 'div_'):
        run = lambda x, y, name=name: getattr(x, name)(y)
        cases.add(f'{name}, broadcast', method(name, '$1'), [copied(uniform(3, 4, seed=219)), column], run)
        cases.add(f'{name}, number', method(name, 3), [copied(uniform(3, 4, seed=219))], lambda x,
                  name=name: getattr(x, name)(3))
    for name in ('neg_', 'abs_', 'exp_', 'relu_', 'sigmoid_', 'tanh_', 'square_', 'floor_', 'zero_'):
        cases.add(name, method(name), [copied(uniform(3, 4, seed=219))], lambda x, name=name: getattr(x, name)())
    for name in ('sqrt_', 'rsqrt_', 'log_', 'reciprocal_'):
        cases.add(name, method(name), [copied(uniform(3, 4, seed=219, scale=0.5, shift=1))], lambda x,
                  name=name: getattr(x, name)())
    cases.add('clamp_', method('clamp_', -0.5, 0.5), [copied(uniform(3, 4, seed=219))], lambda x: x.clamp_(-0.5, 0.5))
    cases.add('pow_', method('pow_', 3), [copied(uniform(3, 4, seed=219))], lambda x: x.pow_(3))
    cases.add('fill_', method('fill_', 7), [copied(uniform(3, 4, seed=219))], lambda x: x.fill_(7))
    cases.add('copy_', method('copy_', '$1'), [copied(uniform(3, 4, seed=219)), column], lambda x, y: x.copy_(y))
    cases.add('maskedFill_', method('maskedFill_', '$1', 5), [copied(uniform(3, 4, seed=219)), MASK], lambda x,
              m: x.masked_fill_(m, 5.0))
    cases.add('on a view of a copy', method('mul_', '$1'),
              [In(uniform(4, 3, seed=220), grad=False, view=[['clone'], ['transpose', 0, 1]]), column],
              lambda x, y: x.mul_(y))
    write('ops_in_place', __file__, cases=cases.cases)


if __name__ == '__main__':
    pointwise()
    prod_any_var()
    indexing()
    in_place()
