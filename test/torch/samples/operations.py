"""PyTorch's sample inputs of operations (`op_db`), with what PyTorch makes of them."""

import copy
import hashlib
import random
import sys
import types
import unittest
import warnings

import numpy as np
import torch

from .container import DTYPES as CONTAINER_DTYPES
from .container import Unsupported

# torch.testing._internal imports it for tests of its own; nothing here calls it.
if 'expecttest' not in sys.modules:
    sys.modules['expecttest'] = types.ModuleType('expecttest')
    sys.modules['expecttest'].TestCase = unittest.TestCase

from torch.testing._internal.common_device_type import toleranceOverride  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

SIXTEEN_BITS = (torch.float16, torch.bfloat16)
DTYPES = [torch.float32, torch.float64, torch.int64, torch.uint8, torch.bool, torch.float16, torch.bfloat16]


def name_of(op):
    return f'{op.name}.{op.variant_test_name}' if op.variant_test_name else op.name


def seed_everything(text):
    """The same samples whatever ran before."""
    seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], 'little') >> 1
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)


def tensors_in(value):
    """The tensors in a nest of lists and dictionaries, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for item in value for tensor in tensors_in(item)]
    if isinstance(value, dict):
        return [tensor for item in value.values() for tensor in tensors_in(item)]
    return []


def flat(value):
    """Results as a list of tensors and plain values."""
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return [part for item in value for part in flat(item)]
    if isinstance(value, dict):
        return [part for item in value.values() for part in flat(item)]
    return [list(value) if isinstance(value, torch.Size) else value]


def weight(k, shape, dtype):
    """What output k is weighted with before backward; compare.ts runs the same rule."""
    from fixtures import uniform

    return uniform(*shape, seed=9000 + k).tensor().to(dtype)


def same_memory(a, b):
    """True for tensors over one storage; none for those without elements."""
    return a.numel() > 0 and b.numel() > 0 and a.untyped_storage().data_ptr() == b.untyped_storage().data_ptr()


def backward(results, inputs, rounded=None):
    """
    Gradients of Σ resultₖ·wₖ for the inputs that ask for one; None where no result depends on any. The weights have the
    dtype of the result, or are those of `rounded` in it.
    """
    outputs = [(k, item) for k, item in enumerate(results) if isinstance(item, torch.Tensor) and item.requires_grad]
    asking = [tensor for tensor in inputs if tensor.requires_grad]
    if not outputs or not asking:
        return None
    grads = torch.autograd.grad(
        [item for _, item in outputs],
        asking,
        [weight(k, item.shape, (rounded or results)[k].dtype).to(item.dtype) for k, item in outputs],
        allow_unused=True,
    )
    return list(grads)


def widened(value, made):
    """The same arguments with float32 in place of 16 bits; new leaves go to `made`, as tensors_in lists them."""
    if isinstance(value, torch.Tensor):
        leaf = value.detach().clone()
        leaf = leaf.float() if value.dtype in SIXTEEN_BITS else leaf
        made.append(leaf.requires_grad_(value.requires_grad))
        return leaf
    if isinstance(value, (list, tuple)):
        return type(value)(widened(item, made) for item in value)
    if isinstance(value, dict):
        return {name: widened(item, made) for name, item in value.items()}
    return torch.float32 if value in SIXTEEN_BITS and isinstance(value, torch.dtype) else value


def widened_gradients(op, sample, results):
    """Gradients of 16-bit inputs as float32 arithmetic gives them, which is what Lutra does; rounded at the end."""
    made = []
    arguments = widened([sample.input, *sample.args], made)
    keywords = widened(sample.kwargs, made)
    torch.manual_seed(42)
    grads = backward(flat(op(*arguments, **keywords)), made, results)
    if grads is None:
        return None
    originals = [tensor for tensor in tensors_in([[sample.input, *sample.args], sample.kwargs]) if tensor.requires_grad]
    return [None if grad is None else grad.to(original.dtype) for grad, original in zip(grads, originals)]


def in_place(op, sample):
    """Whether the form with `_` gives the same, in the same memory: true, false, or null where there is none."""
    form = op.inplace_variant
    if form is None or not isinstance(sample.input, torch.Tensor):
        return None
    with torch.no_grad():
        fresh = copy.deepcopy((sample.input.detach(), sample.args, sample.kwargs))
        try:
            torch.manual_seed(42)
            got = form(fresh[0], *fresh[1], **fresh[2])
            torch.manual_seed(42)
            expected = op(sample.input, *sample.args, **sample.kwargs)
            torch.testing.assert_close(got, expected, equal_nan=True)
        except Exception:
            return False
        return bool(got is fresh[0])


def fresh_leaves(value):
    """The same arguments; leaves that are views, to which PyTorch sends no gradient, are made leaves that are none."""
    if isinstance(value, torch.Tensor):
        return value.detach().requires_grad_() if value.requires_grad and value.is_leaf and value._is_view() else value
    if isinstance(value, (list, tuple)) and tensors_in(value):
        return type(value)(fresh_leaves(item) for item in value)
    return value


def record(container, op, sample):
    """One sample as JSON, its tensors in the container. Raises Unsupported."""
    container.begin()
    sample.input, sample.args = fresh_leaves(sample.input), fresh_leaves(sample.args)
    arguments = [sample.input, *sample.args]
    inputs = tensors_in([arguments, sample.kwargs])
    if op.name == '__getitem__' and not isinstance(sample.args[0], tuple):
        # A subscript is written as a list of entries: x[[0, 1]] has one, x[0, 1] two.
        entry = {'args': container.value([sample.input, [sample.args[0]]])}
    else:
        entry = {'args': container.value(arguments)}
    if sample.kwargs:
        entry['kwargs'] = {name: container.value(value) for name, value in sample.kwargs.items()}
    torch.manual_seed(42)
    results = flat(op(sample.input, *sample.args, **sample.kwargs))
    detached = [item.detach() if isinstance(item, torch.Tensor) else item for item in results]
    entry['out'] = [container.value(item) for item in detached]
    shares = [
        next((i for i, tensor in enumerate(inputs) if same_memory(item, tensor)), -1)
        for item in results
        if isinstance(item, torch.Tensor)
    ]
    entry['shares'] = shares
    if any(tensor.dtype in SIXTEEN_BITS and tensor.requires_grad for tensor in inputs):
        grads = widened_gradients(op, sample, results)
    else:
        grads = backward(results, inputs)
    if grads is not None:
        entry['grads'] = [None if grad is None else container.value(grad) for grad in grads]
    form = in_place(op, sample)
    if form is not None:
        entry['inPlace'] = form
    return entry


def samples_of(op, dtype, reference=False):
    """The samples of one dtype, or the many more that PyTorch compares with NumPy; none where it does not take it."""
    if dtype not in op.dtypes:
        return []
    differentiable = op.supports_autograd and dtype in op.backward_dtypes
    seed_everything(f'{name_of(op)} {dtype}')
    try:
        make = op.reference_inputs if reference else op.sample_inputs
        return list(make('cpu', dtype, requires_grad=differentiable))
    except (RuntimeError, NotImplementedError, ValueError, TypeError):
        return []


def errors_of(op):
    if op.error_inputs_func is None:
        return []
    seed_everything(f'{name_of(op)} errors')
    return list(op.error_inputs('cpu'))


def record_error(container, op, error):
    """A call that PyTorch refuses. Raises Unsupported where it does not, on this machine."""
    container.begin()
    sample = error.sample_input
    try:
        op(sample.input, *sample.args, **sample.kwargs)
    except Exception:
        pass
    else:
        raise Unsupported('errors that PyTorch does not raise on a CPU')
    entry = {'args': container.value([sample.input, *sample.args])}
    if sample.kwargs:
        entry['kwargs'] = {name: container.value(value) for name, value in sample.kwargs.items()}
    entry['raises'] = str(error.error_regex)[:120]
    return entry


def tolerances_of(op):
    """What PyTorch's own tests of the operation allow beyond the defaults: dtype → [absolute, relative]."""
    found = {}
    for decorator in op.decorators:
        for inner in getattr(decorator, 'decorators', [decorator]):
            if getattr(decorator, 'device_type', None) not in (None, 'cpu') or not isinstance(inner, toleranceOverride):
                continue
            for dtype, allowed in inner.d.items():
                if dtype in CONTAINER_DTYPES:
                    name = CONTAINER_DTYPES[dtype]
                    before = found.get(name, [0, 0])
                    found[name] = [max(before[0], allowed.atol), max(before[1], allowed.rtol)]
    return found


def collect(container, op, choose, reference=False):
    """All that is known of one operation: samples by dtype, errors, and what could not be written, by reason."""
    warnings.simplefilter('ignore')
    written, left_out = [], {}

    def add(make, **more):
        try:
            written.append({**make(), **more})
        except Unsupported as reason:
            left_out[str(reason)] = left_out.get(str(reason), 0) + 1
        except (RuntimeError, NotImplementedError, ValueError, TypeError, IndexError) as error:
            reason = f'PyTorch refuses its own sample: {type(error).__name__}'
            left_out[reason] = left_out.get(reason, 0) + 1

    for dtype in DTYPES:
        samples = samples_of(op, dtype, reference)
        for number in choose(samples, dtype):
            add(lambda: record(container, op, samples[number]), dtype=str(dtype).removeprefix('torch.'), number=number)
    errors = errors_of(op)
    for number, error in enumerate(errors):
        add(lambda: record_error(container, op, error), number=number)
    tolerances = tolerances_of(op)
    more = {'tolerances': tolerances} if tolerances else {}
    return {'name': name_of(op), **more, 'samples': written, 'leftOut': left_out}
