"""Writes fixtures: small JSON files that hold what PyTorch gives, read by test/torch/read.ts.

A file is one object: a header (`torch`, `generator`, `seed`) and named entries; lists of cases are written one case a
line, so that a changed case is a changed line. An array is `{shape, dtype, data}` in row-major order, float32 in the
shortest digits that round-trip, with "nan", "inf" and "-inf" as strings. An array whose values are arbitrary is
written as the rule that makes it, `{shape, dtype, lcg}`; both sides run the same generator (`lcg_states` here,
read.ts there).
"""

import json
import math
import os
from dataclasses import dataclass

import numpy as np
import torch

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'fixtures')
SEED = 20

torch.manual_seed(SEED)
torch.set_num_threads(1)


def lcg_states(seed, count):
    """The first `count` states of x ← 1664525·x + 1013904223 (mod 2³²), started at seed·2654435761."""
    start = np.uint32(seed * 2654435761 % 2**32)
    with np.errstate(over='ignore'):
        powers = np.cumprod(np.full(count, 1664525, dtype=np.uint32), dtype=np.uint32)
        earlier = np.concatenate([np.ones(min(count, 1), dtype=np.uint32), powers[:-1]])
        sums = np.cumsum(earlier, dtype=np.uint32)
        return powers * start + np.uint32(1013904223) * sums


@dataclass(frozen=True)
class Rule:
    """An array made by the generator: floats `shift + scale·u` with u in [-1, 1), or integers in [low, high)."""

    shape: tuple
    seed: int
    scale: float = 1.0
    shift: float = 0.0
    low: int | None = None
    high: int | None = None
    dtype: str = 'float32'

    def tensor(self):
        count = math.prod(self.shape)
        top24 = (lcg_states(self.seed, count) >> np.uint32(8)).astype(np.float64)
        if self.low is not None:
            values = self.low + np.floor(top24 * (self.high - self.low) / 2**24)
            return torch.tensor(values).to(getattr(torch, self.dtype)).reshape(self.shape)
        values = self.shift + self.scale * (top24 / 2**23 - 1)
        return torch.tensor(values).to(getattr(torch, self.dtype)).reshape(self.shape)

    def json(self):
        if self.low is not None:
            rule = {'seed': self.seed, 'low': self.low, 'high': self.high}
        else:
            rule = {'seed': self.seed, 'scale': self.scale, 'shift': self.shift}
        return {'shape': list(self.shape), 'dtype': self.dtype, 'lcg': rule}


def uniform(*shape, seed, scale=1.0, shift=0.0, dtype='float32'):
    return Rule(tuple(shape), seed, scale, shift, dtype=dtype)


def integers(low, high, *shape, seed):
    return Rule(tuple(shape), seed, low=low, high=high, dtype='int64')


def number(value):
    if isinstance(value, (bool, int)):
        return value
    value = float(value)
    if math.isnan(value):
        return 'nan'
    if math.isinf(value):
        return 'inf' if value > 0 else '-inf'
    negative_zero = value == 0 and math.copysign(1, value) < 0
    return int(value) if value.is_integer() and abs(value) < 2**53 and not negative_zero else value


def array(tensor):
    """A tensor as JSON, sparse ones included."""
    tensor = tensor.detach()
    if tensor.is_sparse:
        indices, values = tensor._indices(), tensor._values()
        return {'shape': list(tensor.shape), 'sparse': {'indices': array(indices[0]), 'values': array(values)}}
    dtype = str(tensor.dtype).removeprefix('torch.')
    flat = tensor.contiguous().reshape(-1).numpy(force=True)
    if dtype == 'float32':
        data = [number(str(value)) for value in flat]
    else:
        data = [number(value) for value in flat.tolist()]
    return {'shape': list(tensor.shape), 'dtype': dtype, 'data': data}


def plain(value):
    """Any nest of tensors, rules, dictionaries and lists as JSON."""
    if isinstance(value, torch.Tensor):
        return array(value)
    if isinstance(value, Rule):
        return value.json()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def write(name, generator, **entries):
    """Writes fixtures/NAME.json and says how large it is."""
    header = {'torch': torch.__version__.split('+')[0], 'generator': os.path.basename(generator), 'seed': SEED}
    parts = []
    for key, value in {**header, **entries}.items():
        value = plain(value)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            text = '[\n' + ',\n'.join(json.dumps(item, separators=(',', ':')) for item in value) + '\n]'
        else:
            text = json.dumps(value, separators=(',', ':'))
        parts.append(f'{json.dumps(key)}: {text}')
    os.makedirs(DIRECTORY, exist_ok=True)
    path = os.path.join(DIRECTORY, name + '.json')
    with open(path, 'w') as file:
        file.write('{\n' + ',\n'.join(parts) + '\n}\n')
    print(f'{name}.json {os.path.getsize(path) / 1024:.1f} KB')
