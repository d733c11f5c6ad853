"""Learning rates and momenta of every scheduler, step by step, and the state they end with. Run through make_all.py.

A case is `{name, optimizer, options, rates, spec, steps, metrics, trajectory, state}`: `rates` is one learning rate for
each parameter group; `spec` is `{scheduler, args, options, children, milestones, lambdas}`; `metrics` is null or what
each step is given; `trajectory[0]` is what construction sets, `trajectory[k]` what step k sets: `[lr, momentum]` for
each group, momentum being null where there is none.
"""

import warnings
from collections import Counter

import torch
from torch.optim import lr_scheduler

from fixtures import write
from make_optim import snake, torch_options

warnings.filterwarnings('ignore')

LAMBDAS = {'halve': lambda epoch: 0.5**epoch, 'inverseRoot': lambda epoch: 1 / (epoch + 1)**0.5,
           'shrink': lambda epoch: 0.95 if epoch % 2 else 0.9}
TORCH_NAMES = {'tMax': 'T_max', 't0': 'T_0', 'tMult': 'T_mult'}


def spec(scheduler, *args, children=None, milestones=None, lambdas=None, **options):
    return {'scheduler': scheduler, 'args': list(args), 'options': options, 'children': children,
            'milestones': milestones, 'lambdas': lambdas}


def build(optimizer, described):
    make = getattr(lr_scheduler, described['scheduler'])
    options = {TORCH_NAMES.get(key, snake(key)): value for key, value in described['options'].items()}
    if 'scale_fn' in options:
        options['scale_fn'] = LAMBDAS[options['scale_fn']]
    if described['scheduler'] == 'ChainedScheduler':
        return make([build(optimizer, child) for child in described['children']])
    if described['scheduler'] == 'OneCycleLR' and has_empty_phase(described['options']):
        options['pct_start'] -= 1e-14
    if described['children']:
        return make(optimizer, [build(optimizer, child) for child in described['children']], described['milestones'])
    if described['lambdas']:
        lambdas = [LAMBDAS[name] for name in described['lambdas']]
        return make(optimizer, lambdas if len(lambdas) > 1 else lambdas[0])
    return make(optimizer, *described['args'], **options)


def has_empty_phase(options):
    """Whether the rise ends at step 0, where PyTorch divides by zero. Its values for a share that is smaller by a hair
    are what such a cycle has."""
    return 'totalSteps' in options and options.get('pctStart', 0.3) * options['totalSteps'] == 1


def plain(value):
    if isinstance(value, Counter):
        return {str(key): count for key, count in value.items()}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def case(described, steps=25, rates=(0.1,), optimizer='SGD', options=None, metrics=None, label=''):
    groups = [{'params': [torch.zeros(2, requires_grad=True)], 'lr': rate} for rate in rates]
    instance = getattr(torch.optim, optimizer)(groups, **torch_options(options or {}))
    scheduler = build(instance, described)

    def current():
        momenta = [group['betas'][0] if 'betas' in group else group.get('momentum') for group in instance.param_groups]
        return [[float(group['lr']), momentum] for group, momentum in zip(instance.param_groups, momenta)]

    trajectory = [current()]
    for step in range(steps):
        for group in instance.param_groups:
            group['params'][0].grad = torch.zeros(2)
        instance.step()
        if metrics is None:
            scheduler.step()
        else:
            scheduler.step(metrics[step])
        trajectory.append(current())
    children = f" of {[child['scheduler'] for child in described['children']]}" if described['children'] else ''
    name = f"{described['scheduler']}{children} {described['args']} {described['options']}, {len(rates)} groups"
    state = {key: value for key, value in plain(scheduler.state_dict()).items() if key != 'mode_worse'}
    return {'name': name + (f', {label}' if label else ''), 'optimizer': optimizer, 'options': options or {},
            'rates': list(rates), 'spec': described, 'steps': steps, 'metrics': metrics, 'trajectory': trajectory,
            'state': state}


def cases():
    two = (0.1, 0.003)
    for rates in ((0.1,), two):
        yield case(spec('StepLR', 4), rates=rates)
        yield case(spec('StepLR', 3, gamma=0.7), rates=rates)
        yield case(spec('MultiStepLR', [2, 5, 5, 11]), rates=rates)
        yield case(spec('MultiStepLR', [1, 20], gamma=0.3), rates=rates)
        yield case(spec('ExponentialLR', 0.9), rates=rates)
        yield case(spec('CosineAnnealingLR', 10), rates=rates)
        yield case(spec('CosineAnnealingLR', 7, etaMin=0.001), rates=rates)
        yield case(spec('LinearLR'), rates=rates)
        yield case(spec('LinearLR', startFactor=0.1, endFactor=0.8, totalIters=12), rates=rates)
        yield case(spec('LinearLR', startFactor=1.0, endFactor=0.0, totalIters=20), rates=rates)
        yield case(spec('ConstantLR'), rates=rates)
        yield case(spec('ConstantLR', factor=0.25, totalIters=9), rates=rates)
        yield case(spec('CosineAnnealingWarmRestarts', 4), rates=rates)
        yield case(spec('CosineAnnealingWarmRestarts', 3, tMult=2, etaMin=0.0005), rates=rates, steps=40)
        yield case(spec('LambdaLR', lambdas=['halve']), rates=rates)
        for strategy, phases, cycle in (('cos', False, True), ('linear', False, True), ('cos', True, True),
                                        ('linear', True, False)):
            yield case(spec('OneCycleLR', 0.2, totalSteps=20, annealStrategy=strategy, threePhase=phases,
                            cycleMomentum=cycle), rates=rates, steps=19, options={'momentum': 0.9})
        yield case(spec('OneCycleLR', 0.2, epochs=3, stepsPerEpoch=7, pctStart=0.4, divFactor=10.0, finalDivFactor=50.0,
                        baseMomentum=0.7, maxMomentum=0.9), rates=rates, steps=20, optimizer='Adam')
    yield case(spec('LambdaLR', lambdas=['halve', 'inverseRoot']), rates=two)
    yield case(spec('OneCycleLR', [0.2, 0.4], totalSteps=15, baseMomentum=[0.7, 0.8], maxMomentum=[0.9, 0.95]),
               rates=two, steps=14, optimizer='AdamW')
    metrics = [1.0, 0.8, 0.79, 0.7899, 0.9, 0.95, 0.6, 0.61, 0.62, 0.63, 0.64, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.2, 0.4,
               0.4, 0.4, 0.4, 0.4, 0.4, 0.4]
    for mode in ('min', 'max'):
        for threshold_mode in ('rel', 'abs'):
            yield case(spec('ReduceLROnPlateau', mode=mode, patience=2, thresholdMode=threshold_mode, threshold=0.05,
                            factor=0.5), metrics=metrics, rates=two)
    yield case(spec('ReduceLROnPlateau', patience=0, cooldown=2, minLr=0.01), metrics=metrics)
    yield case(spec('ReduceLROnPlateau', patience=1, minLr=[0.02, 0.0001], eps=1e-3), metrics=metrics, rates=two)
    yield case(spec('ReduceLROnPlateau'), metrics=metrics)
    warm = spec('LinearLR', startFactor=0.1, totalIters=5)
    yield case(spec('SequentialLR', children=[warm, spec('CosineAnnealingLR', 12)], milestones=[5]), rates=two)
    yield case(spec('SequentialLR', children=[warm, spec('ExponentialLR', 0.8), spec('StepLR', 3)], milestones=[4, 9]))
    yield case(spec('SequentialLR', children=[spec('ConstantLR', factor=0.5, totalIters=4),
                                              spec('MultiStepLR', [2, 6], gamma=0.5)], milestones=[4]))
    yield case(spec('SequentialLR', children=[spec('StepLR', 2), spec('LambdaLR', lambdas=['inverseRoot']),
                                              spec('CosineAnnealingWarmRestarts', 4)], milestones=[3, 10]))
    yield case(spec('SequentialLR', children=[spec('ExponentialLR', 0.5), spec('ConstantLR')], milestones=[0]))
    for steps, share in ((10, 0.1), (5, 0.2), (4, 0.25), (2, 0.5), (20, 0.05), (100, 0.01), (1, 1.0)):
        for phases in (False, True):
            if not phases or steps > 2:
                yield case(spec('OneCycleLR', 0.2, totalSteps=steps, pctStart=share, threePhase=phases), steps=steps - 1,
                           options={'momentum': 0.9})
    yield case(spec('OneCycleLR', 0.2, totalSteps=10, pctStart=0.1, annealStrategy='linear'), steps=9, rates=two,
               optimizer='Adam')
    yield case(spec('OneCycleLR', 0.2, totalSteps=10, pctStart=0.0), steps=9, options={'momentum': 0.9})
    yield case(spec('OneCycleLR', 0.2, totalSteps=10, pctStart=1.0), steps=9, options={'momentum': 0.9})
    for rates in ((0.1,), two):
        yield case(spec('PolynomialLR'), rates=rates)
        yield case(spec('PolynomialLR', totalIters=12, power=2.0), rates=rates)
        yield case(spec('PolynomialLR', totalIters=20, power=0.5), rates=rates)
        yield case(spec('MultiplicativeLR', lambdas=['shrink']), rates=rates)
        for mode, gamma in (('triangular', 1.0), ('triangular2', 1.0), ('exp_range', 0.9)):
            yield case(spec('CyclicLR', 0.01, 0.2, stepSizeUp=4, mode=mode, gamma=gamma), rates=rates,
                       options={'momentum': 0.9})
        yield case(spec('CyclicLR', 0.01, 0.2, stepSizeUp=3, stepSizeDown=5, cycleMomentum=False), rates=rates)
        yield case(spec('CyclicLR', 0.01, 0.2, stepSizeUp=3, stepSizeDown=0, baseMomentum=0.6, maxMomentum=0.99), rates=rates,
                   optimizer='Adam')
    yield case(spec('PolynomialLR', totalIters=0))
    yield case(spec('MultiplicativeLR', lambdas=['shrink', 'inverseRoot']), rates=two)
    for mode in ('cycle', 'iterations'):
        yield case(spec('CyclicLR', [0.01, 0.001], [0.2, 0.1], stepSizeUp=2.5, stepSizeDown=4, scaleFn='inverseRoot',
                        scaleMode=mode, baseMomentum=[0.5, 0.6], maxMomentum=[0.9, 0.95]), rates=two,
                   options={'momentum': 0.9})
    yield case(spec('CyclicLR', 0.01, 0.2), options={'momentum': 0.9})
    yield case(spec('ChainedScheduler', children=[warm, spec('ExponentialLR', 0.9)]), rates=two)
    yield case(spec('ChainedScheduler', children=[spec('ConstantLR', factor=0.1, totalIters=10), spec('StepLR', 4),
                                                  spec('CosineAnnealingLR', 9)]))
    yield case(spec('ChainedScheduler', children=[spec('PolynomialLR', totalIters=30), spec('MultiplicativeLR', lambdas=['shrink'])]))
    yield case(spec('SequentialLR', children=[spec('ChainedScheduler', children=[warm, spec('ExponentialLR', 0.9)]),
                                              spec('PolynomialLR', totalIters=10)], milestones=[7]))
    yield case(spec('SequentialLR', children=[spec('ConstantLR'), spec('MultiplicativeLR', lambdas=['shrink'])],
                    milestones=[4]))
    inner = spec('SequentialLR', children=[warm, spec('ExponentialLR', 0.9)], milestones=[3])
    yield case(spec('SequentialLR', children=[inner, spec('ConstantLR')], milestones=[8]))


if __name__ == '__main__':
    write('schedulers', __file__, cases=list(cases()))
