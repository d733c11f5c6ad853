"""GRU and RNN: outputs, every gradient and ten steps of training over a grid of options, padded and packed, with dropout
after a seed; and the weights that a seed gives. Run through make_all.py.

A case is `{name, module, args, options, state, inputs, lengths, enforceSorted, seed, outputs, batchSizes, grads, losses}`:
build `new nn[module](...args, options)`, load `state`, seed where there is a seed, call `forward(x, hx)`: `inputs` are x
and, if given, hx. With `lengths`, x is packed first and outputs[0] is the data of the packed output. Gradients are those of
nn_cases.py, of x before packing. `losses`: from the same state and seed, ten steps of SGD (lr 0.2, momentum 0.9) on
the mean squared distance of outputs[0] to the generator's array of seed 40.
"""

import re
import warnings
from itertools import product

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

from fixtures import array, plain, uniform, write

warnings.filterwarnings('ignore')
BOTH = (False, True)
INPUT, HIDDEN, STEPS, BATCH = 2, 3, 4, 3


def camel(options):
    return {re.sub(r'_(\w)', lambda match: match[1].upper(), key): value for key, value in options.items()}


class Cases:
    def __init__(self, module):
        self.module = module
        self.cases = []

    def add(self, initial=False, unbatched=False, lengths=None, enforce_sorted=True, seed=None, **options):
        options = {key: value for key, value in options.items() if value is not None}
        layer = getattr(nn, self.module)(INPUT, HIDDEN, **options)
        stacked = layer.num_layers * (2 if layer.bidirectional else 1)
        shape = (BATCH, STEPS, INPUT) if layer.batch_first else (STEPS, BATCH, INPUT)
        rules = [uniform(*(shape if not unbatched else (STEPS, INPUT)), seed=5)]
        if initial:
            rules.append(uniform(*((stacked, HIDDEN) if unbatched else (stacked, BATCH, HIDDEN)), seed=6))
        state = {key: uniform(*parameter.shape, seed=500 + position, scale=0.6)
                 for position, (key, parameter) in enumerate(layer.named_parameters())}

        def start():
            for key, parameter in layer.named_parameters():
                with torch.no_grad():
                    parameter.copy_(state[key].tensor())
                parameter.grad = None
            if seed is not None:
                torch.manual_seed(seed)

        def run(leaves):
            x = leaves[0]
            if lengths is not None:
                x = pack_padded_sequence(x, lengths, batch_first=layer.batch_first, enforce_sorted=enforce_sorted)
            output, h = layer(x, *leaves[1:])
            return output, h

        start()
        leaves = [rule.tensor().requires_grad_() for rule in rules]
        output, h = run(leaves)
        entry = {'name': self.name(options, initial, unbatched, lengths, enforce_sorted), 'module': self.module,
                 'args': [INPUT, HIDDEN], 'options': camel(options), 'state': plain(state),
                 'inputs': [{**rule.json(), 'requiresGrad': True} for rule in rules], 'seed': seed}
        if lengths is not None:
            entry['lengths'], entry['enforceSorted'] = lengths, enforce_sorted
            entry['batchSizes'] = output.batch_sizes.tolist()
            output = output.data
        entry['outputs'] = [array(output), array(h)]
        weights = [uniform(*result.shape, seed=9000 + k).tensor() for k, result in enumerate((output, h))]
        sum((result * weight).sum() for result, weight in zip((output, h), weights)).backward()
        entry['grads'] = {'inputs': [array(leaf.grad) for leaf in leaves],
                          'parameters': {key: array(parameter.grad) for key, parameter in layer.named_parameters()}}
        entry['losses'] = []
        start()
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.2, momentum=0.9)
        inputs = [rule.tensor() for rule in rules]
        target = uniform(*output.shape, seed=40).tensor()
        for _ in range(10):
            optimizer.zero_grad()
            result = run(inputs)[0]
            loss = nn.functional.mse_loss(result if lengths is None else result.data, target)
            loss.backward()
            optimizer.step()
            entry['losses'].append(float(str(loss.detach().numpy())))
        self.cases.append(entry)

    def name(self, options, initial, unbatched, lengths, enforce_sorted):
        name = f'{self.module}, options {camel(options)}, initial state {initial}'
        if unbatched:
            name += ', unbatched'
        if lengths is not None:
            name += f', packed {lengths}' + ('' if enforce_sorted else ' unsorted')
        return name

    def grid(self, **more):
        """All the options against each other for one and two layers; three layers with dropout in training."""
        for layers, bidirectional, batch_first, bias, initial in product((None, 2), *[BOTH] * 4):
            self.add(initial, num_layers=layers, bidirectional=bidirectional or None, batch_first=batch_first or None,
                     bias=None if bias else False, **more)
        for layers, bidirectional, initial in product((None, 2), BOTH, BOTH):
            self.add(initial, unbatched=True, num_layers=layers, bidirectional=bidirectional or None,
                     batch_first=initial != bidirectional or None, **more)
        for layers, bidirectional, initial in product((None, 2), BOTH, BOTH):
            for lengths, enforce_sorted in (([4, 2, 1], True), ([2, 4, 2], False)):
                self.add(initial, lengths=lengths, enforce_sorted=enforce_sorted, num_layers=layers,
                         bidirectional=bidirectional or None, batch_first=initial or None,
                         bias=None if layers else False, **more)
        for bidirectional, batch_first in product(BOTH, BOTH):
            self.add(seed=3, num_layers=3, dropout=0.4, bidirectional=bidirectional or None,
                     batch_first=batch_first or None, **more)
        self.add(True, seed=4, lengths=[4, 3, 3], num_layers=2, dropout=0.3, bidirectional=True, **more)
        self.add(seed=5, unbatched=True, num_layers=2, dropout=1.0, **more)


def layers():
    gru = Cases('GRU')
    gru.grid()
    write('recurrent_gru', __file__, cases=gru.cases)
    for nonlinearity in ('tanh', 'relu'):
        rnn = Cases('RNN')
        rnn.grid(nonlinearity=nonlinearity)
        write(f'recurrent_rnn_{nonlinearity}', __file__, cases=rnn.cases)


def seeded():
    cases = []
    for module, options in product(('GRU', 'RNN', 'LSTM'), (
            {}, {'bias': False, 'batch_first': True},
            {'num_layers': 2, 'bidirectional': True, 'dropout': 0.25, 'batch_first': True})):
        torch.manual_seed(0)
        layer = getattr(nn, module)(INPUT, HIDDEN, **options)
        cases.append({'name': f'{module}, {camel(options)}', 'module': module, 'args': [INPUT, HIDDEN],
                      'options': camel(options), 'state': {key: array(value) for key, value in layer.state_dict().items()},
                      'next': array(torch.rand(1)), 'printed': str(layer)})
    write('recurrent_seeded', __file__, cases=cases)


if __name__ == '__main__':
    layers()
    seeded()
