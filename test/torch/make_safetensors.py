"""Writes test/io/fixtures/torch.safetensors: every dtype that Lutra reads, as PyTorch's safetensors writes it.

    .venv/bin/pip install torch==2.13.0 numpy safetensors && .venv/bin/python test/torch/make_safetensors.py
"""

import os

import torch
from safetensors.torch import save_file

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'io', 'fixtures')

fractions = torch.tensor([[0.0, -1.5, 3.140625], [1e-3, 65504.0, -0.0]])
wholes = torch.tensor([0, 1, -2, 2147483647, -2147483648])

os.makedirs(DIRECTORY, exist_ok=True)
save_file(
    {
        'float64': torch.tensor([[1 / 3, -1e300], [5e-324, float('inf')]], dtype=torch.float64),
        'float32': fractions,
        'float16': fractions.half(),
        'bfloat16': fractions.bfloat16(),
        'int64': wholes,
        'int32': wholes.int(),
        'int16': torch.tensor([-32768, 32767], dtype=torch.int16),
        'int8': torch.tensor([-128, 127], dtype=torch.int8),
        'uint8': torch.tensor([0, 7, 255], dtype=torch.uint8),
        'bool': torch.tensor([[True], [False]]),
        'scalar': torch.tensor(42.0),
        'empty': torch.zeros(0, 3),
        'größe ✓': torch.tensor([1.0, 2.0]),
        'lstm.weight_ih_l0': torch.arange(8, dtype=torch.float32).reshape(4, 2),
    },
    os.path.join(DIRECTORY, 'torch.safetensors'),
    metadata={'format': 'pt', 'note': 'made by PyTorch "2.13"'},
)
