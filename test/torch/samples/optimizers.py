"""PyTorch's sample inputs of optimizers (`optim_db`): a short training with each."""

import warnings

import torch

from .container import Unsupported

from torch.testing._internal.common_optimizers import OptimizerErrorEnum, optim_db

STEPS = 6
# What every optimizer trains; the last only where vectors are allowed. Muon takes matrices alone.
SHAPES = [(4, 3), (2, 5), (6,)]
# Rows that SparseAdam's lookups name.
ROWS = [[0, 2, 2], [1, 0]]
DTYPES = [torch.float32, torch.float64]
# Choose how PyTorch computes, not what.
IMPLEMENTATIONS = {'foreach', 'fused', 'capturable', 'differentiable'}


def made(shape, seed, dtype):
    from fixtures import uniform

    return uniform(*shape, seed=seed).tensor().to(dtype)


def training(name, kwargs, dtype):
    """Parameters before and after each step of a training towards fixed targets."""
    sparse = name == 'SparseAdam'
    shapes = SHAPES[:2] if sparse or name == 'Muon' else SHAPES
    start = [made(shape, 7000 + k, dtype) for k, shape in enumerate(shapes)]
    parameters = [torch.nn.Parameter(tensor.clone()) for tensor in start]
    targets = [
        made((len(ROWS[k]), shape[1]) if sparse else shape, 7100 + k, dtype) for k, shape in enumerate(shapes)
    ]
    optimizer = getattr(torch.optim, name)(parameters, **kwargs)

    def closure():
        optimizer.zero_grad()
        loss = torch.zeros((), dtype=dtype)
        for k, (parameter, target) in enumerate(zip(parameters, targets)):
            value = torch.nn.functional.embedding(torch.tensor(ROWS[k]), parameter, sparse=True) if sparse else parameter
            loss = loss + ((value - target) ** 2).sum()
        loss.backward()
        return loss

    after = []
    for _ in range(STEPS):
        optimizer.step(closure)
        after.append([parameter.detach().clone() for parameter in parameters])
    return start, targets, after


def record(container, name, kwargs, dtype):
    container.begin()
    if IMPLEMENTATIONS & set(kwargs):
        raise Unsupported('options that choose how PyTorch computes')
    start, targets, after = training(name, kwargs, dtype)
    entry = {'kwargs': {key: container.value(value) for key, value in kwargs.items()}}
    entry['start'] = container.value(start)
    entry['targets'] = container.value(targets)
    if name == 'SparseAdam':
        entry['rows'] = ROWS
    entry['after'] = container.value(after)
    return entry


def record_error(container, name, error):
    container.begin()
    sample = error.optimizer_error_input
    if IMPLEMENTATIONS & set(sample.kwargs):
        raise Unsupported('options that choose how PyTorch computes')
    if error.error_on != OptimizerErrorEnum.CONSTRUCTION_ERROR:
        raise Unsupported('errors of a step')
    if error.error_type is UserWarning:
        raise Unsupported('warnings')
    parameters = [torch.nn.Parameter(torch.ones(2, 3))] if sample.params is None else sample.params
    return {
        'params': container.value(parameters),
        'kwargs': {key: container.value(value) for key, value in sample.kwargs.items()},
        'raises': str(error.error_regex)[:120],
    }


def collect(container, info):
    """All that is known of one optimizer: trainings by dtype, errors, and what could not be written, by reason."""
    warnings.simplefilter('ignore')
    name = info.optim_cls.__name__
    written, left_out = [], {}

    def add(make, **more):
        try:
            written.append({**make(), **more})
        except Unsupported as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1

    for dtype in DTYPES:
        for number, sample in enumerate(info.optim_inputs_func('cpu', dtype)):
            dtype_name = str(dtype).removeprefix('torch.')
            add(lambda: record(container, name, sample.kwargs, dtype), dtype=dtype_name, number=number)
    for number, error in enumerate(info.optim_error_inputs_func('cpu', torch.float32)):
        add(lambda: record_error(container, name, error), number=number)
    return {'name': name, 'samples': written, 'leftOut': left_out}
