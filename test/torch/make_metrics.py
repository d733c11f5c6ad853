"""Writes fixtures/metrics.json: what scikit-learn's metrics give. Run through make_all.py; needs scikit-learn."""

import json
import os

import numpy as np
import sklearn
from sklearn import metrics

from fixtures import DIRECTORY

random = np.random.default_rng(12)


def rounded(values):
    """Numbers that a decimal says exactly, and float32 holds."""
    return np.round(np.asarray(values) * 64) / 64


def softmax(scores):
    powers = np.exp(scores - scores.max(1, keepdims=True))
    return powers / powers.sum(1, keepdims=True)


def averages(function, truth, taken, **options):
    return {average: function(truth, taken, average=average, zero_division=0, **options)
            for average in ('micro', 'macro', 'weighted')}


def counts(truth, taken, **options):
    return {'precision': averages(metrics.precision_score, truth, taken, **options),
            'recall': averages(metrics.recall_score, truth, taken, **options),
            'f1': averages(metrics.f1_score, truth, taken, **options)}


def distinct(shape):
    """Scores of which no two of a row are equal."""
    return np.stack([random.permutation(shape[1]) / 4.0 - 3 for _ in range(shape[0])])


def classes(rows, number, occurring):
    scores = distinct((rows, number))
    truth = random.integers(0, occurring, rows)
    taken = scores.argmax(1)
    case = {'scores': scores.tolist(), 'truth': truth.tolist(), 'accuracy': metrics.accuracy_score(truth, taken),
            **counts(truth, taken),
            'perClassF1': metrics.f1_score(truth, taken, average=None, labels=range(number), zero_division=0).tolist(),
            'ndcg3': metrics.ndcg_score(np.eye(number)[truth], scores, k=3),
            'ndcg': metrics.ndcg_score(np.eye(number)[truth], scores)}
    if number > 2:
        case['top3'] = metrics.top_k_accuracy_score(truth, scores, k=3, labels=range(number))
    if occurring == number:
        case['rocAuc'] = (metrics.roc_auc_score(truth, scores[:, 1] - scores[:, 0]) if number == 2 else
                          metrics.roc_auc_score(truth, softmax(scores), multi_class='ovr', average='macro'))
    order = np.argsort(-scores, axis=1)
    rank = np.array([np.where(order[i] == truth[i])[0][0] + 1 for i in range(rows)])
    case['mrr'] = float((1 / rank).mean())
    return case


def binary(rows):
    probabilities = rounded(random.random(rows))
    truth = random.integers(0, 2, rows)
    taken = probabilities > 0.5
    return {'scores': probabilities.tolist(), 'truth': truth.tolist(),
            'accuracy': metrics.accuracy_score(truth, taken),
            'precision': metrics.precision_score(truth, taken), 'recall': metrics.recall_score(truth, taken),
            'f1': metrics.f1_score(truth, taken), 'rocAuc': metrics.roc_auc_score(truth, probabilities)}


def labels(rows, number):
    scores = distinct((rows, number))
    truth = random.integers(0, 2, (rows, number))
    taken = scores > 0
    gains = random.integers(0, 4, (rows, number))
    order = np.argsort(-scores, axis=1)
    wanted = np.take_along_axis(gains > 0, order, 1)
    return {'scores': scores.tolist(), 'truth': truth.tolist(), 'gains': gains.tolist(),
            'accuracy': float((taken == truth).mean()), **counts(truth, taken),
            'rocAuc': metrics.roc_auc_score(truth, scores, average='macro'),
            'ndcg': metrics.ndcg_score(gains, scores), 'ndcg4': metrics.ndcg_score(gains, scores, k=4),
            'recall4': float(np.mean([row[:4].sum() / row.sum() for row in wanted if row.sum() > 0])),
            'mrr': float(np.mean([1 / (np.argmax(row) + 1) if row.any() else 0 for row in wanted]))}


entries = {
    'scikit-learn': sklearn.__version__,
    'classes': [classes(40, 5, 5), classes(30, 7, 4), classes(25, 2, 2)],
    'binary': [binary(50)],
    'labels': [labels(30, 6)],
}
with open(os.path.join(DIRECTORY, 'metrics.json'), 'w') as file:
    lines = [f'"{name}": {json.dumps(entry)}' for name, entry in entries.items()]
    file.write('{\n' + ',\n'.join(lines) + '\n}\n')
