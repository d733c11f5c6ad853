"""The reference programs that train, one loss for every step. Run through make_all.py.

Each is run in float64 as well: where the two loss curves agree to well below the tests' tolerance, the program tells
a wrong gradient from rounding.
"""

import torch
from torch import nn

from fixtures import array, integers, uniform, write

STEPS = 100
LARGEST_ROUNDING = 4e-6

TEXT = 'the young otter swims down a cold river, catching big fish'
REVIEWS = [('i love this movie it is wonderful', 1), ('this was a terrible boring film', 0),
           ('what a great and moving story', 1)]


def load(model, rules, dtype):
    model.to(dtype)
    with torch.no_grad():
        for (name, parameter), rule in zip(model.named_parameters(), rules, strict=True):
            assert tuple(parameter.shape) == rule.shape, name
            parameter.copy_(rule.tensor())
    return model


def named(model, rules):
    return {name: rule for (name, _), rule in zip(model.named_parameters(), rules, strict=True)}


def train(model, optimizer, criterion, x, y, steps=STEPS):
    losses = []
    for _ in range(steps):
        optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def seeded(make_model, make_optimizer, criterion, x, y):
    """The losses of a program that starts, as its reader would, with torch.manual_seed(0)."""
    torch.manual_seed(0)
    model = make_model()
    return as_float32(train(model, make_optimizer(model.parameters()), criterion, x, y))


def as_float32(losses):
    return array(torch.tensor(losses, dtype=torch.float64).float())


def in_both_precisions(name, run):
    """run(dtype) gives its losses first; returns the float32 run after comparing the curves."""
    single, double = run(torch.float32), run(torch.float64)
    for curve, reference in zip(single['losses'], double['losses'], strict=True):
        worst = max(abs(a - b) / abs(b) for a, b in zip(curve, reference, strict=True))
        print(f'{name}: loss {curve[0]:.4f} to {curve[-1]:.6f}, rounding {worst:.1e}')
        assert worst < LARGEST_ROUNDING
    return single


class Averager(nn.Module):
    def __init__(self, vocabulary_size, embedding_dim, classes, padding_idx=None):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary_size, embedding_dim, padding_idx=padding_idx)
        self.fc = nn.Linear(embedding_dim, classes)

    def forward(self, x):
        return self.fc(self.embedding(x).mean(dim=1))


class Sentiment(Averager):
    def forward(self, x):
        return torch.sigmoid(super().forward(x)).squeeze(1)


class LastStep(nn.Module):
    """Embedding → LSTM → Linear on the last step: the character model; through the hidden state, transfer learning's."""

    def __init__(self, embedding, embedding_dim, hidden, classes):
        super().__init__()
        self.embedding = embedding
        self.lstm = nn.LSTM(embedding_dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        output, _ = self.lstm(self.embedding(x))
        return self.fc(output[:, -1, :])


class LastState(LastStep):
    def forward(self, x):
        _, (h, _) = self.lstm(self.embedding(x))
        return self.fc(h[-1])


def lstm_rules(input_size, hidden, seed):
    scale = hidden ** -0.5
    shapes = ((4 * hidden, input_size), (4 * hidden, hidden), (4 * hidden,), (4 * hidden,))
    return [uniform(*shape, seed=seed + i, scale=scale) for i, shape in enumerate(shapes)]


def token_average():
    rules = [uniform(50, 8, seed=400), uniform(10, 8, seed=401, scale=0.35), uniform(10, seed=402, scale=0.35)]
    x, y = integers(0, 50, 16, 6, seed=403), integers(0, 10, 16, seed=404)

    def run(dtype):
        model = load(Averager(50, 8, 10), rules, dtype)
        optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
        return {'model': model, 'losses': [train(model, optimizer, nn.CrossEntropyLoss(), x.tensor(), y.tensor())]}

    result = in_both_precisions('token average', run)
    write('program_token_average', __file__, parameters=named(result['model'], rules), x=x, y=y,
          losses=as_float32(result['losses'][0]),
          output=result['model'](x.tensor()),
          seededLosses=seeded(lambda: Averager(50, 8, 10),
                              lambda parameters: torch.optim.SGD(parameters, lr=0.1, momentum=0.9),
                              nn.CrossEntropyLoss(), x.tensor(), y.tensor()))


def sentiment():
    vocabulary = {'<pad>': 0}
    for review, _ in REVIEWS:
        for word in review.split():
            vocabulary.setdefault(word, len(vocabulary))
    longest = max(len(review.split()) for review, _ in REVIEWS)
    encoded = [[vocabulary[word] for word in review.split()] for review, _ in REVIEWS]
    x = torch.tensor([ids + [0] * (longest - len(ids)) for ids in encoded])
    y = [float(label) for _, label in REVIEWS]
    rules = [uniform(len(vocabulary), 10, seed=410), uniform(1, 10, seed=411, scale=0.3),
             uniform(1, seed=412, scale=0.3)]

    def run(dtype):
        model = load(Sentiment(len(vocabulary), 10, 1, padding_idx=0), rules, dtype)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        losses = train(model, optimizer, nn.BCELoss(), x, torch.tensor(y, dtype=dtype))
        return {'model': model, 'losses': [losses]}

    result = in_both_precisions('sentiment', run)
    write('program_sentiment', __file__, reviews=[review for review, _ in REVIEWS], labels=y, vocabulary=list(vocabulary),
          encoded=x,
          parameters=named(result['model'], rules), losses=as_float32(result['losses'][0]), output=result['model'](x),
          seededLosses=seeded(lambda: Sentiment(len(vocabulary), 10, 1, padding_idx=0),
                              lambda parameters: torch.optim.Adam(parameters, lr=0.01), nn.BCELoss(), x,
                              torch.tensor(y)))


def character_model():
    characters = sorted(set(TEXT))
    index = {character: i for i, character in enumerate(characters)}
    ids = [index[character] for character in TEXT]
    length = 10
    x = torch.tensor([ids[i:i + length] for i in range(len(ids) - length)])
    y = torch.tensor([ids[i + length] for i in range(len(ids) - length)])
    size = len(characters)
    rules = [uniform(size, 10, seed=420, scale=1.5), *lstm_rules(10, 20, seed=421),
             uniform(size, 20, seed=425, scale=0.22),
             uniform(size, seed=426, scale=0.22)]

    def run(dtype):
        model = load(LastStep(nn.Embedding(size, 10), 10, 20, size), rules, dtype)
        optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
        return {'model': model, 'losses': [train(model, optimizer, nn.CrossEntropyLoss(), x, y)]}

    result = in_both_precisions('characters', run)
    window, generated = ids[:length], ''
    margin = float('inf')
    with torch.no_grad():
        for _ in range(20):
            scores = result['model'](torch.tensor([window[-length:]]))[0]
            best, second = scores.topk(2).values.tolist()
            margin = min(margin, best - second)
            window.append(scores.argmax().item())
            generated += characters[window[-1]]
    print(f'characters: {size} characters, {x.shape[0]} windows, generates {generated!r}, closest decision {margin:.3f}')
    write('program_characters', __file__, text=TEXT, characters=characters, length=length,
          parameters=named(result['model'], rules),
          losses=as_float32(result['losses'][0]), generated=generated,
          seededLosses=seeded(lambda: LastStep(nn.Embedding(size, 10), 10, 20, size),
                              lambda parameters: torch.optim.Adam(parameters, lr=0.01), nn.CrossEntropyLoss(), x, y))


def transfer_learning():
    table = uniform(10000, 300, seed=430, scale=0.5)
    rules = [table, *lstm_rules(300, 128, seed=431), uniform(5, 128, seed=435, scale=0.088),
             uniform(5, seed=436, scale=0.088)]
    x, y = integers(0, 10000, 32, 20, seed=437), integers(0, 5, 32, seed=438)
    fine_tuning = 100

    def run(dtype):
        embedding = nn.Embedding.from_pretrained(table.tensor(), freeze=True)
        model = load(LastState(embedding, 300, 128, 5), rules, dtype)
        trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
        criterion = nn.CrossEntropyLoss()
        frozen = train(model, torch.optim.Adam(trained, lr=1e-4), criterion, x.tensor(), y.tensor())
        assert embedding.weight.grad is None
        untouched = torch.equal(embedding.weight, table.tensor().to(dtype))
        embedding.weight.requires_grad = True
        unfrozen = train(model, torch.optim.Adam(model.parameters(), lr=1e-4), criterion, x.tensor(), y.tensor(),
                         fine_tuning)
        moved = int((embedding.weight != table.tensor().to(dtype)).any(dim=1).sum())
        return {'model': model, 'losses': [frozen, unfrozen], 'untouched': untouched, 'rowsMoved': moved}

    result = in_both_precisions('transfer learning', run)
    write('program_transfer_learning', __file__, parameters=named(result['model'], rules), x=x, y=y,
          frozenLosses=as_float32(result['losses'][0]),
          untouchedWhileFrozen=result['untouched'], fineTuningLosses=as_float32(result['losses'][1]),
          rowsMoved=result['rowsMoved'],
          output=result['model'](x.tensor()))


def write_all():
    token_average()
    sentiment()
    character_model()
    transfer_learning()
