import { describe, expect, test } from 'vitest';
import { ArgumentError, ArrayDataset, IndexError, ShapeError, Subset, TensorDataset, tensor } from '../../lib/index.js';

const inputs = tensor([
  [1, 2],
  [3, 4],
  [5, 6],
]);
const targets = tensor(Int32Array.of(7, 8, 9));

describe('TensorDataset', () => {
  const dataset = new TensorDataset(inputs, targets);

  test('gives the slices of every tensor', () => {
    expect(dataset.length).toBe(3);
    expect(dataset.get(2).map((t) => t.tolist())).toEqual([[5, 6], 9]);
  });

  test('gives whole batches', () => {
    const [x, y] = dataset.getBatch([2, 0, 2]);
    expect(x.tolist()).toEqual([
      [5, 6],
      [1, 2],
      [5, 6],
    ]);
    expect(y.tolist()).toEqual([9, 7, 9]);
    expect(y.dtype).toBe('int32');
  });

  test('refuses tensors that do not go together, and samples it does not have', () => {
    expect(() => new TensorDataset()).toThrow(/at least one tensor/);
    expect(() => new TensorDataset(inputs, [1] as never)).toThrow(/tensor 1 must be a Tensor/);
    expect(() => new TensorDataset(tensor(1))).toThrow(/tensor 0 has no dimension/);
    expect(() => new TensorDataset(inputs, tensor([1, 2]))).toThrow(ShapeError);
    expect(() => new TensorDataset(inputs, tensor([1, 2]))).toThrow(/tensor 1 of shape \[2\] must hold 3 samples/);
    for (const bad of [-1, 3, 0.5, Number.NaN]) {
      expect(() => dataset.get(bad)).toThrow(IndexError);
      expect(() => dataset.getBatch([0, bad])).toThrow(/index .* is outside the 3 samples/);
    }
    expect(() => dataset.get('0' as never)).toThrow(/an index must be a number, got "0"/);
    for (const bad of [undefined, null, 3, {}]) {
      expect(() => dataset.getBatch(bad as never)).toThrow(ArgumentError);
      expect(() => dataset.getBatch(bad as never)).toThrow(/TensorDataset.getBatch: indices must be a list of numbers/);
      const part = new Subset(dataset, [1]);
      expect(() => part.getBatch?.(bad as never)).toThrow(/Subset.getBatch: indices must be a list of numbers/);
    }
    expect(() => new Subset(dataset, [1]).getBatch?.([1])).toThrow(/Subset.getBatch: index 1 is outside the 1 samples/);
  });
});

test('ArrayDataset', () => {
  const dataset = new ArrayDataset(['a', 'b']);
  expect([dataset.length, dataset.get(1)]).toEqual([2, 'b']);
  expect(() => dataset.get(2)).toThrow(IndexError);
  expect(() => new ArrayDataset('ab' as never)).toThrow(/items must be an array, got "ab"/);
});

describe('Subset', () => {
  test('renumbers samples', () => {
    const subset = new Subset(['a', 'b', 'c'], [2, 0]);
    expect([subset.length, subset.get(0), subset.get(1)]).toEqual([2, 'c', 'a']);
    expect(subset.getBatch).toBeUndefined();
    expect(() => subset.get(2)).toThrow(/outside the 2 samples/);
  });

  test('uses the batches of what it is a part of', () => {
    const subset = new Subset(new TensorDataset(inputs, targets), Int32Array.of(2, 1));
    const [, y] = subset.getBatch!([1, 0]) as [never, typeof targets];
    expect(y.tolist()).toEqual([8, 9]);
  });

  test('refuses samples that are not there', () => {
    expect(() => new Subset(['a'], [1])).toThrow(IndexError);
    expect(() => new Subset(['a'], 1 as never)).toThrow(/indices must be a list of numbers, got 1/);
    expect(() => new Subset({ length: 3 } as never, [])).toThrow(/must be an array or have length and get\(index\)/);
    expect(() => new Subset({ length: -1, get: () => 1 }, [])).toThrow(/length must be a non-negative integer, got -1/);
  });
});
