"""LSTMCell, GRUCell and RNNCell: outputs and every gradient over a grid of their options (`nn_*_cell.json`, read by
test/nn/torch_nn.test.ts); and in `cells.json` the weights after manual_seed(0) and ten steps of training. Run through
make_all.py.
"""

from itertools import product

import torch
from torch import nn

from fixtures import array, plain, uniform, write
from nn_cases import ModuleCases
from ops_cases import In

BOTH = (False, True)
KINDS = {'LSTMCell': ({},), 'GRUCell': ({},), 'RNNCell': ({}, {'nonlinearity': 'relu'})}
# PyTorch's batches of more than one row, a single row, none, and sizes beside the vectors of 4, 8 and 16 numbers.
SIZES = ((2, 3, 3), (5, 4, 1), (3, 17, 2), (1, 8, 0), (4, 1, 5))


def grid(kind):
    cases = ModuleCases()

    def add(sizes, bias, initial, unbatched, extra):
        input_size, hidden, batch = sizes
        options = {**({} if bias else {'bias': False}), **extra}
        lead = () if unbatched else (batch,)
        inputs, forward = [In(uniform(*lead, input_size, seed=5))], ['$0']
        if initial:
            inputs += [In(uniform(*lead, hidden, seed=6 + k)) for k in range(2 if kind == 'LSTMCell' else 1)]
            forward.append(['$1', '$2'] if kind == 'LSTMCell' else '$1')
        name = f'{sizes}, options {options}, initial state {initial}, unbatched {unbatched}'
        cases.add(name, kind, lambda _: getattr(nn, kind)(input_size, hidden, **options), inputs, forward,
                  [input_size, hidden], options, scale=0.7)

    for bias, initial, unbatched, extra in product(BOTH, BOTH, BOTH, KINDS[kind]):
        add(SIZES[0], bias, initial, unbatched, extra)
    for sizes, initial, extra in product(SIZES[1:], BOTH, KINDS[kind]):
        add(sizes, True, initial, False, extra)
    views = [In(uniform(2, 4, seed=5), view=[['transpose', 0, 1]])]
    views += [In(uniform(3, 4, seed=6 + k), view=[['transpose', 0, 1]]) for k in range(2 if kind == 'LSTMCell' else 1)]
    cases.add('transposed input and states', kind, lambda _: getattr(nn, kind)(2, 3), views,
              ['$0', ['$1', '$2'] if kind == 'LSTMCell' else '$1'], [2, 3])
    write(f'nn_{kind[:-4].lower()}_cell', __file__, cases=cases.cases)


def seeded():
    cases = []
    for kind, extras in KINDS.items():
        for options in (*extras, {'bias': False}, {'bias': False, **extras[-1]}, {'dtype': 'float64'}):
            torch.manual_seed(0)
            given = {key: getattr(torch, value) if key == 'dtype' else value for key, value in options.items()}
            cell = getattr(nn, kind)(5, 4, **given)
            cases.append({'name': f'{kind}, {options}', 'module': kind, 'args': [5, 4], 'options': options,
                          'state': {key: array(value) for key, value in cell.state_dict().items()},
                          'next': torch.rand(1).item(), 'printed': str(cell)})
    return cases


def training():
    """Ten steps of SGD with momentum through four steps of a cell and a linear layer."""
    cases = []
    for kind, extras in KINDS.items():
        for options in extras:
            cell, head = getattr(nn, kind)(3, 6, **options), nn.Linear(6, 2)
            model = nn.ModuleDict({'cell': cell, 'head': head})
            state = {}
            for position, (key, parameter) in enumerate(model.named_parameters()):
                state[key] = uniform(*parameter.shape, seed=500 + position, scale=0.4)
                with torch.no_grad():
                    parameter.copy_(state[key].tensor())
            x, target = uniform(4, 5, 3, seed=20), uniform(5, 2, seed=21)
            optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
            losses = []
            for _ in range(10):
                optimizer.zero_grad()
                state_now = None
                for step in x.tensor():
                    state_now = cell(step, state_now)
                hidden = state_now[0] if kind == 'LSTMCell' else state_now
                loss = nn.functional.mse_loss(head(hidden), target.tensor())
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
            cases.append({'name': f'{kind}, {options}', 'module': kind, 'options': options, 'state': plain(state), 'x': x,
                          'target': target, 'losses': losses,
                          'after': {key: array(value) for key, value in model.state_dict().items()}})
    return cases


for kind in KINDS:
    grid(kind)
write('cells', __file__, seeded=seeded(), training=training())
