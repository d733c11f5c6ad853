"""One workload in PyTorch, in a process of its own: the twin of workloads/lutra_process.ts.

Reads {"workload", "threads", "seconds"} from its argument and prints one JSON line: samples in microseconds, and the
fingerprint of the first result. Optimizers run with fused=True where that is faster (Adam and SGD on dense gradients).
"""

import json
import resource
import sys
import time

import numpy as np
import torch
from torch import nn
from torch_inputs import (
    cycle,
    evaluates,
    fill,
    fill_parameters,
    fingerprint,
    floats,
    integers,
    matrix,
    table_gradient,
)
from torch_operations import operation, step_projection


def lookup_with(backward, sparse, padding_idx=None):
    def make(p):
        embedding = nn.Embedding(p["rows"], p["dim"], sparse=sparse, padding_idx=padding_idx)
        with torch.no_grad():
            fill(embedding.weight, 1)
        ids = cycle(lambda seed: integers(p["count"], seed, p["rows"]))
        if not backward:
            return evaluates(ids, embedding)
        upstream = matrix(p["count"], p["dim"], 2)

        def run():
            embedding.weight.grad = None
            embedding(ids()).backward(upstream)

        return run, lambda: table_gradient(embedding.weight)

    return make


def recurrent_with(kind, train):
    def make(p):
        layer = kind(p["input"], p["hidden"], batch_first=True)
        fill_parameters(layer)
        shape = (p["batch"], p["steps"], p["input"])
        xs = cycle(lambda seed: floats(shape[0] * shape[1] * shape[2], seed).reshape(shape))
        if not train:
            return evaluates(xs, lambda x: layer(x)[0])
        upstream = floats(p["batch"] * p["steps"] * p["hidden"], 77).reshape(p["batch"], p["steps"], p["hidden"])

        def run():
            layer.zero_grad()
            layer(xs().detach().requires_grad_())[0].backward(upstream)

        return run, lambda: fingerprint(next(layer.parameters()).grad)

    return make


def convolution_with(train, apply=lambda layer, x: layer(x)):
    def make(p):
        layer = nn.Conv1d(p["input"], p["outputs"], p["kernel"])
        fill_parameters(layer)
        shape = (p["batch"], p["input"], p["steps"])
        xs = cycle(lambda seed: floats(shape[0] * shape[1] * shape[2], seed).reshape(shape))
        if not train:
            return evaluates(xs, lambda x: apply(layer, x))
        state = {"upstream": None}

        def run():
            layer.zero_grad()
            out = apply(layer, xs().detach().requires_grad_())
            if state["upstream"] is None:
                state["upstream"] = floats(out.numel(), 77).reshape(out.shape)
            out.backward(state["upstream"])

        return run, lambda: fingerprint(layer.weight.grad)

    return make


def max_over_time(layer, x):
    features = torch.relu(layer(x))
    return nn.functional.max_pool1d(features, features.shape[2])


class CharLM(nn.Module):
    def __init__(self, vocabulary, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocabulary)

    def forward(self, x):
        output, _ = self.lstm(self.embedding(x))
        return self.fc(output[:, -1])


class Classifier(nn.Module):
    def __init__(self, rows, dim, classes, sparse):
        super().__init__()
        self.embedding = nn.Embedding(rows, dim, sparse=sparse)
        self.fc = nn.Linear(dim, classes)

    def forward(self, x):
        return self.fc(self.embedding(x).mean(1))


class Transfer(nn.Module):
    def __init__(self, table, hidden, classes, freeze):
        super().__init__()
        self.embedding = nn.Embedding.from_pretrained(table, freeze=freeze)
        self.lstm = nn.LSTM(table.shape[1], hidden, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        _, (h, _) = self.lstm(self.embedding(x))
        return self.fc(h[-1])


class WordLM(nn.Module):
    def __init__(self, vocabulary, dim, hidden):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, dim)
        self.lstm = nn.LSTM(dim, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, vocabulary)

    def forward(self, x):
        output, _ = self.lstm(self.embedding(x))
        return self.fc(output).reshape(-1, self.fc.out_features)


def training(model, optimizers, batch):
    criterion = nn.CrossEntropyLoss()
    losses = []

    def run():
        x, y = batch()
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        for optimizer in optimizers:
            optimizer.step()
        value = loss.item()
        if len(losses) < 3:
            losses.append(value)

    return run, lambda: losses


def batches(shape, bound, labels, classes):
    n = int(np.prod(shape))
    return cycle(lambda seed: (integers(n, seed, bound).reshape(shape), integers(labels, seed + 50, classes)))


def step_classifier(p):
    sparse = p["optimizer"] != "adam"
    model = Classifier(p["rows"], p["dim"], p["classes"], sparse)
    fill_parameters(model)
    if p["optimizer"] == "adam":
        optimizers = [torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)]
    elif p["optimizer"] == "sparseAdam":
        optimizers = [
            torch.optim.SparseAdam([model.embedding.weight], lr=1e-3),
            torch.optim.Adam(model.fc.parameters(), lr=1e-3, fused=True),
        ]
    else:
        optimizers = [torch.optim.SGD(model.parameters(), lr=0.1)]
    return training(model, optimizers, batches((p["batch"], p["steps"]), p["rows"], p["batch"], p["classes"]))


def step_char_lm(p):
    model = CharLM(p["vocabulary"], p["dim"], p["hidden"])
    fill_parameters(model)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    shape = (p["batch"], p["steps"])
    return training(model, [optimizer], batches(shape, p["vocabulary"], p["batch"], p["vocabulary"]))


def step_transfer(p):
    model = Transfer(matrix(p["rows"], p["dim"], 5), p["hidden"], p["classes"], p["frozen"] == 1)
    fill_parameters(model)
    trained = [q for q in model.parameters() if q.requires_grad]
    optimizer = torch.optim.Adam(trained, lr=1e-3, fused=True)
    return training(model, [optimizer], batches((p["batch"], p["steps"]), p["rows"], p["batch"], p["classes"]))


def step_word_lm(p):
    model = WordLM(p["vocabulary"], p["dim"], p["hidden"])
    fill_parameters(model)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=True)
    shape = (p["batch"], p["steps"])
    return training(model, [optimizer], batches(shape, p["vocabulary"], shape[0] * shape[1], p["vocabulary"]))


def bag(p):
    # The largest values have no sparse gradient.
    layer = nn.EmbeddingBag(p["rows"], p["dim"], mode=p["mode"], sparse=p["mode"] != "max")
    with torch.no_grad():
        fill(layer.weight, 1)
    ids = cycle(lambda seed: integers(p["bags"] * p["length"], seed, p["rows"]).reshape(p["bags"], p["length"]))
    upstream = matrix(p["bags"], p["dim"], 2)

    def run():
        layer.weight.grad = None
        layer(ids()).backward(upstream)

    return run, lambda: table_gradient(layer.weight)


def index_add(p):
    table = matrix(p["rows"], p["dim"], 1)
    values = matrix(p["count"], p["dim"], 2)
    ids = cycle(lambda seed: integers(p["count"], seed, p["rows"]))
    return lambda: table.index_add_(0, ids(), values), lambda: fingerprint(table.reshape(-1)[:10_000])


def matmul(p):
    right = matrix(p["K"], p["N"], 99)
    return evaluates(cycle(lambda seed: matrix(p["M"], p["K"], seed)), lambda left: left @ right)


def cross_entropy(p):
    logits = cycle(lambda seed: matrix(p["rows"], p["width"], seed, 5.0).requires_grad_())
    targets = integers(p["rows"], 7, p["width"])
    criterion = nn.CrossEntropyLoss()
    last = {}

    def run():
        x = logits()
        criterion(x, targets).backward()
        last["grad"] = x.grad
        x.grad = None

    return run, lambda: fingerprint(last["grad"])


def normalisation_with(kind):
    def make(p):
        norm = kind(p["width"])
        xs = cycle(lambda seed: matrix(p["rows"], p["width"], seed, 2.0).requires_grad_())
        upstream = matrix(p["rows"], p["width"], 3)
        last = {}

        def run():
            x = xs()
            norm.zero_grad()
            norm(x).backward(upstream)
            last["grad"] = x.grad
            x.grad = None

        return run, lambda: fingerprint(last["grad"])

    return make


def elementwise(apply):
    return lambda p: evaluates(cycle(lambda seed: floats(p["n"], seed, 3.0)), apply)


def dropout(p):
    """Masks are random: only the shape is compared."""
    run, result = elementwise(lambda x: nn.functional.dropout(x, 0.5, True))(p)
    return run, lambda: result()[:1]


def updates(optimizer_of):
    def make(p):
        parameter = nn.Parameter(floats(p["n"], 1))
        parameter.grad = floats(p["n"], 2)
        optimizer = optimizer_of(parameter)
        return optimizer.step, lambda: fingerprint(parameter)

    return make


MAKERS = {
    "operation": operation,
    "lookup": lookup_with(False, False),
    "lookupDense": lookup_with(True, False),
    "lookupSparse": lookup_with(True, True),
    "lookupPadded": lookup_with(True, True, 0),
    "convForward": convolution_with(False),
    "convTrain": convolution_with(True),
    "convMax": convolution_with(True, max_over_time),
    "lstmForward": recurrent_with(nn.LSTM, False),
    "lstmTrain": recurrent_with(nn.LSTM, True),
    "gruForward": recurrent_with(nn.GRU, False),
    "gruTrain": recurrent_with(nn.GRU, True),
    "rnnForward": recurrent_with(nn.RNN, False),
    "rnnTrain": recurrent_with(nn.RNN, True),
    "bag": bag,
    "indexAdd": index_add,
    "matmul": matmul,
    "stepCharLm": step_char_lm,
    "stepClassifier": step_classifier,
    "stepTransfer": step_transfer,
    "stepWordLm": step_word_lm,
    "stepProjection": step_projection,
    "crossEntropy": cross_entropy,
    "layerNorm": normalisation_with(nn.LayerNorm),
    "batchNorm": normalisation_with(nn.BatchNorm1d),
    "adam": updates(lambda q: torch.optim.Adam([q], lr=1e-3, fused=True)),
    "sgd": updates(lambda q: torch.optim.SGD([q], lr=1e-3, fused=True)),
    "adamW": updates(lambda q: torch.optim.AdamW([q], lr=1e-3, fused=True)),
    "momentum": updates(lambda q: torch.optim.SGD([q], lr=1e-3, momentum=0.9, fused=True)),
    "rmsprop": updates(lambda q: torch.optim.RMSprop([q], lr=1e-3)),
    "adagrad": updates(lambda q: torch.optim.Adagrad([q], lr=1e-3, fused=True)),
    "amsgrad": updates(lambda q: torch.optim.Adam([q], lr=1e-3, amsgrad=True, fused=True)),
    "gelu": elementwise(nn.functional.gelu),
    "tanh": elementwise(torch.tanh),
    "dropout": dropout,
}


def peak_memory():
    """As workloads/memory.ts: ru_maxrss starts at what the parent held when it forked."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main():
    job = json.loads(sys.argv[1])
    torch.set_num_threads(job["threads"])
    maker = MAKERS.get(job["workload"]["kind"])
    if maker is None:
        print(json.dumps({"unsupported": ""}))
        return
    run, result = maker(job["workload"]["params"])
    run()
    first = result()
    seconds = job["seconds"]
    warm_until = time.perf_counter() + job["warmUp"]
    i = 0
    while i < 3 or time.perf_counter() < warm_until:
        run()
        i += 1
    samples = []
    until = time.perf_counter() + seconds
    while len(samples) < 3 or (time.perf_counter() < until and len(samples) < 20_000):
        start = time.perf_counter()
        run()
        samples.append((time.perf_counter() - start) * 1e6)
    rss = peak_memory()
    kernels = torch.backends.cpu.get_cpu_capability()
    print(json.dumps({"samples": samples, "fingerprint": first, "rss": rss, "kernels": kernels}))


main()
