"""Inputs that every peer makes alike (workloads/inputs.ts), and what is needed to run a workload over and over."""

import numpy as np
import torch

ROTATION = 16
PIECE = 1 << 20


def hashed(n, seed, start=0):
    x = np.arange(start, start + n, dtype=np.uint32) * np.uint32(0x9E3779B1) + np.uint32((seed * 0x85EBCA6B) & 0xFFFFFFFF)
    x ^= x >> np.uint32(15)
    x *= np.uint32(0x2C1B3C6D)
    x ^= x >> np.uint32(12)
    return x


def fill(out, seed, scale=1.0):
    """Fills a tensor where it lies, piece by piece: temporaries as large as a table would count as its memory."""
    flat = out.detach().reshape(-1).numpy()
    for start in range(0, len(flat), PIECE):
        part = flat[start : start + PIECE]
        part[:] = (hashed(len(part), seed, start).astype(np.float64) / 2147483648.0 - 1.0) * scale


def floats(n, seed, scale=1.0):
    out = torch.empty(n)
    fill(out, seed, scale)
    return out


def integers(n, seed, bound):
    return torch.from_numpy((hashed(n, seed) % np.uint32(bound)).astype(np.int64))


def fingerprint(t):
    values = t.detach().reshape(-1).double()
    picks = [values[(k * (len(values) - 1)) // 3].item() for k in range(4)]
    return [len(values), values.sum().item(), values.abs().sum().item(), *picks]


def cycle(make):
    sets = [make(k + 1) for k in range(ROTATION)]
    state = {"next": 0}

    def take():
        value = sets[state["next"] % ROTATION]
        state["next"] += 1
        return value

    return take


def matrix(rows, columns, seed, scale=1.0):
    return floats(rows * columns, seed, scale).reshape(rows, columns)


def fill_parameters(module, scale=0.1):
    with torch.no_grad():
        for k, p in enumerate(module.parameters()):
            fill(p, 100 + k, scale)


def evaluates(inputs, apply):
    """A workload without gradients, on one set of inputs after the other."""
    last = {}

    def run():
        with torch.no_grad():
            last["out"] = apply(inputs())

    return run, lambda: fingerprint(last["out"])


def table_gradient(parameter):
    """The gradient of a table, dense or as the sums of its rows."""
    grad = parameter.grad
    return fingerprint(grad.coalesce().values() if grad.is_sparse else grad)
