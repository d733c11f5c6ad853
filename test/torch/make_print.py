"""Makes fixtures/print.json: tensors of every dtype, scale and shape, and the text that PyTorch prints for each."""

import random

import torch
from fixtures import Rule, array, integers, uniform, write
from torch import nn
from torch.nn import functional as F

INF, NAN = float('inf'), float('nan')
FLOATS = (torch.float32, torch.float64, torch.float16, torch.bfloat16)

cases = []


def data_of(tensor):
    """The array's JSON; 16-bit floats are written as the float32 values that they are."""
    if tensor.dtype in (torch.float16, torch.bfloat16):
        return {**array(tensor.float()), 'dtype': str(tensor.dtype).removeprefix('torch.')}
    return array(tensor)


def case(name, tensor, rule=None, **options):
    """One tensor and its text; `rule` is what made its elements, where that is shorter than they are."""
    if isinstance(tensor, Rule):
        rule = tensor
        tensor = rule.tensor()
    torch.set_printoptions(profile='default')
    if options:
        torch.set_printoptions(**options)
    entry = {'name': name}
    if options:
        entry['options'] = {{'sci_mode': 'sciMode'}.get(key, key): value for key, value in options.items()}
        if options.get('threshold') == INF:
            entry['options']['threshold'] = 'inf'
    if tensor.grad_fn is not None:
        entry['gradFn'] = type(tensor.grad_fn).__name__
    if tensor.requires_grad:
        entry['requiresGrad'] = True
    if isinstance(tensor, nn.Parameter):
        entry['parameter'] = True
    if tensor.is_sparse:
        detached = tensor.detach()
        indices, values = data_of(detached._indices()), rule or data_of(detached._values())
        entry.update(shape=list(tensor.shape), indices=indices, values=values)
    else:
        entry['tensor'] = rule or data_of(tensor.detach())
    entry['printed'] = repr(tensor)
    cases.append(entry)


def name_of(dtype):
    return str(dtype).removeprefix('torch.')


# Scalars: every notation, exact ties, signs of zero, non-finite values.
SCALARS = (0.0, -0.0, 1.0, -3.0, 0.5, 0.1, -0.1, 1e-4, 0.99e-4, 0.00011, 1e8, 1.1e8, 123456.789, 12345678.0, 0.03125, 0.09375)
for value in (*SCALARS, -0.00625, 2.5, 1e-45, 3.4028234663852886e38, NAN, INF, -INF):
    case(f'scalar {value}', torch.tensor(value))
for value in (1e-300, 5e-324, 1.7976931348623157e308, 1e21, 1.00005, 0.1, -2.0):
    case(f'double scalar {value}', torch.tensor(value, dtype=torch.float64))
for value in (65504.0, 6e-8, 0.1, 1.0, NAN):
    case(f'half scalar {value}', torch.tensor(value, dtype=torch.float16))
    case(f'bfloat16 scalar {value}', torch.tensor(value, dtype=torch.bfloat16))
for value in (0, 7, -12, 2147483647, -2147483648):
    case(f'integer scalar {value}', torch.tensor(value))
    case(f'int32 scalar {value}', torch.tensor(value, dtype=torch.int32))
case('true', torch.tensor(True))
case('uint8 scalar', torch.tensor(200, dtype=torch.uint8))

# Vectors around the rules that choose the notation.
VECTORS = {
    'halves': [0.5, 1.5, -2.5],
    'whole numbers': [1.0, 2.0, -30.0, 0.0],
    'whole with nan': [1.0, NAN, INF, -INF, -20.0],
    'decimals with nan': [1.25, NAN, INF, -INF],
    'only nan': [NAN, NAN],
    'only infinities': [INF, -INF],
    'only zeros': [0.0, -0.0, 0.0],
    'zeros and infinities': [0.0, INF, -0.0],
    'ratio just 1000': [1.0, 1000.0],
    'ratio above 1000': [1.0, 1001.0],
    'ratio above 1000, decimals': [0.5, 501.0],
    'ratio 999.9, decimals': [0.5, 499.95],
    'negative ratio': [-1.0, -5000.0, 3.0],
    'above 1e8': [1.0e8, 1.00000008e8],
    'just 1e8': [1.0e8, 5.0e7],
    'below 1e-4': [9e-5, 2e-4],
    'above 1e-4': [1.1e-4, 2e-4],
    'tiny with zeros': [0.0, 1e-5, -3e-5],
    'tiny with nan': [NAN, 1e-30, -INF],
    'ties': [0.03125, 0.09375, 0.15625, -0.21875, 1.03125],
    'three-digit exponents': [1e-38, 1e38],
    'a long row': [x / 7 for x in range(-20, 20)],
    'a long whole row': [float(x) for x in range(50)],
    'a long scientific row': [(-3.7) ** x for x in range(-12, 12)],
    'seven': [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7],
}
for name, values in VECTORS.items():
    case(name, torch.tensor(values))
for dtype in FLOATS[1:]:
    for name in ('halves', 'whole with nan', 'ratio above 1000', 'below 1e-4', 'ties', 'a long row', 'seven'):
        case(f'{name} {name_of(dtype)}', torch.tensor(VECTORS[name]).to(dtype))
case('double exponents', torch.tensor([1e-300, 1e300], dtype=torch.float64))

# Integers and bools.
for dtype in (torch.int64, torch.int32, torch.uint8):
    low = 0 if dtype == torch.uint8 else -9
    case(f'{name_of(dtype)} vector', torch.tensor([1, 2, 30], dtype=dtype))
    case(f'{name_of(dtype)} matrix', torch.arange(low, low + 12).reshape(3, 4).to(dtype))
    case(f'{name_of(dtype)} row that wraps', torch.arange(100).to(dtype))
    case(f'{name_of(dtype)} wide', torch.tensor([[0, 250, 3], [100, 5, 66]], dtype=dtype))
case('wide integers', torch.tensor([2147483647, -2147483648, 0]))
case('one-hot', F.one_hot(torch.arange(4)))
case('bools', torch.tensor([True, False, True]))
case('bool matrix', torch.arange(12).reshape(3, 4) % 3 == 0)
case('all true', torch.ones(2, 3, dtype=torch.bool))
case('bool row that wraps', torch.arange(40) % 2 == 0)

# Shapes.
SHAPES = ((1,), (3,), (8,), (9,), (11,), (2, 3), (1, 1), (5, 1), (1, 8), (2, 9), (3, 17), (2, 2, 2), (2, 1, 3), (1, 3, 8), (2, 2, 9))
for index, shape in enumerate((*SHAPES, (2, 1, 2, 2), (1, 2, 2, 8), (2, 1, 2, 9), (1, 1, 1, 1, 1), (2, 1, 2, 1, 2), (10, 10), (10, 100))):
    case(f'shape {shape}', uniform(*shape, seed=100 + index, scale=2.0))
for index, scale in enumerate((1e-6, 1e-3, 0.02, 1.0, 30.0, 5e3, 1e7, 1e12)):
    case(f'scale {scale}', uniform(4, 6, seed=200 + index, scale=scale))
    case(f'scale {scale} float64', uniform(3, 5, seed=230 + index, scale=scale, dtype='float64'))
    case(f'positive, scale {scale}', uniform(12, seed=260 + index, scale=scale * 0.4, shift=scale))

# Empty tensors.
for shape in ((0,), (0, 3), (3, 0), (2, 0, 4), (0, 0)):
    case(f'empty {shape}', torch.empty(shape))
for dtype in (torch.float64, torch.float16, torch.int32, torch.bool, torch.uint8):
    case(f'empty {name_of(dtype)}', torch.empty(0, dtype=dtype))
    case(f'empty matrix {name_of(dtype)}', torch.empty(2, 0, dtype=dtype))

# Summaries.
for index, shape in enumerate(((1001,), (1000,), (5000,), (40, 50), (7, 200), (6, 200), (200, 6), (200, 7), (500, 3), (3, 500))):
    case(f'summary {shape}', uniform(*shape, seed=300 + index))
for index, shape in enumerate(((10, 11, 12), (8, 2, 100), (2, 3, 200), (101, 10, 1), (3, 7, 9, 10), (8, 8, 8, 8), (2, 2, 2, 2, 100))):
    case(f'summary {shape}', uniform(*shape, seed=320 + index, scale=40.0))
case('summary of integers', integers(-500, 20000, 30, 60, seed=340))
case('summary of a range', torch.arange(1001))
case('summary of doubles', uniform(50, 50, seed=341, scale=1e-5, dtype='float64'))
case('summary hides the large values', torch.cat([torch.full((3,), 0.5), torch.full((1000,), 1e9), torch.full((3,), 0.25)]))
case('summary of whole ends', torch.cat([torch.ones(3), torch.full((1000,), 0.5), torch.ones(3)]))
case('summary of bools', torch.arange(1020).reshape(34, 30) % 2 == 0)

# What follows the elements.
torch.manual_seed(3)
embedding = nn.Embedding(4, 2)
case('parameter', embedding.weight)
case('looked-up rows', embedding(torch.arange(4)))
case('one looked-up row', embedding(torch.tensor(2)))
case('wide parameter', nn.Embedding(3, 20).weight)
rows = uniform(54, 30, seed=350)
case('summarised parameter', nn.Parameter(rows.tensor()), rows)
case('frozen parameter', nn.Parameter(torch.ones(2, 2), requires_grad=False))
case('double parameter', nn.Parameter(torch.ones(2, 2, dtype=torch.float64)))
case('empty parameter', nn.Parameter(torch.empty(0, 3)))
case('half parameter', nn.Parameter(torch.full((3,), 0.1, dtype=torch.float16)))
case('leaf', torch.ones(3, requires_grad=True))
case('leaf of doubles', torch.ones(3, dtype=torch.float64, requires_grad=True))
leaf = torch.linspace(-1, 1, 7, requires_grad=True)
case('loss', (leaf**2).mean())
case('double result', leaf.double() * 2)
for length in range(5, 11):
    case(f'result of {length}', torch.linspace(-1, 1, length, requires_grad=True).exp())
for length in range(15, 20):
    case(f'double leaf of {length}', torch.arange(float(length), dtype=torch.float64, requires_grad=True))
    case(f'double result of {length}', torch.arange(float(length), dtype=torch.float64, requires_grad=True).relu())
case('last row fills the line', torch.linspace(-1, 1, 14, requires_grad=True).reshape(2, 7).log_softmax(1))
case('empty result', torch.empty(0, 3, requires_grad=True) * 2)
case('summarised result', nn.Embedding.from_pretrained(rows.tensor(), freeze=False)(torch.arange(54)), rows)


# Sparse tensors.
def sparse(indices, values, size, **options):
    return torch.sparse_coo_tensor(torch.tensor(indices), values, size, **options)


table = nn.Embedding(10, 3, sparse=True)
table(torch.tensor([1, 4, 4, 9])).sum().backward()
case('sparse gradient', table.weight.grad)
case('coalesced sparse gradient', table.weight.grad.coalesce())
case('sparse, one row', sparse([[1]], uniform(1, 4, seed=360).tensor(), (5, 4)))
case('sparse, wide rows', sparse([[0, 7, 3]], uniform(3, 20, seed=361, scale=1e-3).tensor(), (8, 20)))
rows = uniform(40, 40, seed=362)
case('sparse, many rows', sparse([list(range(0, 120, 3))], rows.tensor(), (120, 40)), rows)
case('sparse matrix entries', sparse([[0, 1, 1], [2, 0, 2]], torch.tensor([3.0, 4.0, 5.0]), (2, 3)))
case('sparse doubles', sparse([[0, 2]], torch.ones(2, 3, dtype=torch.float64), (4, 3)))
case('sparse integers', sparse([[0, 2]], torch.ones(2, 3, dtype=torch.int64), (4, 3)))
case('sparse int32', sparse([[0, 2]], torch.ones(2, 3, dtype=torch.int32), (4, 3)))
case('sparse leaf', sparse([[0, 2]], torch.ones(2, 3), (4, 3), requires_grad=True))
case('sparse result', sparse([[0, 2]], torch.ones(2, 3), (4, 3), requires_grad=True) * 2)
case('sparse, no rows', torch.sparse_coo_tensor(torch.empty(1, 0, dtype=torch.int64), torch.empty(0, 3), (4, 3)))
case('sparse, narrow lines', sparse([[0, 2]], torch.ones(2, 3, dtype=torch.float64), (4, 3)), linewidth=40)

# Print options.
for precision in (0, 1, 2, 6, 10):
    case(f'precision {precision}', torch.tensor([[0.5, 1.5, 2.5], [1.03125, -0.125, 3.14159265]]), precision=precision)
    case(f'precision {precision}, scientific', torch.tensor([1.5, 2.5e5, -3.14159265e-5]), precision=precision)
for mode in (True, False):
    for name in ('halves', 'whole numbers', 'ratio above 1000, decimals', 'only zeros', 'tiny with nan', 'three-digit exponents', 'whole with nan'):
        case(f'sci_mode {mode}: {name}', torch.tensor(VECTORS[name]), sci_mode=mode)
case('sci_mode False: 1e21', torch.tensor([1e21, -1e22], dtype=torch.float64), sci_mode=False)
case('sci_mode False: 1e300 and a half', torch.tensor([1e300, 0.5], dtype=torch.float64), sci_mode=False)
for width in (0, 10, 40, 60, 79, 81, 120, 200):
    case(f'linewidth {width}', uniform(2, 12, seed=400, scale=3.0), linewidth=width)
    case(f'linewidth {width}, result', torch.linspace(0, 1, 6, requires_grad=True).exp(), linewidth=width)
for edge in (0, 1, 2, 5):
    case(f'edgeitems {edge}', uniform(40, 30, seed=401), edgeitems=edge)
    case(f'edgeitems {edge}, vector', torch.arange(1200), edgeitems=edge)
    case(f'edgeitems {edge}, not summarised', torch.arange(3), edgeitems=edge)
    case(f'edgeitems {edge}, cube', uniform(3, 11, 40, seed=402), edgeitems=edge)
case('threshold 5', torch.arange(10), threshold=5)
case('threshold 0, scalar', torch.tensor(1.5), threshold=0)
case('threshold 0, edgeitems 0, scalar', torch.tensor(1.5), threshold=0, edgeitems=0)
case('threshold inf', uniform(3, 340, seed=403), threshold=INF)
case('profile short', uniform(40, 30, seed=404), profile='short')
case('profile full', integers(0, 10, 2, 510, seed=405), profile='full')
case('profile short, precision 3', uniform(4, seed=406), profile='short', precision=3)
case('threshold 3, wide summary', uniform(30, seed=407), threshold=3, edgeitems=9)


def number_cases(count):
    """[value, digits, fixed, exponential]: random values and exact ties, as Python formats them."""
    source = random.Random(5)
    makers = (
        lambda: source.gauss(0, 1) * 10.0 ** source.randrange(-12, 20),
        lambda: source.randrange(-(2**20), 2**20) / 2 ** source.randrange(0, 24),
        lambda: float(source.randrange(-(10**12), 10**12) * 5 * 10 ** source.randrange(0, 12)),
        lambda: (source.randrange(2**12) * 2 + 1) * 5.0 ** source.randrange(0, 22) * 2.0 ** source.randrange(-30, 40),
        lambda: source.uniform(-1, 1) * 10.0 ** source.randrange(-320, 308),
    )
    numbers = []
    for index in range(count):
        value, digits = makers[index % len(makers)](), source.choice((0, 1, 2, 4, 4, 4, 6, 10, 17))
        numbers.append([value, digits, format(value, f'.{digits}f')[:60], format(value, f'.{digits}e')])
    return numbers


torch.set_printoptions(profile='default')
write('print', __file__, cases=cases, numbers=number_cases(600))
