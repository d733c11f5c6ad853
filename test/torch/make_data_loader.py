"""Writes fixtures/data_loader.json: the orders in which PyTorch's DataLoader and samplers draw. Run through make_all.py."""

import torch
from torch.utils.data import DataLoader, RandomSampler

from fixtures import write


def epochs(loader):
    return [[batch if isinstance(batch, list) else batch.tolist() for batch in loader] for _ in range(3)]


def case(n, seed, own, **options):
    """Three epochs over the numbers 0 to n - 1, drawn by a generator of the loader's own or by the global one."""
    generator = torch.Generator().manual_seed(seed) if own else None
    if not own:
        torch.manual_seed(seed)
    loader = DataLoader(list(range(n)), generator=generator, **options)
    drawn = epochs(loader)
    after = torch.randint(0, 1000, (1,), generator=generator).item()
    return {'n': n, 'seed': seed, 'own': own, **options, 'epochs': drawn, 'after': after}


def sampler(n, seed, own, **options):
    generator = torch.Generator().manual_seed(seed) if own else None
    if not own:
        torch.manual_seed(seed)
    drawn = RandomSampler(list(range(n)), generator=generator, **options)
    return {'n': n, 'seed': seed, 'own': own, **options, 'epochs': [list(drawn) for _ in range(2)]}


if __name__ == '__main__':
    write(
        'data_loader',
        __file__,
        loaders=[
            case(n, seed, own, batch_size=batch_size, shuffle=shuffle, drop_last=drop_last)
            for n, batch_size in ((1, 1), (10, 3), (12, 4), (40, 7))
            for shuffle in (False, True)
            for drop_last in (False, True)
            for seed, own in ((0, True), (7, False))
        ],
        samplers=[
            sampler(n, 5, own, **options)
            for n in (1, 10, 33)
            for own in (True, False)
            for options in (
                {},
                {'num_samples': 4},
                {'num_samples': 25},
                {'replacement': True},
                {'replacement': True, 'num_samples': 70},
            )
        ],
    )
