"""Writes small files of PyTorch and NumPy to test/io/fixtures, and what follows from them. Run through make_all.py.

`state.pt`: a nest of tensors that share memory, of every type; `legacy.pt`: the format from before 1.6; `refused.pt`: an
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


OPTIMIZERS = {
    'Adam': {'lr': 0.05, 'betas': [0.8, 0.95], 'weightDecay': 0.1},
    'AdamW': {'lr': 0.05, 'amsgrad': True},
    'SGD': {'lr': 0.1, 'momentum': 0.9, 'nesterov': True},
    'RMSprop': {'lr': 0.02, 'momentum': 0.5, 'centered': True},
    'Adagrad': {'lr': 0.1, 'lrDecay': 0.1},
}


def optimizers():
    from make_optim import torch_options

    saved, cases = {}, []
    shapes = ((3, 4), (5,))
    for name, options in OPTIMIZERS.items():
        parameters = [uniform(*shape, seed=41 + i).tensor().requires_grad_() for i, shape in enumerate(shapes)]
        groups = [{'params': [parameters[0]]}, {'params': [parameters[1]], 'lr': options['lr'] / 2}]
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
            optimizer.step()
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
    for version in (1, 2, 3):
        with open(path(f'version{version}.npy'), 'wb') as file:
            np.lib.format.write_array(file, np.arange(6, dtype='<f4').reshape(2, 3), version=(version, 0))


if __name__ == '__main__':
    os.makedirs(DIRECTORY, exist_ok=True)
    tensors()
    optimizers()
    arrays()
