import { expect, test } from 'vitest';
import { getRngState } from '../../lib/index.js';
import { quiet, setUp, weightsOf } from './small_problem.js';

test('the search for a learning rate finds one that learns, and leaves no traces', async () => {
  const { trainer, loader, model, optimizer } = setUp();
  const untouched = setUp();
  const generator = getRngState().tolist();
  const { suggestion, rates, losses } = await trainer.findLearningRate(loader, { from: 1e-5, to: 1e4, steps: 100 });
  expect(weightsOf(model)).toEqual(weightsOf(untouched.model));
  expect(optimizer.state.size).toBe(0);
  expect(optimizer.paramGroups[0].lr).toBe(0.02);
  expect(getRngState().tolist()).toEqual(generator);
  expect(rates[0]).toBe(1e-5);
  expect(losses).toHaveLength(rates.length);
  expect(rates.length).toBeLessThan(100);
  expect(suggestion).toBeGreaterThan(1e-3);
  expect(suggestion).toBeLessThan(2);
  // What follows is as if there had been no search.
  const after = await trainer.fit(loader, { ...quiet, epochs: 2 });
  const { trainer: other, loader: same } = setUp();
  const plain = await other.fit(same, { ...quiet, epochs: 2 });
  expect(after.epochs.map(({ train }) => train)).toEqual(plain.epochs.map(({ train }) => train));
  await expect(trainer.findLearningRate(loader, { from: 1, to: 0.1 })).rejects.toThrow(
    /findLearningRate: rates must go up from one above 0, got from 1 to 0.1/,
  );
  await expect(trainer.findLearningRate(loader, { step: 5 } as never)).rejects.toThrow(/unknown option 'step'/);
});
