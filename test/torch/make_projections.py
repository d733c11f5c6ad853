"""Writes fixtures/projections.json and fixtures/digits.bin.gz: scikit-learn's PCA and trustworthiness, and its digits with what
TSNE makes of them. Run through make_all.py; needs scikit-learn."""

import gzip
import os

import numpy as np
import sklearn
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness

from fixtures import DIRECTORY, uniform, write

DIGITS = 900


def pca(rule, components, whiten=False):
    x = rule.tensor().numpy().astype(np.float64)
    model = PCA(components, whiten=whiten, svd_solver='full')
    projected = model.fit_transform(x)
    names = {'projected': projected, 'axes': model.components_, 'mean': model.mean_,
             'explainedVariance': model.explained_variance_, 'explainedVarianceRatio': model.explained_variance_ratio_,
             'singularValues': model.singular_values_}
    return {'x': rule, 'components': components, 'whiten': whiten,
            **{name: torch.tensor(value, dtype=torch.float32) for name, value in names.items()}}


def trust(rule, embedded, neighbors, metric='euclidean'):
    x = rule.tensor().numpy().astype(np.float64)
    value = trustworthiness(x, embedded.tensor().numpy(), n_neighbors=neighbors, metric=metric)
    return {'x': rule, 'embedded': embedded, 'neighbors': neighbors, 'metric': metric, 'value': float(value)}


digits = load_digits()
images, labels = digits.data[:DIGITS].astype(np.uint8), digits.target[:DIGITS].astype(np.uint8)
with open(os.path.join(DIRECTORY, 'digits.bin.gz'), 'wb') as file:
    file.write(gzip.compress(images.tobytes() + labels.tobytes(), mtime=0))
x = images.astype(np.float32)
embedded = [TSNE(random_state=seed, n_jobs=1).fit_transform(x) for seed in range(3)]
write('projections', __file__, **{
    'scikit-learn': sklearn.__version__,
    'pca': [pca(uniform(40, 6, seed=1), 6), pca(uniform(40, 6, seed=2, shift=3), 2, True), pca(uniform(6, 15, seed=3), 4),
            pca(uniform(7, 20, seed=4), 3, True), pca(uniform(300, 33, seed=5), 5), pca(uniform(9, 9, seed=6), 8)],
    'trustworthiness': [trust(uniform(60, 5, seed=7), uniform(60, 2, seed=8), 5),
                        trust(uniform(150, 20, seed=9), uniform(150, 3, seed=10), 12),
                        trust(uniform(90, 17, seed=11), uniform(90, 2, seed=12), 12, 'cosine'),
                        trust(uniform(33, 4, seed=13), uniform(33, 4, seed=13), 1)],
    'digits': {'rows': DIGITS, 'dim': 64,
               'tsne': [float(trustworthiness(x, y, n_neighbors=12)) for y in embedded]},
})
