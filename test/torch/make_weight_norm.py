"""Modules under weight_norm: names and shapes of what is saved, outputs and gradients. Run through make_all.py.

A case is `{name, module, args, parameter, dim, state, shapes, input, out, grads}`: `state` is that of the plain module before
weight_norm, the gradients those of the sum of outputs times the generator's array of seed 9000.
"""

import os
import sys
import warnings

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch
from torch import nn

from fixtures import array, plain, uniform, write

warnings.simplefilter('ignore')

CASES = [
    ('Linear', [4, 3], 'weight', 0, (2, 4)), ('Linear', [4, 3], 'weight', 1, (2, 4)), ('Linear', [4, 3], 'weight', -1, (2, 4)),
    ('Linear', [4, 3], 'weight', None, (2, 4)), ('Linear', [4, 3], 'bias', 0, (2, 4)),
    ('Conv1d', [2, 3, 3], 'weight', 0, (2, 2, 6)), ('Conv1d', [2, 3, 3], 'weight', 2, (2, 2, 6)),
    ('LSTM', [3, 2], 'weight_hh_l0', 0, (4, 2, 3)), ('GRU', [3, 2], 'weight_ih_l0', 0, (4, 2, 3)),
]

if __name__ == '__main__':
    cases = []
    for kind, args, parameter, dim, shape in CASES:
        module = getattr(nn, kind)(*args)
        state = {}
        for position, (key, value) in enumerate(module.named_parameters()):
            state[key] = uniform(*value.shape, seed=600 + position)
            with torch.no_grad():
                value.copy_(state[key].tensor())
        nn.utils.weight_norm(module, parameter, dim)
        rule = uniform(*shape, seed=11)
        x = rule.tensor().requires_grad_()
        out = module(x)
        out = out[0] if isinstance(out, tuple) else out
        (out * uniform(*out.shape, seed=9000).tensor()).sum().backward()
        cases.append({'name': f'{kind}({", ".join(map(str, args))}), {parameter}, dim {dim}', 'module': kind, 'args': args,
                      'parameter': parameter, 'dim': dim, 'state': plain(state),
                      'shapes': {key: list(value.shape) for key, value in module.state_dict().items()}, 'input': rule.json(),
                      'out': array(out), 'grad': array(x.grad),
                      'grads': {key: array(value.grad) for key, value in module.named_parameters()}})
    write('weight_norm', __file__, cases=cases)
