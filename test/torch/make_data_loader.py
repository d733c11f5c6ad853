"""Writes fixtures/data_loader.json: the orders in which PyTorch's DataLoader and samplers draw. Run through make_all.py."""

import torch
from torch.utils.data import (DataLoader, IterableDataset, RandomSampler, SubsetRandomSampler, WeightedRandomSampler,
                              random_split)

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


def weighted(weights, num_samples, replacement, seed, own):
    generator = torch.Generator().manual_seed(seed) if own else None
    if not own:
        torch.manual_seed(seed)
    drawn = WeightedRandomSampler(weights, num_samples, replacement=replacement, generator=generator)
    return {'weights': weights, 'num_samples': num_samples, 'replacement': replacement, 'seed': seed, 'own': own,
            'epochs': [list(drawn) for _ in range(2)]}


def subset(indices, seed, own):
    generator = torch.Generator().manual_seed(seed) if own else None
    if not own:
        torch.manual_seed(seed)
    drawn = SubsetRandomSampler(indices, generator=generator)
    return {'indices': indices, 'seed': seed, 'own': own, 'epochs': [list(drawn) for _ in range(2)]}


def split(n, lengths, seed, own):
    if own:
        parts = random_split(range(n), lengths, generator=torch.Generator().manual_seed(seed))
    else:
        torch.manual_seed(seed)
        parts = random_split(range(n), lengths)
    return {'n': n, 'lengths': lengths, 'seed': seed, 'own': own, 'parts': [list(part.indices) for part in parts]}


class Drawn(IterableDataset):
    """Numbers that are drawn while they are read."""

    def __init__(self, n, generator):
        self.n = n
        self.generator = generator

    def __iter__(self):
        for _ in range(self.n):
            yield torch.randint(0, 1000, (1,), generator=self.generator).item()


def stream(n, seed, own, **options):
    generator = torch.Generator().manual_seed(seed) if own else None
    if not own:
        torch.manual_seed(seed)
    loader = DataLoader(Drawn(n, generator), generator=generator, **options)
    return {'n': n, 'seed': seed, 'own': own, **options, 'epochs': epochs(loader)}


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
        weighted=[
            weighted(weights, num_samples, replacement, 3, own)
            for weights in ([0.1, 0.9, 0.4, 0.7, 3.0, 0.6], [1, 0, 2], [0.25] * 40)
            for num_samples, replacement in ((2, True), (2, False), (50, True))
            for own in (True, False)
        ],
        subsets=[subset(indices, 4, own) for indices in ([], [3], [5, 2, 2, 9], list(range(0, 90, 3))) for own in (True, False)],
        splits=[
            split(n, lengths, 6, own)
            for n, lengths in (
                (10, [3, 7]),
                (10, [0.3, 0.7]),
                (30, [0.3, 0.3, 0.4]),
                (11, [0.5, 0.25, 0.25]),
                (7, [0.25] * 4),
                (5, [5]),
                (5, [1]),
                (5, [0, 5]),
                (100, [0.9, 0.1]),
                (3, [0.5, 0.5, 0]),
                (0, [0]),
            )
            for own in (True, False)
        ],
        streams=[
            stream(n, 8, own, batch_size=batch_size, drop_last=drop_last)
            for n, batch_size in ((0, 2), (5, 1), (7, 3), (6, 3))
            for drop_last in (False, True)
            for own in (True, False)
        ],
    )
