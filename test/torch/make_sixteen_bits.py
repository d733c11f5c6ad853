"""How floats of 32 and 64 bits and integers round to float16 and bfloat16. Run through make_all.py.

Numbers are given by their bits. A case is `{name, from, bits, float16, bfloat16}`; those of 64 bits and integers have
`values` instead of `bits`. NaNs are NaNs; their bits are the machine's, in PyTorch too, so the tests don't compare them.
"""

import numpy as np
import torch

from fixtures import lcg_states, write


def bits16(x, dtype):
    return [value & 0xffff for value in x.to(dtype).view(torch.int16).tolist()]


def near_ties():
    """Beside the middles between neighbouring halves and bfloat16s, normal and subnormal."""
    halves = np.array([1, 2, 0x3ff, 0x400, 0x401, 0x3bff, 0x3c00, 0x3c01, 0x7bfe, 0x7bff], dtype=np.uint16)
    bits = [int(half.astype(np.float32).view(np.uint32)) for half in halves.view(np.float16)]
    steps = (-4097, -4096, -4095, -1, 0, 1, 4095, 4096, 4097, 0x7fff, 0x8000, 0x8001)
    return [(start + step) & 0xffffffff for start in bits for step in steps]


if __name__ == '__main__':
    special = [0, 0x80000000, 0x7f800000, 0xff800000, 0x7fc00000, 0xffc00001, 0x7f800001, 1, 0x80000001, 0x007fffff,
               0x7f7fffff, 0xff7fffff, 0x7f7f8000, 0x7f7f7fff, 0x477fefff, 0x477ff000, 0x477fe000, 0xc77ff000,
               0x33000000, 0x33000001, 0x32ffffff, 0x387fe000, 0x387ff000]
    floats = np.array(special + near_ties() + lcg_states(1, 200).tolist(), dtype=np.uint32)
    doubles = [65519.999999, 65520.0, 65520.0000001, 1e300, -1e300, 1e-320, 3.3e38, 3.4e38,
               *(1 + 2.0**-11 + k * 2.0**-40 for k in range(-3, 4)), *(1 + 2.0**-8 + k * 2.0**-40 for k in range(-3, 4))]
    wholes = [0, 1, -1, 2047, 2048, 2049, 2050, 2051, 65519, 65520, -65520, 257, 258, 259, 2**31 - 1, -2**31]
    cases = []
    for name, source in (('float32', torch.from_numpy(floats.view(np.float32).copy())),
                         ('float64', torch.tensor(doubles, dtype=torch.float64)),
                         ('int32', torch.tensor(wholes, dtype=torch.int32))):
        given = {'bits': floats.tolist()} if name == 'float32' else {'values': source.tolist()}
        cases.append({'name': f'from {name}', 'from': name, **given,
                      'float16': bits16(source, torch.float16), 'bfloat16': bits16(source, torch.bfloat16)})
    write('sixteen_bits', __file__, cases=cases)
