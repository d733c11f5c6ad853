import { describe, expect, test } from 'vitest';
import { nn, noGrad, tensor } from '../../lib/index.js';
import { KeptWeights } from '../../lib/training/kept_weights.js';

describe('kept weights', () => {
  const makeModule = () => {
    const module = new nn.Linear(2, 1);
    module.loadStateDict({ weight: tensor([[1, 2]]), bias: tensor([3]) });
    return module;
  };
  const numbersOf = (module: nn.Linear) => [...module.weight.data, ...module.bias!.data];
  const change = (module: nn.Linear) => noGrad(() => module.parameters().forEach((p) => void p.fill_(9)));

  test('go back into the module, whose parameters stay the same ones', () => {
    const module = makeModule();
    const { weight } = module;
    const kept = new KeptWeights(module);
    kept.keep();
    change(module);
    expect(numbersOf(module)).toEqual([9, 9, 9]);
    kept.restore();
    expect(numbersOf(module)).toEqual([1, 2, 3]);
    expect(module.weight).toBe(weight);
  });

  test('are those of the last time that some were kept', () => {
    const module = makeModule();
    const kept = new KeptWeights(module);
    kept.keep();
    change(module);
    kept.keep();
    kept.restore();
    expect(numbersOf(module)).toEqual([9, 9, 9]);
  });

  test('leave the module alone where there are none', () => {
    const module = makeModule();
    const kept = new KeptWeights(module);
    kept.restore();
    kept.keep();
    change(module);
    kept.forget();
    kept.restore();
    expect(numbersOf(module)).toEqual([9, 9, 9]);
  });
});
