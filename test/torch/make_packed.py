"""Packed sequences: packing, padding again, and recurrent layers over them. Run through make_all.py.

`packing.json`: a case is `{name, input, lengths, pack, pad, packed, padded, paddedLengths, grad, text}`: `pack` and `pad` are
the options of packPaddedSequence and padPackedSequence; `grad` is the input's gradient of Σ packed.data · w₀ + Σ padded · w₁,
wₖ being the generator's array of seed 9000 + k.

`packed_lstm.json` and its like: a case is `{name, module, args, options, pack, lengths, seed, state, inputs, outputs, grads}`
with inputs x (padded), h0, c0 as far as they are given, and outputs packed.data and the final states; `seed` is set right
before forward where dropout draws. `training` is ten steps of a model over such sequences.
"""

from itertools import product

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pack_sequence, pad_packed_sequence

from fixtures import array, integers, plain, uniform, write

BOTH = (False, True)
SNAKE = {'batchFirst': 'batch_first', 'enforceSorted': 'enforce_sorted', 'paddingValue': 'padding_value',
         'totalLength': 'total_length', 'numLayers': 'num_layers', 'projSize': 'proj_size'}


def snake(options):
    return {SNAKE.get(key, key): value for key, value in options.items()}


def parts(packed):
    names = {'data': packed.data, 'batchSizes': packed.batch_sizes, 'sortedIndices': packed.sorted_indices,
             'unsortedIndices': packed.unsorted_indices}
    return {key: None if value is None else array(value) for key, value in names.items()}


def packing():
    cases = []

    def add(name, rule, lengths, pack, pad):
        x = rule.tensor()
        if x.is_floating_point():
            x.requires_grad_()
        packed = pack_padded_sequence(x, lengths, **snake(pack))
        padded, counts = pad_packed_sequence(packed, **snake(pad))
        case = {'name': name, 'input': rule, 'lengths': lengths, 'pack': pack, 'pad': pad, 'packed': parts(packed),
                'padded': array(padded), 'paddedLengths': array(counts)}
        if x.requires_grad:
            weights = [uniform(*t.shape, seed=9000 + k).tensor() for k, t in enumerate((packed.data, padded))]
            ((packed.data * weights[0]).sum() + (padded * weights[1]).sum()).backward()
            case['grad'] = x.grad
        else:
            case['text'] = repr(packed)
        cases.append(case)

    steps, batch = 4, 5
    for (enforce, lengths), first_in, first_out, total, value in product(
            ((True, [4, 3, 3, 1, 1]), (False, [2, 3, 1, 3, 2])), BOTH, BOTH, (None, 6), (0.0, -2.5)):
        shape = (batch, steps, 2) if first_in else (steps, batch, 2)
        pack = {'batchFirst': first_in, 'enforceSorted': enforce}
        pad = {'batchFirst': first_out, 'paddingValue': value, 'totalLength': total}
        add(f'lengths {lengths}, {pack}, {pad}', uniform(*shape, seed=5), lengths, pack, pad)
    loose = {'enforceSorted': False}
    for label, rest in (('no further dimension', ()), ('three further dimensions', (2, 1, 3)), ('one column', (1,))):
        add(label, uniform(steps, batch, *rest, seed=6), [1, 4, 2, 4, 3], loose, {})
    add('one sequence', uniform(steps, 1, 2, seed=7), [3], {}, {})
    add('one step', uniform(1, 3, 2, seed=7), [1, 1, 1], loose, {'batchFirst': True})
    # All lengths differ: in which order PyTorch's sort leaves equal ones depends on the processor from 17 on.
    add('twenty sequences', uniform(20, 20, 2, seed=8), [1 + i * 7 % 20 for i in range(20)], loose, {})
    add('indices', integers(0, 9, steps, 3, seed=9), [2, 1, 4], loose, {'paddingValue': -1, 'batchFirst': True})
    add('indices, sorted', integers(0, 9, 3, steps, seed=9), [3, 2, 2], {'batchFirst': True}, {})
    sequences = [uniform(n, 2, seed=10 + n).tensor() for n in (2, 4, 1, 4)]
    listed = [{'sequences': sequences[order], 'options': options, 'packed': parts(pack_sequence(sequences[order],
                                                                                                **snake(options)))}
              for order, options in ((slice(None), loose), (slice(1, 3), {}), (slice(0, 1), {'enforceSorted': True}))]
    write('packing', __file__, cases=cases, lists=listed)


def fill(module, scale=0.6):
    state = {}
    for position, (key, parameter) in enumerate(module.named_parameters()):
        state[key] = uniform(*parameter.shape, seed=500 + position, scale=scale)
        with torch.no_grad():
            parameter.copy_(state[key].tensor())
    return plain(state)


def recurrent(kind, projections=(0,), extras=({},), states=1):
    input_size, hidden, steps = 2, 3, 4
    orders = ((True, [4, 2, 1]), (False, [1, 3, 2]))
    cases = []

    def add(options, enforce, lengths, initial, seed=None):
        module = getattr(nn, kind)(input_size, hidden, **snake(options))
        state = fill(module)
        batch_first = options.get('batchFirst', False)
        batch = len(lengths)
        stacked = options.get('numLayers', 1) * (2 if options.get('bidirectional') else 1)
        widths = [options.get('projSize') or hidden, hidden][:states]
        rules = [uniform(*((batch, steps) if batch_first else (steps, batch)), input_size, seed=5)]
        if initial:
            rules += [uniform(stacked, batch, width, seed=6 + k) for k, width in enumerate(widths)]
        leaves = [rule.tensor().requires_grad_() for rule in rules]
        pack = {'batchFirst': batch_first, 'enforceSorted': enforce}
        packed = pack_padded_sequence(leaves[0], lengths, **snake(pack))
        hx = None if not initial else leaves[1] if states == 1 else tuple(leaves[1:])
        if seed is not None:
            torch.manual_seed(seed)
        output, last = module(packed, hx)
        outputs = [output.data, *(last if states > 1 else [last])]
        weights = [uniform(*t.shape, seed=9000 + k).tensor() for k, t in enumerate(outputs)]
        sum((t * weight).sum() for t, weight in zip(outputs, weights)).backward()
        cases.append({
            **({} if seed is None else {'seed': seed}),
            'name': f'lengths {lengths}, options {options}, initial state {initial}',
            'module': kind, 'args': [input_size, hidden], 'options': options, 'pack': pack, 'lengths': lengths,
            'state': state, 'inputs': rules, 'outputs': [array(t) for t in outputs],
            'grads': {'inputs': [array(leaf.grad) for leaf in leaves],
                      'parameters': {key: array(p.grad) for key, p in module.named_parameters()}},
        })

    flip = 0
    for layers, bidirectional, projection, bias, initial, extra in product((1, 2), BOTH, projections, (True, False),
                                                                           BOTH, extras):
        options = {'numLayers': layers, 'bidirectional': bidirectional, 'projSize': projection, 'bias': bias, **extra}
        defaults = {'numLayers': 1, 'bidirectional': False, 'projSize': 0, 'bias': True}
        options = {key: value for key, value in options.items() if defaults.get(key) != value}
        for enforce, lengths in orders if layers == 1 else (orders[flip % 2],):
            flip = (flip * 5 + 3) % 7
            add({**options, **({'batchFirst': True} if flip % 2 else {})}, enforce, lengths, initial)
    add({'numLayers': 3, 'bidirectional': True, 'dropout': 0.0, **extras[-1]}, False, [2, 1, 4, 4, 1], True)
    for bidirectional in BOTH:
        drops = {'numLayers': 3, 'dropout': 0.4, **({'bidirectional': True} if bidirectional else {})}
        add({**drops, **extras[0]}, False, [2, 1, 4, 4, 1], False, seed=3)
    write(f'packed_{kind.lower()}', __file__, cases=cases, training=training(kind, extras[-1]))


def training(kind, extra):
    """Ten steps of Adam: the losses, and the parameters at the end."""
    options = {'numLayers': 2, 'bidirectional': True, **extra}
    module = getattr(nn, kind)(3, 5, **snake(options))
    state = fill(module, 0.4)
    x, target = uniform(6, 4, 3, seed=20), uniform(6, 4, 10, seed=21, scale=0.5)
    lengths = [3, 6, 1, 4]
    optimizer = torch.optim.Adam(module.parameters(), lr=0.02)
    losses = []
    for _ in range(10):
        optimizer.zero_grad()
        output, _ = module(pack_padded_sequence(x.tensor(), lengths, enforce_sorted=False))
        padded, _ = pad_packed_sequence(output)
        loss = nn.functional.mse_loss(padded, target.tensor())
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return {'module': kind, 'options': options, 'state': state, 'x': x, 'target': target, 'lengths': lengths,
            'losses': losses, 'after': dict(module.state_dict())}


packing()
recurrent('LSTM', projections=(0, 2), states=2)
recurrent('GRU')
recurrent('RNN', extras=({}, {'nonlinearity': 'relu'}))
