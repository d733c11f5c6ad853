"""Writes fixtures/plots.json: histograms as NumPy counts them, confusion matrices as scikit-learn does. Run through
make_all.py; needs scikit-learn."""

import json
import os

import numpy as np
import sklearn
from sklearn.metrics import confusion_matrix

from fixtures import DIRECTORY

random = np.random.default_rng(17)


def histogram(values, **options):
    counts, edges = np.histogram(np.asarray(values, dtype=np.float64), **options)
    plain = {name: value if isinstance(value, (int, list)) else list(value) if isinstance(value, tuple) else None
             for name, value in options.items() if value != 'auto'}
    return {'values': list(values), 'options': plain, 'counts': counts.tolist(), 'edges': edges.tolist()}


def rounded(values):
    return (np.round(np.asarray(values) * 64) / 64).tolist()


normal = rounded(random.normal(size=120))
skewed = rounded(random.exponential(size=60) ** 2)
truth = random.integers(0, 4, 50).tolist()
said = [t if random.random() < 0.6 else int(random.integers(0, 4)) for t in truth]

cases = {
    'header': {'numpy': np.__version__, 'sklearn': sklearn.__version__, 'script': 'make_plots.py', 'seed': 17},
    'histograms': [
        histogram(normal, bins='auto'),
        histogram(skewed, bins='auto'),
        histogram(normal, bins=7),
        histogram(normal, bins=8, range=(-1.0, 1.0)),
        histogram([0, 1, 1, 2, 3, 3, 4], bins=[0, 1, 2, 4]),
        histogram([2, 2, 2], bins=4),
    ],
    'confusion': {'targets': truth, 'predictions': said, 'matrix': confusion_matrix(truth, said).tolist(),
                  'shares': confusion_matrix(truth, said, normalize='true').tolist()},
}

with open(os.path.join(DIRECTORY, 'plots.json'), 'w') as file:
    json.dump(cases, file)
    file.write('\n')
