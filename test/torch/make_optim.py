"""Ten steps of every optimizer from given gradients, and the state dict they end with. Run through make_all.py.

A case is `{name, optimizer, options, groups, parameters, gradients, trajectory, state}`: `groups` is null or one
options object for each parameter, each then a group of its own; `gradients[step][i]` is what parameter i receives
(null: none); `trajectory[step][i]` is parameter i after the step. A sparse gradient may name a row several times.
"""

import sys
import types
import unittest
from itertools import product

import torch

from fixtures import array, integers, plain, uniform, write

STEPS = 10
SHAPES = ((3, 4), (5,))
TABLE = (7, 3)


def snake(name):
    return ''.join('_' + letter.lower() if letter.isupper() else letter for letter in name)


def torch_options(options):
    def value_of(value):
        if isinstance(value, dict):
            return torch.tensor(value['tensor'])
        return tuple(value) if isinstance(value, list) else value

    return {snake(key): value_of(value) for key, value in options.items()}


def dense_gradients(with_gaps, shapes=SHAPES, count=STEPS):
    steps = [[uniform(*shape, seed=1000 + 10 * step + i) for i, shape in enumerate(shapes)] for step in range(count)]
    if with_gaps:
        steps[3][1] = steps[7][1] = None
    return steps


def sparse_gradients():
    """Four rows a step, of which some repeat, and one step in which no row is touched."""
    return [[{'shape': TABLE, 'sparse': {'indices': integers(0, TABLE[0], 0 if step == 5 else 4, seed=2000 + step),
                                         'values': uniform(0 if step == 5 else 4, TABLE[1], seed=2100 + step)}}]
            for step in range(STEPS)]


def gradient(entry):
    if entry is None:
        return None
    if isinstance(entry, dict):
        rows = entry['sparse']
        return torch.sparse_coo_tensor(rows['indices'].tensor().unsqueeze(0), rows['values'].tensor(), entry['shape'],
                                       check_invariants=True)
    return entry.tensor()


def run(optimizer, options, groups, starts, gradients):
    parameters = [start.tensor().requires_grad_() for start in starts]
    if groups is None:
        arguments = parameters
    else:
        arguments = [{'params': [parameter], **torch_options(group)} for parameter, group in zip(parameters, groups)]
    instance = getattr(torch.optim, optimizer)(arguments, **torch_options(options))
    trajectory = []
    for step in gradients:
        for parameter, entry in zip(parameters, step):
            parameter.grad = gradient(entry)
        instance.step()
        trajectory.append([array(parameter) for parameter in parameters])
    return trajectory, plain(instance.state_dict())


def case(label, optimizer, options, groups=None, sparse=False, with_gaps=False, shapes=SHAPES, count=STEPS):
    starts = [uniform(*TABLE, seed=40)] if sparse else [uniform(*shape, seed=41 + i) for i, shape in enumerate(shapes)]
    gradients = sparse_gradients()[:count] if sparse else dense_gradients(with_gaps, shapes, count)
    trajectory, state = run(optimizer, options, groups, starts, gradients)
    kind = 'sparse' if sparse else 'dense'
    return {'name': f'{optimizer}, {kind}, {label or options}', 'optimizer': optimizer, 'options': options,
            'groups': groups,
            'parameters': starts, 'gradients': gradients, 'trajectory': trajectory, 'state': state}


def sgd():
    plain_sgd = {'lr': 0.1}
    yield case('', 'SGD', plain_sgd)
    for momentum, dampening, decay, maximize in product((0, 0.9), (0, 0.3), (0, 0.05), (False, True)):
        if momentum or decay or maximize:
            if momentum or not dampening:
                yield case('', 'SGD', {**plain_sgd, 'momentum': momentum, 'dampening': dampening, 'weightDecay': decay,
                                       'maximize': maximize})
    yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9, 'nesterov': True})
    yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9, 'nesterov': True, 'weightDecay': 0.05, 'maximize': True})
    for decay, maximize in ((0.05, False), (0, True)):
        yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9, 'nesterov': True, 'weightDecay': decay, 'maximize': maximize})
    yield case('two groups', 'SGD', {'lr': 0.1, 'momentum': 0.5}, [{}, {'lr': 0.01, 'momentum': 0, 'weightDecay': 0.1}])
    yield case('missing gradients', 'SGD', {'lr': 0.1, 'momentum': 0.9}, with_gaps=True)
    yield case('', 'SGD', plain_sgd, sparse=True)
    yield case('', 'SGD', {**plain_sgd, 'maximize': True}, sparse=True)
    yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9}, sparse=True)
    yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9, 'dampening': 0.3}, sparse=True)
    yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9, 'nesterov': True}, sparse=True)
    for dampening, nesterov in ((0, False), (0.3, False), (0, True)):
        yield case('', 'SGD', {**plain_sgd, 'momentum': 0.9, 'dampening': dampening, 'nesterov': nesterov, 'maximize': True},
                   sparse=True)


def adam():
    for optimizer in ('Adam', 'AdamW'):
        yield case('', optimizer, {})
        yield case('', optimizer, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3})
        for decay, amsgrad, maximize in product((0, 0.1), (False, True), (False, True)):
            yield case('', optimizer, {'lr': 0.02, 'weightDecay': decay, 'amsgrad': amsgrad, 'maximize': maximize})
        for decay, amsgrad, maximize in ((0.1, False, False), (0, True, False), (0, False, True), (0.1, True, True)):
            yield case('', optimizer, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3, 'weightDecay': decay, 'amsgrad': amsgrad,
                                       'maximize': maximize})
        yield case('two groups', optimizer, {'lr': 0.01},
                   [{'betas': [0.5, 0.9]}, {'lr': 0.1, 'weightDecay': 0.2, 'amsgrad': True}])
        yield case('missing gradients', optimizer, {'lr': 0.01}, with_gaps=True)
    yield case('', 'SparseAdam', {}, sparse=True)
    yield case('', 'SparseAdam', {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3}, sparse=True)
    yield case('', 'SparseAdam', {'lr': 0.05, 'maximize': True}, sparse=True)
    yield case('', 'SparseAdam', {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3, 'maximize': True}, sparse=True)


def adagrad():
    yield case('', 'Adagrad', {})
    for lr_decay, decay, initial, eps in product((0, 0.1), (0, 0.05), (0, 0.5), (1e-10, 1e-2)):
        yield case('', 'Adagrad', {'lr': 0.1, 'lrDecay': lr_decay, 'weightDecay': decay,
                                   'initialAccumulatorValue': initial, 'eps': eps})
    yield case('', 'Adagrad', {'lr': 0.1, 'maximize': True})
    for option, value in (('weightDecay', 0.05), ('lrDecay', 0.1), ('initialAccumulatorValue', 0.5), ('eps', 1e-2)):
        yield case('', 'Adagrad', {'lr': 0.1, 'maximize': True, option: value})
    yield case('two groups', 'Adagrad', {'lr': 0.1}, [{'lrDecay': 0.2}, {'lr': 0.5, 'weightDecay': 0.1}])
    yield case('missing gradients', 'Adagrad', {'lr': 0.1}, with_gaps=True)
    yield case('', 'Adagrad', {}, sparse=True)
    yield case('', 'Adagrad', {'lr': 0.1, 'lrDecay': 0.1, 'initialAccumulatorValue': 0.5, 'eps': 1e-2}, sparse=True)
    yield case('', 'Adagrad', {'lr': 0.1, 'lrDecay': 0.1, 'initialAccumulatorValue': 0.5, 'maximize': True}, sparse=True)


def rmsprop():
    yield case('', 'RMSprop', {})
    for momentum, centered, decay in product((0, 0.9), (False, True), (0, 0.05)):
        yield case('', 'RMSprop', {'lr': 0.01, 'alpha': 0.9, 'momentum': momentum, 'centered': centered,
                                   'weightDecay': decay})
    yield case('', 'RMSprop', {'lr': 0.01, 'eps': 1e-2, 'maximize': True})
    for momentum, centered, decay in product((0, 0.9), (False, True), (0, 0.05)):
        if momentum or centered or decay:
            yield case('', 'RMSprop', {'lr': 0.01, 'alpha': 0.8, 'eps': 1e-2, 'momentum': momentum, 'centered': centered,
                                       'weightDecay': decay, 'maximize': True})
    yield case('two groups', 'RMSprop', {'lr': 0.01}, [{'alpha': 0.5}, {'lr': 0.1, 'momentum': 0.5}])
    yield case('missing gradients', 'RMSprop', {'lr': 0.01, 'centered': True}, with_gaps=True)


def both(optimizer, options=(), **more):
    """A case for each of the options, two groups of which the second has those of the last, and missing gradients."""
    for chosen in options:
        yield case('', optimizer, chosen, **more)
    yield case('two groups', optimizer, {}, [{}, options[-1]], **more)
    if 'shapes' not in more:
        yield case('missing gradients', optimizer, options[0], with_gaps=True)


def nadam():
    yield from both('NAdam', [
        {}, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3}, {'lr': 0.05, 'betas': [0.4, 0.9]}, {'momentumDecay': 0.1},
        *({'lr': 0.05, 'weightDecay': 0.1, 'decoupledWeightDecay': decoupled, 'maximize': maximize}
          for decoupled, maximize in product((False, True), (False, True)))])


def radam():
    yield from both('RAdam', [
        {}, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3}, {'lr': 0.05, 'betas': [0.4, 0.5]}, {'lr': 0.05, 'betas': [0.9, 0.8]},
        *({'lr': 0.05, 'weightDecay': 0.1, 'decoupledWeightDecay': decoupled, 'maximize': maximize}
          for decoupled, maximize in product((False, True), (False, True)))])


def adamax():
    yield from both('Adamax', [
        {}, {'lr': 0.05, 'betas': [0.8, 0.95], 'eps': 1e-3}, {'lr': 0.05, 'betas': [0.4, 0.5]}, {'maximize': True},
        {'lr': 0.05, 'weightDecay': 0.1}, {'lr': 0.05, 'weightDecay': 0.1, 'maximize': True}])


def adadelta():
    yield from both('Adadelta', [
        {}, {'lr': 0.5, 'rho': 0.5, 'eps': 1e-3}, {'rho': 0.0}, {'rho': 1.0}, {'maximize': True}, {'weightDecay': 0.1},
        {'weightDecay': 0.1, 'maximize': True, 'lr': 2.0}])


def asgd():
    yield from both('ASGD', [
        {}, {'lr': 0.1, 'lambd': 0.1, 'alpha': 0.5}, {'lr': 0.1, 't0': 3}, {'t0': 0, 'lambd': 1.0}, {'maximize': True},
        {'lr': 0.1, 'weightDecay': 0.1}, {'lr': 0.1, 'weightDecay': 0.1, 'maximize': True, 't0': 5}])


def rprop():
    yield from both('Rprop', [
        {}, {'lr': 0.1, 'etas': [0.3, 2.0]}, {'lr': 0.05, 'stepSizes': [0.03, 0.06]}, {'maximize': True},
        {'lr': 0.1, 'etas': [0.9, 1.1], 'stepSizes': [1e-3, 0.11], 'maximize': True}])


def adafactor():
    options = [
        {}, {'lr': 0.5}, {'lr': 0.5, 'beta2Decay': -0.3}, {'lr': 0.5, 'beta2Decay': 0.0}, {'lr': 0.5, 'd': 1.5},
        {'lr': 0.5, 'eps': [1e-2, 2.0]}, {'lr': 0.5, 'eps': [0.9, 1e-3]}, {'maximize': True}, {'lr': 0.5, 'weightDecay': 0.1},
        {'lr': 0.2, 'weightDecay': 0.1, 'maximize': True, 'd': 2.0}]
    yield from both('Adafactor', options)
    for chosen in options[:5]:
        yield case(f'of more dimensions {chosen}', 'Adafactor', chosen, shapes=((2, 3, 4), (2, 1, 3, 2)))
    yield case('of none, and of one', 'Adafactor', {'lr': 0.5}, shapes=((), (1, 1)))


def muon():
    shapes = ((3, 4), (6, 2))
    yield from both('Muon', [
        {}, {'lr': 0.1, 'weightDecay': 0.0}, {'lr': 0.1, 'momentum': 0.5}, {'lr': 0.1, 'nesterov': False},
        {'lr': 0.1, 'nsSteps': 2}, {'lr': 0.1, 'nsSteps': 0, 'eps': 10.0}, {'lr': 0.1, 'nsCoefficients': [3.4, -4.7, 2.0]},
        {'lr': 0.1, 'adjustLrFn': 'original'}, {'lr': 0.1, 'adjustLrFn': 'match_rms_adamw'}], shapes=shapes)


def camel(name):
    head, *rest = name.split('_')
    return head + ''.join(word.capitalize() for word in rest)


def database():
    """Every option set of PyTorch's own optimizer database, a few steps each."""
    sys.modules.setdefault('expecttest', types.ModuleType('expecttest')).TestCase = unittest.TestCase
    from torch.testing._internal.common_optimizers import optim_db

    def json_of(value):
        if isinstance(value, torch.Tensor):
            return {'tensor': value.item()}
        return list(value) if isinstance(value, tuple) else value

    for info in optim_db:
        name = info.optim_cls.__name__
        if name == 'LBFGS':  # steps with closures: make_lbfgs.py
            continue
        for entry in info.optim_inputs_func(device='cpu'):
            options = {camel(key): json_of(value) for key, value in entry.kwargs.items()}
            yield case(f'optim_db, {entry.desc}, {options}', name, options, sparse=info.only_supports_sparse_grads,
                       shapes=((3, 4), (4, 2)) if name == 'Muon' else SHAPES, count=4)


if __name__ == '__main__':
    write('optim_sgd', __file__, cases=list(sgd()))
    write('optim_adam', __file__, cases=list(adam()))
    write('optim_adagrad', __file__, cases=list(adagrad()))
    write('optim_rmsprop', __file__, cases=list(rmsprop()))
    for family in (nadam, radam, adamax, adadelta, asgd, rprop, adafactor, muon):
        write(f'optim_{family.__name__}', __file__, cases=list(family()))
    write('optim_database', __file__, cases=list(database()))
