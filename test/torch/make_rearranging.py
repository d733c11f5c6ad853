"""Joining, splitting, repeating, rolling, dimensions in another order, diagonals. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

VOLUME = uniform(2, 3, 4, seed=501)
MATRIX = uniform(3, 4, seed=502)
TRANSPOSED = In(uniform(4, 3, seed=503), view=[['transpose', 0, 1]])
copied = lambda value: In(value, grad=False, view=[['clone']])


def stacking():
    cases = Cases()
    names = {'hstack': torch.hstack, 'vstack': torch.vstack, 'rowStack': torch.row_stack, 'dstack': torch.dstack,
             'columnStack': torch.column_stack}
    for name, run in names.items():
        for what, shape in {'numbers': (), 'vectors': (3,), 'matrices': (2, 3), 'volumes': (2, 3, 2)}.items():
            cases.add(f'{name}, {what}', function(name, ['$0', '$1']),
                      [uniform(*shape, seed=504), uniform(*shape, seed=505)], lambda *xs, run=run: run(xs))
    cases.add('hstack, integers and floats', function('hstack', ['$0', '$1']),
              [integers(-9, 9, 3, seed=504), uniform(2, seed=505)], lambda *xs: torch.hstack(xs))
    cases.add('columnStack, mixed', function('columnStack', ['$0', '$1']),
              [uniform(3, seed=504), uniform(3, 2, seed=505)], lambda *xs: torch.column_stack(xs))
    for name, run in {'concat': torch.concat, 'concatenate': torch.concatenate}.items():
        cases.add(name, function(name, ['$0', '$1'], 1), [MATRIX, uniform(3, 2, seed=506)], lambda *xs, run=run: run(
            xs, 1))
    for sections in (1, 2, 3, 5, [1, 3], [2, 2], [-1], [5], []):
        cases.add(f'tensorSplit, {sections}', method('tensorSplit', sections, 2), [VOLUME],
                  lambda x, s=sections: x.tensor_split(s, 2))
    cases.add('tensorSplit, default', function('tensorSplit', '$0', 2), [uniform(5, seed=507)], lambda x:
              torch.tensor_split(x, 2))
    cases.add('tensorSplit, a tensor of indices', method('tensorSplit', '$1'),
              [uniform(5, seed=507), torch.tensor([1, 4])], lambda x, s: torch.tensor_split(x, s))
    for name, run in {'hsplit': torch.hsplit, 'vsplit': torch.vsplit, 'dsplit': torch.dsplit}.items():
        for sections in (2, [1]):
            cases.add(f'{name}, {sections}', function(name, '$0', sections), [uniform(2, 4, 6, seed=508)],
                      lambda x, run=run, s=sections: run(x, s))
    cases.add('hsplit, vector', method('hsplit', 3), [uniform(6, seed=508)], lambda x: x.hsplit(3))
    write('ops_stacking', __file__, differences=True, cases=cases.cases)


def dimensions():
    cases = Cases()
    add = lambda name, call, run, *inputs: cases.add(name, call, inputs or [VOLUME], run)
    for source, target in ((0, -1), (-1, 0), (1, 1), ([0, 1], [2, 0]), ([0, 1, 2], [1, 2, 0])):
        add(f'movedim, {source} to {target}', method('movedim', source, target),
            lambda x, s=source, t=target: x.movedim(s, t))
    add('moveaxis', function('moveaxis', '$0', 0, 2), lambda x: torch.moveaxis(x, 0, 2))
    add('swapaxes', function('swapaxes', '$0', 0, -1), lambda x: torch.swapaxes(x, 0, -1))
    add('swapdims', method('swapdims', 1, 2), lambda x: x.swapdims(1, 2))
    add('adjoint', method('adjoint'), lambda x: x.adjoint())
    add('ravel', method('ravel'), lambda x: x.ravel())
    add('ravel, transposed', function('ravel', '$0'), torch.ravel, TRANSPOSED)
    for size, step in ((2, 1), (2, 2), (3, 2), (4, 1), (1, 3), (0, 1)):
        add(f'unfold, size {size}, step {step}', method('unfold', 2, size, step),
            lambda x, size=size, step=step: x.unfold(2, size, step))
    add('unfold, dim 0, transposed', method('unfold', 0, 2, 1), lambda x: x.unfold(0, 2, 1), TRANSPOSED)
    add('unfold, number', method('unfold', 0, 1, 1), lambda x: x.unfold(0, 1, 1), uniform(seed=1))
    for n in (1, 2, 3):
        run = getattr(torch, f'atleast_{n}d')
        for shape in ((), (3,), (2, 3), (2, 3, 2)):
            add(f'atleast{n}d, {len(shape)} dimensions', function(f'atleast{n}d', '$0'), run,
                uniform(*shape, seed=509))
        add(f'atleast{n}d, several', function(f'atleast{n}d', '$0', '$1'), run, uniform(seed=509), uniform(3, seed=1))
        add(f'atleast{n}d, a list', function(f'atleast{n}d', ['$0', '$1']), lambda *xs, run=run: run(xs),
            uniform(seed=509), uniform(3, seed=1))
    ones = uniform(1, 3, 1, 2, 1, seed=510)
    for dim in ([0, 2], [0, 1, -1], [], 2):
        add(f'squeeze, dims {dim}', method('squeeze', dim),
            lambda x, dim=dim: x.squeeze(tuple(dim) if isinstance(dim, list) else dim), ones)
    write('ops_dimensions', __file__, differences=True, cases=cases.cases)


def moving():
    cases = Cases()
    for shifts, dims in (((1, 2), (0, 2)), ((-1, 5), (1, 2)), ((1, 1), (2, 2)), ((3,), (1,)), (0, 0), (7, -1)):
        cases.add(f'roll, {shifts} along {dims}', method('roll', shifts, dims), [VOLUME],
                  lambda x, s=shifts, d=dims: x.roll(s, d))
    for shift in (1, -5, 0):
        cases.add(f'roll, {shift} of everything', function('roll', '$0', shift), [VOLUME],
                  lambda x, s=shift: x.roll(s))
    cases.add('roll, transposed', method('roll', 2), [TRANSPOSED], lambda x: x.roll(2))
    cases.add('roll, integers, size 0', method('roll', 1, 0), [integers(0, 9, 0, 2, seed=1)], lambda x: x.roll(1, 0))
    cases.add('fliplr', method('fliplr'), [VOLUME], torch.fliplr)
    cases.add('flipud', function('flipud', '$0'), [VOLUME], torch.flipud)
    for k in (-1, 0, 1, 2, 3, 5):
        cases.add(f'rot90, {k}', method('rot90', k), [VOLUME], lambda x, k=k: x.rot90(k))
        cases.add(f'rot90, {k}, dims', function('rot90', '$0', k, dims=[2, 0]), [VOLUME],
                  lambda x, k=k: torch.rot90(x, k, [2, 0]))
    write('ops_moving', __file__, differences=True, cases=cases.cases)


def diagonals():
    cases = Cases()
    vector = uniform(3, seed=511)
    for k in (0, 1, -2):
        cases.add(f'diag, vector, {k}', method('diag', k), [vector], lambda x, k=k: torch.diag(x, k))
        cases.add(f'diag, matrix, {k}', function('diag', '$0', k), [MATRIX], lambda x, k=k: torch.diag(x, k))
        cases.add(f'diagflat, {k}', method('diagflat', k), [uniform(2, 2, seed=512)], lambda x, k=k: torch.diagflat(x,
                                                                                                                     k))
        cases.add(f'diagEmbed, offset {k}', method('diagEmbed', offset=k), [MATRIX],
                  lambda x, k=k: torch.diag_embed(x, k))
    for dims in ((0, 1), (0, 2), (-1, 0), (2, 1)):
        cases.add(f'diagEmbed, dims {dims}', function('diagEmbed', '$0', offset=1, dim1=dims[0], dim2=dims[1]),
                  [MATRIX], lambda x, d=dims: torch.diag_embed(x, 1, *d))
    cases.add('diag, integers', method('diag'), [integers(-9, 9, 3, seed=1)], torch.diag)
    cases.add('trace', method('trace'), [MATRIX], torch.trace)
    cases.add('trace, integers', function('trace', '$0'), [integers(-9, 9, 3, 3, seed=1)], torch.trace)
    cases.add('diagonalScatter', method('diagonalScatter', '$1'), [MATRIX, vector], torch.diagonal_scatter)
    cases.add('diagonalScatter, offset', function('diagonalScatter', '$0', '$1', offset=-1),
              [MATRIX, uniform(2, seed=513)], lambda x, y: torch.diagonal_scatter(x, y, -1))
    cases.add('diagonalScatter, dims', method('diagonalScatter', '$1', offset=1, dim1=2, dim2=0),
              [VOLUME, uniform(3, 1, seed=513)], lambda x, y: torch.diagonal_scatter(x, y, 1, 2, 0))
    cases.add('selectScatter', method('selectScatter', '$1', 1, -1), [VOLUME, uniform(2, 4, seed=513)],
              lambda x, y: x.select_scatter(y, 1, -1))
    cases.add('sliceScatter', method('sliceScatter', '$1', dim=2, start=1, end=4, step=2),
              [VOLUME, uniform(2, 3, 2, seed=513)], lambda x, y: x.slice_scatter(y, 2, 1, 4, 2))
    cases.add('sliceScatter, default', function('sliceScatter', '$0', '$1', start=-2), [MATRIX, uniform(2, 4, seed=1)],
              lambda x, y: torch.slice_scatter(x, y, start=-2))
    write('ops_diagonals', __file__, differences=True, cases=cases.cases)


def repetition():
    cases = Cases()
    counts = torch.tensor([2, 0, 3])
    cases.add('repeatInterleave, number', method('repeatInterleave', 2), [MATRIX], lambda x: x.repeat_interleave(2))
    for dim in (0, 1, -1):
        cases.add(f'repeatInterleave, number, dim {dim}', method('repeatInterleave', 3, dim=dim), [VOLUME],
                  lambda x, dim=dim: x.repeat_interleave(3, dim))
    cases.add('repeatInterleave, counts', method('repeatInterleave', '$1', dim=0), [MATRIX, counts],
              lambda x, c: x.repeat_interleave(c, 0))
    cases.add('repeatInterleave, counts, outputSize', function('repeatInterleave', '$0', '$1', dim=1, outputSize=5),
              [VOLUME, counts], lambda x, c: torch.repeat_interleave(x, c, 1, output_size=5))
    cases.add('repeatInterleave, one count', method('repeatInterleave', '$1', dim=1), [MATRIX, torch.tensor([2])],
              lambda x, c: x.repeat_interleave(c, 1))
    cases.add('repeatInterleave, counts alone', function('repeatInterleave', '$0'), [counts], torch.repeat_interleave)
    cases.add('repeatInterleave, counts, everything', method('repeatInterleave', '$1'),
              [uniform(3, seed=514), counts], lambda x, c: x.repeat_interleave(c))
    for times in ((2,), (2, 1, 3), (1, 2, 1, 2), (0, 1)):
        cases.add(f'tile, {times}', method('tile', *times), [VOLUME], lambda x, t=times: x.tile(t))
    cases.add('tile, a list', function('tile', '$0', [2, 2]), [uniform(3, seed=514)], lambda x: torch.tile(x, (2, 2)))
    cases.add('broadcastTo', function('broadcastTo', '$0', [2, 3, 4]), [uniform(3, 1, seed=514)],
              lambda x: torch.broadcast_to(x, (2, 3, 4)))
    cases.add('broadcastTo, kept size', method('broadcastTo', 2, -1), [uniform(1, 3, seed=514)],
              lambda x: x.broadcast_to((2, -1)))
    cases.add('broadcastTensors', function('broadcastTensors', '$0', '$1', '$2'),
              [uniform(3, 1, seed=514), uniform(4, seed=515), uniform(seed=516)], torch.broadcast_tensors)
    vectors = [uniform(2, seed=517), uniform(3, seed=518), uniform(seed=519)]
    for indexing in ('ij', 'xy'):
        cases.add(f'meshgrid, {indexing}', function('meshgrid', ['$0', '$1', '$2'], indexing=indexing), vectors,
                  lambda *xs, i=indexing: torch.meshgrid(*xs, indexing=i))
    cases.add('meshgrid, one', function('meshgrid', ['$0'], indexing='xy'), vectors[:1],
              lambda x: torch.meshgrid(x, indexing='xy'))
    cases.add('meshgrid, default', function('meshgrid', ['$0', '$1']), vectors[:2],
              lambda *xs: torch.meshgrid(*xs, indexing='ij'))
    write('ops_repetition', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    stacking()
    dimensions()
    moving()
    diagonals()
    repetition()
