"""Products of vectors, matrices and tensors, einsum, triangles, logarithms of sums. Run through make_all.py."""

import torch

from fixtures import integers, uniform, write
from ops_cases import Cases, In, function, method

INF = float('inf')
BYTES = torch.tensor([[250, 3], [7, 255]], dtype=torch.uint8)


def products():
    cases = Cases()
    a, b = uniform(4, seed=301), uniform(3, seed=302)
    cases.add('outer', function('outer', '$0', '$1'), [a, b], torch.outer)
    cases.add('ger', method('ger', '$1'), [a, b], torch.ger)
    cases.add('outer, integers and floats', method('outer', '$1'), [integers(-9, 9, 4, seed=1), b], torch.outer)
    cases.add('outer, size 0', method('outer', '$1'), [uniform(0, seed=1), b], torch.outer)
    cases.add('vdot', method('vdot', '$1'), [a, uniform(4, seed=303)], torch.vdot)
    cases.add('inner, vectors', method('inner', '$1'), [a, uniform(4, seed=303)], torch.inner)
    cases.add('inner, matrices', method('inner', '$1'), [uniform(2, 4, seed=304), uniform(3, 4, seed=305)], torch.inner)
    cases.add('inner, stacks', function('inner', '$0', '$1'),
              [uniform(2, 3, 4, seed=304), uniform(2, 4, seed=305)], torch.inner)
    cases.add('inner, number', method('inner', '$1'), [uniform(2, 3, seed=304), uniform(seed=305)], torch.inner)
    cases.add('kron, matrices', method('kron', '$1'), [uniform(2, 3, seed=306), uniform(2, 2, seed=307)], torch.kron)
    cases.add('kron, different dimensions', method('kron', '$1'), [uniform(2, 1, 2, seed=306), uniform(3, seed=307)],
              torch.kron)

    volume, other = uniform(2, 3, 4, seed=308), uniform(4, 3, 2, seed=309)
    for name, dims in {'dims 1': 1, 'dims 0': 0, 'pairs': ([1, 0], [1, 2]), 'one pair': ([-1], [0])}.items():
        cases.add(f'tensordot, {name}', function('tensordot', '$0', '$1', dims=dims), [volume, other],
                  lambda x, y, dims=dims: torch.tensordot(x, y, dims=dims))
    cases.add('tensordot, default', function('tensordot', '$0', '$1'), [volume, uniform(3, 4, 2, seed=309)],
              lambda x, y: torch.tensordot(x, y))
    cases.add('tensordot, size 1 against 3', function('tensordot', '$0', '$1', dims=([1], [0])),
              [uniform(2, 1, seed=308), uniform(3, 2, seed=309)], lambda x, y: torch.tensordot(x, y, dims=([1], [0])))

    matrix, vector = uniform(3, 4, seed=310), uniform(4, seed=311)
    for name, options in {'': {}, ', factors': {'beta': 0.5, 'alpha': -2.0}, ', beta 0': {'beta': 0}}.items():
        cases.add(f'addmv{name}', method('addmv', '$1', '$2', **options), [uniform(3, seed=312), matrix, vector],
                  lambda x, m, v, o=options: torch.addmv(x, m, v, **o))
        cases.add(f'addr{name}', method('addr', '$1', '$2', **options), [uniform(4, 3, seed=312), vector, b],
                  lambda x, m, v, o=options: torch.addr(x, m, v, **o))
        cases.add(f'baddbmm{name}', method('baddbmm', '$1', '$2', **options),
                  [uniform(2, 3, 2, seed=312), volume, uniform(2, 4, 2, seed=313)],
                  lambda x, m, v, o=options: torch.baddbmm(x, m, v, **o))
        cases.add(f'addbmm{name}', method('addbmm', '$1', '$2', **options),
                  [uniform(3, 2, seed=312), volume, uniform(2, 4, 2, seed=313)],
                  lambda x, m, v, o=options: torch.addbmm(x, m, v, **o))
    cases.add('baddbmm, broadcast', function('baddbmm', '$0', '$1', '$2'),
              [uniform(1, 3, 1, seed=312), volume, uniform(2, 4, 2, seed=313)], torch.baddbmm)
    cases.add('addmv, broadcast', function('addmv', '$0', '$1', '$2'), [uniform(seed=312), matrix, vector], torch.addmv)

    left, right = integers(-1000, 1000, 3, 4, seed=314), integers(-1000, 1000, 4, 2, seed=315)
    cases.add('matmul, integers', method('matmul', '$1'), [left, right], torch.matmul)
    cases.add('matmul, integers, transposed', method('matmul', '$1'),
              [In(integers(-50, 50, 4, 3, seed=314), view=[['transpose', 0, 1]]), right], torch.matmul)
    cases.add('matmul, integers, stacks', method('matmul', '$1'),
              [integers(-9, 9, 2, 1, 3, 4, seed=314), integers(-9, 9, 2, 4, 2, seed=315)], torch.matmul)
    cases.add('matmul, bytes wrap', method('matmul', '$1'), [BYTES, BYTES], torch.matmul)
    cases.add('matmul, large integers', method('matmul', '$1'),
              [torch.tensor([[2000000001, -2000000000]]), torch.tensor([[2000000000], [2000000001]])], torch.matmul)
    cases.add('mv, integers', method('mv', '$1'), [left, integers(-9, 9, 4, seed=316)], torch.mv)
    cases.add('dot, integers', method('dot', '$1'), [integers(-9, 9, 4, seed=317), integers(-9, 9, 4, seed=316)],
              torch.dot)
    cases.add('bmm, integers', method('bmm', '$1'),
              [integers(-9, 9, 2, 3, 4, seed=314), integers(-9, 9, 2, 4, 2, seed=315)], torch.bmm)
    cases.add('addmm, integers', method('addmm', '$1', '$2', beta=3, alpha=-2),
              [integers(-9, 9, 2, seed=318), left, right], lambda x, m, n: torch.addmm(x, m, n, beta=3, alpha=-2))
    write('ops_products', __file__, differences=True, cases=cases.cases)


def einsum():
    cases = Cases()
    shapes = {
        'i,i->': [(4,), (4,)],
        'i,j->ij': [(4,), (3,)],
        'i,i->i': [(4,), (4,)],
        'ij,jk->ik': [(2, 3), (3, 4)],
        'ij,jk': [(2, 3), (3, 4)],
        'ba,ac': [(2, 3), (3, 4)],
        'ij,kj->ik': [(2, 3), (4, 3)],
        'bij,bjk->bik': [(2, 2, 3), (2, 3, 4)],
        'bhqd,bhkd->bhqk': [(2, 2, 3, 2), (2, 2, 4, 2)],
        'bqhd,bkhd->bhqk': [(2, 3, 2, 2), (2, 4, 2, 2)],
        'bn,anm,bm->ba': [(2, 3), (4, 3, 2), (2, 2)],
        'ij,jk,kl->il': [(2, 3), (3, 4), (4, 2)],
        'ij,jk,kl,lm->im': [(2, 3), (3, 4), (4, 2), (2, 3)],
        'ii->': [(3, 3)],
        'ii->i': [(3, 3)],
        'ii': [(3, 3)],
        'iij->ij': [(3, 3, 2)],
        'ijij->ij': [(2, 3, 2, 3)],
        'ij->ji': [(2, 3)],
        'ba': [(2, 3)],
        'ij->': [(2, 3)],
        'ij->j': [(2, 3)],
        'aB': [(2, 3)],
        '...ij->...ji': [(2, 4, 2, 3)],
        '...ij,...jk->...ik': [(2, 1, 2, 3), (4, 3, 2)],
        '...ij,jk': [(2, 2, 3), (3, 4)],
        'i...,i...->...': [(3, 2), (3, 2)],
        'i...j->ij...': [(2, 3, 4)],
        '...,...': [(2, 3), (3,)],
        '...i->i': [(2, 3)],
        'i ... , j -> j ... i': [(2, 3), (4,)],
        'ij,ij,ij->j': [(2, 3), (2, 3), (2, 3)],
        'ij,j->ij': [(2, 3), (3,)],
        'ij,jk,ik->': [(2, 3), (3, 4), (2, 4)],
        'ii,ij->j': [(3, 3), (3, 2)],
        'ij,jk->ik with size 1': [(2, 1), (3, 4)],
        'ij,ij->ij with size 1': [(2, 1), (1, 3)],
        'i,j,k->kji': [(2,), (3,), (2,)],
        'ij,kl->ik': [(2, 3), (4, 2)],
        ',->': [(), ()],
        ',i->i': [(), (3,)],
        'ik,kj->ij with size 0': [(2, 0), (0, 3)],
    }
    for k, (name, sizes) in enumerate(shapes.items()):
        equation = name.split(' with')[0]
        inputs = [uniform(*size, seed=320 + 3 * k + i) for i, size in enumerate(sizes)]
        operands = [f'${i}' for i in range(len(sizes))]
        cases.add(name, function('einsum', equation, *operands), inputs,
                  lambda *xs, equation=equation: torch.einsum(equation, *xs))
    cases.add('a list of operands', function('einsum', 'ij,jk->ik', ['$0', '$1']),
              [uniform(2, 3, seed=321), uniform(3, 4, seed=322)], lambda x, y: torch.einsum('ij,jk->ik', [x, y]))
    cases.add('transposed operands', function('einsum', 'ij,jk->ki', '$0', '$1'),
              [In(uniform(3, 2, seed=321), view=[['transpose', 0, 1]]),
               In(uniform(4, 3, seed=322), view=[['transpose', 0, 1]])],
              lambda x, y: torch.einsum('ij,jk->ki', x, y))
    cases.add('integers', function('einsum', 'ij,jk->ik', '$0', '$1'),
              [integers(-9, 9, 2, 3, seed=323), integers(-9, 9, 3, 4, seed=324)],
              lambda x, y: torch.einsum('ij,jk->ik', x, y))
    write('ops_einsum', __file__, differences=True, cases=cases.cases)


def triangles():
    cases = Cases()
    matrix = uniform(3, 4, seed=440)
    for name in ('tril', 'triu'):
        run = getattr(torch, name)
        cases.add(name, method(name), [matrix], run)
        for k in (-2, -1, 1, 2, 9, -9):
            cases.add(f'{name}, diagonal {k}', function(name, '$0', k), [matrix], lambda x, run=run, k=k: run(x, k))
        cases.add(f'{name}, stacks, transposed', method(name, 1),
                  [In(uniform(2, 4, 3, seed=441), view=[['transpose', 1, 2]])], lambda x, run=run: run(x, 1))
        cases.add(f'{name}, integers', method(name), [integers(-9, 9, 4, 3, seed=442)], run)
        cases.add(f'{name}, bool', method(name, -1), [torch.ones(3, 3, dtype=torch.bool)], lambda x,
                  run=run: run(x, -1))
        cases.add(f'{name}, size 0', method(name), [uniform(0, 3, seed=442)], run)
        cases.add(f'{name}_', method(f'{name}_', 1), [In(matrix, grad=False, view=[['clone']])], lambda x,
                  name=name: getattr(x, f'{name}_')(1))
        cases.add(f'{name}Indices', function(f'{name}Indices', 3, 4), [],
                  lambda name=name: getattr(torch, f'{name}_indices')(3, 4))
        for k in (-1, 1, 7):
            cases.add(f'{name}Indices, offset {k}', function(f'{name}Indices', 4, 3, offset=k), [],
                      lambda name=name, k=k: getattr(torch, f'{name}_indices')(4, 3, offset=k))
    write('ops_triangles', __file__, differences=True, cases=cases.cases)


def log_sums():
    cases = Cases()
    volume = uniform(2, 3, 4, seed=450, scale=3)
    for dim in (0, 1, -1, [0, 2], [0, 1, 2]):
        for keepdim in (False, True):
            cases.add(f'logsumexp, dim {dim}, keepdim {keepdim}', method('logsumexp', dim, keepdim=keepdim), [volume],
                      lambda x, dim=dim, keepdim=keepdim: torch.logsumexp(x, dim, keepdim=keepdim))
    large = torch.tensor([[1000.0, 1000.0], [-1000.0, -1001.0], [88.0, 90.0]])
    cases.add('logsumexp, large', function('logsumexp', '$0', 1), [large], lambda x: x.logsumexp(1), kinks=True)
    special = torch.tensor([[INF, 1.0], [-INF, -INF], [-INF, 2.0], [INF, -INF]])
    cases.add('logsumexp, infinities', method('logsumexp', 1), [special], lambda x: x.logsumexp(1), grad=False)
    cases.add('logsumexp, size 0', method('logsumexp', 1), [uniform(2, 0, seed=1)], lambda x: x.logsumexp(1))
    cases.add('logsumexp, integers', method('logsumexp', 0), [integers(-5, 5, 6, seed=451)], lambda x: x.logsumexp(0))
    cases.add('logsumexp, number', method('logsumexp', 0), [uniform(seed=451)], lambda x: x.logsumexp(0))
    cases.add('logsumexp, transposed', method('logsumexp', 0),
              [In(uniform(4, 3, seed=31), view=[['transpose', 0, 1]])], lambda x: x.logsumexp(0))
    pair = [torch.tensor([INF, -INF, INF, -INF, 200.0, -200.0, 0.0]),
            torch.tensor([INF, -INF, -INF, 1.0, 200.0, 100.0, -150.0])]
    for name in ('logaddexp', 'logaddexp2'):
        run = getattr(torch, name)
        cases.add(name, method(name, '$1'), [uniform(3, 4, seed=452, scale=3), uniform(3, 4, seed=453, scale=3)], run)
        cases.add(f'{name}, broadcast', function(name, '$0', '$1'), [uniform(3, 1, seed=452), uniform(4, seed=453)],
                  run)
        cases.add(f'{name}, special', method(name, '$1'), pair, run, grad=False)
    for dim in (0, 1, 2):
        cases.add(f'logcumsumexp, dim {dim}', method('logcumsumexp', dim), [volume], lambda x,
                  dim=dim: x.logcumsumexp(dim))
    cases.add('logcumsumexp, special', function('logcumsumexp', '$0', 1), [special], lambda x: x.logcumsumexp(1),
              grad=False)
    cases.add('logcumsumexp, number', method('logcumsumexp', 0), [uniform(seed=451)], lambda x: x.logcumsumexp(0))
    write('ops_log_sums', __file__, differences=True, cases=cases.cases)


if __name__ == '__main__':
    products()
    einsum()
    triangles()
    log_sums()
