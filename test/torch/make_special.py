"""Special functions of one and two operands, vector products, combinations, other names. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

NAN, INF = float('nan'), float('inf')
MATRIX = uniform(3, 4, seed=1001)
TRANSPOSED = In(uniform(4, 3, seed=1002), view=[['transpose', 0, 1]])
SPECIAL = torch.tensor([NAN, INF, -INF, 0.0, -0.0, 1.0, -1.0, 2.5, -2.5])
INTEGERS = integers(-9, 9, 3, 4, seed=1003)
copied = lambda value: In(value, grad=False, view=[['clone']])


def special_functions():
    cases = Cases()
    ranges = {
        'erfc': (torch.erfc, 3, 0), 'erfinv': (torch.erfinv, 0.97, 0), 'lgamma': (torch.lgamma, 3.4, 0.03),
        'digamma': (torch.digamma, 3.4, 0.03), 'acosh': (torch.acosh, 2, 3.1), 'asinh': (torch.asinh, 3, 0),
        'atanh': (torch.atanh, 0.95, 0), 'exp2': (torch.exp2, 4, 0), 'sinc': (torch.sinc, 3, 0),
        'frac': (torch.frac, 5, 0.03), 'deg2rad': (torch.deg2rad, 180, 0), 'rad2deg': (torch.rad2deg, 3, 0),
        'sgn': (torch.sgn, 2, 0), 'nanToNum': (torch.nan_to_num, 2, 0), 'logit': (torch.logit, 0.45, 0.5),
    }
    for name, (run, scale, shift) in ranges.items():
        x = uniform(5, 7, seed=1004, scale=scale, shift=shift)
        cases.add(name, method(name), [x], run)
        cases.add(f'{name}, function, transposed', function(name, '$0'),
                  [In(uniform(4, 3, seed=1005, scale=scale, shift=shift), view=[['transpose', 0, 1]])], run)
        cases.add(f'{name}, special', method(name), [In(SPECIAL, grad=False)], run)
        cases.add(f'{name}_', method(f'{name}_'), [copied(x)], run)
        if name != 'frac':
            cases.add(f'{name}, integers', method(name), [integers(1, 4, 6, seed=1006)], run)
    for name in ('erfc', 'lgamma', 'digamma'):
        run = getattr(torch, name)
        for low, high in ((0.01, 0.5), (1, 30), (-8, -1)):
            x = uniform(40, seed=1007, scale=(high - low) / 2, shift=(high + low) / 2 + 0.013)
            cases.add(f'{name}, {low} to {high}', method(name), [In(x, grad=False)], run)
    cases.add('erfinv, near 1', method('erfinv'), [In(torch.tensor([0.99, 0.999999, -0.99999, 1.0, -1.0, 1.5]), grad=False)],
              torch.erfinv)
    cases.add('sinc, at 0', method('sinc'), [torch.tensor([0.0, 1.0, 0.5])], torch.sinc)
    cases.add('logit, eps', method('logit', 0.2), [uniform(5, 7, seed=1008, scale=0.5, shift=0.5)], lambda x: x.logit(0.2))
    cases.add('logit_, eps', method('logit_', 0.2), [copied(uniform(5, 7, seed=1008, scale=0.5, shift=0.5))], lambda x:
              x.logit_(0.2))
    cases.add('nanToNum, values', method('nanToNum', nan=1.5, posinf=10, neginf=-10), [SPECIAL],
              lambda x: x.nan_to_num(1.5, 10, -10), kinks=True)
    for name, run in {'signbit': torch.signbit, 'isposinf': torch.isposinf, 'isneginf': torch.isneginf,
                      'isreal': torch.isreal}.items():
        cases.add(name, method(name), [In(SPECIAL, grad=False)], run)
        cases.add(f'{name}, integers', function(name, '$0'), [INTEGERS], run)
    cases.add('positive', method('positive'), [MATRIX], torch.positive)
    write('ops_special_functions', __file__, differences=True, cases=cases.cases)


def pair_functions():
    cases = Cases()
    other = torch.tensor([NAN, 1.0, 2.0, 0.0, 0.0, NAN, -0.0, -3.0, INF])
    pairs = {'atan2': torch.atan2, 'hypot': torch.hypot, 'copysign': torch.copysign, 'fmax': torch.fmax,
             'fmin': torch.fmin, 'xlogy': torch.xlogy, 'ldexp': torch.ldexp, 'nextafter': torch.nextafter,
             'heaviside': torch.heaviside, 'floatPower': torch.float_power}
    for name, run in pairs.items():
        positive = name in ('xlogy', 'floatPower')
        x = uniform(3, 4, seed=1009, shift=1.5 if positive else 0)
        y = uniform(3, 4, seed=1010, shift=1.5 if positive else 0)
        skip = name in ('nextafter', 'floatPower')
        grad = False if name == 'heaviside' else None
        cases.add(name, method(name, '$1'), [x, y], run, kinks=skip, grad=grad)
        cases.add(f'{name}, broadcast', function(name, '$0', '$1'),
                  [In(uniform(4, 3, seed=1011, shift=1.5 if positive else 0), view=[['transpose', 0, 1]]),
                   uniform(4, seed=1012, shift=1.5 if positive else 0)], run, kinks=skip, grad=grad)
        cases.add(f'{name}, special', method(name, '$1'), [In(SPECIAL, grad=False), In(other, grad=False)], run)
        if name not in ('fmax', 'fmin', 'floatPower'):
            cases.add(f'{name}_', method(f'{name}_', '$1'), [copied(x), In(y, grad=False)], run)
    for name in ('atan2', 'copysign', 'xlogy'):
        cases.add(f'{name}, integers', method(name, '$1'), [integers(1, 9, 6, seed=1013), integers(1, 9, 6, seed=1014)],
                  pairs[name])
    for name in ('fmax', 'fmin'):
        cases.add(f'{name}, ties', method(name, '$1'), [torch.tensor([1.0, 2.0]), torch.tensor([1.0, 3.0])], pairs[name],
                  kinks=True)
        cases.add(f'{name}, integers', method(name, '$1'), [INTEGERS, integers(-9, 9, 4, seed=1014)], pairs[name])
    cases.add('hypot, large', method('hypot', '$1'), [In(torch.tensor([3e30]), grad=False), In(torch.tensor([4e30]),
                                                                                               grad=False)], torch.hypot)
    cases.add('copysign, number', method('copysign', -2.0), [MATRIX], lambda x: torch.copysign(x, -2.0))
    cases.add('xlogy, number', method('xlogy', 3.0), [MATRIX], lambda x: torch.xlogy(x, 3.0))
    cases.add('xlogy, of a number', function('xlogy', 2.5, '$0'), [uniform(5, seed=1009, shift=1.5)],
              lambda y: torch.xlogy(2.5, y))
    cases.add('xlogy, zeros', method('xlogy', '$1'), [torch.tensor([0.0, 0.0, 2.0]), torch.tensor([0.0, 2.0, 3.0])],
              torch.xlogy, kinks=True)
    cases.add('floatPower, number', method('floatPower', 2), [integers(-9, 9, 6, seed=1013)], lambda x:
              torch.float_power(x, 2))
    for name, run in {'gcd': torch.gcd, 'lcm': torch.lcm}.items():
        cases.add(name, method(name, '$1'), [integers(-30, 30, 3, 4, seed=1015), integers(-30, 30, 4, seed=1016)], run)
        cases.add(f'{name}_', method(f'{name}_', '$1'), [integers(-30, 30, 3, 4, seed=1015), integers(-30, 30, 4, seed=1016)],
                  run)
        cases.add(f'{name}, zeros', function(name, '$0', '$1'), [torch.tensor([0, 0, 4]), torch.tensor([0, 3, 0])], run)
    for name, run in {'bitwiseLeftShift': torch.bitwise_left_shift,
                      'bitwiseRightShift': torch.bitwise_right_shift}.items():
        cases.add(name, method(name, '$1'), [integers(-99, 99, 6, seed=1017), integers(0, 8, 6, seed=1018)], run)
        cases.add(f'{name}, number', function(name, '$0', 3), [integers(-99, 99, 6, seed=1017)], lambda x, run=run: run(x,
                                                                                                                     3))
        cases.add(f'{name}_', method(f'{name}_', 2), [integers(-99, 99, 6, seed=1017)], lambda x, run=run: run(x, 2))
        cases.add(f'{name}, bytes', method(name, '$1'),
                  [torch.tensor([1, 255, 8], dtype=torch.uint8), torch.tensor([7, 4, 9], dtype=torch.uint8)], run)
    cases.add('rsub', method('rsub', '$1', alpha=2), [MATRIX, uniform(4, seed=1019)], lambda x, y: torch.rsub(x, y, alpha=2))
    cases.add('rsub, number', function('rsub', '$0', 3), [MATRIX], lambda x: torch.rsub(x, 3))
    write('ops_pair_functions', __file__, differences=True, cases=cases.cases)


def vectors():
    cases = Cases()
    a, b = uniform(4, 3, seed=1020), uniform(4, 3, seed=1021)
    cases.add('cross', method('cross', '$1', dim=1), [a, b], lambda x, y: torch.cross(x, y, dim=1))
    cases.add('cross, broadcast', function('cross', '$0', '$1', dim=-1), [a, uniform(1, 3, seed=1021)],
              lambda x, y: torch.linalg.cross(x, y, dim=-1))
    cases.add('vecdot', function('vecdot', '$0', '$1'), [a, b], torch.linalg.vecdot)
    cases.add('vecdot, dim', function('vecdot', '$0', '$1', dim=0), [a, b], lambda x, y: torch.linalg.vecdot(x, y, dim=0))
    for n in (0, 1, 2, 5):
        cases.add(f'matrixPower, {n}', method('matrixPower', n), [uniform(2, 3, 3, seed=1022)],
                  lambda x, n=n: torch.matrix_power(x, n))
    chain = [uniform(2, 5, seed=1023), uniform(5, 3, seed=1024), uniform(3, 4, seed=1025), uniform(4, 1, seed=1026)]
    cases.add('multiDot', function('multiDot', ['$0', '$1', '$2', '$3']), chain, lambda *xs: torch.linalg.multi_dot(xs))
    cases.add('multiDot, vectors', function('multiDot', ['$0', '$1', '$2']),
              [uniform(5, seed=1023), uniform(5, 3, seed=1024), uniform(3, seed=1025)],
              lambda *xs: torch.linalg.multi_dot(xs))

    x, y, z = uniform(2, seed=1027), uniform(3, seed=1028), uniform(2, seed=1029)
    cases.add('cartesianProd', function('cartesianProd', '$0', '$1', '$2'), [x, y, z], torch.cartesian_prod)
    cases.add('cartesianProd, one', function('cartesianProd', '$0'), [x], torch.cartesian_prod)
    for r in (1, 2, 3):
        cases.add(f'combinations, r {r}', method('combinations', r=r), [uniform(4, seed=1030)],
                  lambda x, r=r: torch.combinations(x, r))
        cases.add(f'combinations, r {r}, with replacement', function('combinations', '$0', r=r, withReplacement=True), [y],
                  lambda x, r=r: torch.combinations(x, r, True))
    for options in ({}, {'N': 5}, {'increasing': True}, {'N': 1}, {'N': 0}):
        # PyTorch's own backward of vander fails.
        cases.add(f'vander, {options}', function('vander', '$0', **options), [y], lambda x, o=options: torch.vander(x, **o),
                  grad=False)
    cases.add('vander, integers', function('vander', '$0'), [torch.tensor([1, 2, 3])], torch.vander)
    cases.add('blockDiag', function('blockDiag', '$0', '$1', '$2', '$3'),
              [MATRIX, uniform(seed=1), y, uniform(2, 1, seed=1031)], torch.block_diag)
    cases.add('unravelIndex', function('unravelIndex', '$0', [3, 4]), [torch.tensor([[0, 5], [11, 7]])],
              lambda i: torch.unravel_index(i, (3, 4)))
    for options in ({}, {'base': 2.0}):
        cases.add(f'logspace, {options}', function('logspace', -1, 2, 7, **options), [],
                  lambda o=options: torch.logspace(-1, 2, 7, **o))
    cases.add('newFull', method('newFull', [2, 2], 3), [INTEGERS], lambda x: x.new_full((2, 2), 3))
    cases.add('newOnes', method('newOnes', [2]), [In(MATRIX, grad=False)], lambda x: x.new_ones((2,)))
    cases.add('newZeros', method('newZeros', [2], dtype='float64'), [INTEGERS], lambda x: x.new_zeros(2, dtype=torch.float64))
    cases.add('newTensor', method('newTensor', [1, 2]), [INTEGERS], lambda x: x.new_tensor([1, 2]))
    cases.add('newEmpty', method('newEmpty', [0, 2]), [INTEGERS], lambda x: x.new_empty(0, 2))
    cases.add('fill', method('fill', 2.5), [MATRIX], lambda x: torch.fill(x, 2.5))
    cases.add('fill, a tensor', method('fill', '$1'), [MATRIX, uniform(seed=1032)], torch.fill)
    cases.add('reshapeAs', method('reshapeAs', '$1'), [MATRIX, In(uniform(2, 6, seed=1), grad=False)],
              lambda x, y: x.reshape_as(y))
    cases.add('sumToSize', method('sumToSize', 3, 1), [uniform(2, 3, 4, seed=1033)], lambda x: x.sum_to_size(3, 1))
    cases.add('long', method('long'), [In(uniform(5, seed=1034, scale=9), grad=False)], lambda x: x.long())
    cases.add('byte', method('byte'), [integers(0, 255, 5, seed=1034)], lambda x: x.byte())

    ones = {'absolute': torch.absolute, 'negative': torch.negative, 'fix': torch.fix, 'arctan': torch.arctan,
            'arcsinh': torch.arcsinh, 'arcsin': torch.arcsin, 'arccos': torch.arccos, 'arctanh': torch.arctanh}
    for name, run in ones.items():
        cases.add(name, method(name), [uniform(3, 4, seed=1035, scale=0.9)], run)
        cases.add(f'{name}, function', function(name, '$0'), [uniform(3, 4, seed=1035, scale=0.9)], run)
    cases.add('arccosh', method('arccosh'), [uniform(3, 4, seed=1035, shift=2.5)], torch.arccosh)
    twos = {'multiply': torch.multiply, 'divide': torch.divide, 'trueDivide': torch.true_divide,
            'subtract': torch.subtract, 'greater': torch.greater, 'greaterEqual': torch.greater_equal,
            'less': torch.less, 'lessEqual': torch.less_equal, 'notEqual': torch.not_equal, 'arctan2': torch.arctan2}
    for name, run in twos.items():
        inputs = [uniform(3, 4, seed=1036), uniform(4, seed=1037, shift=2)]
        cases.add(name, method(name, '$1'), inputs, run)
        cases.add(f'{name}, function', function(name, '$0', '$1'), inputs, run)
    cases.add('where, condition alone', function('where', '$0'), [torch.tensor([[True, False], [True, True]])], torch.where)
    cases.add('where, integers alone', function('where', '$0'), [torch.tensor([0, 3, 0, 1])], torch.where)
    write('ops_vectors', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    special_functions()
    pair_functions()
    vectors()
