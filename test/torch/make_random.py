"""Sequences of random calls: what each gives and the generator's state at the end. Run through make_all.py.

Writes fixtures/random.json, and the same cases as a C++ table for native/test/random_test.cc. A sequence is seeded
once, then its calls run in order, so each depends on how many draws those before it took. A call holds

- `op`, `dtype`, `n` (values made) and `args`, the op's numbers in the order of native/random/generator.h;
- `first` and `last`, up to four and two values, and `hash`, FNV-1a (32 bits) over all values' little-endian bytes.

A sequence's `state` is that hash of torch.get_rng_state(). Tensors of probabilities are rules: bernoulli's are
(i mod 11) / 10, in float32 (bernoulliFloat) or float64 (bernoulliDouble); multinomial's weights are (7i + 3) mod 13,
over all rows.
"""

import os
import random
import warnings

import torch

from fixtures import write

SIZES = (0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000, 4097)
FLOATS = ('float32', 'float64')
TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'native', 'test', 'random_cases.h')

warnings.simplefilter('ignore')  # truncated normals whose mean is outside, wide integers in floats: both are meant


def fnv1a(data):
    value = 0x811C9DC5
    for byte in data:
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def probabilities(n, dtype):
    return (torch.arange(n, dtype=torch.float64) % 11 / 10).to(dtype)


def run(op, out, args):
    n = out.numel()
    if op == 'uniform':
        return out.uniform_(*args)
    if op == 'normal':
        return out.normal_(*args)
    if op == 'exponential':
        return out.exponential_(*args)
    if op == 'truncNormal':
        return torch.nn.init.trunc_normal_(out, *args)
    if op == 'bernoulli':
        return out.bernoulli_(*args)
    if op == 'bernoulliFloat':
        return out.bernoulli_(probabilities(n, torch.float32))
    if op == 'bernoulliDouble':
        return out.bernoulli_(probabilities(n, torch.float64))
    if op == 'randint':
        return out.random_(*args)
    if op == 'random':
        return out.random_()
    if op == 'randomBool':
        return torch.empty(n, dtype=torch.bool).random_().to(torch.uint8)
    if op == 'randperm':
        return torch.randperm(n, dtype=out.dtype)
    rows, categories, samples, replacement = args
    weights = ((torch.arange(rows * categories) * 7 + 3) % 13).to(out.dtype).reshape(rows, categories)
    return torch.multinomial(weights, samples, bool(replacement)).flatten().to(torch.int32)


def call(op, dtype, n, *args):
    values = run(op, torch.empty(n, dtype=getattr(torch, dtype)), args)
    numbers = values.tolist()
    return {'op': op, 'dtype': dtype, 'n': n, 'args': list(args), 'first': numbers[:4], 'last': numbers[-2:],
            'hash': fnv1a(values.numpy().tobytes())}


def sequence(seed, calls):
    torch.manual_seed(seed)
    made = [call(*each) for each in calls]
    return {'seed': seed, 'calls': made, 'state': fnv1a(torch.get_rng_state().numpy().tobytes())}


def operations(dtype):
    """Every op that makes `dtype`, with its arguments: pairs of an op and its numbers."""
    made = [('bernoulli', (0.5,)), ('bernoulli', (0.1,)), ('bernoulli', (0.0,)), ('bernoulli', (1.0,)),
            ('bernoulliFloat', ()), ('bernoulliDouble', ()), ('random', ())]
    made += [('randint', (0, 10)), ('randint', (7, 8))]
    if dtype == 'uint8':
        return made + [('randint', (3, 256)), ('randomBool', ())]
    made += [('randint', (-5, 1000)), ('randperm', ())]
    if dtype == 'int32':
        return made + [('randint', (0, 2**28 - 1)), ('randint', (0, 2**28)), ('randint', (-2**31, 2**31 - 1))]
    if dtype == 'int64':
        return made + [('randint', (0, 2**28)), ('randint', (-3, 2**40))]
    made += [('uniform', (0.0, 1.0)), ('uniform', (-0.25, 0.7)), ('normal', (0.0, 1.0)), ('normal', (-0.5, 2.25)),
             ('exponential', (1.0,)), ('exponential', (0.3,)), ('truncNormal', (0.0, 1.0, -2.0, 2.0)),
             ('truncNormal', (0.1, 0.7, 0.9, 1.3)), ('randint', (-7, 2**26 + 3)), ('randint', (-2**26 - 3, 2**40))]
    return made


def multinomials(dtype):
    shapes = [(1, 1, 1, 0), (1, 5, 1, 0), (3, 5, 1, 1), (2, 5, 4, 0), (4, 60, 8, 1), (1, 500, 100, 1), (3, 60, 20, 0)]
    return [('multinomial', dtype, rows * samples, rows, categories, samples, replacement)
            for rows, categories, samples, replacement in shapes]


def mixed(seed):
    """Forty calls of any op, type and size, in an order of chance."""
    choose = random.Random(seed)
    calls = []
    for _ in range(40):
        dtype = choose.choice(('float32', 'float32', 'float64', 'int32', 'uint8'))
        if dtype in FLOATS and choose.random() < 0.1:
            calls.append(choose.choice(multinomials(dtype)))
            continue
        op, args = choose.choice(operations(dtype))
        calls.append((op, dtype, choose.choice(SIZES), *args))
    return sequence(seed, calls)


def sequences():
    for dtype in ('float32', 'float64', 'int32', 'int64', 'uint8'):
        for seed, (op, args) in enumerate(operations(dtype)):
            yield sequence(seed, [(op, dtype, n, *args) for n in SIZES])
    for dtype in FLOATS:
        yield sequence(42, multinomials(dtype))
    # Only the low 32 bits seed the engine; the state keeps all 64. Thousands of draws cross the engine's refills.
    for seed in (0, 1, 42, 2**32 + 5, 2**53 - 1):
        yield mixed(seed)
    yield sequence(7, [('normal', 'float32', 1, 0.0, 1.0)])  # ends with half a pair waiting
    yield sequence(8, [('uniform', 'float32', 624, 0.0, 1.0)])  # ends at the engine's last word
    yield sequence(9, [])


def cpp_numbers(numbers):
    return '{' + ', '.join(f'{float(number)!r}' for number in numbers) + '}'


def cpp_table(made):
    """The cases as constants: all calls in one array, and each sequence's share of it."""
    calls = [one for each in made for one in each['calls']]
    lines = ['// Made by test/torch/make_random.py, which describes it, from PyTorch ' + torch.__version__.split('+')[0] + '.',
             '// clang-format off', '', '#pragma once', '', '#include <cstdint>', '', 'namespace lutra::test {', '',
             'struct RandomCall {', '  const char* op;', '  const char* dtype;', '  int64_t n;',
             '  double args[4], first[4], last[2];', '  uint32_t hash;', '};', '',
             'struct RandomSequence {', '  uint64_t seed;', '  int calls;  // the next ones of kRandomCalls',
             '  uint32_t state;', '};', '', 'constexpr RandomCall kRandomCalls[] = {']
    for one in calls:
        numbers = ', '.join(cpp_numbers(one[key]) for key in ('args', 'first', 'last'))
        lines.append(f'{{"{one["op"]}", "{one["dtype"]}", {one["n"]}, {numbers}, {one["hash"]}u}},')
    lines += ['};', '', 'constexpr RandomSequence kRandomSequences[] = {']
    lines += [f'{{{each["seed"]}u, {len(each["calls"])}, {each["state"]}u}},' for each in made]
    lines += ['};', '', '}  // namespace lutra::test', '']
    with open(TABLE, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines))


MADE = list(sequences())
write('random', __file__, sequences=MADE)
cpp_table(MADE)
