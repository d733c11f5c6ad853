"""The operations of workloads/operations.ts in PyTorch: the twin of workloads/lutra_operations.ts."""

import torch
from torch import nn
from torch.nn import functional as F

from torch_inputs import cycle, evaluates, fill_parameters, fingerprint, floats, integers, matrix


def trains(inputs, apply, result, module=None):
    state = {"upstream": None}

    def run():
        x = inputs()
        if module is not None:
            module.zero_grad()
        out = apply(x)
        if state["upstream"] is None:
            state["upstream"] = floats(out.numel(), 77).reshape(out.shape)
        out.backward(state["upstream"])
        state["grad"] = x.grad
        x.grad = None

    return run, lambda: result(state["grad"])


def add_row(p):
    row = floats(p["columns"], 3)
    return lambda x: x + row


def sub_column(p):
    column = floats(p["rows"], 3).reshape(-1, 1)
    return lambda x: x - column


def select_columns(p):
    index = integers(p["columns"] // 2, 5, p["columns"])
    return lambda x: x.index_select(1, index)


def gather_columns(p):
    index = integers(p["rows"] * 20, 5, p["columns"]).reshape(p["rows"], 20)
    return lambda x: x.gather(1, index)


def matvec(p):
    v = floats(p["columns"], 3)
    return lambda x: x @ v


def cosine_similarity(p):
    other = matrix(p["rows"], p["columns"], 3)
    return lambda x: F.cosine_similarity(x, other, dim=1)


def attention(p):
    def apply(x):
        heads = x.reshape(16, 8, 64, 32)
        return F.scaled_dot_product_attention(heads, heads, heads)

    return apply


def mse(p):
    target = matrix(p["rows"], p["columns"], 3)
    return lambda x: F.mse_loss(x, target)


def bce_with_logits(p):
    target = matrix(p["rows"], p["columns"], 3).abs()
    return lambda x: F.binary_cross_entropy_with_logits(x, target)


def cross_entropy_with(options):
    def make(p):
        criterion = nn.CrossEntropyLoss(**options(p["columns"]))
        targets = integers(p["rows"], 7, p["columns"])
        return lambda x: criterion(x, targets)

    return make


def plain(apply):
    return lambda p: apply


def multi_margin(p):
    targets = integers(p["rows"], 7, p["columns"])
    return lambda x: F.multi_margin_loss(x, targets)


def poisson_nll(p):
    target = matrix(p["rows"], p["columns"], 3, 9.0).abs()
    return lambda x: F.poisson_nll_loss(x, target, full=True)


def soft_margin(p):
    target = matrix(p["rows"], p["columns"], 3).sign()
    return lambda x: F.soft_margin_loss(x, target)


def scatters(reduce, dim):
    def make(p):
        bound = p["rows"] if dim == 0 else p["columns"]
        index = integers(p["rows"] * p["columns"], 5, bound).reshape(p["rows"], p["columns"])
        source = matrix(p["rows"], p["columns"], 6)
        return lambda x: x.scatter_reduce(dim, index, source, reduce)

    return make


def numbers(bound, apply):
    def make(p):
        values = integers(p["rows"] * p["columns"], 5, bound)
        return lambda x: apply(values)

    return make


def clamp_tensors(p):
    low, high = matrix(p["rows"], p["columns"], 3) - 1, matrix(p["rows"], p["columns"], 4) + 1
    return lambda x: x.clamp(low, high)


def atan2(p):
    other = matrix(p["rows"], p["columns"], 3)
    return lambda x: x.atan2(other)


ON_MATRICES = {
    "relu": plain(torch.relu),
    "add": plain(lambda x: x + x),
    "scale": plain(lambda x: x * 2),
    "clone": plain(torch.clone),
    "fourInARow": plain(lambda x: (torch.relu(x).add(x) * 2).sum()),
    "sigmoid": plain(torch.sigmoid),
    "exp": plain(torch.exp),
    "tanh": plain(torch.tanh),
    "gelu": plain(F.gelu),
    "silu": plain(F.silu),
    "dropout": plain(lambda x: F.dropout(x, 0.3, True)),
    "clamp": plain(lambda x: x.clamp(-1, 1)),
    "square": plain(lambda x: x.pow(2)),
    "log": plain(lambda x: x.abs().log()),
    "sin": plain(torch.sin),
    "greater": plain(lambda x: x.gt(0)),
    "where": plain(lambda x: torch.where(x.gt(0), x, x.neg())),
    "maskedFill": plain(lambda x: x.masked_fill(x.gt(0), 0)),
    "addRow": add_row,
    "subColumn": sub_column,
    "copyTransposed": plain(lambda x: x.t().contiguous()),
    "joinColumns": plain(lambda x: torch.cat([x, x], 1)),
    "narrowColumns": lambda p: lambda x: x.narrow(1, p["columns"] // 10, p["columns"] // 2).contiguous(),
    "selectColumns": select_columns,
    "gatherColumns": gather_columns,
    "matvec": matvec,
    "cosineSimilarity": cosine_similarity,
    "sum": plain(torch.sum),
    "sumRows": plain(lambda x: x.sum(0)),
    "sumColumns": plain(lambda x: x.sum(1)),
    "meanRows": plain(lambda x: x.mean(0)),
    "maxRows": plain(lambda x: x.max(0).values),
    "maxColumns": plain(lambda x: x.max(1).values),
    "argmax": plain(lambda x: x.argmax(1)),
    "std": plain(torch.std),
    "norm": plain(torch.norm),
    "softmax": plain(lambda x: x.softmax(1)),
    "cumsum": plain(lambda x: x.cumsum(1)),
    "sort": plain(lambda x: x.sort(1).values),
    "topk": plain(lambda x: x.topk(10, 1).values),
    "swapHeads": plain(lambda x: x.reshape(16, 64, 8, 16).transpose(1, 2).contiguous()),
    "attention": attention,
    "mse": mse,
    "bceWithLogits": bce_with_logits,
    "multiMargin": multi_margin,
    "poissonNll": poisson_nll,
    "softMargin": soft_margin,
    "scatterSum": scatters("sum", 1),
    "scatterSumRows": scatters("sum", 0),
    "scatterProd": scatters("prod", 1),
    "scatterMean": scatters("mean", 1),
    "scatterAmax": scatters("amax", 1),
    "scatterAmaxRows": scatters("amax", 0),
    "cumprod": plain(lambda x: (x * 0.001 + 1).cumprod(1)),
    "cumprodRows": plain(lambda x: (x * 0.001 + 1).cumprod(0)),
    "cummax": plain(lambda x: x.cummax(1).values),
    "cummaxRows": plain(lambda x: x.cummax(0).values),
    "uniqueConsecutive": numbers(4, lambda v: v.unique_consecutive()),
    "uniqueConsecutiveCounts": numbers(
        4, lambda v: v.unique_consecutive(return_inverse=True, return_counts=True)[2]
    ),
    "bincount": numbers(100, torch.bincount),
    "bincountMany": numbers(100_000, torch.bincount),
    "clampTensors": clamp_tensors,
    "atan2": atan2,
    "lgamma": plain(torch.lgamma),
    "nansum": plain(torch.nansum),
    "nansumRows": plain(lambda x: x.nansum(0)),
    "labelSmoothing": cross_entropy_with(lambda columns: {"label_smoothing": 0.1}),
    "ignoreIndex": cross_entropy_with(lambda columns: {"ignore_index": 0}),
    "classWeights": cross_entropy_with(lambda columns: {"weight": floats(columns, 4).abs()}),
}


def on_matrix(p):
    apply = ON_MATRICES[p["op"]](p)
    trained = p["train"] == 1
    inputs = cycle(lambda seed: matrix(p["rows"], p["columns"], seed, 3.0).requires_grad_(trained))
    if not trained:
        return evaluates(inputs, apply)
    # Masks are random: only the number of values is compared.
    return trains(inputs, apply, (lambda grad: [grad.numel()]) if p["op"] == "dropout" else fingerprint)


def product(stored, multiply):
    def make(p):
        shape_a, shape_b = stored(p)

        def fill(shape, seed):
            return floats(torch.Size(shape).numel(), seed).reshape(shape)

        b = fill(shape_b, 99)
        return evaluates(cycle(lambda seed: fill(shape_a, seed)), lambda a: multiply(a, b))

    return make


def sequences(batch, steps, width):
    return cycle(lambda seed: floats(batch * steps * width, seed).reshape(batch, steps, width).requires_grad_())


def linear(p):
    layer = nn.Linear(p["input"], p["output"])
    fill_parameters(layer)
    inputs = cycle(lambda seed: matrix(p["batch"], p["input"], seed).requires_grad_())
    return trains(inputs, layer, lambda grad: fingerprint(layer.weight.grad), layer)


def lstm(p):
    layer = nn.LSTM(
        p["input"],
        p["hidden"],
        num_layers=p["layers"],
        bidirectional=p["both"] == 1,
        proj_size=p["project"],
        batch_first=True,
    )
    fill_parameters(layer)
    return trains(sequences(p["batch"], p["steps"], p["input"]), lambda x: layer(x)[0], fingerprint, layer)


def multihead_attention(p):
    layer = nn.MultiheadAttention(p["dim"], p["heads"], batch_first=True)
    fill_parameters(layer)
    return trains(sequences(p["batch"], p["steps"], p["dim"]), lambda x: layer(x, x, x)[0], fingerprint, layer)


def transformer_layer(p):
    layer = nn.TransformerEncoderLayer(
        p["dim"], p["heads"], dim_feedforward=2 * p["dim"], batch_first=True, dropout=0.0
    )
    fill_parameters(layer)
    return trains(sequences(p["batch"], p["steps"], p["dim"]), layer, fingerprint, layer)


def ctc_loss(p):
    targets = integers(p["batch"] * p["labels"], 5, p["classes"] - 1).reshape(p["batch"], p["labels"]) + 1
    steps = torch.full((p["batch"],), p["steps"])
    labels = torch.full((p["batch"],), p["labels"])
    return trains(
        sequences(p["steps"], p["batch"], p["classes"]),
        lambda x: F.ctc_loss(x.log_softmax(2), targets, steps, labels),
        fingerprint,
    )


def step_projection(p):
    """The loss of a projection with its gradients; `how`: in PyTorch's own chunks, or through all logits."""
    layer = nn.Linear(p["features"], p["classes"])
    fill_parameters(layer)
    inputs = cycle(lambda seed: matrix(p["rows"], p["features"], seed).requires_grad_())
    targets = cycle(lambda seed: integers(p["rows"], seed, p["classes"]))

    def apply(x):
        if p["how"] == "whole":
            return F.cross_entropy(layer(x), targets())
        options = nn.LinearCrossEntropyOptions()
        return F.linear_cross_entropy(x, layer.weight, targets(), linear_bias=layer.bias, options=options)

    return trains(inputs, apply, lambda grad: fingerprint(layer.weight.grad), layer)


def clip_grad_norm(p):
    parameter = nn.Parameter(floats(p["n"], 1))
    parameter.grad = floats(p["n"], 2)
    last = {}

    def run():
        last["norm"] = nn.utils.clip_grad_norm_([parameter], 1e9)

    return run, lambda: [last["norm"].item()]


LAYERS = {
    "productOfTransposed": product(lambda p: ([p["K"], p["M"]], [p["K"], p["N"]]), lambda a, b: a.t() @ b),
    "productWithTransposed": product(lambda p: ([p["M"], p["K"]], [p["N"], p["K"]]), lambda a, b: a @ b.t()),
    "batchedProduct": product(
        lambda p: ([p["batch"], p["M"], p["K"]], [p["batch"], p["K"], p["N"]]), lambda a, b: a @ b
    ),
    "linear": linear,
    "lstm": lstm,
    "multiheadAttention": multihead_attention,
    "transformerLayer": transformer_layer,
    "ctcLoss": ctc_loss,
    "clipGradNorm": clip_grad_norm,
}


def operation(p):
    return on_matrix(p) if p["op"] in ON_MATRICES else LAYERS[p["op"]](p)
