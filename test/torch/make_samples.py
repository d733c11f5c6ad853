"""PyTorch's own sample inputs, with what PyTorch makes of them, for everything that counterparts.json names.

    python test/torch/make_samples.py                the fixed part: fixtures/samples.bin.gz
    python test/torch/make_samples.py --whole DIR    every sample, a file for each operation, module and optimizer
    python test/torch/make_samples.py --whole DIR --only sum,mean
    python test/torch/make_samples.py --whole DIR --reference    operations on PyTorch's reference inputs instead
"""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import torch

import fixtures
from samples import modules, operations, optimizers, selection
from samples.container import Container

HERE = os.path.dirname(os.path.abspath(__file__))


def header():
    return {'torch': torch.__version__.split('+')[0], 'generator': os.path.basename(__file__)}


def table():
    with open(os.path.join(HERE, 'samples', 'counterparts.json')) as file:
        return json.load(file)


def row_of(rows, name):
    """The row of an operation, or of all its variants; None where it is listed as one without."""
    return rows.get(name, rows.get(name.rsplit('.', 1)[0]))


def chosen(names, only):
    """What to write: of each kind the entries that have a row, those of --only where it is given."""
    listed = {name for group in names['operationsWithout'] for name in group['names']}

    def fits(name, short):
        return not only or name in only or short in only

    ops = [
        op
        for op in operations.op_db
        if row_of(names['operations'], operations.name_of(op)) is not None
        and operations.name_of(op) not in listed
        and fits(operations.name_of(op), op.name)
    ]
    infos = [info for info in modules.module_db if info.name in names['modules'] and fits(info.name, info.name)]
    optims = [
        info
        for info in optimizers.optim_db
        if info.optim_cls.__name__ in names['optimizers'] and fits(info.optim_cls.__name__, info.optim_cls.__name__)
    ]
    return ops, infos, optims


def unlisted(names):
    """Entries of PyTorch's that the table forgets."""
    listed = {name for key in names if key.endswith('Without') for group in names[key] for name in group['names']}
    known = [
        *(name for op in operations.op_db if row_of(names['operations'], name := operations.name_of(op)) is None),
        *(info.name for info in modules.module_db if info.name not in names['modules']),
        *(name for info in optimizers.optim_db if (name := info.optim_cls.__name__) not in names['optimizers']),
    ]
    return [name for name in known if name not in listed]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--whole', metavar='DIR')
    parser.add_argument('--only', default='')
    parser.add_argument('--reference', action='store_true')
    options = parser.parse_args()
    names = table()
    forgotten = unlisted(names)
    if forgotten:
        sys.exit(f'counterparts.json says nothing about {", ".join(forgotten)}')
    ops, infos, optims = chosen(names, set(filter(None, options.only.split(','))))
    if options.whole is None:
        write_fixed(ops, infos, optims)
    else:
        write_whole(options.whole, ops, [] if options.reference else infos, [] if options.reference else optims, options.reference)


def write_fixed(ops, infos, optims):
    container = Container()
    entries = {
        'operations': [operations.collect(container, op, selection.few) for op in ops],
        'modules': [modules.collect(container, info, selection.few) for info in infos],
        'optimizers': [optimizers.collect(container, info) for info in optims],
    }
    size = container.write(os.path.join(fixtures.DIRECTORY, 'samples.bin.gz'), **header(), **entries)
    counts = ', '.join(f'{sum(len(entry["samples"]) for entry in kind)} of {name}' for name, kind in entries.items())
    print(f'samples.bin.gz {size / 1024:.1f} KB: {counts}')


def write_whole(directory, ops, infos, optims, reference):
    os.makedirs(directory, exist_ok=True)
    choose = selection.moderate if reference else selection.all_of
    collectors = [
        *(('operations', lambda c, op=op: operations.collect(c, op, choose, reference)) for op in ops),
        *(('modules', lambda c, info=info: modules.collect(c, info, selection.all_of)) for info in infos),
        *(('optimizers', lambda c, info=info: optimizers.collect(c, info)) for info in optims),
    ]
    for kind, collect in collectors:
        container = Container()
        entry = collect(container)
        container.write(os.path.join(directory, f'{kind}-{entry["name"]}.bin'), **header(), **{kind: [entry]})
        print(entry['name'], len(entry['samples']), entry['leftOut'] or '', flush=True)


if __name__ == '__main__':
    main()
