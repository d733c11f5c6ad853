"""Attention, normalisation and the Transformer modules: outputs and every gradient over a grid of options, training with
dropout after a seed, and the weights that a seed gives. Run through make_all.py.

A case is `{name, module, args, options, layer, state, inputs, forward, forwardOptions, seed, outputs, grads}`: build
`new nn[module](...args, options)` (`layer`, where given, is built first and is the first argument), load `state`, seed, call
`forward(...forward, forwardOptions)` where "$0" stands for input 0. `grads.parameters` is empty where masks alone differ. Functions have no state and take `args` after their
tensors. Names of options are PyTorch's, turned into camelCase. Gradients are those of nn_cases.py.
"""

import re
import warnings
from itertools import product

import torch
import torch.nn.functional as F
from torch import nn

from fixtures import array, plain, uniform, write
from nn_cases import flat, resolve
from ops_cases import In

warnings.filterwarnings('ignore')
HIDDEN = float('-inf')
BOTH = (False, True)


def camel(name):
    return re.sub(r'_(\w)', lambda match: match[1].upper(), name)


def camel_keys(options):
    return {camel(key): value for key, value in options.items() if value is not None}


def weighted_gradients(result, leaves, parameters=()):
    """The gradients of Σ outputₖ · wₖ, as nn_cases.py defines it."""
    outputs = [output for output in flat([item for item in result if item is not None]) if output.requires_grad]
    weights = [uniform(*output.shape, seed=9000 + k).tensor() for k, output in enumerate(outputs)]
    sum((output * weight).sum() for output, weight in zip(outputs, weights)).backward()
    return {
        'inputs': [array(leaf.grad) if leaf.grad is not None else None for leaf in leaves],
        'parameters': {key: array(parameter.grad) for key, parameter in parameters},
    }


class Cases:
    def __init__(self):
        self.cases = []

    def record(self, entry, inputs, leaves, forward, forward_options, result, parameters=()):
        result = list(result) if isinstance(result, tuple) else [result]
        entry['inputs'] = [item.json(leaf.requires_grad) for item, leaf in zip(inputs, leaves)]
        entry['forward'] = list(forward)
        entry['forwardOptions'] = camel_keys(forward_options)
        entry['outputs'] = plain(result)
        entry['grads'] = weighted_gradients(result, leaves, parameters)
        self.cases.append(entry)

    def function(self, name, call, inputs, forward, args=(), seed=None, **options):
        inputs = [item if isinstance(item, In) else In(item, grad=False) for item in inputs]
        leaves = [item.leaf() for item in inputs]
        if seed is not None:
            torch.manual_seed(seed)
        result = call(*resolve(list(forward), leaves), *args, **resolve(options, leaves))
        entry = {'name': name, 'function': camel(call.__name__), 'args': list(args), 'seed': seed}
        self.record(entry, inputs, leaves, forward, options, result)

    def module(self, name, module, args, options, inputs, forward, forward_options=None, layer=None, seed=None,
               all_gradients=True):
        inputs = [item if isinstance(item, In) else In(item, grad=False) for item in inputs]
        leaves = [item.leaf() for item in inputs]
        first = [getattr(nn, layer[0])(*layer[1], **layer[2])] if layer else []
        torch_options = {key: nn.LayerNorm(4) if key == 'norm' else value for key, value in options.items()}
        torch_module = getattr(nn, module)(*first, *args, **torch_options)
        state = {}
        for position, (key, parameter) in enumerate(torch_module.named_parameters()):
            state[key] = uniform(*parameter.shape, seed=700 + position, scale=0.7)
            with torch.no_grad():
                parameter.copy_(state[key].tensor())
        if seed is not None:
            torch.manual_seed(seed)
        forward_options = {key: value for key, value in (forward_options or {}).items() if value is not None}
        result = torch_module(*resolve(list(forward), leaves), **resolve(forward_options, leaves))
        result = tuple(item for item in result if item is not None) if isinstance(result, tuple) else result
        entry = {'name': name, 'module': module, 'args': list(args), 'options': camel_keys(options), 'seed': seed,
                 'state': plain(state)}
        if layer:
            entry['layer'] = {'module': layer[0], 'args': layer[1], 'options': camel_keys(layer[2])}
        self.record(entry, inputs, leaves, forward, forward_options, result, torch_module.named_parameters() if all_gradients else ())


def norms():
    cases = Cases()
    for shape, normalized in (((3, 5), [5]), ((2, 3, 4), [4]), ((2, 3, 4), [3, 4]), ((2, 33), [33]), ((0, 4), [4])):
        x = In(uniform(*shape, seed=30, scale=2, shift=0.5))
        weight, bias = In(uniform(*normalized, seed=31)), In(uniform(*normalized, seed=32))
        label = f'{list(shape)} over {normalized}'
        cases.function(f'{label}, weight and bias', F.layer_norm, [x, weight, bias], ['$0'], [normalized], weight='$1', bias='$2')
        cases.function(f'{label}, weight', F.rms_norm, [x, weight], ['$0'], [normalized], weight='$1')
        cases.function(f'{label}, plain', F.layer_norm, [x], ['$0'], [normalized])
        cases.function(f'{label}, plain', F.rms_norm, [x], ['$0'], [normalized])
    x, bias = In(uniform(3, 5, seed=30)), In(uniform(5, seed=32))
    cases.function('eps 0.1', F.layer_norm, [x], ['$0'], [[5]], eps=0.1)
    cases.function('eps 0.1', F.rms_norm, [x], ['$0'], [[5]], eps=0.1)
    cases.function('bias alone', F.layer_norm, [x, bias], ['$0'], [[5]], bias='$1')
    cases.function('frozen weight', F.layer_norm, [x, In(uniform(5, seed=31), grad=False)], ['$0'], [[5]], weight='$1')
    same = In(torch.full((2, 4), 3.0))
    cases.function('equal values', F.layer_norm, [same], ['$0'], [[4]])
    for options in ({}, {'bias': False}, {'elementwise_affine': False}, {'eps': 0.01}):
        cases.module(f'LayerNorm, {options}', 'LayerNorm', [4], options, [In(uniform(3, 4, seed=33))], ['$0'])
    for options in ({}, {'elementwise_affine': False}, {'eps': 0.01}):
        cases.module(f'RMSNorm, {options}', 'RMSNorm', [4], options, [In(uniform(3, 4, seed=33))], ['$0'])
    write('transformer_norms', __file__, cases=cases.cases)


def boolean(*shape, seed, keep_first=True):
    """A bool mask; with keep_first every query sees key 0."""
    mask = uniform(*shape, seed=seed).tensor() > -0.2
    if keep_first:
        mask[..., 0] = True
    return mask


def additive(*shape, seed):
    values = uniform(*shape, seed=seed).tensor()
    return values.masked_fill(~boolean(*shape, seed=seed + 1), HIDDEN)


def dot_products():
    cases = Cases()
    sdpa = F.scaled_dot_product_attention

    def add(name, q, k, v, extra=(), **options):
        inputs = [In(uniform(*shape, seed=40 + i, scale=2)) for i, shape in enumerate((q, k, v))]
        cases.function(name, sdpa, [*inputs, *extra], ['$0', '$1', '$2'], **options)

    four = ((2, 2, 2, 3), (2, 2, 4, 3), (2, 2, 4, 2))
    for name, shapes in {'4-D': four, '3-D': ((2, 3, 4), (2, 5, 4), (2, 5, 3)), '2-D': ((3, 4), (5, 4), (5, 3)),
                         '5-D': ((1, 2, 2, 2, 3), (1, 2, 2, 3, 3), (1, 2, 2, 3, 2)),
                         'broadcast batch': ((2, 1, 3, 4), (1, 2, 5, 4), (2, 2, 5, 3)), 'one query': ((1, 2, 1, 4), (1, 2, 9, 4), (1, 2, 9, 4)),
                         'no query': ((1, 2, 0, 4), (1, 2, 3, 4), (1, 2, 3, 4))}.items():
        for causal in BOTH:
            add(f'{name}, causal {causal}', *shapes, is_causal=causal)
    masks = {'bool': boolean(2, 2, 2, 4, seed=50), 'bool for padding': boolean(2, 1, 1, 4, seed=51), 'bool of one row': boolean(2, 4, seed=52),
             'bool that hides all from some': boolean(2, 2, 2, 4, seed=57) & torch.tensor([[False], [True]]),
             'numbers': additive(2, 2, 2, 4, seed=53), 'numbers for all heads': additive(2, 4, seed=54), 'numbers by column': additive(2, 1, seed=55),
             'one number': torch.tensor([[0.5]]), 'numbers that hide all from some': torch.tensor([[HIDDEN], [1.0]]).expand(2, 4).contiguous()}
    for name, mask in masks.items():
        add(f'mask: {name}', *four, extra=[mask], attn_mask='$3')
        add(f'mask: {name}, scale 2, dropout', *four, extra=[mask], attn_mask='$3', scale=2.0, dropout_p=0.4, seed=5)
    add('learned mask', *four, extra=[In(uniform(2, 2, 4, seed=56))], attn_mask='$3')
    add('learned mask, dropout', *four, extra=[In(uniform(2, 2, 4, seed=56))], attn_mask='$3', dropout_p=0.4, seed=6)
    add('scale 0.3', *four, scale=0.3)
    add('dropout', *four, dropout_p=0.5, seed=7)
    add('dropout, causal', *four, dropout_p=0.5, is_causal=True, seed=8)
    add('dropout of everything', *four, dropout_p=1.0, seed=9)
    grouped = ((2, 4, 2, 3), (2, 2, 4, 3), (2, 2, 4, 2))
    add('shared key heads', *grouped, enable_gqa=True)
    add('shared key heads, causal', *grouped, enable_gqa=True, is_causal=True)
    add('scale 0.3, causal', *four, scale=0.3, is_causal=True)
    add('scale 0.3, causal, dropout', *four, scale=0.3, is_causal=True, dropout_p=0.4, seed=15)
    n, h, q, k = *grouped[0][:3], grouped[1][2]
    for label, mask in (('bool', boolean(n, h, q, k, seed=58)), ('numbers', additive(q, k, seed=59))):
        add(f'shared key heads, mask: {label}', *grouped, extra=[mask], enable_gqa=True, attn_mask='$3')
        add(f'shared key heads, mask: {label}, scale 2, dropout', *grouped, extra=[mask], enable_gqa=True, attn_mask='$3', scale=2.0,
            dropout_p=0.4, seed=16)
    add('shared key heads, causal, scale 2, dropout', *grouped, enable_gqa=True, is_causal=True, scale=2.0, dropout_p=0.4, seed=17)
    add('one key head, mask', (2, 4, 2, 3), (2, 1, 4, 3), (2, 1, 4, 2), extra=[boolean(2, 4, 2, 4, seed=58)], attn_mask='$3', enable_gqa=True)
    write('transformer_dot_products', __file__, cases=cases.cases)


def causal_mask(size):
    return nn.Transformer.generate_square_subsequent_mask(size)


def multihead():
    cases = Cases()
    batch, queries, keys, size, heads = 2, 2, 3, 4, 2

    def add(name, options, forward_options, masks=(), cross=True, shape=None, seed=None, key_is_value=False, dims=(size, size),
            all_gradients=True):
        layout = (lambda n, d: (batch, n, d)) if options.get('batch_first') else (lambda n, d: (n, batch, d))
        if shape == 'unbatched':
            layout = lambda n, d: (n, d)
        inputs = [In(uniform(*layout(queries, size), seed=60))]
        forward = ['$0', '$0', '$0']
        if cross:
            inputs.append(In(uniform(*layout(keys, dims[0]), seed=61)))
            forward = ['$0', '$1', '$1']
            if not key_is_value:
                inputs.append(In(uniform(*layout(keys, dims[1]), seed=62)))
                forward = ['$0', '$1', '$2']
        references = {key: f'${len(inputs) + i}' for i, key in enumerate(dict(masks))}
        inputs += [mask for _, mask in masks]
        cases.module(name, 'MultiheadAttention', [size, heads], options, inputs, forward, {**forward_options, **references}, seed=seed,
                     all_gradients=all_gradients)

    masks = {
        'none': [], 'bool': [('attn_mask', ~boolean(queries, keys, seed=70))], 'numbers': [('attn_mask', additive(queries, keys, seed=71))],
        'bool a head': [('attn_mask', ~boolean(batch * heads, queries, keys, seed=73))],
        'padding': [('key_padding_mask', ~boolean(batch, keys, seed=74))],
        'padding and numbers': [('attn_mask', additive(batch * heads, queries, keys, seed=75)), ('key_padding_mask', additive(batch, keys, seed=76))],
        'padding and bool': [('attn_mask', ~boolean(queries, keys, seed=77)), ('key_padding_mask', ~boolean(batch, keys, seed=78))],
    }
    weights = ({'need_weights': False}, {}, {'average_attn_weights': False})
    for i, ((label, mask), forward_options) in enumerate(product(masks.items(), weights)):
        add(f'mask {label}, {forward_options}', {'batch_first': True} if i % 2 else {}, forward_options, mask, all_gradients=i < 2)
    causal = [('attn_mask', causal_mask(queries))]
    padding = ('key_padding_mask', ~boolean(batch, queries, seed=79))
    for need, pad, batch_first in product(BOTH, BOTH, BOTH):
        add(f'causal self-attention, weights {need}, padding {pad}, batchFirst {batch_first}', {'batch_first': batch_first},
            {'need_weights': need, 'is_causal': True}, causal + ([padding] if pad else []), cross=False, all_gradients=pad and batch_first)
    for options in ({'bias': False}, {'add_bias_kv': True}, {'add_zero_attn': True}, {'add_bias_kv': True, 'add_zero_attn': True, 'batch_first': True},
                    {'kdim': 3, 'vdim': 5}, {'kdim': 3, 'vdim': 5, 'bias': False, 'batch_first': True}, {'vdim': 5, 'add_bias_kv': True}):
        dims = (options.get('kdim', size), options.get('vdim', size))
        add(f'{options}', options, {'need_weights': False}, masks['padding and bool'], dims=dims)
        add(f'{options}, weights', options, {}, masks['padding and bool'] if 'add_zero_attn' in options else [], dims=dims)
    for i, (bias, add_bias_kv, add_zero_attn, dims) in enumerate(product(BOTH, BOTH, BOTH, ((size, size), (3, size), (size, 5), (3, 5)))):
        options = {'bias': bias, 'add_bias_kv': add_bias_kv, 'add_zero_attn': add_zero_attn, 'batch_first': i % 3 == 0}
        options |= {'kdim': dims[0], 'vdim': dims[1]} if dims != (size, size) else {}
        forward_options = weights[i % 2]
        label, mask = list(masks.items())[i % 7]
        add(f'every pair: {camel_keys(options)}, mask {label}, {forward_options}', options, forward_options, mask, dims=dims,
            all_gradients=i % 5 == 0)
    add('key is value', {}, {'need_weights': False}, key_is_value=True)
    add('key is value, weights', {'batch_first': True}, {}, key_is_value=True)
    for need in BOTH:
        add(f'unbatched, weights {need}', {'batch_first': need}, {'need_weights': need}, [('key_padding_mask', ~boolean(keys, seed=74))], shape='unbatched')
        add(f'unbatched self-attention, weights {need}', {}, {'need_weights': need}, cross=False, shape='unbatched')
        add(f'dropout, weights {need}', {'dropout': 0.3, 'batch_first': True}, {'need_weights': need}, masks['numbers'], seed=11)
        add(f'dropout, sequence first, weights {need}', {'dropout': 0.3}, {'need_weights': need}, seed=12)
        add(f'learned mask, weights {need}', {}, {'need_weights': need}, [('attn_mask', In(uniform(queries, keys, seed=80)))])
    write('transformer_multihead', __file__, cases=cases.cases)


def layers():
    cases = Cases()
    size, heads, width, source, target = 4, 2, 3, 3, 2

    def shape(n, batch_first):
        return (2, n, size) if batch_first else (n, 2, size)

    def encoder_input(batch_first):
        return In(uniform(*shape(source, batch_first), seed=90))

    base = {'dim_feedforward': width, 'dropout': 0.0}
    masks = ({}, {'src_mask': causal_mask(source), 'is_causal': True}, {'src_mask': ~boolean(source, source, seed=91)},
             {'src_key_padding_mask': ~boolean(2, source, seed=92)})

    def with_inputs(inputs, masks):
        """Masks become further inputs."""
        tensors = {key: value for key, value in masks.items() if isinstance(value, torch.Tensor)}
        references = {key: f'${len(inputs) + i}' for i, key in enumerate(tensors)}
        return [*inputs, *tensors.values()], {**masks, **references}

    for i, (norm_first, batch_first, activation) in enumerate(product(BOTH, BOTH, ('relu', 'gelu'))):
        options = {**base, 'norm_first': norm_first, 'batch_first': batch_first, 'activation': activation}
        for k, mask in enumerate((masks[i % 4], masks[(i + 1) % 4])):
            inputs, forward_options = with_inputs([encoder_input(batch_first)], mask)
            cases.module(f'encoder layer {camel_keys(options)}, {list(mask)}', 'TransformerEncoderLayer', [size, heads], options, inputs, ['$0'], forward_options,
                         all_gradients=k == 0 and i in (1, 2, 7))
    inputs = [encoder_input(True)]
    cases.module('encoder layer without bias', 'TransformerEncoderLayer', [size, heads], {**base, 'bias': False, 'batch_first': True, 'layer_norm_eps': 0.1}, inputs, ['$0'])
    for i, (norm_first, activation) in enumerate(product(BOTH, ('relu', 'gelu'))):
        options = {**base, 'bias': False, 'norm_first': norm_first, 'activation': activation, 'layer_norm_eps': 0.1, 'batch_first': i % 2 == 0}
        inputs, forward_options = with_inputs([encoder_input(i % 2 == 0)], {**masks[2], **masks[3]})
        cases.module(f'encoder layer without bias {camel_keys(options)}, both masks', 'TransformerEncoderLayer', [size, heads], options, inputs, ['$0'],
                     forward_options, all_gradients=i == 0)
    cases.module('encoder layer, unbatched', 'TransformerEncoderLayer', [size, heads], base, [In(uniform(source, size, seed=93))], ['$0'])
    for norm_first in BOTH:
        cases.module(f'encoder layer, dropout, normFirst {norm_first}', 'TransformerEncoderLayer', [size, heads],
                     {**base, 'dropout': 0.3, 'norm_first': norm_first, 'batch_first': norm_first}, [encoder_input(norm_first)], ['$0'], seed=13)

    def decoder_inputs(batch_first):
        return [In(uniform(*shape(target, batch_first), seed=94)), In(uniform(*shape(source, batch_first), seed=95))]

    masks = ({}, {'tgt_mask': causal_mask(target), 'tgt_is_causal': True, 'memory_key_padding_mask': ~boolean(2, source, seed=96)},
             {'memory_mask': additive(target, source, seed=97), 'tgt_key_padding_mask': ~boolean(2, target, seed=98)})
    for i, (norm_first, batch_first) in enumerate(product(BOTH, BOTH)):
        options = {**base, 'norm_first': norm_first, 'batch_first': batch_first, 'activation': 'gelu' if i % 2 else 'relu', 'bias': i != 2}
        for k, mask in enumerate((masks[i % 3], masks[(i + 1) % 3])):
            inputs, forward_options = with_inputs(decoder_inputs(batch_first), mask)
            cases.module(f'decoder layer {camel_keys(options)}, {list(mask)}', 'TransformerDecoderLayer', [size, heads], options, inputs, ['$0', '$1'], forward_options,
                         all_gradients=k == 0 and i in (1, 2))
    cases.module('decoder layer, dropout', 'TransformerDecoderLayer', [size, heads], {**base, 'dropout': 0.3}, decoder_inputs(False), ['$0', '$1'], seed=14)

    stack_masks = ({'mask': causal_mask(source)}, {'mask': causal_mask(source), 'src_key_padding_mask': ~boolean(2, source, seed=92)}, {})
    for i, mask in enumerate(stack_masks):
        inputs, forward_options = with_inputs([encoder_input(i == 1)], mask)
        cases.module(f'encoder of 2, {list(mask)}', 'TransformerEncoder', [2], {'norm': True} if i else {}, inputs, ['$0'], forward_options,
                     layer=['TransformerEncoderLayer', [size, heads], {**base, 'batch_first': i == 1}])
    inputs, forward_options = with_inputs(decoder_inputs(False), {'tgt_mask': causal_mask(target)})
    cases.module('decoder of 2', 'TransformerDecoder', [2], {'norm': True}, inputs, ['$0', '$1'], forward_options,
                 layer=['TransformerDecoderLayer', [size, heads], base])
    for batch_first in BOTH:
        inputs = [In(uniform(*shape(source, batch_first), seed=95)), In(uniform(*shape(target, batch_first), seed=94))]
        inputs, forward_options = with_inputs(inputs, {'tgt_mask': causal_mask(target), 'src_key_padding_mask': ~boolean(2, source, seed=92),
                                                       'memory_key_padding_mask': ~boolean(2, source, seed=92)})
        cases.module(f'Transformer, batchFirst {batch_first}', 'Transformer', [size, heads],
                     {**base, 'num_encoder_layers': 1, 'num_decoder_layers': 1, 'batch_first': batch_first, 'norm_first': batch_first},
                     inputs, ['$0', '$1'], forward_options, all_gradients=batch_first)
    write('transformer_layers', __file__, cases=cases.cases)


def seeded():
    """What manual_seed(0) gives: the first values and the sum of each parameter, and the next random number."""
    modules = [
        ('MultiheadAttention', [8, 2], {}, None), ('MultiheadAttention', [8, 2], {'bias': False}, None),
        ('MultiheadAttention', [8, 2], {'kdim': 3, 'vdim': 5, 'add_bias_kv': True}, None), ('LayerNorm', [8], {}, None), ('RMSNorm', [8], {}, None),
        ('TransformerEncoderLayer', [8, 2], {'dim_feedforward': 16}, None), ('TransformerDecoderLayer', [8, 2], {'dim_feedforward': 16}, None),
        ('TransformerEncoder', [2], {}, ['TransformerEncoderLayer', [8, 2], {'dim_feedforward': 16}]),
        ('TransformerDecoder', [2], {}, ['TransformerDecoderLayer', [8, 2], {'dim_feedforward': 16}]),
        ('Transformer', [8, 2], {'num_encoder_layers': 1, 'num_decoder_layers': 2, 'dim_feedforward': 16}, None),
    ]
    cases = []
    for module, args, options, layer in modules:
        torch.manual_seed(0)
        first = [getattr(nn, layer[0])(*layer[1], **layer[2])] if layer else []
        made = getattr(nn, module)(*first, *args, **options)
        entry = {'name': f'{module}, {camel_keys(options)}', 'module': module, 'args': args, 'options': camel_keys(options)}
        if layer:
            entry['layer'] = {'module': layer[0], 'args': layer[1], 'options': camel_keys(layer[2])}
        entry['state'] = {key: {'shape': list(value.shape), 'first': array(value.flatten()[:3])}
                          for key, value in made.state_dict().items()}
        entry['next'] = torch.rand(1).item()
        entry['printed'] = str(made)
        cases.append(entry)
    write('transformer_seeded', __file__, cases=cases, causalMask=causal_mask(3))


if __name__ == '__main__':
    norms()
    dot_products()
    multihead()
    layers()
    seeded()
