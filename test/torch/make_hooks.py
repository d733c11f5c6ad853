"""Hooks of tensors and modules: in which order they are called, with what, and what they change. Run through make_all.py.

`hooks.json`: a case is `{name, events}`, an event a list of a name and numbers, null for no tensor. `test/autograd/hooks.test.ts`
runs the same programs, function by function.
"""

import torch
from torch import nn

from fixtures import write

PROGRAMS = []


def program(f):
    PROGRAMS.append(f)
    return f


def numbers(value):
    if value is None:
        return None
    if isinstance(value, torch.Tensor):
        value = value.to_dense() if value.is_sparse else value
        return value.detach().tolist()
    return [numbers(item) for item in value]


def leaf(*values):
    return torch.tensor([float(v) for v in values], requires_grad=True)


def spy(log, name, then=lambda grad: None):
    def hook(grad):
        # PyTorch calls hooks of outputs that had no part with None; Lutra does not call them.
        if grad is None:
            return None
        log.append([name, numbers(grad)])
        return then(grad)
    return hook


@program
def on_a_result(log):
    x = leaf(1, 2)
    y = x * 3
    y.retain_grad()
    y.register_hook(spy(log, 'first', lambda grad: grad * 2))
    y.register_hook(spy(log, 'second'))
    y.register_hook(spy(log, 'third', lambda grad: grad + 1))
    (y * y).sum().backward()
    log.append(['y.grad', numbers(y.grad)])
    log.append(['x.grad', numbers(x.grad)])


@program
def on_a_leaf(log):
    x = leaf(1, 2)
    x.register_hook(spy(log, 'hook', lambda grad: grad * 10))
    x.register_post_accumulate_grad_hook(lambda t: log.append(['after', numbers(t.grad)]))
    for _ in range(2):
        (x * x + x).sum().backward()
    log.append(['x.grad', numbers(x.grad)])


@program
def used_many_times(log):
    x = leaf(2)
    y = x * 1
    y.register_hook(spy(log, 'once'))
    (y * y + y * 3 + y.exp() * 0).sum().backward()
    log.append(['x.grad', numbers(x.grad)])


@program
def one_gradient_for_two(log):
    a, b = leaf(1), leaf(2)
    a.register_hook(spy(log, 'a', lambda grad: grad * 2))
    a.register_post_accumulate_grad_hook(lambda t: setattr(t, 'grad', None))
    b.register_hook(spy(log, 'b'))
    (a + b).sum().backward()
    log.append(['a.grad', numbers(a.grad)])
    log.append(['b.grad', numbers(b.grad)])


@program
def several_outputs(log):
    x = leaf(1, 2, 3, 4)
    first, second = x.split(2)
    first.register_hook(spy(log, 'first', lambda grad: grad * 2))
    second.register_hook(spy(log, 'second', lambda grad: grad * 3))
    (first * 1).sum().backward()
    log.append(['x.grad', numbers(x.grad)])


@program
def asked_for_by_grad(log):
    x = leaf(1, 2)
    y = x * 3
    y.register_hook(spy(log, 'y', lambda grad: grad * 2))
    x.register_hook(spy(log, 'x', lambda grad: grad + 1))
    x.register_post_accumulate_grad_hook(lambda t: log.append(['after']))
    loss = (y * y).sum()
    # Asked for both at once, PyTorch 2.13 gives y's gradient as it was before the hook, and x's as it is after; Lutra gives
    # both as they are after their hooks, as PyTorch does one by one.
    for name, tensor in (('gy', y), ('gx', x)):
        log.append([name, numbers(torch.autograd.grad(loss, tensor, retain_graph=True)[0])])
    log.append(['x.grad', numbers(x.grad)])


@program
def removed(log):
    x = leaf(1)
    y = x * 2
    handle = y.register_hook(spy(log, 'gone'))
    y.register_hook(spy(log, 'left'))
    handle.remove()
    handle.remove()
    y.sum().backward()


@program
def the_same_twice(log):
    x = leaf(1)
    hook = spy(log, 'hook', lambda grad: grad * 2)
    first = x.register_hook(hook)
    x.register_hook(hook)
    (x * 1).sum().backward()
    first.remove()
    (x * 1).sum().backward()
    log.append(['x.grad', numbers(x.grad)])


@program
def on_the_root(log):
    x = leaf(3)
    loss = (x * x).sum()
    loss.register_hook(spy(log, 'loss', lambda grad: grad * 5))
    loss.backward()
    log.append(['x.grad', numbers(x.grad)])


@program
def on_a_sparse_table(log):
    table = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], requires_grad=True)
    table.register_hook(spy(log, 'table', lambda grad: grad * 2))
    nn.functional.embedding(torch.tensor([2, 0, 2]), table, sparse=True).sum().backward()
    log.append(['table.grad', numbers(table.grad)])


@program
def steps_while_backward_goes_on(log):
    a, b = leaf(1), leaf(2)
    for name, parameter in (('a', a), ('b', b)):
        optimizer = torch.optim.SGD([parameter], lr=0.5)

        def step(t, name=name, optimizer=optimizer):
            log.append([name, numbers(t.grad)])
            optimizer.step()
            optimizer.zero_grad()
        parameter.register_post_accumulate_grad_hook(step)
    ((a * b) * b).sum().backward()
    log.append(['a', numbers(a), numbers(a.grad)])
    log.append(['b', numbers(b), numbers(b.grad)])


@program
def backward_inside_a_hook(log):
    x, other = leaf(1), leaf(4)

    def hook(grad):
        with torch.enable_grad():
            (other * other + x * 0).sum().backward()
        log.append(['other.grad', numbers(other.grad)])
    y = x * 2
    y.register_hook(hook)
    (y + other).sum().backward()
    log.append(['x.grad', numbers(x.grad)])
    log.append(['other.grad', numbers(other.grad)])


class Scale(nn.Module):
    def forward(self, input, factor=1.0, *, plus=0.0):
        return input * factor + plus


@program
def modules_and_tensors(log):
    module = Scale()
    x = leaf(1, 2)
    x.register_hook(spy(log, 'x'))

    def before(m, args):
        log.append(['forward pre-hook', numbers(args[0])])

    def behind(m, args, output):
        log.append(['forward hook', numbers(output)])
        output.register_hook(spy(log, 'output', lambda grad: grad * 2))
    module.register_forward_pre_hook(before)
    module.register_forward_hook(behind)
    module.register_full_backward_pre_hook(
        lambda m, out: log.append(['backward pre-hook', numbers(out)]))
    module.register_full_backward_hook(
        lambda m, given, out: log.append(['backward hook', numbers(given[:1]), numbers(out)]))
    y = module(x, 3.0)
    y.register_hook(spy(log, 'y', lambda grad: grad + 1))
    y.sum().backward()
    log.append(['x.grad', numbers(x.grad)])


@program
def keyword_arguments(log):
    module = Scale()
    x = leaf(1, 2)

    def before(m, args, kwargs):
        log.append(['before', len(args), numbers(args[0]), kwargs.get('plus')])
        return (args[0] * 2, *args[1:]), {'plus': kwargs.get('plus', 0.0) + 1}

    def again(m, args, kwargs):
        log.append(['again', len(args), numbers(args[0]), kwargs.get('plus')])

    def behind(m, args, kwargs, output):
        log.append(['behind', len(args), kwargs.get('plus'), numbers(output)])
        return output * 10
    module.register_forward_pre_hook(before, with_kwargs=True)
    module.register_forward_pre_hook(again, with_kwargs=True)
    module.register_forward_hook(behind, with_kwargs=True)
    log.append(['output', numbers(module(x, 3.0, plus=5.0))])
    log.append(['output', numbers(module(x))])


if __name__ == '__main__':
    cases = []
    for run in PROGRAMS:
        events = []
        run(events)
        cases.append({'name': run.__name__, 'events': events})
    write('hooks', __file__, cases=cases)
