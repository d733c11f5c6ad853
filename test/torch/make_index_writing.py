"""Values put where indices, masks and places say, and reductions of those that meet. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

INF = float('inf')
VOLUME = uniform(2, 3, 4, seed=701)
MATRIX = uniform(3, 4, seed=702)
TRANSPOSED = In(uniform(4, 3, seed=703), view=[['transpose', 0, 1]])
INTEGERS = integers(-9, 9, 3, 4, seed=704)
copied = lambda value, view=(): In(value, grad=False, view=[['clone'], *view])
fixed = lambda value: In(value, grad=False)


def index_writing():
    cases = Cases()
    i, j = torch.tensor([0, 2, -1]), torch.tensor([1, 3, 0])
    mask = torch.tensor([[True, False, True, True], [False, False, True, False], [True, True, False, False]])
    rows = torch.tensor([True, False, True])
    puts = {
        'rows': (MATRIX, ['$1'], [torch.tensor([2, 0])], uniform(2, 4, seed=705)),
        'places': (MATRIX, ['$1', '$2'], [i[:2], j[:2]], uniform(2, seed=705)),
        'a number': (MATRIX, ['$1', '$2'], [i[:2], j[:2]], uniform(seed=705)),
        'columns': (MATRIX, [None, '$1'], [j[:2]], uniform(3, 2, seed=705)),
        'broadcast index': (MATRIX, ['$1', '$2'], [torch.tensor([[0], [2]]), torch.tensor([3, 1])],
                            uniform(2, 2, seed=705)),
        'broadcast values': (MATRIX, ['$1'], [torch.tensor([2, 0])], uniform(4, seed=705)),
        'apart': (VOLUME, ['$1', None, '$2'], [torch.tensor([0, 1]), torch.tensor([3, 1])], uniform(2, 3, seed=705)),
        'in the middle': (VOLUME, [None, '$1'], [torch.tensor([[2, 0]])], uniform(2, 1, 2, 4, seed=705)),
        'last two': (VOLUME, [None, '$1', '$2'], [torch.tensor([2, 0]), torch.tensor([3, 1])], uniform(2, 2, seed=705)),
        'a mask': (MATRIX, ['$1'], [mask], uniform(int(mask.sum()), seed=705)),
        'a mask of rows': (MATRIX, ['$1', '$2'], [rows, torch.tensor([1, 3])], uniform(2, seed=705)),
        'transposed': (TRANSPOSED, ['$1'], [torch.tensor([2, 0])], uniform(2, 4, seed=705)),
        'integers': (INTEGERS, ['$1', '$2'], [i[:2], j[:2]], integers(-9, 9, 2, seed=705)),
        'nothing': (MATRIX, ['$1'], [torch.tensor([], dtype=torch.int64)], uniform(0, 4, seed=705)),
    }
    for name, (x, pattern, indices, values) in puts.items():
        def run(x, *rest, pattern=pattern, accumulate=False):
            picked = iter(rest[:-1])
            indices = [None if p is None else next(picked) for p in pattern]
            return torch.ops.aten.index_put(x, indices, rest[-1], accumulate)

        inputs = [x, *indices, values]
        cases.add(f'indexPut, {name}', method('indexPut', pattern, f'${len(indices) + 1}'), inputs,
                  lambda x, *rest, run=run: run(x, *rest))
        cases.add(f'indexPut, {name}, accumulate', function('indexPut', '$0', pattern, f'${len(indices) + 1}',
                                                            accumulate=True), inputs,
                  lambda x, *rest, run=run: run(x, *rest, accumulate=True))
    twice = torch.tensor([1, 1, 0, 1])
    cases.add('indexPut, accumulate, duplicates', method('indexPut', ['$1'], '$2', accumulate=True),
              [MATRIX, twice, uniform(4, 4, seed=706)], lambda x, i, v: x.index_put([i], v, True))
    cases.add('indexPut, accumulate, duplicates, integers', method('indexPut', ['$1'], '$2', accumulate=True),
              [INTEGERS, twice, integers(-9, 9, 4, 4, seed=706)], lambda x, i, v: x.index_put([i], v, True))
    cases.add('indexPut_', method('indexPut_', ['$1', '$2'], '$3'),
              [copied(MATRIX), i, j, fixed(uniform(3, seed=705))], lambda x, i, j, v: x.index_put_([i, j], v))
    cases.add('indexPut_, view', method('indexPut_', ['$1'], '$2', accumulate=True),
              [copied(uniform(4, 3, seed=703), [['transpose', 0, 1]]), twice, fixed(uniform(4, 4, seed=706))],
              lambda x, i, v: x.index_put_([i], v, True))

    for dim, shape in ((0, (2, 3, 4)), (1, (2, 2, 4)), (-1, (2, 3, 2))):
        ids = torch.tensor([1, 0])
        cases.add(f'indexCopy, dim {dim}', method('indexCopy', dim, '$1', '$2'), [VOLUME, ids, uniform(*shape, seed=707)],
                  lambda x, i, s, dim=dim: x.index_copy(dim, i, s))
        cases.add(f'indexFill, dim {dim}', method('indexFill', dim, '$1', 2.5), [VOLUME, ids],
                  lambda x, i, dim=dim: x.index_fill(dim, i, 2.5))
    cases.add('indexCopy, transposed', function('indexCopy', '$0', 0, '$1', '$2'),
              [TRANSPOSED, torch.tensor([2]), uniform(1, 4, seed=707)], lambda x, i, s: torch.index_copy(x, 0, i, s))
    cases.add('indexCopy, bool', method('indexCopy', 0, '$1', '$2'), [mask, torch.tensor([0]), ~mask[:1]],
              lambda x, i, s: x.index_copy(0, i, s))
    cases.add('indexCopy_', method('indexCopy_', 1, '$1', '$2'),
              [copied(MATRIX), torch.tensor([3, 0]), fixed(uniform(3, 2, seed=707))],
              lambda x, i, s: x.index_copy_(1, i, s))
    cases.add('indexFill, value a tensor', method('indexFill', 1, '$1', '$2'),
              [MATRIX, torch.tensor([3, 0]), uniform(seed=708)], lambda x, i, v: x.index_fill(1, i, v))
    cases.add('indexFill, negative index', function('indexFill', '$0', 0, '$1', -1), [INTEGERS, torch.tensor([-1])],
              lambda x, i: torch.index_fill(x, 0, i, -1))
    cases.add('indexFill_', method('indexFill_', 0, '$1', 7), [copied(MATRIX), torch.tensor([1])],
              lambda x, i: x.index_fill_(0, i, 7))

    source = uniform(3, 4, seed=709)
    cases.add('maskedScatter', method('maskedScatter', '$1', '$2'), [MATRIX, mask, source],
              lambda x, m, s: x.masked_scatter(m, s))
    cases.add('maskedScatter, broadcast mask', function('maskedScatter', '$0', '$1', '$2'), [MATRIX, mask[:1], source],
              lambda x, m, s: torch.masked_scatter(x, m, s))
    cases.add('maskedScatter, broadcast input', method('maskedScatter', '$1', '$2'),
              [uniform(4, seed=702), mask, uniform(20, seed=709)], lambda x, m, s: x.masked_scatter(m, s))
    cases.add('maskedScatter, transposed', method('maskedScatter', '$1', '$2'), [TRANSPOSED, mask, source],
              lambda x, m, s: x.masked_scatter(m, s))
    cases.add('maskedScatter_', method('maskedScatter_', '$1', '$2'), [copied(MATRIX), mask, fixed(source)],
              lambda x, m, s: x.masked_scatter_(m, s))

    places = torch.tensor([[0, 5], [-1, 7]])
    values = uniform(2, 2, seed=710)
    cases.add('put', method('put', '$1', '$2'), [MATRIX, places, values], lambda x, i, s: x.put(i, s))
    cases.add('put, accumulate', function('put', '$0', '$1', '$2', accumulate=True),
              [MATRIX, torch.tensor([[3, 3], [3, 0]]), values], lambda x, i, s: torch.put(x, i, s, True))
    cases.add('put, transposed', method('put', '$1', '$2'), [TRANSPOSED, places, values], lambda x, i, s: x.put(i, s))
    cases.add('put, integers', method('put', '$1', '$2', accumulate=True),
              [INTEGERS, torch.tensor([3, 3, 0]), integers(-9, 9, 3, seed=710)], lambda x, i, s: x.put(i, s, True))
    cases.add('put_', method('put_', '$1', '$2'), [copied(MATRIX), places, fixed(values)], lambda x, i, s: x.put_(i, s))
    write('ops_index_writing', __file__, differences=True, cases=cases.cases)


def scatter_reduction():
    cases = Cases()
    index = torch.tensor([[0, 1, 1, 0], [2, 1, 0, 1], [0, 1, 0, 0], [0, 1, 2, 2]])
    source = uniform(4, 4, seed=711, shift=0.2)
    for reduce in ('sum', 'prod', 'mean', 'amax', 'amin'):
        for include in (True, False):
            given = dict(include_self=include)
            what = f'{reduce}, includeSelf {include}'
            cases.add(f'scatterReduce, {what}', method('scatterReduce', 0, '$1', '$2', reduce, includeSelf=include),
                      [MATRIX, index, source], lambda x, i, s, r=reduce, g=given: x.scatter_reduce(0, i, s, r, **g))
            small = torch.tensor([[3, 0, 3], [1, 1, 1]])
            on_columns = lambda x, i, s, r=reduce, g=given: torch.scatter_reduce(x, 1, i, s, r, **g)
            cases.add(f'scatterReduce, dim 1, small index, {what}',
                      function('scatterReduce', '$0', 1, '$1', '$2', reduce, includeSelf=include),
                      [MATRIX, small, uniform(2, 3, seed=711, shift=0.2)], on_columns)
            # PyTorch gives a source that is larger than the index a gradient of the index's shape.
            cases.add(f'scatterReduce, large source, {what}',
                      function('scatterReduce', '$0', 1, '$1', '$2', reduce, includeSelf=include),
                      [MATRIX, small, source], on_columns, grad=False)
            cases.add(f'scatterReduce, integers, {what}',
                      method('scatterReduce', 0, '$1', '$2', reduce, includeSelf=include),
                      [INTEGERS, index, integers(-9, 9, 4, 4, seed=712)],
                      lambda x, i, s, r=reduce, g=given: x.scatter_reduce(0, i, s, r, **g))
            cases.add(f'scatterReduce_, {what}', method('scatterReduce_', 0, '$1', '$2', reduce, includeSelf=include),
                      [copied(MATRIX), index, fixed(source)],
                      lambda x, i, s, r=reduce, g=given: x.scatter_reduce_(0, i, s, r, **g))
            if reduce != 'sum':
                for dim in (0, 1, -1):
                    shape = [2, 3, 4]
                    shape[dim] = 4
                    ids = torch.tensor([1, 0, 1, 1])
                    cases.add(f'indexReduce, dim {dim}, {what}',
                              method('indexReduce', dim, '$1', '$2', reduce, includeSelf=include),
                              [VOLUME, ids, uniform(*shape, seed=713)],
                              lambda x, i, s, r=reduce, g=given, d=dim: x.index_reduce(d, i, s, r, **g))
                cases.add(f'indexReduce_, {what}', method('indexReduce_', 0, '$1', '$2', reduce, includeSelf=include),
                          [copied(MATRIX), torch.tensor([2, 2]), fixed(uniform(2, 4, seed=713))],
                          lambda x, i, s, r=reduce, g=given: x.index_reduce_(0, i, s, r, **g))
    ones = torch.tensor([1.0, 2.0])
    ties = torch.tensor([2.0, 2.0, 0.0, 1.0])
    zero = torch.tensor([0.0, 2.0, 3.0, 0.0])
    ids = torch.tensor([0, 0, 1, 1])
    for reduce in ('amax', 'amin'):
        for include in (True, False):
            cases.add(f'scatterReduce, ties, {reduce}, {include}',
                      method('scatterReduce', 0, '$1', '$2', reduce, includeSelf=include), [ones, ids, ties],
                      lambda x, i, s, r=reduce, g=include: x.scatter_reduce(0, i, s, r, include_self=g), kinks=True)
    for x in (ones, torch.tensor([0.0, 1.0])):
        for include in (True, False):
            cases.add(f'scatterReduce, prod with zeros, {include}',
                      method('scatterReduce', 0, '$1', '$2', 'prod', includeSelf=include), [x, ids, zero],
                      lambda x, i, s, g=include: x.scatter_reduce(0, i, s, 'prod', include_self=g))
    cases.add('scatterReduce, NaN', method('scatterReduce', 0, '$1', '$2', 'amax'),
              [ones, ids, torch.tensor([float('nan'), 1.0, 1.0, 1.0])],
              lambda x, i, s: x.scatter_reduce(0, i, s, 'amax'), grad=False)

    data, lengths = uniform(6, 2, seed=714, shift=0.1), torch.tensor([2, 0, 3, 1])
    for reduce in ('sum', 'mean', 'prod', 'max', 'min'):
        run = lambda x, n, r=reduce: torch.segment_reduce(x, r, lengths=n, unsafe=False)
        cases.add(f'segmentReduce, {reduce}', function('segmentReduce', '$0', reduce, lengths='$1'),
                  [data, torch.tensor([2, 3, 1])], run)
        cases.add(f'segmentReduce, {reduce}, vector', function('segmentReduce', '$0', reduce, lengths='$1', axis=0),
                  [uniform(6, seed=715), torch.tensor([1, 5])], run)
        # What an empty segment gives is not finite, so that there are no differences.
        cases.add(f'segmentReduce, {reduce}, an empty segment', function('segmentReduce', '$0', reduce, lengths='$1'),
                  [data, lengths], run, kinks=True)
        cases.add(f'segmentReduce, {reduce}, offsets', function('segmentReduce', '$0', reduce, offsets='$1'),
                  [data, torch.tensor([0, 2, 2, 5, 6])], lambda x, o, r=reduce: torch.segment_reduce(x, r, offsets=o),
                  kinks=True)
        cases.add(f'segmentReduce, {reduce}, initial', function('segmentReduce', '$0', reduce, lengths='$1', initial=0.5),
                  [data, lengths], lambda x, n, r=reduce: torch.segment_reduce(x, r, lengths=n, initial=0.5), kinks=True)
    batched = torch.tensor([[2, 1], [0, 3]])
    for reduce in ('sum', 'mean'):
        cases.add(f'segmentReduce, {reduce}, axis 1', function('segmentReduce', '$0', reduce, lengths='$1', axis=1,
                                                               initial=1), [uniform(2, 3, 2, seed=716), batched],
                  lambda x, n, r=reduce: torch.segment_reduce(x, r, lengths=n, axis=1, initial=1))
    write('ops_scatter_reduction', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    index_writing()
    scatter_reduction()
