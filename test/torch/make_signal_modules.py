"""Modules of signals [batch, channels, length] and their kin: outputs and every gradient, over their options. Run through
make_all.py."""

import os
import sys
from itertools import product

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from torch import nn

from fixtures import uniform, write
from nn_cases import ModuleCases
from ops_cases import In

TORCH_NAMES = {'paddingMode': 'padding_mode'}


def torch_options(options):
    return {TORCH_NAMES.get(key, key): value for key, value in options.items()}


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


if __name__ == '__main__':
    convolution()
