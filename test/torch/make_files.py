"""Writes small files of PyTorch and NumPy to test/io/fixtures, and what follows from them. Run through make_all.py.

`state.pt`: a nest of tensors that share memory, of every type; `legacy.pt` and `legacy_kinds.pt`: the format from before
1.6; `kinds.pt`: the values besides tensors that PyTorch's safe mode allows; `kinds_of_tensors.pt`: tensors of the newer
types, and such as have no counterpart here; `strings.npz`: arrays of text beside one of numbers; `refused.pt`: an
object that must not be made; `optimizers.pt`: parameters and state dicts of optimizers and a scheduler after five steps,
whose next five are in `optim_exchange.json`; `arrays.npz` and `deflated.npz`: arrays of every type, order and byte order;
`version1.npy` … `version3.npy`: one array in each version.
"""

import os
import pathlib
import warnings
from collections import OrderedDict

import numpy as np
import torch

from fixtures import array, uniform, write

warnings.filterwarnings('ignore')
DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'io', 'fixtures')


def path(name):
    return os.path.join(DIRECTORY, name)


def tensors():
    table = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    fractions = torch.tensor([0.0, -1.5, 3.140625])
    model = torch.nn.Sequential(OrderedDict(embedding=torch.nn.Embedding(3, 2), fc=torch.nn.Linear(2, 1)))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(torch.arange(parameter.numel()).reshape(parameter.shape) / 4)
    torch.save({
        'model': model.state_dict(),
        'parameter': model.fc.weight,
        'whole': table, 'transposed': table.T, 'column': table[:, 1], 'window': table[1:, 2:],
        'expanded': torch.tensor([7.0]).expand(2, 3),
        'types': [fractions.double(), fractions, fractions.half(), fractions.bfloat16(),
                  torch.tensor([1, -2, 2**31 - 1]), torch.tensor([1, -2], dtype=torch.int32),
                  torch.tensor([1, -2], dtype=torch.int16), torch.tensor([1, -2], dtype=torch.int8),
                  torch.tensor([1, 255], dtype=torch.uint8), torch.tensor([True, False])],
        'scalar': torch.tensor(2.5), 'empty': torch.zeros(0, 3),
        'plain': [1, -70000, 300, 2**40, -2**70, 1.5, True, None, 'größe ✓', (1, (2, [])), {}],
        3: 'a number as key', 'size': torch.zeros(2, 3).size(),
    }, path('state.pt'))
    torch.save({'weight': table}, path('legacy.pt'), _use_new_zipfile_serialization=False)
    torch.save({'path': pathlib.PurePosixPath('/etc')}, path('refused.pt'))


def kinds():
    content = {
        'bytes': b'ab\xff\x00', 'no_bytes': b'', 'bytearray': bytearray(b'xy'), 'set': {1, 'two'}, 'complex': 1.5 - 2j,
        'dtype': torch.bfloat16, 'device': torch.device('cuda', 1), 'cpu': torch.device('cpu'), 'layout': torch.strided,
        'keys': {1: torch.tensor([1.0]), '1': torch.tensor([2.0]), 2: 'two'},
    }
    torch.save(content, path('kinds.pt'))
    newer = {name: torch.tensor([1, 7, 0]).to(getattr(torch, name)) for name in ('uint16', 'uint32', 'uint64')}
    newer['uint16'][1] = 65535
    eight = ('float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float8_e8m0fnu')
    every = torch.arange(256).to(torch.uint8)
    newer |= {name: every.clone().view(getattr(torch, name)) for name in eight}
    newer |= {f'{name}_values': every.view(getattr(torch, name)).float() for name in eight}
    rows = torch.sparse_coo_tensor([[0, 2, 0]], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], (4, 2))
    parameter = torch.nn.Parameter(torch.tensor([3.0]))
    parameter.note = 'an attribute'
    none = {
        'complex': torch.tensor([1 + 2j]), 'quantized': torch.quantize_per_tensor(torch.ones(2, 2), 0.5, 1, torch.quint8),
        'sparse': torch.eye(3).to_sparse(), 'compressed': torch.eye(3).to_sparse_csr(), 'meta': torch.zeros(2, device='meta'),
        'negated': torch.tensor([1 + 2j]).conj().imag, 'class': pathlib.PurePosixPath('/etc'),
        'two_types': [every.view(torch.float8_e4m3fn), every.view(torch.float8_e5m2)],
        'nested': torch.nested.nested_tensor([torch.ones(2), torch.ones(3)]),
    }
    content = {'newer': newer, 'rows': rows, 'parameter': parameter, 'none': none, 'last': torch.tensor([9.0])}
    torch.save(content, path('kinds_of_tensors.pt'))
    table = torch.arange(12, dtype=torch.float32).reshape(3, 4)
    torch.save({
        'weight': table, 'transposed': table.T, 'window': table[1:, 2:], 'parameter': torch.nn.Parameter(torch.ones(2)),
        'types': [torch.tensor([1, -2]).to(dtype) for dtype in (torch.float64, torch.float16, torch.int64, torch.int8)],
        'flags': torch.tensor([True, False]), 'newer': torch.tensor([1, 65535]).to(torch.uint16), 'empty': torch.zeros(0, 3),
        'complex': torch.tensor([1 + 2j, 3j]), 'after': torch.tensor([4.5]), 'epoch': 3, 'names': ('a', b'b'),
    }, path('legacy_kinds.pt'), _use_new_zipfile_serialization=False)


OPTIMIZERS = {
    'Adam': {'lr': 0.05, 'betas': [0.8, 0.95], 'weightDecay': 0.1},
    'AdamW': {'lr': 0.05, 'amsgrad': True},
    'SGD': {'lr': 0.1, 'momentum': 0.9, 'nesterov': True},
    'RMSprop': {'lr': 0.02, 'momentum': 0.5, 'centered': True},
    'Adagrad': {'lr': 0.1, 'lrDecay': 0.1},
    'NAdam': {'lr': 0.05, 'weightDecay': 0.1, 'decoupledWeightDecay': True},
    'RAdam': {'lr': 0.05, 'betas': [0.8, 0.9]},
    'Adamax': {'lr': 0.05, 'weightDecay': 0.1},
    'Adadelta': {'lr': 1.0, 'rho': 0.8},
    'ASGD': {'lr': 0.1, 'lambd': 0.1, 't0': 4},
    'Rprop': {'lr': 0.05, 'etas': [0.4, 1.5]},
    'Adafactor': {'lr': 0.1, 'weightDecay': 0.1},
    'Muon': {'lr': 0.01, 'nesterov': False},
    'LBFGS': {'lr': 0.1, 'maxIter': 1, 'historySize': 3},
}


def optimizers():
    from make_optim import torch_options

    saved, cases = {}, []
    for name, options in OPTIMIZERS.items():
        shapes = ((3, 4), (5, 1)) if name == 'Muon' else ((3, 4), (5,))
        parameters = [uniform(*shape, seed=41 + i).tensor().requires_grad_() for i, shape in enumerate(shapes)]
        groups = [{'params': [parameters[0]]}, {'params': [parameters[1]], 'lr': options['lr'] / 2}]
        if name == 'LBFGS':  # takes one group, and a closure
            groups = [{'params': parameters}]
        optimizer = getattr(torch.optim, name)(groups, **torch_options(options))
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8)
        trajectory, gradients = [], []
        for step in range(10):
            if step == 5:
                saved[name] = {'parameters': [parameter.detach().clone() for parameter in parameters],
                               'optimizer': {key: value for key, value in optimizer.state_dict().items()},
                               'scheduler': scheduler.state_dict()}
                torch.save(saved[name], path('single.tmp'))
                saved[name] = torch.load(path('single.tmp'), weights_only=False)
            rules = [uniform(*shape, seed=3000 + 10 * step + i) for i, shape in enumerate(shapes)]
            for parameter, rule in zip(parameters, rules):
                parameter.grad = rule.tensor()
            optimizer.step(lambda: 0.0)
            scheduler.step()
            if step >= 5:
                gradients.append(rules)
                trajectory.append([array(parameter) for parameter in parameters])
        cases.append({'name': name, 'gradients': gradients, 'trajectory': trajectory})
    os.remove(path('single.tmp'))
    torch.save(saved, path('optimizers.pt'))
    write('optim_exchange', __file__, cases=cases)


def arrays():
    fractions = np.array([[0.0, -1.5, 3.140625], [1e-3, 65504.0, -0.0]])
    wholes = np.array([[1, 2, 3], [4, 5, 127]])
    every = {f'{kind}_{order}': (fractions if kind.startswith('f') else wholes).astype(sign + kind)
             for kind in ('f2', 'f4', 'f8', 'i2', 'i4', 'i8', 'u2', 'u4', 'u8')
             for order, sign in (('little', '<'), ('big', '>'))}
    every |= {'i1': wholes.astype('i1'), 'u1': wholes.astype('u1'), 'b1': wholes > 2,
              'fortran': np.asfortranarray(np.arange(24, dtype='<f4').reshape(2, 3, 4)),
              'fortran_big': np.asfortranarray(np.arange(6, dtype='>i4').reshape(2, 3)),
              'scalar': np.array(2.5), 'empty': np.zeros((0, 3), '<f4'), 'größe ✓': np.ones(2, '<f4')}
    np.savez(path('arrays.npz'), **every)
    np.savez_compressed(path('deflated.npz'), **every)
    words = np.array([['größe', ''], ['naïve ✓', '𝄞']])
    np.savez(path('strings.npz'), words=words, big=words.astype('>U7'), fortran=np.asfortranarray(words),
             bytes=np.array(['one', 'größe'.encode()], 'S'), scalar=np.array('alone'), vectors=np.eye(2, dtype='<f4'),
             empty=np.array([], 'U3'), latin=np.array([b'gr\xf6\xdfe']), complex=np.array([1j]),
             objects=np.array([None, 1], dtype=object), dates=np.array(['2024-01-01'], 'M8[D]'),
             pairs=np.zeros(2, [('a', 'f4'), ('b', 'i4')]))
    for version in (1, 2, 3):
        with open(path(f'version{version}.npy'), 'wb') as file:
            np.lib.format.write_array(file, np.arange(6, dtype='<f4').reshape(2, 3), version=(version, 0))


if __name__ == '__main__':
    os.makedirs(DIRECTORY, exist_ok=True)
    tensors()
    kinds()
    optimizers()
    arrays()
