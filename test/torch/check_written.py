"""Reads with PyTorch what Lutra's saveTorch wrote (test/io/fixtures/written.pt, whose bytes test/io/torch/writer.test.ts
pins), and goes on with its trainings: they must give what PyTorch's own gave. Prints what it checked, or fails.
"""

import json
import math
import os

import torch

from fixtures import DIRECTORY, Rule
from make_optim import torch_options
from make_schedulers import build

HERE = os.path.dirname(os.path.abspath(__file__))


def rule_of(entry):
    return Rule(tuple(entry['shape']), entry['lcg']['seed'], entry['lcg']['scale'], entry['lcg']['shift']).tensor()


if __name__ == '__main__':
    content = torch.load(os.path.join(HERE, '..', 'io', 'fixtures', 'written.pt'), weights_only=True)
    base = torch.arange(12.).view(3, 4)
    views = content['views']
    assert torch.equal(views['base'], base) and torch.equal(views['transposed'], base.t())
    assert torch.equal(views['row'], base[1])
    assert len({view.untyped_storage().data_ptr() for view in views.values()}) == 1
    assert torch.equal(content['alone'], base.t())
    names = ['float64', 'float32', 'float16', 'bfloat16', 'int32', 'uint8', 'bool']
    assert [x.dtype for x in content['types']] == [getattr(torch, name) for name in names]
    assert all(x.tolist() == [0, 1, 1] for x in content['types'])
    assert content['parameter'].requires_grad and content['parameter'].tolist() == [1.5, -2]
    assert content['scalar'].item() == 2.5 and content['empty'].shape == (0, 3)
    plain = content['plain']
    assert plain[:6] == [1, -70000, 2**40, -2**70, 255, 1.5] and [type(x) for x in plain[:6]] == [int] * 5 + [float]
    assert math.copysign(1, plain[6]) == -1 and math.isnan(plain[7]) and plain[8:] == [math.inf, True, False, None]
    assert content['words'] == ['größe ✓', ''] and content['nested'] == {'0': {'1': [[], {}]}}
    assert content['numbered'] == {7: 'a number as key', '7': 'a string'}
    with open(os.path.join(DIRECTORY, 'optim_exchange.json')) as file:
        cases = json.load(file)['cases']
    for case in cases:
        saved = content['trainings'][case['name']]
        parameters = [parameter.clone().requires_grad_() for parameter in saved['parameters']]
        groups = [{'params': [parameter]} for parameter in parameters]
        if case['name'] == 'LBFGS':  # takes one group, and a closure
            groups = [{'params': parameters}]
        optimizer = getattr(torch.optim, case['name'])(groups)
        scheduler = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 8)
        optimizer.load_state_dict(saved['optimizer'])
        scheduler.load_state_dict(saved['scheduler'])
        for rules, expected in zip(case['gradients'], case['trajectory']):
            for parameter, rule in zip(parameters, rules):
                parameter.grad = rule_of(rule)
            optimizer.step(lambda: 0.0)
            scheduler.step()
            for parameter, values in zip(parameters, expected):
                torch.testing.assert_close(parameter.detach().flatten(), torch.tensor(values['data']), rtol=1e-6, atol=1e-7)
        print(f'{case["name"]}: goes on from Lutra\'s state')
    with open(os.path.join(DIRECTORY, 'schedulers.json')) as file:
        cases = json.load(file)['cases']
    assert len(cases) == len(content['schedulers'])
    for case, saved in zip(cases, content['schedulers']):
        groups = [{'params': [torch.zeros(2, requires_grad=True)], 'lr': rate} for rate in case['rates']]
        optimizer = getattr(torch.optim, case['optimizer'])(groups, **torch_options(case['options']))
        scheduler = build(optimizer, case['spec'])
        optimizer.load_state_dict(saved['optimizer'])
        scheduler.load_state_dict(saved['scheduler'])
        for step in range(saved['half'], case['steps']):
            optimizer.step()
            scheduler.step(*([] if case['metrics'] is None else [case['metrics'][step]]))
            for group, (rate, momentum) in zip(optimizer.param_groups, case['trajectory'][step + 1]):
                assert math.isclose(group['lr'], rate, rel_tol=1e-9, abs_tol=1e-15), (case['name'], step)
                now = group['betas'][0] if 'betas' in group else group.get('momentum')
                assert momentum is None or math.isclose(now, momentum, rel_tol=1e-9), (case['name'], step)
        print(f'{case["name"]}: goes on')
    print('written.pt: read')
