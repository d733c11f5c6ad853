"""Slopes, Bessel's and polygamma functions, Einstein sums by lists of numbers. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

NAN, INF = float('nan'), float('inf')
# Of infinities PyTorch 2.13's i0 is NaN, and infinite from 88.7 on (709.8 in double); Lutra's is the function's value.
SPECIAL = torch.tensor([NAN, 0.0, -0.0, 1.0, -1.0, -2.5, -3.0, 2.5])


def special(cases):
    for scale, count in ((3, 12), (60, 12), (87, 6)):
        x = uniform(count, seed=3001, scale=scale)
        cases.add(f'i0, to {scale}', method('i0'), [x], torch.i0)
    cases.add('i0, far', method('i0'), [In(torch.tensor([88.5, -88.6, 100.0, 700.0]), grad=False)], torch.i0)
    cases.add('i0, far, float64', method('i0'), [torch.tensor([39.99, 40.01, 91.9, -300.0, 709.5], dtype=torch.float64)],
              torch.i0)
    cases.add('i0, special', method('i0'), [In(SPECIAL, grad=False)], torch.i0)
    cases.add('i0, integers', method('i0'), [integers(-4, 5, 6, seed=3002)], torch.i0)
    cases.add('i0_', method('i0_'), [In(uniform(5, seed=3003, scale=3), grad=False, view=[['clone']])], torch.i0)
    for n in range(6):
        run = lambda x, n=n: torch.polygamma(n, x)
        x = uniform(5, 7, seed=3004, scale=3.4, shift=0.03)
        cases.add(f'polygamma {n}', method('polygamma', n), [x], run)
        cases.add(f'polygamma {n}, function', function('polygamma', n, '$0'), [uniform(9, seed=3005, scale=20, shift=21)], run)
        cases.add(f'polygamma {n}, below 0', method('polygamma', n), [In(uniform(9, seed=3006, scale=4, shift=-4.03), grad=False)],
                  run)
        cases.add(f'polygamma {n}, float64', method('polygamma', n),
                  [torch.tensor([1e-3, 0.4, 5.5, 11.99, 12.01, 500.0], dtype=torch.float64)], run)
        cases.add(f'polygamma {n}, integers', method('polygamma', n), [integers(1, 9, 6, seed=3007)], run)
    cases.add('polygamma_', method('polygamma_', 2), [In(uniform(5, seed=3008, shift=2), grad=False, view=[['clone']])],
              lambda x: torch.polygamma(2, x))


def slopes(cases):
    matrix = uniform(4, 5, seed=3010)
    line = torch.tensor([0.0, 0.5, 2.0, 2.5, 4.0])
    for edge in (1, 2):
        for dims in (None, 0, -1, [1, 0]):
            options = {'edgeOrder': edge} if dims is None else {'edgeOrder': edge, 'dim': dims}
            keywords = {'edge_order': edge} if dims is None else {'edge_order': edge, 'dim': dims}
            for spacing in (1, 0.25):
                cases.add(f'gradient, {options}, spacing {spacing}', function('gradient', '$0', spacing=spacing, **options),
                          [matrix], lambda x, k=keywords, s=spacing: torch.gradient(x, spacing=s, **k))
        cases.add(f'gradient, a spacing each, edge {edge}',
                  function('gradient', '$0', spacing=[0.5, 2], edgeOrder=edge), [matrix],
                  lambda x, e=edge: torch.gradient(x, spacing=[0.5, 2.0], edge_order=e))
        cases.add(f'gradient, coordinates, edge {edge}',
                  function('gradient', '$0', spacing=['$1'], dim=1, edgeOrder=edge), [matrix, In(line, grad=False)],
                  lambda x, t, e=edge: torch.gradient(x, spacing=[t], dim=1, edge_order=e))
        cases.add(f'gradient, of the middle dimension, edge {edge}',
                  function('gradient', '$0', dim=1, edgeOrder=edge),
                  [In(uniform(2, 3, 4, seed=3011), view=[['transpose', 0, 2]])],
                  lambda x, e=edge: torch.gradient(x, dim=1, edge_order=e))
    cases.add('gradient, nothing named', function('gradient', '$0'), [uniform(3, seed=3012)], torch.gradient)
    cases.add('gradient, integers', function('gradient', '$0'), [integers(-9, 9, 3, 4, seed=3013)], torch.gradient)
    cases.add('gradient, float64', function('gradient', '$0', spacing=0.1), [uniform(3, 4, seed=3014, dtype='float64')],
              lambda x: torch.gradient(x, spacing=0.1))


def sums(cases):
    a, b, c = uniform(3, 4, seed=3020), uniform(4, 5, seed=3021), uniform(5, 2, seed=3022)
    batch, square = uniform(2, 3, 4, seed=3023), uniform(4, 4, seed=3024)
    for name, operands, lists in (
            ('product', (a, b), ([0, 1], [1, 2], [0, 2])),
            ('no output', (a, b), ([30, 2], [2, 1])),
            ('chain', (a, b, c), ([0, 1], [1, 51], [51, 3], [3, 0])),
            ('diagonal', (square,), ([7, 7], [7])),
            ('trace', (square,), ([7, 7], [])),
            ('ellipsis', (batch, b), (['...', 1], [1, 2], ['...', 2])),
            ('ellipsis, no output', (batch, square), (['...', 1, 0], [0, 0]))):
        args, flat = [], []
        for k, entry in enumerate(lists):
            if k < len(operands):
                args.append(f'${k}')
            args.append(entry)
        def run(*tensors, lists=lists):
            given = []
            for k, entry in enumerate(lists):
                if k < len(tensors):
                    given.append(tensors[k])
                given.append([Ellipsis if item == '...' else item for item in entry])
            return torch.einsum(*given)
        cases.add(f'einsum by lists, {name}', function('einsum', *args), list(operands), run)


if __name__ == '__main__':
    cases = Cases()
    special(cases)
    slopes(cases)
    sums(cases)
    write('ops_slopes', __file__, differences=True, cases=cases.cases)
