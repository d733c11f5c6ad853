"""Projects NAME.npy's points as scikit-learn or umap-learn does: python peer.py pca|tsne|umap IN OUT THREADS. Prints the seconds."""

import sys
import time

import numpy as np

name, source, target, threads = sys.argv[1:]
if name == 'umap':
    import umap
    make = lambda: umap.UMAP(n_jobs=int(threads))
elif name == 'tsne':
    from sklearn.manifold import TSNE
    make = lambda: TSNE(n_jobs=int(threads), random_state=0)
else:
    from sklearn.decomposition import PCA
    make = lambda: PCA(2, svd_solver='full')
x = np.load(source)
began = time.perf_counter()
embedded = make().fit_transform(x)
print(time.perf_counter() - began)
np.save(target, np.asarray(embedded, dtype=np.float32))
