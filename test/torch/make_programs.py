"""The reference programs about tables and vocabularies, as a reader of PyTorch's tutorials writes them. Run through
make_all.py.

Weights come from the generator, so that the tests start from the same ones; each entry holds what PyTorch gave. The
programs that train are in training_programs.py.
"""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.utils.rnn import pad_sequence

import training_programs
from fixtures import array, integers, uniform, write

PARAGRAPH = (
    'the otter lives in the river and along quiet shores . it hunts fish , crabs and frogs at dawn . when winter comes '
    'the otter slides over snow and ice , plays with her cubs , and sleeps in a warm den under old roots . people who '
    'watch her from far away seldom forget how silently and softly she swims downstream'
)


def filled(module, *rules):
    """The module with its parameters made by the generator, in the order of named_parameters."""
    with torch.no_grad():
        for parameter, rule in zip(module.parameters(), rules, strict=True):
            parameter.copy_(rule.tensor())
    return module


def four_animals():
    animals = ['cat', 'dog', 'elephant', 'otter']
    word_to_index = {word: index for index, word in enumerate(animals)}
    one_hot = F.one_hot(torch.arange(4), num_classes=4)
    one_hot_rows = {'animals': animals, 'printed': str(one_hot),
                    'rows': {word: str(one_hot[word_to_index[word]]) for word in animals},
                    'matrix': one_hot}

    weight = uniform(4, 2, seed=300, scale=2)
    embedding = filled(nn.Embedding(4, 2), weight)
    embedded = embedding(torch.arange(4))
    embedded_rows = {'weight': weight, 'layer': str(embedding), 'printed': str(embedded),
                     'rows': [str(embedded[i]) for i in range(4)],
                     'words': [str(embedding(torch.tensor(word_to_index[word]))) for word in animals],
                     'detached': str(embedded.detach()), 'parameter': str(embedding.weight)}
    write('program_animals', __file__, oneHotRows=one_hot_rows, embeddedRows=embedded_rows)


def three_words():
    words = ['king', 'queen', 'man']
    vectors = {word: F.one_hot(torch.tensor(index), num_classes=3) for index, word in enumerate(words)}
    one_hot_words = {'words': words, 'printed': {word: str(vector) for word, vector in vectors.items()},
                     'byHand': str(torch.tensor([[1, 0, 0], [0, 1, 0], [0, 0, 1]]))}

    weight = uniform(3, 5, seed=301)
    vector = filled(nn.Embedding(3, 5), weight)(torch.tensor(1))
    embedded_word = {'weight': weight, 'shape': list(vector.shape), 'vector': vector, 'printed': str(vector)}
    write('program_three_words', __file__, oneHotWords=one_hot_words, embeddedWord=embedded_word)


def embedding_layers():
    weight = uniform(10000, 300, seed=302, scale=3)
    embedding = filled(nn.Embedding(10000, 300), weight)
    one, bare = embedding(torch.tensor([5])), embedding(torch.tensor(9999))
    large_table = {'weight': weight, 'shape': list(one.shape), 'printed': str(one), 'bareShape': list(bare.shape),
                   'bare': bare}

    class Model(nn.Module):
        def __init__(self, batch_first):
            super().__init__()
            self.embedding = nn.Embedding(20, 6)
            self.lstm = nn.LSTM(6, 8, batch_first=batch_first)

        def forward(self, x):
            return self.lstm(self.embedding(x))

    rules = [uniform(20, 6, seed=303), uniform(32, 6, seed=304, scale=0.35), uniform(32, 8, seed=305, scale=0.35),
             uniform(32, seed=306, scale=0.35), uniform(32, seed=307, scale=0.35)]
    ids = integers(0, 20, 5, 3, seed=308)
    of_sequences = {'parameters': rules, 'ids': ids, 'model': str(Model(True))}
    for key, batch_first, x in (('sequenceFirst', False, ids.tensor()), ('batchFirst', True, ids.tensor().t())):
        output, (h, c) = filled(Model(batch_first), *rules)(x)
        of_sequences[key] = {'output': output, 'h': h, 'c': c}
    write('program_embedding_layers', __file__, largeTable=large_table, ofSequences=of_sequences)


def vocabularies():
    words = ['<pad>', '<unk>', 'the', 'otter', 'swims', 'in', 'a', 'cold', 'river', 'and', 'eats', 'fish']
    vocabulary = {word: index for index, word in enumerate(words)}
    sentence = ['the', 'otter', 'eats', 'the', 'salmon']
    weight = uniform(12, 512, seed=310, scale=2)
    embedding = filled(nn.Embedding(12, 512), weight)
    ids = torch.tensor([vocabulary.get(word, vocabulary['<unk>']) for word in sentence])
    embedded = embedding(ids)
    twelve_words = {'words': words, 'sentence': sentence, 'ids': ids, 'weight': weight,
                    'size': list(embedding.weight.data.size()),
                    'shape': list(embedded.shape), 'printed': str(embedded),
                    'firstAndFourthEqual': torch.equal(embedded[0], embedded[3])}

    tokens = PARAGRAPH.split()
    vocabulary = {special: index for index, special in enumerate(['<pad>', '<unk>', '<sos>', '<eos>'])}
    for word in tokens:
        vocabulary.setdefault(word, len(vocabulary))
    assert len(vocabulary) == 54, len(vocabulary)
    sentence = '<sos> the otter swims in the ocean <eos>'.split()
    weight = uniform(54, 10, seed=314, scale=2)
    embedding = filled(nn.Embedding(len(vocabulary), 10), weight)
    encoded = torch.tensor([vocabulary.get(word, 1) for word in sentence])
    assert 'e-' in str(embedding.weight), 'the matrix should print in scientific notation'
    paragraph_words = {'paragraph': PARAGRAPH, 'vocabulary': list(vocabulary), 'sentence': sentence,
                       'encoded': encoded.tolist(),
                       'weight': weight,
                       'layer': str(embedding), 'parameter': str(embedding.weight), 'matrix': str(embedding.weight.data),
                       'embedded': str(embedding(encoded))}
    write('program_vocabularies', __file__, twelveWords=twelve_words, paragraphWords=paragraph_words)


def embedding_tables():
    weight = uniform(10000, 100, seed=320, scale=2)
    table = weight.tensor()
    embedded = filled(nn.Embedding(10000, 100), weight)(torch.tensor([1, 5, 9, 9999]))
    four_words = {'weight': weight, 'shape': list(embedded.shape), 'printed': str(embedded)}

    small = uniform(5, 4, seed=321)
    embedding = filled(nn.Embedding(5, 4), small)
    vocabulary = {'<OOV>': 0, 'otter': 1, 'river': 2, 'fish': 3, 'swim': 4}
    small_table = {'weight': small, 'vector': embedding(torch.tensor(2)).detach().tolist(),
                   'matrix': embedding.weight.tolist()}
    sentence = ['otter', 'swim', 'quickly', 'river', 'banana']
    ids = [vocabulary.get(word, vocabulary['<OOV>']) for word in sentence]
    unknown_words = {'weight': small, 'words': list(vocabulary), 'sentence': sentence, 'ids': ids,
                     'vectors': embedding(torch.tensor(ids))}

    class SimpleTextClassifier(nn.Module):
        def __init__(self, vocab_size, embedding_dim, num_classes):
            super().__init__()
            self.embedding = nn.Embedding(vocab_size, embedding_dim)
            self.fc = nn.Linear(embedding_dim, num_classes)

        def forward(self, x):
            return self.fc(self.embedding(x).mean(dim=1))

    rules = [weight, uniform(5, 100, seed=322, scale=0.1), uniform(5, seed=323, scale=0.1)]
    model, batch = filled(SimpleTextClassifier(10000, 100, 5), *rules), integers(0, 10000, 32, 20, seed=324)
    output = model(batch.tensor())
    classifier = {'parameters': rules, 'batch': batch, 'model': str(model), 'shape': list(output.shape), 'output': output}

    pretrained = nn.Embedding.from_pretrained(table)
    pretrained_table = {'weight': weight, 'requiresGrad': pretrained.weight.requires_grad,
                        'sharesMemory': pretrained.weight.data_ptr() == table.data_ptr(), 'layer': str(pretrained),
                        'vector': pretrained(torch.tensor(7)), 'printedTail': str(pretrained(torch.tensor([7])))[-30:]}

    large, many = uniform(100000, 300, seed=325), integers(0, 100000, 10000, seed=326)
    looked_up = F.embedding(many.tensor(), large.tensor())
    many_vectors = {'weight': large, 'ids': many, 'shape': list(looked_up.shape), 'sample': looked_up[::1000, ::100]}

    sequences = [integers(1, 100, length, seed=330 + length) for length in (5, 3, 7)]
    padded = pad_sequence([sequence.tensor() for sequence in sequences], batch_first=True, padding_value=0)
    mask = padded != 0
    weight9 = uniform(100, 50, seed=327)
    embedded = filled(nn.Embedding(100, 50, padding_idx=0), weight9)(padded)
    masked = embedded * mask.unsqueeze(-1)
    padded_sequences = {'weight': weight9, 'sequences': sequences, 'padded': str(padded), 'mask': str(mask),
                        'layer': str(nn.Embedding(100, 50, padding_idx=0)),
                        'shapes': [list(padded.shape), list(embedded.shape), list(masked.shape)], 'maskedSum': masked.sum(dim=2),
                        'printed': str(masked)}

    tables = []
    for rows in (1000, 10000, 100000):
        full = nn.Embedding(rows, 300).weight
        half = full.detach().half()
        tables.append({'rows': rows, 'bytes': full.nelement() * full.element_size(),
                       'halfBytes': half.nelement() * half.element_size(),
                       'megabytes': f'{full.nelement() * full.element_size() / 1024**2:.2f} MB'})
    edges = torch.tensor([1.0, 1.0009765625, 1.00048828125, 65504.0, 65519.0, 65520.0, 6e-8, 2.9e-8, -0.0, 0.1, 1 / 3,
                          float('inf'), 3.38e38])
    row = uniform(3, 300, seed=328, scale=2)
    table_memory = {'tables': tables, 'edges': edges, 'edgesHalf': edges.half().float(),
                    'edgesBfloat16': edges.bfloat16().float(),
                    'row': row, 'rowHalf': row.tensor().half().float(), 'rowBfloat16': row.tensor().bfloat16().float(),
                    'printedHalf': str(row.tensor()[0, :5].half()), 'printedBfloat16': str(row.tensor()[0, :5].bfloat16())}
    write('program_embedding_tables', __file__, fourWords=four_words, smallTable=small_table, unknownWords=unknown_words,
          classifier=classifier, pretrainedTable=pretrained_table, manyVectors=many_vectors,
          paddedSequences=padded_sequences, tableMemory=table_memory)


if __name__ == '__main__':
    four_animals()
    three_words()
    embedding_layers()
    vocabularies()
    embedding_tables()
    training_programs.write_all()
