"""Steps of LBFGS on problems that both sides define, and the states between them. Run through make_all.py.

A case is `{name, optimizer, problem, dtype, options, parameters, losses, trajectory, state, later}`: `losses[k]` is what
step k returns, `trajectory[k]` the parameters after it, `counts` and `state` PyTorch's state after the last (null where its
history is long); `later` is the parameters after two more steps, which a state that was read must lead to as well.
"""

import sys
import types
import unittest

import torch

from fixtures import array, plain, uniform, write
from make_optim import camel, torch_options

STEPS = 4


def rosenbrock(parameters):
    (x,) = parameters
    return (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2


def least_squares(parameters):
    weight, bias = parameters
    x, y = (uniform(12, 4, seed=61).tensor().to(weight.dtype), uniform(12, 3, seed=62).tensor().to(weight.dtype))
    return ((x @ weight + bias - y) ** 2).mean()


def network(parameters):
    first, second = parameters
    x, y = (uniform(12, 4, seed=61).tensor().to(first.dtype), uniform(12, 3, seed=62).tensor().to(first.dtype))
    return ((torch.tanh(x @ first) @ second - y) ** 2).mean()


PROBLEMS = {'rosenbrock': (rosenbrock, ((2,),)), 'leastSquares': (least_squares, ((4, 3), (3,))),
            'network': (network, ((4, 5), (5, 3)))}


def case(problem, options, dtype='float64', label='', steps=STEPS):
    loss_of, shapes = PROBLEMS[problem]
    starts = [uniform(*shape, seed=71 + i) for i, shape in enumerate(shapes)]
    parameters = [start.tensor().to(getattr(torch, dtype)).requires_grad_() for start in starts]
    optimizer = torch.optim.LBFGS(parameters, **torch_options(options))

    def closure():
        optimizer.zero_grad()
        loss = loss_of(parameters)
        loss.backward()
        return loss

    losses, trajectory = [], []
    for _ in range(steps):
        losses.append(array(optimizer.step(closure).detach()))
        trajectory.append([array(parameter) for parameter in parameters])
    state = optimizer.state_dict()
    own = state['state'][0]
    counts = {'n_iter': own['n_iter'], 'func_evals': own['func_evals'], 'history': len(own.get('old_dirs', []))}
    own.pop('al', None)
    state = plain(state) if counts['history'] <= 6 else None
    for _ in range(2):
        optimizer.step(closure)
    return {'name': f'LBFGS, {problem}, {dtype}, {label or options}', 'optimizer': 'LBFGS', 'problem': problem,
            'dtype': dtype, 'options': options, 'parameters': starts, 'losses': losses, 'trajectory': trajectory,
            'counts': counts, 'state': state, 'later': [array(parameter) for parameter in parameters]}


def cases():
    # Not to convergence where the problem is not convex: rounding errors grow there from iteration to iteration.
    few = {'maxIter': 8}
    for problem in PROBLEMS:
        yield case(problem, {'lineSearchFn': 'strong_wolfe', **(few if problem == 'network' else {})})
        yield case(problem, {'lineSearchFn': 'strong_wolfe', 'maxIter': 3})
        yield case(problem, {'lineSearchFn': 'strong_wolfe', 'maxIter': 5, 'historySize': 2})
        yield case(problem, {'lineSearchFn': 'strong_wolfe', 'maxEval': 4, 'lr': 0.5})
        yield case(problem, {'lineSearchFn': 'strong_wolfe', 'toleranceChange': 1e-2})
    for problem in ('leastSquares', 'network'):
        yield case(problem, few if problem == 'network' else {})
        yield case(problem, {'maxIter': 1})
        yield case(problem, {'maxIter': 4, 'historySize': 2, 'lr': 0.5})
        yield case(problem, {'maxEval': 3})
        yield case(problem, {'toleranceGrad': 1e-2})
        yield case(problem, {'toleranceChange': 1e-3})
    yield case('rosenbrock', {'lr': 0.001, 'maxIter': 6})


def database():
    """Every option set of PyTorch's own optimizer database."""
    sys.modules.setdefault('expecttest', types.ModuleType('expecttest')).TestCase = unittest.TestCase
    from torch.testing._internal.common_optimizers import optim_inputs_func_lbfgs

    for entry in optim_inputs_func_lbfgs(device='cpu'):
        options = {camel(key): {'tensor': value.item()} if isinstance(value, torch.Tensor) else value
                   for key, value in entry.kwargs.items()}
        yield case('leastSquares', options, 'float32', f'optim_db, {entry.desc}, {options}', steps=2)


if __name__ == '__main__':
    write('optim_lbfgs', __file__, cases=[*cases(), *database()])
