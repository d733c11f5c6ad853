"""Counts, histograms, unique elements, searches in sorted numbers. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

NAN, INF = float('nan'), float('inf')
MATRIX = uniform(3, 4, seed=801)
TRANSPOSED = In(uniform(4, 3, seed=803), view=[['transpose', 0, 1]])


def counting():
    cases = Cases()
    numbers = integers(0, 6, 20, seed=804)
    cases.add('bincount', method('bincount'), [numbers], torch.bincount)
    cases.add('bincount, minlength', function('bincount', '$0', minlength=10), [numbers], lambda x: torch.bincount(
        x, minlength=10))
    cases.add('bincount, weights', method('bincount', weights='$1'), [numbers, In(uniform(20, seed=805), grad=False)],
              lambda x, w: torch.bincount(x, w))
    cases.add('bincount, integer weights', method('bincount', weights='$1', minlength=2),
              [numbers, integers(-9, 9, 20, seed=805)], lambda x, w: torch.bincount(x, w, 2))
    cases.add('bincount, nothing', method('bincount', minlength=3), [integers(0, 6, 0, seed=1)],
              lambda x: torch.bincount(x, minlength=3))
    values = In(uniform(50, seed=806, scale=3), grad=False)
    for options in ({'bins': 5}, {'bins': 4, 'min': -1, 'max': 2}, {'bins': 7, 'min': 0, 'max': 0.5}, {}):
        cases.add(f'histc, {options}', method('histc', **options), [values], lambda x, o=options: torch.histc(x, **o))
    edges = In(torch.tensor([0.0, 0.1, 0.2, 0.3, 0.7, 0.8, 0.9, 1.0, 0.6, 0.4]), grad=False)
    cases.add('histc, edges', function('histc', '$0', bins=10, min=0, max=1), [edges], lambda x: torch.histc(x, 10, 0,
                                                                                                            1))
    cases.add('histc, one value', method('histc', bins=4), [In(torch.full((3,), 2.0), grad=False)],
              lambda x: torch.histc(x, 4))
    sparse = torch.tensor([[0.0, 1.0, 0.0], [2.0, 0.0, NAN]])
    for dim in (None, 0, 1, (0, 1)):
        cases.add(f'countNonzero, dim {dim}', method('countNonzero', *([] if dim is None else [dim])),
                  [In(sparse, grad=False)], lambda x, dim=dim: torch.count_nonzero(x, dim))
    cases.add('countNonzero, integers', function('countNonzero', '$0'), [integers(-1, 2, 9, seed=1)],
              torch.count_nonzero)
    cases.add('argwhere', method('argwhere'), [In(sparse, grad=False)], torch.argwhere)
    cases.add('argwhere, number', function('argwhere', '$0'), [torch.tensor(3)], torch.argwhere)
    write('ops_counting', __file__, differences=True, cases=cases.cases)


def uniqueness():
    cases = Cases()
    inputs = {
        'integers': integers(0, 5, 3, 4, seed=807),
        'floats': In(torch.tensor([[1.5, -0.5, 1.5], [0.0, -0.5, 2.0]]), grad=False),
        'bool': torch.tensor([True, False, True]),
        'bytes': torch.tensor([3, 3, 255, 0], dtype=torch.uint8),
        'transposed': In(integers(0, 3, 4, 3, seed=808), view=[['transpose', 0, 1]]),
        'nothing': integers(0, 5, 0, seed=1),
        'NaN': In(torch.tensor([NAN, 1.0, NAN, 1.0]), grad=False),
    }
    options = [{}, {'returnInverse': True}, {'returnCounts': True}, {'returnInverse': True, 'returnCounts': True}]
    python = {'returnInverse': 'return_inverse', 'returnCounts': 'return_counts', 'dim': 'dim'}
    for name, x in inputs.items():
        for given in options:
            spoken = {python[key]: value for key, value in given.items()}
            cases.add(f'unique, {name}, {sorted(given)}', method('unique', **given), [x],
                      lambda x, o=spoken: torch.unique(x, **o))
            cases.add(f'uniqueConsecutive, {name}, {sorted(given)}', function('uniqueConsecutive', '$0', **given), [x],
                      lambda x, o=spoken: torch.unique_consecutive(x, **o))
    rows = torch.tensor([[1, 0, 1], [0, 2, 2], [1, 0, 1], [0, 1, 9], [0, 1, 9]])
    for dim in (0, 1, -1):
        for given in options:
            spoken = {python[key]: value for key, value in given.items()}
            cases.add(f'unique, dim {dim}, {sorted(given)}', function('unique', '$0', dim=dim, **given), [rows],
                      lambda x, o=spoken, dim=dim: torch.unique(x, dim=dim, **o))
            cases.add(f'uniqueConsecutive, dim {dim}, {sorted(given)}', method('uniqueConsecutive', dim=dim, **given),
                      [rows], lambda x, o=spoken, dim=dim: torch.unique_consecutive(x, dim=dim, **o))
    cases.add('unique, dim 1, volume', method('unique', dim=1), [integers(0, 2, 2, 5, 2, seed=809)],
              lambda x: torch.unique(x, dim=1))
    cases.add('unique, unsorted', method('unique', sorted=True), [rows], lambda x: torch.unique(x, sorted=True))
    write('ops_uniqueness', __file__, differences=True, cases=cases.cases)


def searching():
    cases = Cases()
    ladder = In(torch.tensor([-1.0, 0.0, 0.0, 0.5, 2.0]), grad=False)
    wanted = In(torch.tensor([[-2.0, -1.0, 0.0], [0.25, 2.0, NAN], [INF, -INF, 0.5]]), grad=False)
    for name, (given, spoken) in {
        'default': ({}, {}), 'right': ({'right': True}, {'right': True}),
        'side left': ({'side': 'left'}, {'side': 'left'}), 'side right': ({'side': 'right'}, {'side': 'right'}),
    }.items():
        cases.add(f'searchsorted, {name}', function('searchsorted', '$0', '$1', **given), [ladder, wanted],
                  lambda a, b, o=spoken: torch.searchsorted(a, b, **o))
        cases.add(f'searchsorted, number, {name}', function('searchsorted', '$0', 0, **given), [ladder],
                  lambda a, o=spoken: torch.searchsorted(a, 0, **o))
    rows = In(torch.tensor([[1.0, 2.0, 3.0], [-3.0, 0.0, 3.0]]), grad=False)
    cases.add('searchsorted, rows', function('searchsorted', '$0', '$1'), [rows, In(uniform(2, 4, seed=810, scale=4),
                                                                                   grad=False)], torch.searchsorted)
    cases.add('searchsorted, integers', function('searchsorted', '$0', '$1'),
              [torch.tensor([1, 3, 5]), integers(0, 7, 6, seed=811)], torch.searchsorted)
    unsorted = In(torch.tensor([[2.0, -1.0, 0.5], [0.0, 3.0, -2.0]]), grad=False)
    cases.add('searchsorted, sorter', function('searchsorted', '$0', '$1', sorter='$2'),
              [unsorted, In(uniform(2, 3, seed=812, scale=3), grad=False), torch.tensor([[1, 2, 0], [2, 0, 1]])],
              lambda a, b, s: torch.searchsorted(a, b, sorter=s))
    cases.add('searchsorted, empty', function('searchsorted', '$0', '$1'), [In(uniform(0, seed=1), grad=False), wanted],
              torch.searchsorted)
    for right in (False, True):
        cases.add(f'bucketize, right {right}', method('bucketize', '$1', right=right), [wanted, ladder],
                  lambda x, b, r=right: torch.bucketize(x, b, right=r))
    cases.add('bucketize, number', function('bucketize', 0.25, '$0'), [ladder], lambda b: torch.bucketize(0.25, b))
    elements, tests = integers(0, 9, 3, 4, seed=813), integers(0, 9, 4, seed=814)
    for invert in (False, True):
        cases.add(f'isin, invert {invert}', function('isin', '$0', '$1', invert=invert), [elements, tests],
                  lambda a, b, i=invert: torch.isin(a, b, invert=i))
    cases.add('isin, number of elements', function('isin', '$0', 3), [elements], lambda a: torch.isin(a, 3))
    cases.add('isin, a number', function('isin', 3, '$0'), [tests], lambda b: torch.isin(3, b))
    cases.add('isin, NaN', function('isin', '$0', '$1'), [wanted, In(torch.tensor([NAN, 0.0, INF]), grad=False)],
              torch.isin)
    cases.add('isin, integers and floats', function('isin', '$0', '$1'),
              [elements, In(torch.tensor([1.0, 2.5]), grad=False)], torch.isin)
    write('ops_searching', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    counting()
    uniqueness()
    searching()
