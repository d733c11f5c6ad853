"""Losses of pairs and triplets, and those of differences: outputs and every gradient. Run through make_all.py."""

from itertools import product

import torch
from torch import nn

from fixtures import uniform, write
from make_nn import given
from nn_cases import ModuleCases
from ops_cases import In

REDUCTIONS = (None, 'sum', 'none')


def snake(name):
    return ''.join('_' + letter.lower() if letter.isupper() else letter for letter in name)


def pair_losses():
    cases = ModuleCases()

    def add(module, inputs, **options):
        python = {snake(key): value for key, value in options.items()}
        forward = [f'${i}' for i in range(len(inputs))]
        cases.add(f'{module}, {options}, case {len(cases.cases)}', module,
                  lambda _: getattr(nn, module)(**python), inputs, forward, options=options)

    def vectors(*shape, seed):
        return In(uniform(*shape, seed=seed, scale=2))

    for reduction in REDUCTIONS:
        chosen = given(reduction=reduction)
        x, t = vectors(4, 5, seed=61), vectors(4, 5, seed=62)
        add('L1Loss', [x, t], **chosen)
        for beta in (0.5, 1.0):
            add('SmoothL1Loss', [x, t], **chosen, beta=beta)
            add('HuberLoss', [x, t], **chosen, delta=beta)
        signs = In(torch.tensor([1.0, -1.0, 1.0, -1.0]), grad=False)
        for margin in (None, 0.3):
            options = {**chosen, **given(margin=margin)}
            add('CosineEmbeddingLoss', [x, t, signs], **options)
            add('MarginRankingLoss', [vectors(4, seed=63), vectors(4, seed=64), signs], **options)
        for p, swap in product((None, 1.0, 3.0), (False, True)):
            add('TripletMarginLoss', [x, t, vectors(4, 5, seed=65)], **chosen, **given(p=p, swap=swap))
        add('TripletMarginLoss', [x, t, vectors(4, 5, seed=65)], **chosen, margin=2.5, eps=1e-3)
        for p, eps in ((1.0, None), (3.0, 1e-2), (None, 1e-2)):
            add('TripletMarginLoss', [x, t, vectors(4, 5, seed=65)], **chosen, margin=2.5, swap=True, **given(p=p, eps=eps))
        for shape in ((5,), (2, 3, 4)):
            add('TripletMarginLoss', [vectors(*shape, seed=70 + i) for i in range(3)], **chosen, swap=True)
        for sign in (1.0, -1.0):
            add('CosineEmbeddingLoss', [vectors(5, seed=73), vectors(5, seed=74), In(torch.tensor(sign), grad=False)], **chosen,
                margin=-0.5)
        add('MarginRankingLoss', [vectors(2, 3, seed=75), vectors(1, 3, seed=76), In(torch.tensor([[1.0], [-1.0]]), grad=False)],
            **chosen, margin=0.5)
    logs = In(uniform(2, 3, seed=66, scale=2))
    chances = torch.softmax(uniform(2, 3, seed=67, scale=2).tensor(), 1)
    with_zero = torch.cat([torch.zeros(2, 1), chances[:, 1:]], 1)
    for reduction in (*REDUCTIONS, 'batchmean'):
        add('KLDivLoss', [logs, In(chances)], **given(reduction=reduction))
        add('KLDivLoss', [logs, In(with_zero, grad=False)], **given(reduction=reduction))
        add('KLDivLoss', [logs, In(chances.log())], **given(reduction=reduction), logTarget=True)
    x, t = vectors(2, 3, 4, seed=68), vectors(2, 3, 4, seed=69)
    for dim in (None, 0, 2):
        add('CosineSimilarity', [x, t], **given(dim=dim) if dim != 0 else {'dim': 0})
    for p, keepdim in product((None, 1.0), (False, True)):
        add('PairwiseDistance', [x, t], **given(p=p, keepdim=keepdim))
    write('nn_pair_losses', __file__, cases=cases.cases)


if __name__ == '__main__':
    pair_losses()
