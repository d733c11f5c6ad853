"""Ten steps of every optimizer from given gradients, and the state dict they end with. Run through make_all.py.

A case is `{name, optimizer, options, groups, parameters, gradients, trajectory, state}`: `groups` is null or one
options object for each parameter, each then a group of its own; `gradients[step][i]` is what parameter i receives
(null: none); `trajectory[step][i]` is parameter i after the step. A sparse gradient may name a row several times.
"""

from itertools import product

import torch

from fixtures import array, integers, plain, uniform, write

STEPS = 10
SHAPES = ((3, 4), (5,))
TABLE = (7, 3)


def snake(name):
    return ''.join('_' + letter.lower() if letter.isupper() else letter for letter in name)


def torch_options(options):
    return {snake(key): tuple(value) if isinstance(value, list) else value for key, value in options.items()}


def dense_gradients(with_gaps):
    steps = [[uniform(*shape, seed=1000 + 10 * step + i) for i, shape in enumerate(SHAPES)] for step in range(STEPS)]
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


def case(label, optimizer, options, groups=None, sparse=False, with_gaps=False):
    starts = [uniform(*TABLE, seed=40)] if sparse else [uniform(*shape, seed=41 + i) for i, shape in enumerate(SHAPES)]
    gradients = sparse_gradients() if sparse else dense_gradients(with_gaps)
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


if __name__ == '__main__':
    write('optim_sgd', __file__, cases=list(sgd()))
    write('optim_adam', __file__, cases=list(adam()))
    write('optim_adagrad', __file__, cases=list(adagrad()))
    write('optim_rmsprop', __file__, cases=list(rmsprop()))
