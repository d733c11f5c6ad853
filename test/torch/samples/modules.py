"""PyTorch's sample inputs of modules (`module_db`), with what its modules make of them."""

import warnings

import torch

from .container import Unsupported
from .operations import backward, flat, seed_everything, tensors_in

from torch.testing._internal.common_modules import ModuleErrorEnum, module_db

DTYPES = [torch.float32, torch.float64]


class Shown:
    """A sample as selection.py looks at it: arguments of the constructor and of forward."""

    def __init__(self, sample):
        constructor, forward = sample.constructor_input, sample.forward_input
        self.input = None
        self.args = [*constructor.args, *forward.args]
        self.kwargs = {**constructor.kwargs, **{f'forward {name}': value for name, value in forward.kwargs.items()}}


def built(info, sample, dtype, training):
    module = info.module_cls(*sample.constructor_input.args, **sample.constructor_input.kwargs)
    return module.to(dtype).train(training)


def described(container, call):
    entry = {'args': container.value(list(call.args))}
    if call.kwargs:
        entry['kwargs'] = {name: container.value(value) for name, value in call.kwargs.items()}
    return entry


def record(container, info, sample, dtype, training):
    container.begin()
    torch.manual_seed(42)
    module = built(info, sample, dtype, training)
    state = {name: container.value(value.detach().clone()) for name, value in module.state_dict().items()}
    forward = sample.forward_input
    inputs = tensors_in([list(forward.args), forward.kwargs])
    entry = {
        **described(container, sample.constructor_input),
        'forward': described(container, forward),
        'training': training,
        'state': state,
    }
    torch.manual_seed(42)
    results = flat(module(*forward.args, **forward.kwargs))
    entry['out'] = [container.value(item.detach() if isinstance(item, torch.Tensor) else item) for item in results]
    parameters = dict(module.named_parameters())
    grads = backward(results, [*inputs, *parameters.values()])
    if grads is not None:
        asked = sum(tensor.requires_grad for tensor in inputs)
        values = [None if grad is None else container.value(grad) for grad in grads]
        entry['grads'] = values[:asked]
        entry['parameterGrads'] = dict(zip((n for n, p in parameters.items() if p.requires_grad), values[asked:]))
    return entry


def record_error(container, info, error):
    container.begin()
    sample = error.module_error_input
    constructs = error.error_on == ModuleErrorEnum.CONSTRUCTION_ERROR
    try:
        module = built(info, sample, torch.float32, True)
        if not constructs:
            module(*sample.forward_input.args, **sample.forward_input.kwargs)
    except Exception:
        pass
    else:
        raise Unsupported('errors that PyTorch does not raise on a CPU')
    entry = {**described(container, sample.constructor_input), 'training': True, 'raises': str(error.error_regex)[:120]}
    if not constructs:
        entry['forward'] = described(container, sample.forward_input)
    return entry


def samples_of(info, dtype, training):
    if dtype not in info.supported_dtypes('cpu'):
        return []
    seed_everything(f'{info.name} {dtype} {training}')
    return list(info.module_inputs_func(info, device='cpu', dtype=dtype, requires_grad=dtype.is_floating_point, training=training))


def collect(container, info, choose):
    """All that is known of one module: samples by dtype and mode, errors, and what could not be written, by reason."""
    warnings.simplefilter('ignore')
    written, left_out = [], {}

    def add(make, **more):
        try:
            written.append({**make(), **more})
        except Unsupported as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1

    for dtype in DTYPES:
        for training in [True, False] if info.train_and_eval_differ else [True]:
            samples = samples_of(info, dtype, training)
            for number in choose([Shown(sample) for sample in samples], dtype):
                name = str(dtype).removeprefix('torch.')
                add(lambda: record(container, info, samples[number], dtype, training), dtype=name, number=number)
    if info.module_error_inputs_func is not None:
        seed_everything(f'{info.name} errors')
        errors = info.module_error_inputs_func(
            info, device='cpu', dtype=torch.float32, requires_grad=False, training=True
        )
        for number, error in enumerate(errors):
            add(lambda: record_error(container, info, error), number=number)
    return {'name': info.name, 'samples': written, 'leftOut': left_out}
