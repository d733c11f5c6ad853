"""The file that holds PyTorch's samples: a JSON text that describes calls, and the memory of their tensors.

    "LUTRASMP" | u32 length of the JSON | JSON, padded with spaces to a multiple of 8 | memory of the tensors

all little-endian, the whole compressed by gzip where the name ends in .gz. The JSON is an object: a header, `tensors`, a
list of [dtype, shape, byte in the memory, strides or 0, whether it asks for a gradient], and whatever the script adds.
A value of a call is written as itself (numbers, booleans, strings, null, lists), or as an object of one key:

    {"t": 5}               tensor 5
    {"n": "nan"}           nan, inf or -inf
    {"dtype": "int64"}     a dtype
    {"slice": [0, 5, 2]}   a slice
    {"dict": {…}}          a dictionary
    {"module": {…}}        a module that is an argument of another's constructor: its name and keywords
    {"ellipsis": true}     ...

Elements lie in row-major order whatever the strides, which say how the reader is to lay them out. int64 is written with
32 bits: Lutra's integers have no more. Equal memory is written once.
"""

import gzip
import json
import math
import struct

import torch

MAGIC = b'LUTRASMP'

DTYPES = {
    torch.float32: 'float32',
    torch.float64: 'float64',
    torch.int32: 'int32',
    torch.int64: 'int64',
    torch.uint8: 'uint8',
    torch.bool: 'bool',
    torch.float16: 'float16',
    torch.bfloat16: 'bfloat16',
}


class Unsupported(Exception):
    """A value that nothing here corresponds to; the text says what it is."""


def encoder_layer(layer):
    """The keywords that make such a layer."""
    return {
        'd_model': layer.linear1.in_features,
        'nhead': layer.self_attn.num_heads,
        'dim_feedforward': layer.linear1.out_features,
        'dropout': layer.dropout.p,
        'batch_first': layer.self_attn.batch_first,
        'norm_first': layer.norm_first,
        'activation': layer.activation.__name__,
        'bias': layer.linear1.bias is not None,
        'layer_norm_eps': layer.norm1.eps,
    }


class Container:
    def __init__(self):
        self.tensors = []
        self.memory = bytearray()
        self.places = {}
        self.known = {}

    def begin(self):
        """A new sample: from here on a tensor that comes twice has one number."""
        self.known = {}

    def tensor(self, tensor):
        """Adds a tensor; its number."""
        if id(tensor) in self.known:
            return self.known[id(tensor)][0]
        if tensor.layout is not torch.strided:
            raise Unsupported(f'{str(tensor.layout).removeprefix("torch.")} tensors')
        if tensor.dtype not in DTYPES:
            raise Unsupported(f'{str(tensor.dtype).removeprefix("torch.")} tensors')
        if tensor.device.type != 'cpu':
            raise Unsupported(f'{tensor.device.type} tensors')
        plain = tensor.detach().resolve_conj().resolve_neg().contiguous()
        if plain.dtype is torch.int64:
            if plain.numel() > 0 and (plain.max() > 2**31 - 1 or plain.min() < -(2**31)):
                raise Unsupported('integers beyond 32 bits')
            plain = plain.to(torch.int32)
        content = plain.reshape(-1).view(torch.uint8).numpy().tobytes() if plain.numel() > 0 else b''
        place = self.places.get(content)
        if place is None:
            self.memory += b'\0' * (-len(self.memory) % 8)
            place = self.places[content] = len(self.memory)
            self.memory += content
        strides = 0 if tensor.is_contiguous() else list(tensor.stride())
        self.tensors.append([DTYPES[tensor.dtype], list(tensor.shape), place, strides, int(tensor.requires_grad)])
        number = len(self.tensors) - 1
        self.known[id(tensor)] = (number, tensor)
        return number

    def value(self, value):
        """A value as JSON. Raises Unsupported."""
        if isinstance(value, torch.Tensor):
            return {'t': self.tensor(value)}
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            if abs(value) >= 2**53:
                raise Unsupported('integers beyond 53 bits')
            return int(value)
        if isinstance(value, float):
            return value if math.isfinite(value) else {'n': 'nan' if math.isnan(value) else 'inf' if value > 0 else '-inf'}
        if isinstance(value, torch.dtype):
            if value not in DTYPES:
                raise Unsupported(f'dtype {str(value).removeprefix("torch.")}')
            return {'dtype': DTYPES[value]}
        if isinstance(value, slice):
            return {'slice': [self.value(value.start), self.value(value.stop), self.value(value.step)]}
        if value is Ellipsis:
            return {'ellipsis': True}
        if isinstance(value, (list, tuple, torch.Size)):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {'dict': {str(name): self.value(item) for name, item in value.items()}}
        if isinstance(value, torch.nn.TransformerEncoderLayer):
            return {'module': {'name': 'nn.TransformerEncoderLayer', 'kwargs': self.value(encoder_layer(value))['dict']}}
        if type(value).__name__ == 'LinearCrossEntropyOptions':
            return None
        if value in (torch.nn.functional.relu, torch.nn.functional.gelu):
            return value.__name__
        if isinstance(value, torch.Generator):
            raise Unsupported('a generator')
        if isinstance(value, (torch.memory_format, torch.layout, torch.device)):
            raise Unsupported(f'{type(value).__name__}')
        raise Unsupported(f'{type(value).__name__} values')

    def write(self, path, **entries):
        text = json.dumps({**entries, 'tensors': self.tensors}, separators=(',', ':')).encode()
        text += b' ' * (-(len(MAGIC) + 4 + len(text)) % 8)
        content = MAGIC + struct.pack('<I', len(text)) + text + bytes(self.memory)
        if path.endswith('.gz'):
            content = gzip.compress(content, 9, mtime=0)
        with open(path, 'wb') as file:
            file.write(content)
        return len(content)
