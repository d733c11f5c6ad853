"""Every module and loss: outputs and every gradient, over their options. Run through make_all.py."""

import math
from itertools import product

import torch
from torch import nn

from fixtures import integers, uniform, write
from nn_cases import ModuleCases
from ops_cases import In


def given(**options):
    """The options that are given: those that are not None and not False."""
    return {key: value for key, value in options.items() if value is not None and value is not False}


def embedding():
    cases = ModuleCases()
    ids = torch.tensor([[1, 0, 1, 5], [5, 5, 3, 1]])

    def add(label, indices, paddingIdx=None, maxNorm=None, normType=None, scaleGradByFreq=False, sparse=False,
            scale=1.0):
        options = given(paddingIdx=paddingIdx, maxNorm=maxNorm, normType=normType, scaleGradByFreq=scaleGradByFreq,
                        sparse=sparse)
        build = lambda _: nn.Embedding(6, 3, padding_idx=paddingIdx, max_norm=maxNorm, norm_type=normType or 2.0,
                                       scale_grad_by_freq=scaleGradByFreq, sparse=sparse)
        cases.add(label, 'Embedding', build, [indices], ['$0'], [6, 3], options, scale=scale, after=maxNorm is not None)

    shapes = {'0-d': torch.tensor(4), '1-D': torch.tensor([4, 4, 0]), '2-D': ids,
              '3-D': integers(0, 6, 2, 2, 3, seed=1),
              'no indices': torch.zeros(0, dtype=torch.int64), '2 × 0 indices': torch.zeros(2, 0, dtype=torch.int64)}
    for label, indices in shapes.items():
        for sparse in (False, True):
            add(f'{label}, sparse {sparse}', indices, sparse=sparse)
    frequency_or_sparse = ((False, False), (True, False), (False, True))
    for padding, (maximum, order), (frequency, sparse) in product(
            (None, 1, -1), ((None, None), (1.0, None), (0.9, 1.0), (0.5, 3.0), (0.7, float('inf'))),
            frequency_or_sparse):
        label = f'paddingIdx {padding}, maxNorm {maximum}, normType {order}, '
        label += f'scaleGradByFreq {frequency}, sparse {sparse}'
        add(label, ids, padding, maximum, order, frequency, sparse)
    add('every index is padding', torch.tensor([2, 2]), paddingIdx=2)
    add('every index is padding, sparse', torch.tensor([2, 2]), paddingIdx=2, sparse=True)
    add('norms below maxNorm stay', ids, maxNorm=10.0)
    for case in cases.cases:
        if case['options'].get('normType') == float('inf'):
            case['options']['normType'] = 'Infinity'
    write('nn_embedding', __file__, cases=cases.cases)


def layers():
    cases = ModuleCases()
    for shape in ((4,), (2, 4), (2, 3, 4), (0, 4)):
        for bias in (True, False):
            cases.add(f'Linear, input {shape}, bias {bias}', 'Linear', lambda _: nn.Linear(4, 3, bias=bias),
                      [In(uniform(*shape, seed=2))], ['$0'], [4, 3], {} if bias else {'bias': False})
    cases.add('Linear, transposed input', 'Linear', lambda _: nn.Linear(4, 3),
              [In(uniform(4, 5, seed=2), view=[['transpose', 0, 1]])], ['$0'], [4, 3])
    x = In(uniform(3, 5, seed=3, scale=3))
    plain_layers = {'ReLU': nn.ReLU, 'Tanh': nn.Tanh, 'Sigmoid': nn.Sigmoid, 'GELU': nn.GELU}
    for name, make in plain_layers.items():
        cases.add(name, name, lambda _, make=make: make(), [x], ['$0'])
    cases.add('GELU, tanh', 'GELU', lambda _: nn.GELU(approximate='tanh'), [x], ['$0'], [], {'approximate': 'tanh'})
    for dim in (0, 1, -1):
        cases.add(f'Softmax({dim})', 'Softmax', lambda _, dim=dim: nn.Softmax(dim), [x], ['$0'], [dim])
        cases.add(f'LogSoftmax({dim})', 'LogSoftmax', lambda _, dim=dim: nn.LogSoftmax(dim), [x], ['$0'], [dim])
    write('nn_layers', __file__, cases=cases.cases)


def lstm():
    input_size, hidden, steps, batch = 2, 3, 4, 2

    def add(cases, layers, bidirectional, batch_first, projection, bias, initial, unbatched=False):
        directions = 2 if bidirectional else 1
        options = given(numLayers=None if layers == 1 else layers, bidirectional=bidirectional, batchFirst=batch_first,
                        projSize=projection or None)
        if not bias:
            options['bias'] = False
        build = lambda _: nn.LSTM(input_size, hidden, layers, bias=bias, batch_first=batch_first,
                                  bidirectional=bidirectional, proj_size=projection)
        shape = (steps, input_size) if unbatched else (batch, steps,
                                                       input_size) if batch_first else (steps, batch, input_size)
        state = lambda size: (directions * layers, size) if unbatched else (directions * layers, batch, size)
        inputs, forward = [In(uniform(*shape, seed=5))], ['$0']
        if initial:
            inputs += [In(uniform(*state(projection or hidden), seed=6)), In(uniform(*state(hidden), seed=7))]
            forward.append(['$1', '$2'])
        name = f'layers {layers}, options {options}, initial state {initial}' + (', unbatched' if unbatched else '')
        cases.add(name, 'LSTM', build, inputs, forward, [input_size, hidden], options, scale=0.6)

    both = (False, True)
    one = ModuleCases()
    for bidirectional, batch_first, projection, bias, initial in product(both, both, (0, 2), (True, False), both):
        add(one, 1, bidirectional, batch_first, projection, bias, initial)
    for bidirectional, projection, initial in product(both, (0, 2), both):
        add(one, 1, bidirectional, initial, projection, True, initial, unbatched=True)
    write('nn_lstm_1_layer', __file__, cases=one.cases)
    two = ModuleCases()
    for bidirectional, batch_first, projection, bias, initial in product(both, both, (0, 2), (True, False), both):
        add(two, 2, bidirectional, batch_first, projection, bias, initial)
    add(two, 2, True, False, 2, True, True, unbatched=True)
    write('nn_lstm_2_layers', __file__, cases=two.cases)
    three = ModuleCases()
    for bidirectional, projection, initial in product(both, (0, 2), both):
        add(three, 3, bidirectional, initial != bidirectional, projection, not (initial and projection), initial)
    write('nn_lstm_3_layers', __file__, cases=three.cases)


REDUCTIONS = ('mean', 'sum', 'none')
LOGITS = In(uniform(5, 4, seed=8, scale=3))
TARGET = torch.tensor([0, 3, 1, 1, 2])
CLASS_WEIGHT = uniform(4, seed=9, scale=0.5, shift=1)
EXTRA_DIMENSIONS = {'one extra dimension': ((2, 4, 3), (2, 3)), 'two extra dimensions': ((2, 4, 2, 3), (2, 2, 3)),
                    'no batch': ((4,), ()), 'a batch of 1': ((1, 4), (1,))}


def classification():
    cases = ModuleCases()

    def add(loss, label, logits, target, weight=None, **options):
        inputs = [logits, target] + ([weight] if weight is not None else [])
        names = {'ignoreIndex': 'ignore_index', 'labelSmoothing': 'label_smoothing', 'reduction': 'reduction'}
        torch_options = {names[key]: value for key, value in options.items()}
        build = lambda leaves: getattr(nn, loss)(weight=leaves[2] if weight is not None else None, **torch_options)
        given_options = {**options, **({'weight': '$2'} if weight is not None else {})}
        cases.add(f'{loss}, {label}, {options}' + (', weighted' if weight is not None else ''), loss, build, inputs,
                  ['$0', '$1'], [], given_options)

    for reduction, weight, ignore, smoothing in product(REDUCTIONS, (None, CLASS_WEIGHT), (None, 1), (None, 0.1)):
        add('CrossEntropyLoss', 'classes', LOGITS, TARGET, weight,
            **given(reduction=None if reduction == 'mean' else reduction, ignoreIndex=ignore, labelSmoothing=smoothing))
    for reduction, weight, ignore in product(REDUCTIONS, (None, CLASS_WEIGHT), (None, 1)):
        add('NLLLoss', 'classes', LOGITS, TARGET, weight,
            **given(reduction=None if reduction == 'mean' else reduction, ignoreIndex=ignore))
    probabilities = torch.softmax(uniform(5, 4, seed=10, scale=2).tensor(), 1)
    for reduction, weight, smoothing in product(REDUCTIONS, (None, CLASS_WEIGHT), (None, 0.2)):
        add('CrossEntropyLoss', 'probabilities', LOGITS, probabilities, weight,
            **given(reduction=reduction, labelSmoothing=smoothing))
    for label, (logits, target) in EXTRA_DIMENSIONS.items():
        scores, classes = In(uniform(*logits, seed=11, scale=2)), integers(0, 4, *target, seed=12)
        for reduction in REDUCTIONS:
            add('CrossEntropyLoss', label, scores, classes, CLASS_WEIGHT, reduction=reduction, labelSmoothing=0.1,
                ignoreIndex=2)
            add('CrossEntropyLoss', label, scores, classes, reduction=reduction)
            add('NLLLoss', label, scores, classes, CLASS_WEIGHT, reduction=reduction, ignoreIndex=2)
        add('CrossEntropyLoss', label, scores, classes, CLASS_WEIGHT, ignoreIndex=2)
        add('CrossEntropyLoss', label, scores, classes, CLASS_WEIGHT, labelSmoothing=0.3)
        add('CrossEntropyLoss', label, scores, classes, labelSmoothing=0.3, ignoreIndex=2)
        add('NLLLoss', label, scores, classes, CLASS_WEIGHT)
        add('NLLLoss', label, scores, classes, ignoreIndex=2)
        chances = torch.softmax(uniform(*logits, seed=22, scale=2).tensor(), min(1, len(logits) - 1))
        for reduction, weight, smoothing in product(REDUCTIONS, (None, CLASS_WEIGHT), (None, 0.2)):
            add('CrossEntropyLoss', f'probabilities, {label}', scores, In(chances), weight,
                **given(reduction=reduction, labelSmoothing=smoothing))
    spread = torch.softmax(uniform(2, 4, 3, seed=13).tensor(), 1)
    add('CrossEntropyLoss', 'probabilities, one extra dimension', In(uniform(2, 4, 3, seed=11)), spread, CLASS_WEIGHT,
        reduction='none')
    add('CrossEntropyLoss', 'the default ignoreIndex', LOGITS, torch.tensor([0, -100, 1, -100, 2]))
    add('CrossEntropyLoss', 'everything ignored', LOGITS, torch.full((5,), -100), reduction='sum')
    add('CrossEntropyLoss', 'everything ignored gives NaN', LOGITS, torch.full((5,), -100))
    zero_weight = In(torch.tensor([1.0, 0.0, 1.0, 1.0]), grad=False)
    for smoothing in (0.0, 0.1):
        add('CrossEntropyLoss', 'weights of 0 alone give NaN', LOGITS, torch.full((5,), 1), zero_weight, labelSmoothing=smoothing)
        add('CrossEntropyLoss', 'a weight of 0', LOGITS, TARGET, zero_weight, labelSmoothing=smoothing, reduction='none')
        add('CrossEntropyLoss', 'a logit of -inf', In(torch.tensor([[0.5, -math.inf, 1.0, 0.0]])), torch.tensor([2]),
            labelSmoothing=smoothing)
    add('CrossEntropyLoss', 'large logits', In(torch.tensor([[1000.0, -1000.0, 0.0, 5.0], [88.0, 89.0, 90.0, 91.0]])),
        torch.tensor([1, 3]))
    add('CrossEntropyLoss', '33 classes', In(uniform(3, 33, seed=14, scale=5)), torch.tensor([32, 0, 17]))
    add('CrossEntropyLoss', 'transposed logits', In(uniform(4, 5, seed=14), view=[['transpose', 0, 1]]), TARGET)
    write('nn_classification_losses', __file__, cases=cases.cases)


def regression():
    cases = ModuleCases()
    scores, other = In(uniform(3, 4, seed=15, scale=2)), uniform(3, 4, seed=16)
    chances, wanted = In(uniform(3, 4, seed=17, scale=0.45, shift=0.5)), uniform(3, 4, seed=18, scale=0.5, shift=0.5)
    weight, positive = uniform(4, seed=19, scale=0.5, shift=1), uniform(4, seed=21, scale=0.5, shift=2)
    edges = In(torch.tensor([0.0, 1.0, 0.0, 1.0, 0.5]))
    for reduction in REDUCTIONS:
        options = {} if reduction == 'mean' else {'reduction': reduction}
        cases.add(f'MSELoss, {reduction}', 'MSELoss', lambda _: nn.MSELoss(reduction=reduction), [scores, other],
                  ['$0', '$1'],
                  [], options)
        cases.add(f'MSELoss, {reduction}, gradient to the target too', 'MSELoss',
                  lambda _: nn.MSELoss(reduction=reduction),
                  [scores, In(other)], ['$0', '$1'], [], options)
        cases.add(f'BCELoss, {reduction}', 'BCELoss', lambda _: nn.BCELoss(reduction=reduction), [chances, wanted],
                  ['$0', '$1'], [], options)
        cases.add(f'BCELoss, {reduction}, weighted', 'BCELoss',
                  lambda leaves: nn.BCELoss(weight=leaves[2], reduction=reduction),
                  [chances, wanted, weight], ['$0', '$1'], [], {**options, 'weight': '$2'})
        cases.add(f'BCELoss, {reduction}, probabilities of 0 and 1', 'BCELoss',
                  lambda _: nn.BCELoss(reduction=reduction),
                  [edges, torch.tensor([0.0, 1.0, 1.0, 0.0, 1.0])], ['$0', '$1'], [], options)
        for has_weight, has_positive in product((False, True), (False, True)):
            inputs, extra = [scores, wanted], {}
            if has_weight:
                extra['weight'] = f'${len(inputs)}'
                inputs = [*inputs, weight]
            if has_positive:
                extra['posWeight'] = f'${len(inputs)}'
                inputs = [*inputs, positive]
            build = lambda leaves: nn.BCEWithLogitsLoss(
                weight=leaves[2] if has_weight else None, pos_weight=leaves[-1] if has_positive else None,
                reduction=reduction)
            cases.add(f'BCEWithLogitsLoss, {reduction}, weight {has_weight}, posWeight {has_positive}',
                      'BCEWithLogitsLoss',
                      build, inputs, ['$0', '$1'], [], {**options, **extra})
        cases.add(f'BCEWithLogitsLoss, {reduction}, large logits', 'BCEWithLogitsLoss',
                  lambda _: nn.BCEWithLogitsLoss(reduction=reduction),
                  [In(torch.tensor([100.0, -100.0, 100.0, -100.0, 0.0])), torch.tensor([1.0, 0.0, 0.0, 1.0, 0.5])],
                  ['$0', '$1'], [], options)
        cases.add(f'L1Loss, {reduction}', 'L1Loss', lambda _: nn.L1Loss(reduction=reduction), [scores, other],
                  ['$0', '$1'],
                  [], options)
        for name, option, values in (('SmoothL1Loss', 'beta', (None, 0.3, 0)), ('HuberLoss', 'delta', (None, 0.3, 2))):
            for value in values:
                extra = {} if value is None else {option: value}
                cases.add(f'{name}, {reduction}, {extra}', name,
                          lambda _: getattr(nn, name)(reduction=reduction, **extra),
                          [scores, other], ['$0', '$1'], [], {**options, **extra})
    write('nn_regression_losses', __file__, cases=cases.cases)


if __name__ == '__main__':
    embedding()
    layers()
    lstm()
    classification()
    regression()
