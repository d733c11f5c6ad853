"""Options that PyTorch passes by keyword, in operations whose other cases lie elsewhere. Run through make_all.py."""

import torch
import torch.nn.functional as F

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, functional, method

VOLUME = uniform(2, 3, 4, seed=901)
MATRIX = uniform(3, 4, seed=902, scale=3)
WHOLE = integers(-9, 9, 2, 5, seed=903)
INDEX = torch.tensor([2, 0, 2])
GRID = torch.tensor([[2, 0, 1, 1], [0, 0, 2, 1]])
copied = lambda value: In(value, grad=False, view=[['clone']])


def rounding(cases):
    divisors = uniform(4, seed=904, shift=2.0)
    for mode in ('floor', 'trunc', None):
        run = lambda a, b, mode=mode: torch.div(a, b, rounding_mode=mode)
        name = f'div, rounding mode {mode}'
        cases.add(name, method('div', '$1', roundingMode=mode), [MATRIX, divisors], run, kinks=mode is not None)
        cases.add(f'{name}, integers', function('div', '$0', '$1', roundingMode=mode), [WHOLE, torch.tensor(
            [2, -3, 4, -1, 7])], run)
        cases.add(f'{name}, a number', method('div', -4, roundingMode=mode), [WHOLE],
                  lambda a, mode=mode: torch.div(a, -4, rounding_mode=mode))
        cases.add(f'{name}, by zero', method('div', 0, roundingMode=mode), [In(uniform(3, seed=905), grad=False)],
                  lambda a, mode=mode: torch.div(a, 0.0, rounding_mode=mode))
        cases.add(f'{name}, in place', method('div_', '$1', roundingMode=mode), [copied(MATRIX), In(divisors, grad=False)],
                  lambda a, b, mode=mode: a.div_(b, rounding_mode=mode))
    for decimals in (0, 1, 3, -1):
        cases.add(f'round, {decimals} decimals', method('round', decimals=decimals), [uniform(3, 4, seed=906, scale=50)],
                  lambda x, d=decimals: torch.round(x, decimals=d), kinks=True)
        cases.add(f'round, {decimals} decimals, in place', method('round_', decimals=decimals),
                  [copied(uniform(3, 4, seed=906, scale=50))], lambda x, d=decimals: x.round_(decimals=d))


def selections(cases):
    for dims in ((0, 1), (1, 2), (-1, 0), (2, 1)):
        for offset in (-1, 0, 2, 9):
            cases.add(f'diagonal {offset} of {dims}', method('diagonal', offset, *dims), [VOLUME],
                      lambda x, o=offset, d=dims: x.diagonal(o, *d))
    for shape in ((), (4,), (2, 3), (0,)):
        mask = integers(0, 1, *shape, seed=907)
        cases.add(f'nonzero as tuple, {shape}', method('nonzero', asTuple=True), [mask], lambda x: x.nonzero(as_tuple=True))
    for dims in ((0, 1), (2,), (-1, 0, 1), ()):
        cases.add(f'flip, {dims}', method('flip', *dims), [VOLUME], lambda x, d=dims: x.flip(d))
    for alpha in (-1, 2, 0.5):
        cases.add(f'indexAdd, alpha {alpha}', method('indexAdd', 1, '$1', '$2', alpha=alpha),
                  [VOLUME, INDEX, uniform(2, 3, 4, seed=908)], lambda x, i, s, a=alpha: x.index_add(1, i, s, alpha=a))
    for dtype in (torch.bool, torch.uint8, torch.int32):
        kind = str(dtype).removeprefix('torch.')
        x, s = (integers(0, 200, 3, 4, seed=seed).tensor().to(dtype) for seed in (909, 910))
        cases.add(f'indexAdd, {kind}', method('indexAdd', 0, '$1', '$2'), [x, INDEX, s],
                  lambda x, i, s: x.index_add(0, i, s))
        cases.add(f'scatterAdd, {kind}', method('scatterAdd', 0, '$1', '$2'), [x, GRID, s],
                  lambda x, i, s: x.scatter_add(0, i, s))
        for reduce in ('add', 'multiply'):
            cases.add(f'scatter, {reduce}, {kind}', method('scatter', 0, '$1', '$2', reduce=reduce), [x, GRID, s],
                      lambda x, i, s, r=reduce: x.scatter(0, i, s, reduce=r))
    still, source = (In(uniform(3, 4, seed=seed), grad=False) for seed in (911, 912))
    for reduce in ('add', 'multiply'):
        cases.add(f'scatter, {reduce}', method('scatter', 0, '$1', '$2', reduce=reduce), [still, GRID, source],
                  lambda x, i, s, r=reduce: x.scatter(0, i, s, reduce=r))
        cases.add(f'scatter, {reduce} a number', method('scatter', 1, '$1', 2.5, reduce=reduce), [still, GRID],
                  lambda x, i, r=reduce: x.scatter(1, i, 2.5, reduce=r))
        cases.add(f'scatter_, {reduce}', method('scatter_', 0, '$1', '$2', reduce=reduce),
                  [copied(still.value), GRID, source], lambda x, i, s, r=reduce: x.scatter_(0, i, s, reduce=r))
    for kind in (torch.bool, torch.int32, torch.uint8):
        x = In(torch.zeros(3, dtype=kind), grad=False)
        cases.add(f'scatter, a number into {kind}', method('scatter', 0, '$1', 5), [x, torch.tensor([1])],
                  lambda x, i: x.scatter(0, i, 5))
    number, place = uniform(seed=913), torch.tensor(0)
    cases.add('gather, number', method('gather', 0, '$1'), [number, torch.tensor([0, 0])], lambda x, i: x.gather(0, i))
    cases.add('gather, number of a list', method('gather', 0, '$1'), [uniform(3, seed=1), torch.tensor(2)],
              lambda x, i: x.gather(0, i))
    cases.add('scatter, number', method('scatter', 0, '$1', '$2'), [number, place, uniform(seed=914)],
              lambda x, i, s: x.scatter(0, i, s))
    cases.add('scatterAdd, number', method('scatterAdd', 0, '$1', '$2'), [number, place, uniform(seed=914)],
              lambda x, i, s: x.scatter_add(0, i, s))
    cases.add('indexSelect, number', method('indexSelect', -1, '$1'), [number, torch.tensor([0])],
              lambda x, i: x.index_select(-1, i))
    for left, right in (((), ()), ((3,), ()), ((), (3,)), ((2, 1), (3,))):
        mask = integers(0, 1, *right, seed=915).tensor().bool()
        cases.add(f'maskedSelect, {left} by {right}', method('maskedSelect', '$1'), [uniform(*left, seed=916), mask],
                  lambda x, m: x.masked_select(m))


def subscripts(cases):
    rows, columns = torch.tensor([0, 2, -1]), torch.tensor([1, 0, 2])
    square, mask = uniform(3, 3, seed=924), torch.tensor([True, False, True])
    several = {
        'two': (['$1', '$2'], lambda x, r, c: x[r, c]),
        'broadcast': (['$1', '$2'], lambda x, r, c: x[r, c], [rows.view(3, 1), columns]),
        'one of two dimensions': (['$1'], lambda x, r, c: x[r], [rows.view(1, 3), columns]),
        'a number first': ([0, '$1', '$2'], lambda x, r, c: x[0, r, c], None, uniform(2, 3, 3, seed=925)),
        'apart': (['$1', ':', '$2'], lambda x, r, c: x[r, :, c], None, uniform(3, 2, 3, seed=926)),
        'behind': ([':', '$1', '$2'], lambda x, r, c: x[:, r, c], None, uniform(2, 3, 3, seed=925)),
        'a number between': (['$1', 1, '$2'], lambda x, r, c: x[r, 1, c], None, uniform(3, 2, 3, seed=926)),
        'a new dimension': ([None, '$1', [0, 2]], lambda x, r, c: x[None, r, 0:2]),
        'a mask and an index': (['$1', '$2'], lambda x, m, c: x[m, c], [mask, columns[:2]]),
        'a mask behind': ([':', '$1'], lambda x, m, c: x[:, m], [mask, columns]),
        'a mask of two dimensions': ([':', '$1'], lambda x, m, c: x[:, m], [torch.tensor([[True, False, True]] * 3),
                                     columns], uniform(2, 3, 3, seed=925)),
        'a bool': (['$1'], lambda x, m, c: x[m], [torch.tensor(True), columns]),
        'a number as a tensor': ([':', '$1'], lambda x, r, c: x[:, r], [torch.tensor(-1), columns]),
    }
    for name, (entries, run, *given) in several.items():
        tensors = given[0] if given and given[0] is not None else [rows, columns]
        cases.add(f'index, {name}', method('index', *entries), [given[1] if len(given) > 1 else square, *tensors], run)


def dtypes(cases):
    for dtype in ('float32', 'float64', 'int32', 'uint8', 'bool'):
        kind = getattr(torch, dtype)
        small = integers(0, 3, 2, 5, seed=917)
        for name in ('sum', 'prod'):
            cases.add(f'{name}, {dtype}', method(name, 1, dtype=dtype), [small],
                      lambda x, n=name, k=kind: getattr(x, n)(1, dtype=k))
            cases.add(f'{name} of floats, {dtype}', method(name, dtype=dtype), [In(uniform(2, 3, seed=918, shift=1.5),
                      grad=False)], lambda x, n=name, k=kind: getattr(x, n)(dtype=k))
        if dtype != 'bool':
            cases.add(f'cumsum, {dtype}', method('cumsum', 1, dtype=dtype), [small],
                      lambda x, k=kind: x.cumsum(1, dtype=k))
    cases.add('cumsum, a gradient through the dtype', method('cumsum', 0, dtype='float64'), [MATRIX],
              lambda x: x.cumsum(0, dtype=torch.float64))


def activations(cases):
    calls = {'relu': (), 'relu6': (), 'leakyRelu': (0.2,), 'elu': (0.7,), 'selu': (), 'silu': (), 'mish': (),
             'hardtanh': (-0.5, 0.75)}
    torch_names = {'leakyRelu': 'leaky_relu'}
    for name, args in calls.items():
        run = getattr(F, torch_names.get(name, name))
        cases.add(f'{name}, inplace', functional(name, '$0', *args, inplace=True), [copied(uniform(3, 5, seed=919))],
                  lambda x, run=run, args=args: run(x, *args, inplace=True))
    for name, limits in {'hardtanh': (-2, 3), 'relu6': ()}.items():
        cases.add(f'{name}, integers', functional(name, '$0', *limits), [WHOLE],
                  lambda x, run=getattr(F, name), limits=limits: run(x, *limits))
    for reduction in ('mean', 'sum', 'none'):
        for name, run in {'mseLoss': F.mse_loss, 'l1Loss': F.l1_loss, 'huberLoss': F.huber_loss}.items():
            cases.add(f'{name}, weight, {reduction}', functional(name, '$0', '$1', weight='$2', reduction=reduction),
                      [MATRIX, uniform(3, 4, seed=920), uniform(3, 4, seed=921, shift=1.5)],
                      lambda x, t, w, run=run, r=reduction: run(x, t, weight=w, reduction=r))
    cases.add('cosineSimilarity, numbers', functional('cosineSimilarity', '$0', '$1', dim=0),
              [uniform(seed=922, shift=1.0), uniform(seed=923, shift=1.0)], lambda a, b: F.cosine_similarity(a, b, dim=0))


if __name__ == '__main__':
    cases = Cases()
    rounding(cases)
    selections(cases)
    subscripts(cases)
    dtypes(cases)
    activations(cases)
    write('ops_options', __file__, differences=True, cases=cases.cases)
