"""Which samples belong to the tests: few and small ones that show every dtype and every option."""

import torch

from .operations import tensors_in

# Elements of a sample's tensors together; what is larger belongs to the whole only.
LARGEST = 1500
# Samples of an operation in a dtype. The first covers options and shapes, the others the rules of their dtype.
MOST = {torch.float32: 24, torch.float64: 3, torch.int64: 4, torch.uint8: 2, torch.bool: 2, torch.float16: 2, torch.bfloat16: 2}


def features_of(value, name='input'):
    """What a value shows that a test may want to see once."""
    if isinstance(value, torch.Tensor):
        kind = 'empty' if value.numel() == 0 else 'contiguous' if value.is_contiguous() else 'strided'
        return {f'{name} has {value.ndim} dimensions', f'{name} is {value.dtype}', f'{name} is {kind}'}
    if value is None or isinstance(value, (bool, str, torch.dtype)):
        return {f'{name} is {value}'}
    if isinstance(value, (list, tuple)):
        inside = set().union(*(features_of(item, f'{name}[]') for item in value))
        return inside | {f'{name} is a list of {min(len(value), 3)}'}
    if isinstance(value, dict):
        return set().union(*(features_of(item, key) for key, item in value.items()))
    if isinstance(value, (int, float)):
        sign = 'negative' if value < 0 else 'zero' if value == 0 else 'positive'
        return {f'{name} is a {sign} {type(value).__name__}'}
    return {f'{name} is a {type(value).__name__}'}


def size_of(sample):
    return sum(tensor.numel() for tensor in tensors_in([sample.input, sample.args, sample.kwargs])) + 1


def few(samples, dtype):
    """Numbers of the samples to keep: at every step the one that shows most that is new, small ones first."""
    features = []
    for sample in samples:
        shown = features_of(sample.kwargs) if sample.kwargs else set()
        for k, value in enumerate([sample.input, *sample.args]):
            shown |= features_of(value, f'argument {k}')
        if sample.kwargs:
            shown.add('with ' + ', '.join(sorted(sample.kwargs)))
        features.append(shown)
    sizes = [size_of(sample) for sample in samples]
    left = [i for i in range(len(samples)) if sizes[i] <= LARGEST]
    if not left and samples:
        left = [min(range(len(samples)), key=lambda i: sizes[i])]
    chosen, seen = [], set()
    while left and len(chosen) < MOST[dtype]:
        best = max(left, key=lambda i: (len(features[i] - seen) / (40 + sizes[i]) ** 0.5, -sizes[i], -i))
        if not features[best] - seen and chosen:
            break
        chosen.append(best)
        seen |= features[best]
        left.remove(best)
    return sorted(chosen)


def all_of(samples, dtype):
    del dtype
    return list(range(len(samples)))


def moderate(samples, dtype):
    """All but those of a million elements, which say nothing that a thousand don't."""
    del dtype
    return [i for i, sample in enumerate(samples) if size_of(sample) <= 3 * LARGEST]
