"""Runs one module in PyTorch and records it as a case that test/nn/torch_nn.test.ts can replay.

A case is `{name, module, args, options, state, inputs, forward, outputs, grads, after}`: build `new
nn[module](...args, options)`, load `state`, call `forward(...forward)` where "$0" stands for input 0 (also inside
args and options), compare the nest of outputs. The loss is Σ outputsₖ·wₖ over the floating-point outputs in order, wₖ
being the generator's array of seed 9000 + k; `grads.inputs` and `grads.parameters` are its gradients. `after` is the
state afterwards, where forward changes it.
"""

import torch

from fixtures import array, plain, uniform
from ops_cases import In, apply_views


def flat(nest):
    return [nest] if isinstance(nest, torch.Tensor) else [leaf for item in nest for leaf in flat(item)]


def resolve(nest, leaves):
    """Puts the tensors in place of "$0", "$1", …"""
    if isinstance(nest, str) and nest.startswith('$'):
        return leaves[int(nest[1:])]
    if isinstance(nest, (list, tuple)):
        return type(nest)(resolve(item, leaves) for item in nest)
    if isinstance(nest, dict):
        return {key: resolve(item, leaves) for key, item in nest.items()}
    return nest


class ModuleCases:
    """Collects the cases of one fixture file."""

    def __init__(self):
        self.cases = []

    def add(self, name, module, build, inputs, forward, args=(), options=None, scale=0.5, after=False):
        """`build(leaves)` makes PyTorch's module; its parameters are filled from the generator before it runs."""
        inputs = [item if isinstance(item, In) else In(item, grad=False) for item in inputs]
        leaves = [item.leaf() for item in inputs]
        torch_module = build(leaves)
        state = {}
        for position, (key, parameter) in enumerate(torch_module.named_parameters()):
            state[key] = uniform(*parameter.shape, seed=500 + position, scale=scale)
            with torch.no_grad():
                parameter.copy_(state[key].tensor())
        values = [apply_views(leaf, item.view) for leaf, item in zip(leaves, inputs)]
        tuples = [tuple(item) if isinstance(item, list) else item for item in resolve(list(forward), values)]
        result = torch_module(*tuples)
        entry = {
            'name': name,
            'module': module,
            'args': list(args),
            'options': options or {},
            'state': plain(state),
            'inputs': [item.json(leaf.requires_grad) for item, leaf in zip(inputs, leaves)],
            'forward': list(forward),
            'outputs': plain(result),
        }
        outputs = [output for output in flat(result) if output.requires_grad]
        if outputs:
            weights = [uniform(*output.shape, seed=9000 + k).tensor() for k, output in enumerate(outputs)]
            sum((output * weight).sum() for output, weight in zip(outputs, weights)).backward()
            entry['grads'] = {
                'inputs': [array(leaf.grad) if leaf.requires_grad else None for leaf in leaves],
                'parameters': {
                    key: array(parameter.grad)
                    for key, parameter in torch_module.named_parameters()
                    if parameter.grad is not None
                },
            }
        if after:
            entry['after'] = plain(dict(torch_module.state_dict()))
        self.cases.append(entry)
