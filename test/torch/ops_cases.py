"""Runs one op in PyTorch and records it as a case that test/ops/torch_ops.test.ts can replay.

A case is `{name, call, inputs, outputs, grads}`. `call` is how Lutra is asked: `{method, args}` (the first argument
is the receiver), `{function, args}` or `{functional, args}`; "$0" stands for input 0. An input may carry `view`:
methods applied to the leaf before the op sees it, which makes it non-contiguous. `grads[i]` is the gradient of Σ
outputsₖ·wₖ with respect to leaf i, wₖ being the generator's array of seed 9000 + k; null where the input takes no
gradient. A file with `differences` says that its ops' gradients are also checked against
differences in double, at the inputs of its cases; `kinks` marks a case at whose inputs there is no derivative, or that is
about something else.
"""

from dataclasses import dataclass, field

import torch

from fixtures import Rule, array, plain, uniform


@dataclass
class In:
    """An input: a rule or a tensor, whether it takes a gradient, and the views applied to it first."""

    value: object
    grad: bool | None = None
    view: list = field(default_factory=list)

    def leaf(self):
        value = self.value.tensor() if isinstance(self.value, Rule) else self.value
        value = value.clone()
        wanted = value.is_floating_point() if self.grad is None else self.grad
        return value.requires_grad_(wanted)

    def json(self, requires_grad):
        entry = plain(self.value)
        if requires_grad:
            entry['requiresGrad'] = True
        if self.view:
            entry['view'] = self.view
        return entry


def apply_views(value, views):
    for method, *arguments in views:
        value = getattr(value, method)(*arguments)
    return value


class Cases:
    """Collects the cases of one fixture file."""

    def __init__(self):
        self.cases = []

    def add(self, name, call, inputs, run, grad=None, outputs=None, kinks=False):
        """`run` is the PyTorch expression; `outputs` says which of several results are compared (all by default)."""
        inputs = [item if isinstance(item, In) else In(item) for item in inputs]
        if grad is False:
            for item in inputs:
                item.grad = False
        leaves = [item.leaf() for item in inputs]
        results = run(*[apply_views(leaf, item.view) for leaf, item in zip(leaves, inputs)])
        single = isinstance(results, torch.Tensor)
        results = [results] if single else list(results)
        entry = {
            'name': name,
            'call': call,
            'inputs': [item.json(leaf.requires_grad) for item, leaf in zip(inputs, leaves)],
            'outputs': array(results[0]) if single else [array(result) for result in results],
        }
        if outputs is not None:
            entry['compared'] = outputs
        differentiable = [(k, result) for k, result in enumerate(results) if result.requires_grad]
        if differentiable:
            weights = [uniform(*result.shape, seed=9000 + k).tensor() for k, result in differentiable]
            loss = sum((result * weight).sum() for (_, result), weight in zip(differentiable, weights))
            loss.backward()
            entry['grads'] = [
                None if not leaf.requires_grad else array(torch.zeros_like(leaf) if leaf.grad is None else leaf.grad)
                for leaf in leaves
            ]
            if kinks:
                entry['kinks'] = True
        self.cases.append(entry)


def method(name, *arguments, **options):
    """x.name(...arguments, options), x being input 0."""
    return call('method', name, ['$0', *arguments], options)


def function(name, *arguments, **options):
    """name(...arguments, options) of the package."""
    return call('function', name, list(arguments), options)


def functional(name, *arguments, **options):
    """nn.functional.name(...arguments, options)."""
    return call('functional', name, list(arguments), options)


def call(kind, name, arguments, options):
    return {kind: name, 'args': arguments + ([options] if options else [])}
