"""The weights that modules start from after manual_seed(0), the next random number, and how they print: tables, layers and
the adaptive softmax (make_transformer.py and make_recurrent.py have the others'). Run through make_all.py.

A case is `{name, module, args, options, state, next, printed}`: `state` has each parameter's shape, first values, and the
sum of all in double precision.
"""

import re

import torch
from torch import nn

from fixtures import array, write

MODULES = [
    ('Embedding', [7, 3], {}), ('Embedding', [7, 3], {'padding_idx': 2}), ('Embedding', [7, 3], {'padding_idx': -1}),
    ('Embedding', [50, 20], {'max_norm': 2.0, 'norm_type': 3.0, 'scale_grad_by_freq': True}),
    ('Embedding', [3, 1], {'sparse': True}), ('Embedding', [7, 3], {'dtype': 'float64', 'padding_idx': 0}),
    ('Embedding', [4, 0], {}), ('EmbeddingBag', [7, 3], {'padding_idx': 1, 'mode': 'sum'}),
    ('EmbeddingBag', [40, 9], {'max_norm': 1.0, 'include_last_offset': True}), ('EmbeddingBag', [5, 2], {'dtype': 'float64'}),
    ('Linear', [5, 4], {}), ('Linear', [5, 4], {'bias': False}), ('Linear', [5, 4], {'dtype': 'float64'}),
    ('Linear', [40, 30], {}), ('Linear', [3, 0], {}),
    ('Conv1d', [6, 4, 3], {}), ('Conv1d', [6, 4, 3], {'stride': 2, 'padding': 1, 'dilation': 3, 'groups': 2, 'bias': False}),
    ('Conv1d', [30, 20, 5], {'padding': 'same', 'padding_mode': 'reflect', 'dtype': 'float64'}),
    ('Bilinear', [2, 3, 4], {}), ('Bilinear', [5, 5, 1], {'bias': False, 'dtype': 'float64'}),
    ('CELU', [], {}), ('GLU', [], {}), ('Hardshrink', [], {}), ('Hardswish', [], {}), ('Hardsigmoid', [], {}),
    ('Hardtanh', [], {}), ('PReLU', [], {}), ('PReLU', [], {'num_parameters': 3, 'init': 0.1}), ('RReLU', [], {}),
    ('RReLU', [0.1, 0.2], {'inplace': True}), ('Softmin', [1], {}), ('Softshrink', [0.7], {}), ('Softsign', [], {}),
    ('Tanhshrink', [], {}), ('Threshold', [0.1, 20], {}), ('Threshold', [0.1, 20], {'inplace': True}),
    ('Dropout1d', [], {}), ('AlphaDropout', [0.3], {}), ('FeatureAlphaDropout', [], {}), ('CELU', [0.5], {'inplace': True}),
    ('MaxPool1d', [3], {}), ('MaxPool1d', [3], {'stride': 2, 'padding': 1, 'dilation': 2, 'ceil_mode': True}),
    ('AvgPool1d', [2], {}), ('AdaptiveMaxPool1d', [5], {}), ('AdaptiveAvgPool1d', [5], {}), ('LPPool1d', [1.5, 3], {'stride': 2}),
    ('LPPool1d', [2, 3], {}), ('ConstantPad1d', [2, 3.5], {}), ('ReflectionPad1d', [1], {}),
    ('BatchNorm1d', [3], {}), ('BatchNorm1d', [3], {'momentum': None, 'affine': False, 'eps': 1e-3}),
    ('InstanceNorm1d', [3], {}), ('InstanceNorm1d', [3], {'affine': True, 'track_running_stats': True}),
    ('GroupNorm', [2, 6], {}), ('GroupNorm', [2, 6], {'bias': False, 'dtype': 'float64'}),
    ('AdaptiveLogSoftmaxWithLoss', [16, 20, [5, 10]], {'div_value': 2.0}),
    ('AdaptiveLogSoftmaxWithLoss', [16, 20, [5, 10]], {'div_value': 2.0, 'head_bias': True}),
    ('AdaptiveLogSoftmaxWithLoss', [8, 30, [4]], {'dtype': 'float64'}),
]


def camel(name):
    return re.sub(r'_(\w)', lambda match: match[1].upper(), name)


if __name__ == '__main__':
    cases = []
    for module, args, options in MODULES:
        torch.manual_seed(0)
        given = {key: getattr(torch, value) if key == 'dtype' else value for key, value in options.items()}
        made = getattr(nn, module)(*args, **given)
        state = {key: {'shape': list(value.shape), 'first': array(value.flatten()[:5]), 'sum': value.double().sum().item()}
                 for key, value in made.state_dict().items()}
        cases.append({'name': f'{module}, {args}, {options}', 'module': module, 'args': args,
                      'options': {camel(key): value for key, value in options.items()}, 'state': state,
                      'next': torch.rand(1).item(), 'printed': str(made)})
    write('seeded', __file__, cases=cases)
