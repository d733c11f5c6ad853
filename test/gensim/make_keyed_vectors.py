"""What gensim answers about a few random vectors: test/vectors/fixtures/gensim.json and files that gensim wrote.

    python3 test/gensim/make_keyed_vectors.py        (Debian: apt-get install python3-gensim)
"""
import json
import os

import gensim
import numpy
from gensim.models import KeyedVectors

folder = os.path.join(os.path.dirname(__file__), '..', 'vectors', 'fixtures')
random = numpy.random.RandomState(7)
words = [f'w{k}' for k in range(40)] + ['naïve', '東京', 'New']
vectors = random.randn(len(words), 8).astype(numpy.float32)
table = KeyedVectors(8)
table.add_vectors(words, vectors)
table.save_word2vec_format(os.path.join(folder, 'gensim.bin'), binary=True)
table.save_word2vec_format(os.path.join(folder, 'gensim.txt'), binary=False)


def pairs(found):
    return [[key, float(value)] for key, value in found]


pair_list = [(f'w{k}', f'W{(k * 7 + 3) % 40}', float((k * 13) % 11)) for k in range(30)] + [('w1', 'absent', 1.0)]
pair_file = os.path.join(folder, 'pairs.tsv')
with open(pair_file, 'w') as out:
    out.write('# word\tword\tscore\n' + ''.join(f'{a}\t{b}\t{s}\n' for a, b, s in pair_list))
question_file = os.path.join(folder, 'questions.txt')
with open(question_file, 'w') as out:
    for section in range(2):
        out.write(f': section {section}\n')
        for k in range(12):
            a, b, c = f'w{k + section}', f'w{(3 * k + 1) % 40}', f'W{(5 * k + 2) % 40}'
            if len({a, b, c.lower()}) < 3:
                continue
            answer = table.most_similar(positive=[b, c.lower()], negative=[a], topn=2)[k % 2][0]
            out.write(f'{a} {b} {c} {answer}\n')
        out.write('w1 w2 w3 absent\n')
pearson, spearman, oov = table.evaluate_word_pairs(pair_file)
accuracy, sections = table.evaluate_word_analogies(question_file)

answers = {
    'gensim': gensim.__version__,
    'vectors': [[float(x) for x in row] for row in vectors],
    'words': words,
    'mostSimilar': pairs(table.most_similar('w3', topn=5)),
    'weighted': pairs(table.most_similar(positive=[('w3', 0.5), 'w4'], negative=['w5'], topn=5)),
    'restricted': pairs(table.most_similar(positive=['w3'], topn=5, restrict_vocab=20)),
    'byVector': pairs(table.most_similar(positive=[vectors[6] * 3], topn=5)),
    'cosmul': pairs(table.most_similar_cosmul(positive=['w3', 'w4'], negative=['w5'], topn=5)),
    'similarity': float(table.similarity('w1', 'w2')),
    'nSimilarity': float(table.n_similarity(['w1', 'w2'], ['w3', 'w4', 'w5'])),
    'doesntMatch': table.doesnt_match(['w1', 'w2', 'w3', 'w9']),
    'rank': int(table.rank('w1', 'w2')),
    'closerThan': table.closer_than('w1', 'w2'),
    'meanVector': [float(x) for x in table.get_mean_vector(['w1', 'w2', 'w3'], weights=[1, 2, -1])],
    'pairs': {'pearson': float(pearson[0]), 'spearman': float(spearman[0]), 'oov': float(oov)},
    'analogies': {
        'accuracy': float(accuracy),
        'sections': [[s['section'], len(s['correct']), len(s['correct']) + len(s['incorrect'])] for s in sections[:-1]],
    },
}
with open(os.path.join(folder, 'gensim.json'), 'w') as out:
    json.dump(answers, out)
    out.write('\n')
