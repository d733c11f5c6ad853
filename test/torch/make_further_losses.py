"""Margin losses over classes, likelihoods, and the loss of a projection: outputs and every gradient. Run through make_all.py."""

from itertools import product

import torch
from torch import nn

from fixtures import integers, uniform, write
from make_nn import given
from make_pair_losses import REDUCTIONS, snake
from nn_cases import ModuleCases
from ops_cases import In


def constant(values):
    return In(torch.tensor(values), grad=False)


def python_options(options):
    return {snake(key): value for key, value in options.items()}


def elements(cases):
    def add(module, inputs, label='', **options):
        cases.add(f'{module}, {options}{label}', module, lambda _: getattr(nn, module)(**python_options(options)), inputs,
                  [f'${i}' for i in range(len(inputs))], options=options)

    signs = constant([[1.0, -1.0, 1.0], [-1.0, -1.0, 0.0]])
    x = In(uniform(2, 3, seed=101, scale=2))
    counts = In(torch.tensor([[0.25, 1.0, 4.0], [2.5, 1.5, 0.5]]))
    # PyTorch's gradient of a target of 0 is NaN, of 0 times the slope of a logarithm that does not take part.
    with_zero = constant([[0.0, 1.0, 4.0], [2.0, 3.0, 0.0]])
    rates = In(uniform(2, 3, seed=102, scale=1, shift=1.5))
    other = In(uniform(2, 3, seed=103, scale=2))
    spread = In(torch.tensor([[0.5, 1.5, 1e-9], [2.0, 0.25, 1.0]]))
    for reduction in REDUCTIONS:
        chosen = given(reduction=reduction)
        for margin in (None, 0.5):
            add('HingeEmbeddingLoss', [x, signs], **chosen, **given(margin=margin))
        add('SoftMarginLoss', [x, signs], **chosen)
        for log_input, full in product((None, True, False), (False, True)):
            options = {**chosen, **given(full=full), **({} if log_input is None else {'logInput': log_input})}
            add('PoissonNLLLoss', [x if log_input is not False else rates, counts], **options)
        add('PoissonNLLLoss', [rates, counts], **chosen, logInput=False, eps=0.25)
        add('PoissonNLLLoss', [x, with_zero], ', targets of 0', **chosen, full=True)
        for full, eps in product((False, True), (None, 0.75)):
            add('GaussianNLLLoss', [x, other, spread], **chosen, **given(full=full, eps=eps))
        for label, shape in ((', a variance for each row', (2,)), (', one dimension of 1', (2, 1)), (', first of 1', (1, 3))):
            add('GaussianNLLLoss', [x, other, In(uniform(*shape, seed=104, scale=0.5, shift=1))], label, **chosen)
        add('TripletMarginWithDistanceLoss', [In(uniform(4, 5, seed=105 + i, scale=2)) for i in range(3)], **chosen)
        add('TripletMarginWithDistanceLoss', [In(uniform(4, 5, seed=105 + i, scale=2)) for i in range(3)], **chosen, margin=2.5,
            swap=True)


def classes(cases):
    scores, one = In(uniform(4, 5, seed=111, scale=2)), In(uniform(5, seed=112, scale=2))
    weights = [0.5, 2.0, 1.0, 0.25, 3.0]

    def add(module, inputs, label='', weighted=False, **options):
        inputs = [*inputs, *([constant(weights)] if weighted else [])]
        weight = {'weight': f'${len(inputs) - 1}'} if weighted else {}
        build = lambda leaves: getattr(nn, module)(**python_options(options), **({'weight': leaves[-1]} if weighted else {}))
        cases.add(f'{module}, {options}, weighted {weighted}{label}', module, build, inputs, ['$0', '$1'],
                  options={**options, **weight})

    for reduction in REDUCTIONS:
        chosen = given(reduction=reduction)
        for p, margin, weighted in product((None, 2), (None, 0.3), (False, True)):
            add('MultiMarginLoss', [scores, constant([0, 4, 2, 2])], weighted=weighted, **chosen, **given(p=p, margin=margin))
        add('MultiMarginLoss', [one, constant(3)], ', one sample', **chosen)
        labels = [[0, 3, -1, 1, 2], [4, -1, -1, -1, -1], [-1, 0, 1, 2, 3], [3, 1, 0, 2, 4]]
        add('MultiLabelMarginLoss', [scores, constant(labels)], **chosen)
        add('MultiLabelMarginLoss', [one, constant(labels[0])], ', one sample', **chosen)
        chances = In(uniform(4, 5, seed=113, scale=0.5, shift=0.5))
        for weighted in (False, True):
            add('MultiLabelSoftMarginLoss', [scores, chances], weighted=weighted, **chosen)
        deep = In(uniform(2, 3, 5, seed=114, scale=2)), In(uniform(2, 3, 5, seed=115, scale=0.5, shift=0.5))
        add('MultiLabelSoftMarginLoss', list(deep), ', three dimensions', **chosen)


def projections(cases):
    weights = [0.5, 2.0, 1.0, 0.25, 3.0, 0.75, 1.5]
    rows = In(uniform(5, 4, seed=121, scale=2))
    targets = [0, 6, 3, 3, 1]

    def add(inputs, label, weighted=False, **options):
        inputs = [*inputs, *([constant(weights)] if weighted else [])]
        weight = {'weight': f'${len(inputs) - 1}'} if weighted else {}
        build = lambda leaves: nn.LinearCrossEntropyLoss(4, 7, **python_options(options), **({'weight': leaves[-1]} if weighted else {}))
        cases.add(f'LinearCrossEntropyLoss, {options}, weighted {weighted}, {label}', 'LinearCrossEntropyLoss', build, inputs,
                  ['$0', '$1'], args=[4, 7], options={**options, **weight}, scale=1.0)

    for reduction in REDUCTIONS:
        chosen = given(reduction=reduction)
        for bias, smoothing, weighted in product((False, True), (None, 0.2), (False, True)):
            options = {**chosen, **given(bias=bias, labelSmoothing=smoothing)}
            add([rows, constant(targets)], 'classes', weighted, **options)
            add([rows, constant(targets)], 'one is ignored', weighted, **options, ignoreIndex=3)
        add([rows, constant([-100, 6, -100, 2, 1])], 'ignored by default', **chosen)
        add([In(uniform(4, seed=122)), constant(2)], 'one sample', **chosen, bias=True)
        add([rows, In(uniform(5, 7, seed=123, scale=0.5, shift=0.5))], 'probabilities', **chosen, bias=True, labelSmoothing=0.1)
        add([rows, In(integers(0, 7, 5, 2, 3, seed=124), grad=False)], 'two dimensions more', **chosen, bias=True, outFeatures=[2, 3])
    add([In(uniform(0, 4, seed=125)), In(torch.zeros(0, dtype=torch.int64), grad=False)], 'no samples', reduction='sum')


def alignments(cases):
    def add(label, inputs, forward=('$0', '$1', '$2', '$3'), **options):
        cases.add(f'CTCLoss, {options}, {label}', 'CTCLoss', lambda _: nn.CTCLoss(**python_options(options)), inputs,
                  list(forward), options=options)

    # Logits stand for logarithms of probabilities: PyTorch asks for no sum of 1, and its gradient is the same formula.
    scores = In(uniform(9, 4, 6, seed=131, scale=1, shift=-1.7))
    padded, lengths = constant([[1, 2, 3, 4], [5, 5, 1, 0], [2, 2, 2, 2], [3, 0, 0, 0]]), constant([4, 3, 4, 0])
    flat = constant([1, 2, 3, 4, 5, 5, 1, 2, 2, 2, 2])
    whole, shorter, impossible = constant([9, 9, 9, 9]), constant([4, 5, 7, 1]), constant([9, 3, 6, 0])
    for reduction, zero in product(REDUCTIONS, (False, True)):
        options = {**given(reduction=reduction), **given(zeroInfinity=zero)}
        add('padded', [scores, padded, whole, lengths], **options)
        add('one after the other', [scores, flat, whole, lengths], **options)
        add('shorter inputs', [scores, flat, shorter, lengths], **options)
        add('impossible alignments', [scores, padded, impossible, lengths], **options)
        add('another blank', [scores, constant([[0, 1], [2, 2], [3, 0], [4, 4]]), whole, constant([2, 2, 1, 0])], **options, blank=5)
        one = In(uniform(7, 6, seed=132, scale=1, shift=-1.7))
        add('one sample', [one, constant([3, 3, 1]), constant(7), constant(3)], **options)
        add('one sample, impossible', [one, constant([3, 3, 1]), constant(3), constant(3)], **options)
    add('many labels', [In(uniform(60, 2, 30, seed=133, scale=2, shift=-3)), In(integers(1, 30, 2, 25, seed=134), grad=False),
                        constant([60, 55]), constant([25, 21])])


if __name__ == '__main__':
    cases = ModuleCases()
    alignments(cases)
    elements(cases)
    classes(cases)
    projections(cases)
    write('nn_further_losses', __file__, cases=cases.cases)
