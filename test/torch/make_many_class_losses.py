"""The adaptive softmax, and sampled losses written out in PyTorch. Run through make_all.py.

`adaptive`: `{name, args, options, state, input, target, output, loss, logProb, predict, gradient, gradients}`, the
gradients being those of the loss. `sampled`: `{name, kind, options, inputs, output, gradients}`: `kind` is 'negative'
(inputs: input, table, target, negatives) or 'softmax' (input, weight, bias, target, sampled, log expected counts of all
classes); the gradients are those of Σ outputₖ · wₖ, with w made by the rule of seed 9000.
"""

from itertools import product

import torch
from torch import nn
from torch.nn import functional as F

from fixtures import array, integers, plain, uniform, write


def adaptive():
    sizes = ((16, 20, [4, 10]), (9, 12, [3]), (12, 30, [5, 8, 20]))
    for (features, classes, cutoffs), div_value, bias in product(sizes, (4.0, 2.0), (False, True)):
        module = nn.AdaptiveLogSoftmaxWithLoss(features, classes, cutoffs, div_value=div_value, head_bias=bias)
        state = {}
        for i, (name, parameter) in enumerate(module.named_parameters()):
            state[name] = uniform(*parameter.shape, seed=500 + i, scale=0.6)
            with torch.no_grad():
                parameter.copy_(state[name].tensor())
        targets = {'all clusters': integers(0, classes, 11, seed=31), 'the head': torch.zeros(3, dtype=torch.int64),
                   'the last cluster': torch.full((3,), classes - 1), 'a single target': torch.tensor(cutoffs[0])}
        for label, target in targets.items():
            target = target if isinstance(target, torch.Tensor) else target.tensor()
            source = uniform(*target.shape, features, seed=32, scale=2)
            leaf = source.tensor().requires_grad_()
            module.zero_grad()
            output, loss = module(leaf, target)
            loss.backward()
            entry = {
                'name': f'{features} features, {classes} classes, {cutoffs}, divValue {div_value}, bias {bias}, {label}',
                'args': [features, classes, cutoffs], 'options': {'divValue': div_value, 'headBias': bias},
                'state': state, 'input': source, 'target': target, 'output': output, 'loss': loss,
                'gradient': leaf.grad,
                'gradients': {name: parameter.grad for name, parameter in module.named_parameters()
                              if parameter.grad is not None}}
            if target.ndim > 0:
                entry['logProb'] = module.log_prob(leaf)
                entry['predict'] = module.predict(leaf)
            yield plain(entry)


def negative(x, table, target, negatives):
    """-log σ(x·t) - Σ log σ(-x·n), without negatives that are the target."""
    counts = (negatives != target.unsqueeze(1)).float()
    near = F.logsigmoid((x * table[target]).sum(1))
    far = F.logsigmoid(-(x.unsqueeze(1) * table[negatives]).sum(2))
    return -near - (far * counts).sum(1)


def softmax(x, weight, bias, target, sampled, log_counts, remove):
    own = (x * weight[target]).sum(1) + bias[target] - log_counts[target]
    others = x @ weight[sampled].T + bias[sampled] - log_counts[sampled]
    if remove:
        others = others.masked_fill(target.unsqueeze(1) == sampled, float('-inf'))
    return -F.log_softmax(torch.cat([own.unsqueeze(1), others], 1), 1)[:, 0]


def reduced(losses, reduction):
    return losses if reduction == 'none' else losses.sum() if reduction == 'sum' else losses.mean()


def sampled_losses():
    x, table = uniform(5, 4, seed=71), uniform(9, 4, seed=72)
    bias, log_counts = uniform(9, seed=73), uniform(9, seed=74, scale=2, shift=-2)
    target, negatives, drawn = torch.tensor([0, 8, 3, 3, 1]), integers(0, 9, 5, 3, seed=75), integers(0, 9, 6, seed=76)
    for kind, reduction, remove in product(('negative', 'softmax'), ('mean', 'sum', 'none'), (True, False)):
        if kind == 'negative' and not remove:
            continue
        leaves = [item.tensor().requires_grad_() for item in ((x, table) if kind == 'negative' else (x, table, bias))]
        if kind == 'negative':
            losses = negative(*leaves, target, negatives.tensor())
            inputs, options = [x, table, target, negatives], {}
        else:
            losses = softmax(*leaves, target, drawn.tensor(), log_counts.tensor(), remove)
            inputs, options = [x, table, bias, target, drawn, log_counts], {'removeAccidentalHits': remove}
        output = reduced(losses, reduction)
        (output * uniform(*output.shape, seed=9000).tensor()).sum().backward()
        yield plain({'name': f'{kind}, {reduction}, {options}', 'kind': kind,
                     'options': {**options, 'reduction': reduction}, 'inputs': inputs, 'output': output,
                     'gradients': [array(leaf.grad) for leaf in leaves]})


if __name__ == '__main__':
    write('many_class_losses', __file__, adaptive=list(adaptive()), sampled=list(sampled_losses()))
