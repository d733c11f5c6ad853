// Runs in Jest and in Vitest, as a user's own test would: `import`, the runner's expect, its realm.
import assert from 'node:assert';
import * as lutra from 'lutra';

const { nn, optim, tensor } = lutra;

test('typed arrays of this realm are taken', () => {
  expect(tensor(Float32Array.of(1, 2)).tolist()).toEqual([1, 2]);
  expect(tensor(Int32Array.of(1, 2)).dtype).toBe('int32');
  expect(tensor([Float64Array.of(1)]).dtype).toBe('float64');
  expect(new nn.Embedding(3, 2).forward(Int32Array.of(0, 1)).shape).toEqual([2, 2]);
});

test('errors are of their classes', () => {
  for (const mistake of [
    () => tensor([[1], [1, 2]]),
    () => tensor([1, 2]).add(tensor([1, 2, 3])),
    () => new nn.Embedding(3, 2).forward([5]),
    () => lutra.zeros([-1]),
    () => new lutra.Generator(3).setState(new Uint8Array(5056)),
  ]) {
    expect(mistake).toThrow(RangeError);
  }
  expect(() => tensor('x')).toThrow(TypeError);
  expect(() => tensor('x')).toThrow(lutra.ArgumentError);
});

test('toEqual compares values', () => {
  expect(tensor([1, 2])).toEqual(tensor([1, 2]));
  expect(tensor([1, 2])).toStrictEqual(tensor([1, 2]));
  expect({ a: [tensor(1)] }).toEqual({ a: [tensor(1)] });
  expect(tensor([[1, 2]]).t()).toEqual(tensor([[1], [2]]));
  expect(tensor([1, 2])).not.toEqual(tensor([1, 3]));
  expect(tensor(1)).not.toEqual(tensor(2));
  expect(tensor([[1, 2]])).not.toEqual(tensor([1, 2]));
  assert.deepStrictEqual(tensor([1]), tensor([1]));
  assert.notDeepStrictEqual(tensor([1]), tensor([2]));
  expect(new nn.Parameter(tensor([1]))).toEqual(new nn.Parameter(tensor([1])));
});

test('a model trains, and its state travels', () => {
  const model = new nn.Sequential(new nn.Linear(2, 4), new nn.Tanh(), new nn.Linear(4, 1));
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.05 });
  const losses = [];
  for (let step = 0; step < 50; step++) {
    optimizer.zeroGrad();
    const loss = model
      .forward(lutra.ones([4, 2]))
      .sub(1)
      .square()
      .mean();
    loss.backward();
    optimizer.step();
    losses.push(loss.item());
  }
  expect(losses[49]).toBeLessThan(losses[0]);
  const state = lutra.parseSafetensors(lutra.serializeSafetensors(new Map(Object.entries(model.stateDict()))));
  expect(state.tensors).toEqual(model.stateDict());
});

test('noGrad holds across await', async () => {
  const seen = await lutra.noGrad(async () => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    return lutra.isGradEnabled();
  });
  expect(seen).toBe(false);
  expect(lutra.isGradEnabled()).toBe(true);
});
