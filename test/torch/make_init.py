"""What torch.nn.init gives, and random fills of views. Run through make_all.py.

Each case seeds the generator with 3, calls `nn.init[name](tensor, ...args)` on an empty tensor of `shape` (through
`permute`, where it is given) and records the values. `next` is the uniform number drawn after it.
"""

import warnings

import torch
from torch.nn import init

from fixtures import array, write

warnings.simplefilter('ignore')

CASES = []


def camel(name):
    head, *tail = name.rstrip('_').split('_')
    return head + ''.join(word.capitalize() for word in tail) + '_'


def case(name, shape, *args, dtype='float32', permute=None, options=None):
    torch.manual_seed(3)
    tensor = torch.zeros(shape, dtype=getattr(torch, dtype))
    view = tensor if permute is None else tensor.permute(permute)
    getattr(init, name)(view, *args, **(options or {}))
    CASES.append({
        'name': camel(name), 'shape': list(shape), 'permute': permute, 'dtype': dtype, 'args': list(args),
        'options': options, 'values': array(view), 'next': array(torch.rand(1)),
    })


for dtype in ('float32', 'float64'):
    for shape in ((7,), (3, 5), (4, 4), (2, 3, 4)):
        case('uniform_', shape, -2.0, 0.5, dtype=dtype)
        case('normal_', shape, 1.0, 3.0, dtype=dtype)
        case('trunc_normal_', shape, 0.0, 1.0, -0.5, 1.0, dtype=dtype)
        case('constant_', shape, 2.5, dtype=dtype)
    case('eye_', (3, 5), dtype=dtype)
    case('eye_', (5, 3), dtype=dtype, permute=(1, 0))
    for shape in ((6, 3), (2, 3, 4)):
        case('xavier_uniform_', shape, dtype=dtype)
        case('xavier_uniform_', shape, 1.5, dtype=dtype)
        case('xavier_normal_', shape, dtype=dtype)
        case('kaiming_uniform_', shape, dtype=dtype)
        case('kaiming_uniform_', shape, dtype=dtype, options={'a': 5**0.5})
        case('kaiming_uniform_', shape, dtype=dtype, options={'mode': 'fan_out', 'nonlinearity': 'relu'})
        case('kaiming_normal_', shape, dtype=dtype)
        case('kaiming_normal_', shape, dtype=dtype, options={'mode': 'fan_out', 'nonlinearity': 'tanh'})
    for shape in ((5, 5), (6, 3), (3, 6), (4, 2, 3), (1, 4), (4, 1)):
        case('orthogonal_', shape, dtype=dtype)
    case('orthogonal_', (4, 4), 2.0, dtype=dtype)
    case('sparse_', (10, 4), 0.33, dtype=dtype)
    case('sparse_', (5, 3), 1.0, 0.5, dtype=dtype)
    for name in ('uniform_', 'normal_'):
        case(name, (3, 7), dtype=dtype, permute=(1, 0))
        case(name, (2, 3, 5), dtype=dtype, permute=(2, 0, 1))

GAINS = [[name, init.calculate_gain(name)] for name in ('linear', 'conv2d', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu')]

write('init', __file__, cases=CASES, gains=GAINS, leaky=init.calculate_gain('leaky_relu', 0.2))
