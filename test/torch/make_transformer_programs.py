"""The reference programs with a Transformer, as a reader of PyTorch's tutorials writes them. Run through make_all.py.

All start with torch.manual_seed(0), so that weights, dropout and drawn tokens are those its reader sees.
"""

import math

import torch
import torch.nn.functional as F
from torch import nn

from fixtures import array, write

SENTENCES = ['the otter sat on the bank of the river', 'she keeps her money in the bank in town', 'the otter sat on the bank of the lake']
TEXT = ('the young otter swims down the cold river . she dives under the ice and comes up with a silver fish . '
        'her cubs wait on the bank and call for her . ')


class PositionalEncoding(nn.Module):
    """As in PyTorch's tutorial on language models."""

    def __init__(self, d_model, dropout=0.1, max_len=5000):
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer('pe', pe)

    def forward(self, x):
        x = x + self.pe[: x.size(0)]
        return self.dropout(x)


def contextual_embeddings():
    words = {word: i for i, word in enumerate(dict.fromkeys(' '.join(SENTENCES).split()))}
    ids = torch.tensor([[words[word] for word in sentence.split()] for sentence in SENTENCES])

    class ContextualEncoder(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(len(words), 16)
            self.positions = PositionalEncoding(16, dropout=0.0, max_len=16)
            layer = nn.TransformerEncoderLayer(16, 4, dim_feedforward=32, dropout=0.0, activation='gelu')
            self.encoder = nn.TransformerEncoder(layer, 2)

        def forward(self, ids):
            return self.encoder(self.positions(self.embedding(ids.t()))).transpose(0, 1)

    torch.manual_seed(0)
    model = ContextualEncoder()
    vectors = model(ids)
    banks = [vectors[i, sentence.split().index('bank')] for i, sentence in enumerate(SENTENCES)]
    similarity = [[F.cosine_similarity(a, b, dim=0).item() for b in banks] for a in banks]
    write('program_contextual_embeddings', __file__, sentences=SENTENCES, ids=ids, vectors=vectors, similarity=similarity)


def positions():
    entries = {}
    for size in (4, 16, 512):
        pe = PositionalEncoding(size).pe[:, 0]
        rows = [0, 1, 2, 10, 100, 999, 4999]
        entries[f'table{size}'] = {'rows': rows, 'values': pe[rows][:, : min(size, 24)]}
    torch.manual_seed(0)
    embedding, encoder = nn.Embedding(12, 16), PositionalEncoding(16)
    ids = torch.tensor([[2, 3], [5, 2], [2, 9], [11, 2], [2, 2]])
    trained = encoder(embedding(ids))
    encoder.eval()
    write('program_positions', __file__, **entries, ids=ids, training=trained, evaluation=encoder(embedding(ids)))


class LanguageModel(nn.Module):
    """A decoder-only Transformer whose output matrix is its embedding matrix."""

    def __init__(self, vocabulary, size, heads, layers, context, dropout):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, size)
        self.positions = nn.Embedding(context, size)
        layer = nn.TransformerEncoderLayer(size, heads, dim_feedforward=4 * size, dropout=dropout, activation='gelu',
                                           batch_first=True, norm_first=True)
        self.decoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(size), enable_nested_tensor=False)
        self.head = nn.Linear(size, vocabulary, bias=False)
        self.head.weight = self.embedding.weight
        nn.init.normal_(self.embedding.weight, std=0.1)
        nn.init.normal_(self.positions.weight, std=0.1)

    def forward(self, ids):
        length = ids.size(1)
        x = self.embedding(ids) + self.positions(torch.arange(length))
        mask = nn.Transformer.generate_square_subsequent_mask(length, dtype=x.dtype)
        return self.head(self.decoder(x, mask, is_causal=True))


def filtered(logits, temperature, top_k, top_p):
    logits = logits / temperature
    if top_k is not None:
        logits = logits.masked_fill(logits < logits.topk(top_k).values[-1], float('-inf'))
    if top_p is not None:
        ascending, order = logits.sort()
        drop = ascending.softmax(-1).cumsum(-1) <= 1 - top_p
        drop[-1] = False
        logits = logits.masked_fill(torch.zeros_like(drop).scatter(0, order, drop), float('-inf'))
    return logits


def decoder():
    characters = sorted(set(TEXT))
    ids = torch.tensor([characters.index(c) for c in TEXT])
    context, size = 32, 32
    starts = torch.arange(0, len(ids) - context)
    x = torch.stack([ids[s: s + context] for s in starts])
    y = torch.stack([ids[s + 1: s + context + 1] for s in starts])

    def train(dropout, steps, dtype=torch.float32):
        torch.manual_seed(0)
        model = LanguageModel(len(characters), size, 4, 2, context, dropout).to(dtype)
        optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = F.cross_entropy(model(x).flatten(0, 1), y.flatten())
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            losses.append(loss.item())
        return model, losses

    model, losses = train(0.0, 100)
    _, exact = train(0.0, 100, torch.float64)
    print('decoder: rounding', [max(abs(a - b) / b for a, b in zip(losses[:n], exact[:n])) for n in (10, 40, 70, 100)])
    _, dropout_losses = train(0.1, 20)
    model.eval()
    samples = []
    for temperature, top_k, top_p in ((0, None, None), (1.0, None, None), (0.8, 5, None), (1.0, None, 0.9), (1.2, 10, 0.8)):
        torch.manual_seed(1)
        text = ids[:10].tolist()
        with torch.no_grad():
            for _ in range(60):
                logits = model(torch.tensor([text[-context:]]))[0, -1]
                if temperature == 0:
                    text.append(logits.argmax().item())
                else:
                    weights = filtered(logits, temperature, top_k, top_p).softmax(-1)
                    text.append(torch.multinomial(weights, 1).item())
        samples.append({'temperature': temperature, 'topK': top_k, 'topP': top_p, 'text': ''.join(characters[i] for i in text)})
        print(samples[-1]['text'])
    print(f'decoder: loss {losses[0]:.4f} to {losses[-1]:.4f}; with dropout to {dropout_losses[-1]:.4f}')
    write('program_decoder', __file__, text=TEXT, context=context, losses=array(torch.tensor(losses)),
          dropoutLosses=array(torch.tensor(dropout_losses)), stateKeys=list(model.state_dict()), samples=samples)


if __name__ == '__main__':
    contextual_embeddings()
    positions()
    decoder()
