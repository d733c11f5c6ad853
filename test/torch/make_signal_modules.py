"""Modules of signals [batch, channels, length] and their kin: outputs and every gradient, over their options. Run through
make_all.py."""

import math
import os
import sys
from itertools import product

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from torch import nn

from fixtures import uniform, write
from nn_cases import ModuleCases
from ops_cases import In

TORCH_NAMES = {'paddingMode': 'padding_mode', 'trackRunningStats': 'track_running_stats', 'ceilMode': 'ceil_mode',
               'countIncludePad': 'count_include_pad', 'returnIndices': 'return_indices'}


def torch_options(options):
    return {TORCH_NAMES.get(key, key): value for key, value in options.items()}


def torch_args(args):
    return [math.inf if arg == 'Infinity' else tuple(arg) if isinstance(arg, list) else arg for arg in args]


def convolution():
    cases = ModuleCases()

    def add(channels, outputs, kernel, shape, view=(), **options):
        label = f'Conv1d({channels}, {outputs}, {kernel}), input {shape}, options {options}' + (', strided' if view else '')
        cases.add(label, 'Conv1d', lambda _: nn.Conv1d(channels, outputs, kernel, **torch_options(options)),
                  [In(uniform(*shape, seed=3), view=list(view))], ['$0'], [channels, outputs, kernel], options)

    for kernel, stride, padding, dilation in product((1, 2, 3), (1, 2, 3), (0, 2), (1, 2)):
        given = {'stride': stride, 'padding': padding, 'dilation': dilation}
        add(2, 3, kernel, (2, 2, 7), **{key: value for key, value in given.items() if value != (0 if key == 'padding' else 1)})
    for mode, (kernel, padding, stride) in product(('reflect', 'replicate', 'circular'), ((3, 2, 1), (2, 1, 2), (4, 'same', 1))):
        add(2, 3, kernel, (2, 2, 6), padding=padding, stride=stride, paddingMode=mode)
    for kernel, dilation in product((1, 2, 3, 4), (1, 3)):
        add(2, 2, kernel, (1, 2, 9), padding='same', dilation=dilation)
    add(2, 3, 3, (2, 2, 7), padding='valid')
    for groups, stride, bias in product((2, 4), (1, 2), (True, False)):
        add(4, 8, 3, (2, 4, 6), groups=groups, stride=stride, padding=1, bias=bias)
    add(3, 2, 3, (3, 8), bias=False)
    add(3, 2, 2, (3, 8), stride=3)
    add(3, 5, 3, (0, 3, 8))
    add(3, 2, 5, (2, 3, 5))
    add(3, 2, 3, (2, 8, 3), view=[['transpose', 1, 2]], padding=1)
    add(3, 2, 2, (2, 3, 9), stride=4, dilation=6)
    # Beyond a tile and a block: sums of more than 512 products, rows and columns that leave a rest.
    add(65, 3, 9, (1, 65, 36), padding=4)
    write('nn_convolution', __file__, cases=cases.cases)


def channel_norms():
    cases = ModuleCases()

    def add(name, args, shape, training=True, view=(), **options):
        label = f'{name}({", ".join(map(str, args))}), input {shape}, options {options}'
        label += ('' if training else ', evaluation') + (', strided' if view else '')
        build = lambda _: getattr(nn, name)(*args, **torch_options(options)).train(training)
        cases.add(label, name, build, [In(uniform(*shape, seed=4, shift=0.3), view=list(view))], ['$0'], args, options,
                  after=name != 'GroupNorm')
        cases.cases[-1]['training'] = training

    for shape, training in product(((4, 3), (4, 3, 5), (2, 3, 1), (1, 3, 4)), (True, False)):
        add('BatchNorm1d', [3], shape, training)
        add('BatchNorm1d', [3], shape, training, momentum=None)
        add('BatchNorm1d', [3], shape, training, affine=False, momentum=0.3)
        add('BatchNorm1d', [3], shape, training, trackRunningStats=False, eps=1e-2)
        add('BatchNorm1d', [3], shape, training, bias=False)
    add('BatchNorm1d', [37], (9, 37))
    add('BatchNorm1d', [3], (4, 5, 3), view=[['transpose', 1, 2]])
    add('BatchNorm1d', [3], (0, 3), training=False)
    for shape, training in product(((2, 3, 5), (3, 5)), (True, False)):
        add('InstanceNorm1d', [3], shape, training)
        add('InstanceNorm1d', [3], shape, training, affine=True)
        add('InstanceNorm1d', [3], shape, training, affine=True, bias=False, eps=1e-2)
        add('InstanceNorm1d', [3], shape, training, affine=True, trackRunningStats=True, momentum=0.4)
        add('InstanceNorm1d', [3], shape, training, trackRunningStats=True, momentum=None)
    # Groups of one element are left out: their exact gradients are zero, PyTorch's are rounding noise.
    for groups, shape in product((1, 2, 3), ((3, 6), (2, 6, 5), (2, 6, 2, 3))):
        add('GroupNorm', [groups, 6], shape)
        add('GroupNorm', [groups, 6], shape, affine=False)
        add('GroupNorm', [groups, 6], shape, bias=False, eps=0.1)
    add('GroupNorm', [6, 6], (2, 6, 5))
    write('nn_channel_norms', __file__, cases=cases.cases)


def pools():
    cases = ModuleCases()

    def add(name, args, shape, view=(), **options):
        label = f'{name}({", ".join(map(str, args))}), input {shape}, options {options}' + (', strided' if view else '')
        cases.add(label, name, lambda _: getattr(nn, name)(*torch_args(args), **torch_options(options)),
                  [In(uniform(*shape, seed=5), view=list(view))], ['$0'], args, options)

    for kernel, stride, padding, ceil in product((2, 3), (1, 2, 4), (0, 1), (False, True)):
        options = {'stride': stride, 'padding': padding, 'ceilMode': ceil}
        add('MaxPool1d', [kernel], (2, 2, 7), **options)
        add('AvgPool1d', [kernel], (2, 2, 7), **options)
    for ceil in (False, True):
        add('MaxPool1d', [3], (2, 9), dilation=2, padding=1, ceilMode=ceil)
        add('AvgPool1d', [3], (2, 8), padding=1, ceilMode=ceil, countIncludePad=False)
    add('MaxPool1d', [60], (1, 2, 67), stride=3, returnIndices=True)
    add('AvgPool1d', [60], (1, 2, 67), stride=3)
    add('MaxPool1d', [2], (2, 6, 3), view=[['transpose', 1, 2]], returnIndices=True)
    for size, shape in product((1, 3, 5, 9), ((2, 2, 7), (3, 5))):
        add('AdaptiveMaxPool1d', [size], shape)
        add('AdaptiveAvgPool1d', [size], shape)
    add('AdaptiveMaxPool1d', [3], (2, 2, 7), returnIndices=True)
    for norm, kernel in product((1, 2, 4, math.inf), (2, 3)):
        add('LPPool1d', ['Infinity' if norm == math.inf else norm, kernel], (2, 2, 7))
        add('LPPool1d', ['Infinity' if norm == math.inf else norm, kernel], (2, 2, 7), stride=2, ceilMode=True)
    for name, args in (('ConstantPad1d', [2, 1.5]), ('ZeroPad1d', [[1, 2]]), ('ZeroPad1d', [-1]), ('ReflectionPad1d', [[2, 1]]),
                       ('ReplicationPad1d', [3]), ('CircularPad1d', [[2, 3]])):
        add(name, args, (2, 2, 5))
        add(name, args, (2, 5))
    write('nn_pools', __file__, cases=cases.cases)


if __name__ == '__main__':
    convolution()
    channel_norms()
    pools()
