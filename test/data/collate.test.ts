import { describe, expect, test } from 'vitest';
import { ArgumentError, defaultCollate, OptionError, ShapeError, type Tensor, tensor } from '../../lib/index.js';

function show(value: unknown): unknown {
  const t = value as Tensor;
  return `${t.dtype} [${t.shape}] ${JSON.stringify(t.tolist())}`;
}

describe('a batch of', () => {
  test.each([
    ['numbers', [1, 2.5, 3], 'float32 [3] [1,2.5,3]'],
    ['whole numbers', [1, 2, 3], 'float32 [3] [1,2,3]'],
    ['booleans', [true, false], 'bool [2] [true,false]'],
    ['big integers', [7n, -1n], 'int32 [2] [7,-1]'],
    ['Float32Arrays', [Float32Array.of(1, 2), Float32Array.of(3, 4)], 'float32 [2,2] [[1,2],[3,4]]'],
    ['Int32Arrays', [Int32Array.of(1), Int32Array.of(3)], 'int32 [2,1] [[1],[3]]'],
    ['Float64Arrays', [Float64Array.of(0.1)], 'float64 [1,1] [[0.1]]'],
    ['0-dimensional tensors', [tensor(1), tensor(2)], 'float32 [2] [1,2]'],
    ['matrices', [tensor([[1, 2]]), tensor([[3, 4]])], 'float32 [2,1,2] [[[1,2]],[[3,4]]]'],
  ])('%s', (_, samples, expected) => {
    expect(show(defaultCollate(samples as number[]))).toBe(expected);
  });

  test('numbers takes the dtype that is asked for, wherever they are', () => {
    const samples = [
      { x: Float32Array.of(0.5), label: 3 },
      { x: Float32Array.of(1.5), label: 0 },
    ];
    const batch = defaultCollate(samples, { numberDType: 'int32' });
    expect(show(batch.x)).toBe('float32 [2,1] [[0.5],[1.5]]');
    expect(show(batch.label)).toBe('int32 [2] [3,0]');
  });

  test('strings stays a list', () => {
    expect(defaultCollate(['a', 'b'])).toEqual(['a', 'b']);
  });

  test('pairs is a pair of batches', () => {
    const samples: [Tensor, number, string][] = [
      [tensor([1, 2]), 0, 'a'],
      [tensor([3, 4]), 1, 'b'],
    ];
    const [x, y, names] = defaultCollate(samples);
    expect(show(x)).toBe('float32 [2,2] [[1,2],[3,4]]');
    expect(show(y)).toBe('float32 [2] [0,1]');
    expect(names).toEqual(['a', 'b']);
  });

  test('lists of numbers is one batch for each place, as in PyTorch', () => {
    const columns = defaultCollate([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(columns.map(show)).toEqual(['float32 [2] [1,4]', 'float32 [2] [2,5]', 'float32 [2] [3,6]']);
  });

  test('objects keeps their form, however deep', () => {
    const batch = defaultCollate([
      { text: { ids: Int32Array.of(1, 2), name: 'a' }, pair: [1, true] as const },
      { pair: [2, false] as const, text: { name: 'b', ids: Int32Array.of(3, 4) } },
    ]);
    expect(show(batch.text.ids)).toBe('int32 [2,2] [[1,2],[3,4]]');
    expect(batch.text.name).toEqual(['a', 'b']);
    expect(show(batch.pair[1])).toBe('bool [2] [true,false]');
  });

  test('copies: the batch does not share memory with its samples', () => {
    const data = Float32Array.of(1);
    const batch = defaultCollate([data]);
    data[0] = 9;
    expect(batch.tolist()).toEqual([[1]]);
  });
});

describe('samples that do not fit together', () => {
  test.each([
    ['none', [], ArgumentError, /a batch needs at least one sample/],
    ['kinds', [1, 'a'], ArgumentError, /sample 1 must be a number like sample 0, got "a"/],
    ['missing', [[1], [undefined]], ArgumentError, /sample 1\[0\] must be a number like sample 0, got nothing/],
    ['null', [null], ArgumentError, /sample 0 must be made of .* got null; give the loader a collate function/],
    ['a Map', [new Map()], ArgumentError, /sample 0 must be made of .* got a Map/],
    ['a function', [{ f: () => 1 }], ArgumentError, /sample 0\.f must be made of/],
    [
      'shapes',
      [tensor([1]), tensor([1, 2])],
      ShapeError,
      /sample 1 must have shape \[1\] like sample 0, got \[2\]; pad/,
    ],
    ['lengths', [{ x: Int32Array.of(1) }, { x: Int32Array.of() }], ShapeError, /sample 1\.x must have shape \[1\]/],
    ['tuple lengths', [[1], [1, 2]], ArgumentError, /sample 1 must be an array of 1 like sample 0, got one of 2/],
    [
      'keys',
      [
        { a: 1, b: 2 },
        { a: 1, c: 2 },
      ],
      ArgumentError,
      /sample 1 must have the keys a, b like sample 0, got a, c/,
    ],
    ['fewer keys', [{ a: 1, b: 2 }, { a: 1 }], ArgumentError, /must have the keys a, b like sample 0, got a$/],
  ])('%s', (_, samples, kind, message) => {
    expect(() => defaultCollate(samples as never[])).toThrow(kind);
    expect(() => defaultCollate(samples as never[])).toThrow(message);
  });

  test('other bad arguments', () => {
    expect(() => defaultCollate(7 as never)).toThrow(/samples must be an array, got 7/);
    expect(() => defaultCollate([1], { numberDtype: 'int32' } as never)).toThrow(OptionError);
    expect(() => defaultCollate([1], { numberDType: 'int' as never })).toThrow(/dtype must be one of/);
  });
});
