"""EmbeddingBag: outputs and every gradient over a grid of its options. Run through make_all.py.

A case is `{name, options, weight, input, offsets, perSampleWeights, output, grads, after}`: options are
`nn.functional.embeddingBag`'s. Gradients are of Σ output · w, w being the generator's array of seed 9000; `after` is the
table afterwards, where maxNorm changes it.

With scaleGradByFreq the gradient is PyTorch's without it, each row divided by how often it occurs: what PyTorch
documents, and computes on a GPU. On a CPU 2.13 divides the k-th distinct row by the count of the k-th sorted token's row
(`counts[indices_data[i]]` in EmbeddingBag.cpp, where i numbers distinct rows), which is another row's.
"""

from itertools import product

import torch
import torch.nn.functional as F

from fixtures import uniform, write

ROWS = 7
# Duplicates within a bag and across, an empty bag in the middle, row 4 as the padding, one bag of nothing else.
TOKENS = [1, 0, 1, 5, 4, 4, 4, 6, 4, 1, 2, 2]
OFFSETS = [0, 3, 5, 5, 7]
FLAT = dict(input=TOKENS, offsets=OFFSETS)
LAST = dict(input=TOKENS, offsets=OFFSETS + [12], includeLastOffset=True)
SQUARE = dict(input=[[1, 0, 1], [5, 4, 4], [4, 4, 4], [6, 6, 2]])
WIDE = dict(input=[[3]] * 2)
EMPTY = dict(input=[], offsets=[0, 0])
NO_BAGS = dict(input=[], offsets=[])
cases = []


def add(name, layout, dim=5, **options):
    layout = dict(layout)
    offsets, last = layout.get('offsets'), layout.get('includeLastOffset', False)
    indices = torch.tensor(layout['input'], dtype=torch.int64)
    rule = uniform(ROWS, dim, seed=60, scale=options.pop('scale', 1.0))
    weight = rule.tensor().requires_grad_()
    if options.get('mode') == 'max':  # equals in row 1 and row 5, so that the first must win
        with torch.no_grad():
            weight[5] = weight[1]
        rule = weight.detach().clone()
    weights_rule = uniform(*indices.shape, seed=61) if options.pop('weighted', False) else None
    weights = weights_rule.tensor().requires_grad_() if weights_rule else None
    entry = {'name': name, 'options': {**options, **({'includeLastOffset': True} if last else {})}, 'weight': rule,
             'input': layout['input'], 'offsets': offsets, 'perSampleWeights': weights_rule}
    snake = {'paddingIdx': 'padding_idx', 'maxNorm': 'max_norm', 'normType': 'norm_type'}
    arguments = {snake.get(key, key): value for key, value in options.items() if key != 'scaleGradByFreq'}
    output = F.embedding_bag(indices, weight, None if offsets is None else torch.tensor(offsets, dtype=torch.int64),
                             per_sample_weights=weights, include_last_offset=last, **arguments)
    (output * uniform(*output.shape, seed=9000).tensor()).sum().backward()
    if options.get('scaleGradByFreq'):
        counts = torch.bincount(indices.reshape(-1), minlength=ROWS).clamp(min=1)
        weight.grad /= counts[:, None]
    entry['output'] = output.detach()
    entry['grads'] = {'weight': weight.grad, 'perSampleWeights': None if weights is None else weights.grad}
    if 'maxNorm' in options:
        entry['after'] = weight.detach()
    cases.append(entry)


def given(**options):
    return {key: value for key, value in options.items() if value is not None and value is not False}


for (label, layout), mode, padding in product(
        (('1-D', FLAT), ('1-D, the last offset given', LAST), ('2-D', SQUARE)), ('sum', 'mean', 'max'), (None, 4, -6)):
    for frequency, sparse in ((False, False), (True, False), (False, True)):
        if mode != 'max' or not (frequency or sparse):
            options = given(mode=mode, paddingIdx=padding, scaleGradByFreq=frequency, sparse=sparse)
            add(f'{label}, {options}', layout, **options)
    if mode == 'sum':
        for frequency, sparse in ((False, False), (True, False), (False, True)):
            options = given(mode=mode, paddingIdx=padding, scaleGradByFreq=frequency, sparse=sparse, weighted=True)
            add(f'{label}, {options}', layout, **options)
    for maximum, order in ((0.9, None), (1.1, 1.0)):
        options = given(mode=mode, paddingIdx=padding, maxNorm=maximum, normType=order)
        add(f'{label}, {options}', layout, **options)
for (label, layout), mode, (frequency, sparse, weighted) in product(
        (('1-D', FLAT), ('1-D, the last offset given', LAST), ('2-D', SQUARE)), ('sum', 'mean'),
        ((True, False, False), (False, True, False), (False, False, True), (True, False, True), (False, True, True))):
    if mode == 'sum' or not weighted:
        options = given(mode=mode, paddingIdx=None if sparse else 4, maxNorm=0.9, scaleGradByFreq=frequency, sparse=sparse,
                        weighted=weighted)
        add(f'{label}, {options}', layout, **options)
for mode, dim in product(('sum', 'mean', 'max'), (1, 2, 8, 17, 33)):
    add(f'dimension {dim}, {mode}', FLAT, dim=dim, mode=mode)
for mode in ('sum', 'mean', 'max'):
    add(f'bags of one, {mode}', WIDE, mode=mode)
    add(f'no indices, {mode}', EMPTY, mode=mode)
add('no bags', NO_BAGS, mode='sum')
write('embedding_bag', __file__, cases=cases)
