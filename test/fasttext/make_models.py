"""Models that Debian's fasttext trained, and what it answers of them: test/vectors/fixtures/fasttext.

    python3 test/fasttext/make_models.py        (Debian: apt-get install fasttext python3-gensim)
"""
import json
import os
import random
import struct
import subprocess

import gensim
from gensim.models.fasttext import load_facebook_vectors

folder = os.path.join(os.path.dirname(__file__), '..', 'vectors', 'fixtures', 'fasttext')
os.makedirs(folder, exist_ok=True)
draw = random.Random(11)

topics = {
    'sea': 'ship sail harbour wave anchor tide sailor fishing naïve Küste море'.split(),
    'city': 'street tower market crowd station traffic citizen building 東京 café'.split(),
    'wood': 'forest tree leaf mushroom squirrel branches hunter clearing Wälder дерево'.split(),
}
common = 'the of and in to a was that it'.split()


def sentence(topic):
    return ' '.join(draw.choice(common if draw.random() < 0.4 else topics[topic]) for _ in range(draw.randint(4, 10)))


def lines(count):
    names = list(topics)
    out = []
    for k in range(count):
        topic = names[k % 3]
        labels = f'__label__{topic}' + (f' __label__{names[(k + 1) % 3]}' if k % 7 == 0 else '')
        out.append(f'{labels} {sentence(topic)}')
    return out


def path(name):
    return os.path.join(folder, name)


def write(name, text):
    with open(path(name), 'w') as out:
        out.write('\n'.join(text) + '\n')


def run(*args, stdin=''):
    result = subprocess.run(['fasttext', *map(str, args)], input=stdin, capture_output=True, text=True, check=True)
    return result.stdout


labelled = lines(300)
write('train.txt', labelled)
write('valid.txt', lines(60))
write('text.txt', [' '.join(w for w in line.split() if not w.startswith('__label__')) for line in labelled])
many = [f'__label__{k % 260} item{k % 260} {sentence("sea")} thing{k % 13}' for k in range(520)]
write('many.txt', many)


def train(command, name, source, *options):
    run(command, '-input', path(source), '-output', path(name), '-thread', 1, '-verbose', 0, *options)
    os.remove(path(name + '.vec'))


train('skipgram', 'skipgram', 'text.txt', '-dim', 6, '-bucket', 100, '-minn', 2, '-maxn', 4, '-minCount', 2)
train('cbow', 'cbow', 'text.txt', '-dim', 5, '-bucket', 60, '-loss', 'hs', '-minCount', 1)
train('cbow', 'plain', 'text.txt', '-dim', 5, '-maxn', 0, '-minCount', 1)
train('supervised', 'softmax', 'train.txt', '-dim', 6, '-bucket', 300, '-wordNgrams', 2, '-epoch', 20, '-lr', 0.5)
train('supervised', 'ova', 'train.txt', '-dim', 6, '-bucket', 100, '-wordNgrams', 3, '-minn', 2, '-maxn', 3, '-minCount', 9,
      '-loss', 'ova', '-epoch', 20, '-lr', 0.5)
train('supervised', 'hs', 'train.txt', '-dim', 6, '-loss', 'hs', '-epoch', 20, '-lr', 0.5)
train('supervised', 'ns', 'train.txt', '-dim', 6, '-loss', 'ns', '-epoch', 20, '-lr', 0.5)
# A model is quantised beside its own .bin.
train('supervised', 'quantized', 'train.txt', '-dim', 7, '-bucket', 400, '-wordNgrams', 2, '-epoch', 20, '-lr', 0.5)
run('quantize', '-input', path('train.txt'), '-output', path('quantized'), '-dsub', 2)
os.rename(path('quantized.ftz'), path('plain_codes.ftz'))
run('quantize', '-input', path('train.txt'), '-output', path('quantized'), '-qnorm', '-cutoff', 300, '-dsub', 3)
os.rename(path('quantized.ftz'), path('pruned.ftz'))
os.remove(path('quantized.bin'))
train('supervised', 'many', 'many.txt', '-dim', 4, '-bucket', 300, '-wordNgrams', 2, '-epoch', 20, '-lr', 1)
run('quantize', '-input', path('many.txt'), '-output', path('many'), '-qnorm', '-qout')
os.remove(path('many.bin'))


def old(name, target):
    """A file of the time before the mark: without it, without pruning, and without the flags of quantised tables."""
    with open(path(name), 'rb') as file:
        data = file.read()
    head = data[8:64]
    size, = struct.unpack_from('<i', data, 64)
    at = 92
    for _ in range(size):
        at = data.index(b'\0', at) + 10
    entries = data[92:at]
    rows, dim = struct.unpack_from('<qq', data, at + 1)
    end = at + 1 + 16 + 4 * rows * dim
    with open(path(target), 'wb') as file:
        file.write(head + data[64:84] + entries + data[at + 1:end] + data[end + 1:])


old('skipgram.bin', 'old.bin')

words = ['ship', 'море', '東京', 'the', '</s>', 'unseen', 'sailors', 'x', 'Küsten']
texts = ['the ship in the harbour', 'unseen words of 東京', 'a leaf and a sail was it', '', 'x']
unsupervised = ['skipgram.bin', 'cbow.bin', 'plain.bin']
supervised = ['softmax.bin', 'ova.bin', 'hs.bin', 'ns.bin', 'plain_codes.ftz', 'pruned.ftz', 'many.ftz']
answers = {'words': words, 'texts': texts, 'models': {}}
for name in unsupervised + supervised:
    answer = {'vectors': {}, 'sentences': []}
    for line in run('print-word-vectors', path(name), stdin='\n'.join(words) + '\n').splitlines():
        word, *numbers = line.split()
        answer['vectors'][word] = [float(x) for x in numbers]
    sentences = run('print-sentence-vectors', path(name), stdin='\n'.join(texts) + '\n')
    answer['sentences'] = [[float(x) for x in line.split()] for line in sentences.splitlines()]
    if name in supervised:
        source = 'many.txt' if name == 'many.ftz' else 'valid.txt'
        predicted = run('predict-prob', path(name), '-', 3, stdin='\n'.join(texts) + '\n').split('\n')
        answer['predictions'] = [line.split() for line in predicted[:len(texts)]]
        answer['atLeast'] = [line.split() for line in run('predict-prob', path(name), '-', -1, 0.4,
                                                         stdin='\n'.join(texts) + '\n').split('\n')[:len(texts)]]
        for k in (1, 2):
            answer[f'test{k}'] = [line.split()[-1] for line in run('test', path(name), path(source), k).splitlines()[:3]]
    answers['models'][name] = answer
vectors = load_facebook_vectors(path('skipgram.bin'))
answers['gensim'] = {'version': gensim.__version__,
                     'mostSimilar': [[key, float(x)] for key, x in vectors.most_similar('sailors', topn=5)]}
with open(path('answers.json'), 'w') as out:
    json.dump(answers, out)
