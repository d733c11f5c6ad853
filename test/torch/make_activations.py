"""Activations, dropouts and Bilinear: outputs and gradients over their options, and what is random after manual_seed(0). Run
through make_all.py.

A random case is `{name, module, args, options, input, upstream, outputs, grad, next}`: the gradient is that of the sum of
outputs times the generator's array of seed 9000, `next` the random number that follows.
"""

import math
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch
from torch import nn
from torch.nn import functional as F

from fixtures import array, uniform, write
from nn_cases import ModuleCases
from ops_cases import In

SPECIAL = [math.nan, math.inf, -math.inf, 0.0, -0.0, 1e30, -1e30, 88.0, -200.0, 3.0, -3.0, 0.5, -0.5]
TORCH_NAMES = {'numParameters': 'num_parameters', 'minVal': 'min_val', 'maxVal': 'max_val'}


def activations():
    cases = ModuleCases()
    x = In(uniform(4, 6, seed=6, scale=5))

    def add(name, args=(), inputs=(x,), label='', **options):
        torch_options = {TORCH_NAMES.get(key, key): value for key, value in options.items()}
        cases.add(f'{name}({", ".join(map(str, args))}){label}, options {options}', name,
                  lambda _: getattr(nn, name)(*args, **torch_options), list(inputs),
                  [f'${k}' for k in range(len(inputs))], args, options)

    plain = {'ELU': [[], [0.7]], 'CELU': [[], [0.5], [-2]], 'SELU': [[]], 'LeakyReLU': [[], [0.3]], 'LogSigmoid': [[]], 'Mish': [[]],
             'SiLU': [[]], 'Hardshrink': [[], [2]], 'Softshrink': [[], [2]], 'Hardsigmoid': [[]], 'Hardswish': [[]],
             'Hardtanh': [[], [-2, 1.5]], 'Softsign': [[]], 'Tanhshrink': [[]], 'Threshold': [[0.1, 20]], 'ReLU6': [[]]}
    # Beyond all numbers these are limits that PyTorch does not take.
    no_limits = {'Softsign', 'SiLU', 'Mish'}
    for name, lists in plain.items():
        for args in lists:
            add(name, args)
        numbers = [n for n in SPECIAL if name not in no_limits or math.isfinite(n)]
        add(name, lists[0], [In(torch.tensor(numbers))], ', special values')
        add(name, lists[-1], [In(uniform(6, 5, seed=6, scale=3), view=[['transpose', 0, 1]])], ', strided')
    add('Softplus')
    add('Softplus', beta=2, threshold=3)
    for dim in (-1, 0):
        add('GLU', [dim])
        add('Softmin', [dim])
    add('GLU', [1], [In(uniform(2, 6, 3, seed=6, scale=3))], ', three dimensions')
    add('PReLU')
    add('PReLU', inputs=[In(torch.tensor(SPECIAL[3:]))], label=', special values')
    for shape in ((4, 3), (2, 3, 5), (3,)):
        add('PReLU', inputs=[In(uniform(*shape, seed=6))], label=f', input {shape}',
            numParameters=1 if len(shape) == 1 else 3, init=0.1)
    for shape in ((4,), (2, 4), (2, 3, 4), (0, 4)):
        for bias in (True, False):
            add('Bilinear', [4, 5, 3], [In(uniform(*shape, seed=7)), In(uniform(*shape[:-1], 5, seed=8))],
                f', input {shape}', **({} if bias else {'bias': False}))
    write('nn_activations', __file__, cases=cases.cases)


def random_ones():
    cases = []

    def add(name, function, shape, args=(), **options):
        rule = uniform(*shape, seed=9, scale=3)
        x = rule.tensor().requires_grad_()
        torch.manual_seed(0)
        out = function(x)
        (out * uniform(*out.shape, seed=9000).tensor()).sum().backward()
        cases.append({'name': f'{name}({", ".join(map(str, args))}), input {shape}, options {options}', 'function': name,
                      'args': list(args), 'options': options, 'input': rule.json(), 'out': array(out),
                      'grad': array(x.grad), 'next': torch.rand(1).item()})

    for shape in ((3, 4), (2, 3, 20), (40,)):
        add('rrelu', lambda x: F.rrelu(x, training=True), shape, [1 / 8, 1 / 3], training=True)
        add('rrelu', lambda x: F.rrelu(x, 0.1, 0.9), shape, [0.1, 0.9], training=False)
        add('alphaDropout', lambda x: F.alpha_dropout(x, 0.4, True), shape, p=0.4, training=True)
        add('alphaDropout', lambda x: F.alpha_dropout(x, 1.0, True), shape, p=1, training=True)
        add('gumbelSoftmax', lambda x: F.gumbel_softmax(x, tau=0.7, dim=-1), shape, tau=0.7)
        add('gumbelSoftmax', lambda x: F.gumbel_softmax(x, hard=True, dim=0), shape, hard=True, dim=0)
        if len(shape) > 1:
            add('featureAlphaDropout', lambda x: F.feature_alpha_dropout(x, 0.4, True), shape, p=0.4, training=True)
            add('dropout1d', lambda x: F.dropout1d(x, 0.4), shape, [0.4])
    write('random_layers', __file__, cases=cases)


if __name__ == '__main__':
    activations()
    random_ones()
