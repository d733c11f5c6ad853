"""Ten steps of training for every module with parameters and for every loss, from the weights of manual_seed(0). Run
through make_all.py.

A module's case is `{name, module, args, options, inputs, optimizer, lr, losses, sums}`: train
`new nn[module](...args, options)` with Adam at a learning rate of 0.05 (or SGD at 0.01) on Σ output · w + mean output², output being
the first one, and w the generator's array of seed 9000. Dropout draws from the generator that made the weights. A loss's
case is `{name, loss, options, head, targets, losses}`: it trains nn.Linear(4, 5) with SGD at 0.1 on the generator's input
of seed 300, through `head`. `losses` has the loss before each step; `sums` each parameter's sum at the end.
"""

import re

import torch
from torch import nn

from fixtures import integers, uniform, write

STEPS = 10
IDS = integers(0, 7, 2, 5, seed=301)
SEQUENCE = uniform(5, 2, 3, seed=302)
WIDE = uniform(5, 2, 4, seed=303)
MEMORY = uniform(3, 2, 4, seed=304)


def camel(name):
    return re.sub(r'_(\w)', lambda match: match[1].upper(), name)


def camel_keys(options):
    return {camel(key): value for key, value in options.items()}


MODULES = [
    ('Embedding', [7, 3], {}, [IDS]), ('Embedding', [7, 3], {'padding_idx': 1, 'max_norm': 1.5}, [IDS]),
    ('Embedding', [7, 3], {'scale_grad_by_freq': True}, [IDS]), ('Embedding', [7, 3], {'sparse': True, 'padding_idx': 2}, [IDS]),
    *(('EmbeddingBag', [7, 3], {'mode': mode, 'padding_idx': 1}, [IDS]) for mode in ('mean', 'sum', 'max')),
    ('EmbeddingBag', [7, 3], {'sparse': True}, [IDS]), ('EmbeddingBag', [7, 3], {'max_norm': 1.0, 'mode': 'sum'}, [IDS]),
    ('Linear', [4, 3], {}, [WIDE]), ('LayerNorm', [4], {}, [WIDE]), ('RMSNorm', [4], {}, [WIDE]),
    ('LSTM', [3, 4], {'num_layers': 2, 'bidirectional': True}, [SEQUENCE]), ('LSTM', [3, 4], {'proj_size': 2, 'batch_first': True}, [SEQUENCE]),
    ('LSTM', [3, 4], {'num_layers': 2, 'dropout': 0.3}, [SEQUENCE]), ('GRU', [3, 4], {'num_layers': 2, 'bidirectional': True}, [SEQUENCE]),
    ('RNN', [3, 4], {'num_layers': 2}, [SEQUENCE]), ('RNN', [3, 4], {'nonlinearity': 'relu', 'bidirectional': True}, [SEQUENCE]),
    ('LSTMCell', [4, 3], {}, [uniform(2, 4, seed=305)]), ('GRUCell', [4, 3], {}, [uniform(2, 4, seed=305)]),
    ('RNNCell', [4, 3], {'nonlinearity': 'relu'}, [uniform(2, 4, seed=305)]),
    ('MultiheadAttention', [4, 2], {}, [WIDE, MEMORY, MEMORY]), ('MultiheadAttention', [4, 2], {'dropout': 0.2, 'add_bias_kv': True}, [WIDE, MEMORY, MEMORY]),
    ('TransformerEncoderLayer', [4, 2], {'dim_feedforward': 8}, [WIDE]),
    ('TransformerEncoderLayer', [4, 2], {'dim_feedforward': 8, 'norm_first': True, 'activation': 'gelu', 'batch_first': True}, [WIDE]),
    ('TransformerDecoderLayer', [4, 2], {'dim_feedforward': 8}, [WIDE, MEMORY]),
    ('Transformer', [4, 2], {'num_encoder_layers': 2, 'num_decoder_layers': 1, 'dim_feedforward': 8}, [WIDE, MEMORY]),
]

CLASSES = integers(0, 5, 6, seed=306)
POSITIVE = uniform(6, 5, seed=307, scale=0.5, shift=0.5)
OTHER = uniform(6, 5, seed=308)
LOSSES = [
    ('CrossEntropyLoss', {'label_smoothing': 0.1}, None, [CLASSES]), ('NLLLoss', {}, 'logSoftmax', [CLASSES]),
    ('BCELoss', {}, 'sigmoid', [POSITIVE]), ('BCEWithLogitsLoss', {}, None, [POSITIVE]), ('MSELoss', {}, None, [OTHER]),
    ('L1Loss', {}, None, [OTHER]), ('SmoothL1Loss', {'beta': 0.5}, None, [OTHER]), ('HuberLoss', {'delta': 0.5}, None, [OTHER]),
    ('CosineEmbeddingLoss', {'margin': 0.2}, None, [OTHER, 'signs']), ('TripletMarginLoss', {'swap': True}, None, [OTHER, POSITIVE]),
    ('KLDivLoss', {'reduction': 'batchmean'}, 'logSoftmax', [POSITIVE]), ('MarginRankingLoss', {'margin': 0.5}, None, [OTHER, 'signs of all']),
]
SIGNS = {'signs': [6], 'signs of all': [6, 5]}


def signs(shape):
    """1 and -1 by turns."""
    values = torch.ones(shape).flatten()
    values[1::2] = -1
    return values.reshape(shape)


def first(output):
    return first(output[0]) if isinstance(output, tuple) else output


def train(parameters, optimizer, loss_of):
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, {key: value.detach().double().sum().item() for key, value in parameters}


def train_module(module, args, options, inputs):
    torch.manual_seed(0)
    made = getattr(nn, module)(*args, **options)
    # The gradient of attention's key biases is 0 but for rounding, which Adam would make large; and Adam refuses sparse ones.
    name = 'SGD' if options.get('sparse') or 'Trans' in module or 'Attention' in module else 'Adam'
    rate = 0.01 if name == 'SGD' else 0.05
    tensors = [rule.tensor() for rule in inputs]

    def loss_of():
        output = first(made(*tensors))
        return (output * uniform(*output.shape, seed=9000).tensor()).sum() + output.square().mean()

    losses, sums = train(made.named_parameters(), getattr(torch.optim, name)(made.parameters(), lr=rate), loss_of)
    return {'name': f'{module}, {options}', 'module': module, 'args': args, 'options': camel_keys(options), 'inputs': inputs,
            'optimizer': name, 'lr': rate, 'losses': losses, 'sums': sums}


def train_loss(loss, options, head, targets):
    torch.manual_seed(0)
    model = nn.Linear(4, 5)
    x = uniform(6, 4, seed=300).tensor()
    rules = [SIGNS[target] if isinstance(target, str) else target for target in targets]
    given = [signs(rule) if isinstance(rule, list) else rule.tensor() for rule in rules]
    through = {None: lambda y: y, 'sigmoid': torch.sigmoid, 'logSoftmax': lambda y: y.log_softmax(1)}[head]
    criterion = getattr(nn, loss)(**options)
    losses, sums = train(model.named_parameters(), torch.optim.SGD(model.parameters(), lr=0.1),
                         lambda: criterion(through(model(x)), *given))
    return {'name': f'{loss}, {options}', 'loss': loss, 'options': camel_keys(options), 'head': head,
            'targets': [{'signs': rule} if isinstance(rule, list) else rule for rule in rules], 'losses': losses, 'sums': sums}


def train_adaptive():
    torch.manual_seed(0)
    made = nn.AdaptiveLogSoftmaxWithLoss(8, 20, [5, 10], div_value=2.0)
    x, target = uniform(6, 8, seed=309), integers(0, 20, 6, seed=310)
    losses, sums = train(made.named_parameters(), torch.optim.Adam(made.parameters(), lr=0.05),
                         lambda: made(x.tensor(), target.tensor()).loss)
    return {'input': x, 'target': target, 'losses': losses, 'sums': sums}


if __name__ == '__main__':
    write('trajectories', __file__, modules=[train_module(*entry) for entry in MODULES],
          losses=[train_loss(*entry) for entry in LOSSES], adaptive=train_adaptive())
