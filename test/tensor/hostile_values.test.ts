// Values that no error message may choke on, lists that V8 can't hold, memory that is gone, places outside a tensor.
import { expect, it, describe as suite } from 'vitest';
import { describe } from '../../lib/errors.js';
import * as lutra from '../../lib/index.js';
import { asTensor, nn, RowSparse, type Tensor, type TensorData, tensor, zeros } from '../../lib/index.js';

const ours = new Set(Object.values(lutra).filter((value) => typeof value === 'function' && /Error$/.test(value.name)));

/** Runs something that must fail with an error of the library's own, and returns its message. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(ours, String(error)).toContain((error as Error).constructor);
    expect((error as Error).message.length).toBeLessThan(600);
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {});
  revoke();
  return proxy;
};
const thrower = new Proxy(
  {},
  {
    get() {
      throw new Error('no');
    },
  },
);
const hostile: Record<string, unknown> = {
  symbol: Symbol('s'.repeat(10_000)),
  bigint: 10n ** 5000n,
  string: 's'.repeat(1e6),
  'null prototype': Object.create(null),
  'throwing proxy': thrower,
  'revoked proxy': revoked(),
  'throwing getter': {
    get constructor(): never {
      throw new Error('no');
    },
  },
  'name that is no string': { constructor: { name: Symbol('x') } },
  'long class name': { constructor: { name: 'N'.repeat(1e6) } },
  'null constructor': { constructor: null },
  'throwing function': Object.defineProperty(() => {}, 'name', {
    get() {
      throw new Error('no');
    },
  }),
  'long function': Object.defineProperty(() => {}, 'name', { value: 'f'.repeat(1e6) }),
  'typed array without a constructor': Object.defineProperty(new Uint8Array(3), 'constructor', { value: undefined }),
  'sparse array': new Array(20_000),
  'array of symbols': [Symbol('a')],
  date: new Date(Number.NaN),
};

suite('describing a value', () => {
  it.each(Object.entries(hostile))('never throws and stays short: %s', (_, value) => {
    const text = describe(value);
    expect(text).not.toBe('');
    expect(text.length).toBeLessThan(100);
  });

  // A proxy's own errors, and those of asking one that was revoked, are nobody else's.
  const askable = Object.entries(hostile).filter(([name]) => !/proxy/.test(name));
  it.each(askable)('serves in the errors of operations: %s', (_, value) => {
    const bad = value as never;
    for (const action of [
      () => tensor(bad),
      () => zeros(bad),
      () => tensor([1, 2]).add(bad),
      () => tensor([1, 2]).sum(bad),
      () => new nn.Embedding(3, 2).forward(bad),
      () => new nn.Linear(bad, 2),
      () => lutra.cat(bad),
      () => new RowSparse(bad, bad, bad),
      () => lutra.manualSeed(bad),
      () => lutra.setNumThreads(bad),
      () => lutra.noGrad(bad),
    ]) {
      try {
        action(); // an object without properties may be options
      } catch (error) {
        expect(ours, `${action}: ${error}`).toContain((error as Error).constructor);
        expect((error as Error).message.length, `${action}`).toBeLessThan(600);
      }
    }
  });

  it('keeps messages short where names are long', () => {
    const name = 'n'.repeat(1e6);
    refusal(() => zeros([1], { [name]: 1 } as never));
    refusal(() => new nn.Linear(1, 1, { [name]: 1 } as never));
    refusal(() => zeros([1], { dtype: name as never }));
    refusal(() => new nn.Linear(1, 1).loadStateDict(name as never));
    refusal(() => new nn.Linear(1, 1).getParameter(name));
    refusal(() => new nn.Linear(1, 1).getSubmodule(name));
    refusal(() => new nn.ModuleDict().get(name));
    refusal(() => nn.functional.mseLoss(zeros([1]), zeros([1]), { reduction: name as never }));
    refusal(() => lutra.einsum(name, zeros([1])));
    refusal(() => zeros([1]).reshape(new Array(1e5).fill(2)));
    refusal(() => zeros([1]).permute(new Array(1e5).fill(0)));
    refusal(() => zeros([1]).sum(new Array(1e5).fill(0)));
    refusal(() => lutra.cat(new Array(1e5).fill(3) as never));
    refusal(() => new nn.Embedding(3, 2).forward(new Array(1e5).fill(7)));
  });

  it('tells bigints from numbers', () => {
    expect(refusal(() => new nn.Embedding(3, 2).forward([1n as never]))).toMatch(
      'got 1n at position 0; Number() converts',
    );
    expect(refusal(() => tensor([1n as never]))).toMatch('data[0] must be a number, got 1n; Number() converts it');
    expect(refusal(() => new nn.Embedding(3, 2).forward(BigInt64Array.of(1n) as never))).toMatch(
      'must be an Int32Array, got a BigInt64Array of 8 bytes; Int32Array.from(array, Number) converts it',
    );
  });
});

suite('lists', () => {
  const cycle: unknown[] = [];
  cycle[0] = cycle;
  const long = new Array(150e6) as number[];

  it('that hold themselves are refused', () => {
    const data = cycle as TensorData[];
    expect(refusal(() => tensor(data))).toBe('tensor: lists are nested more than 64 deep, or hold themselves');
    refusal(() => asTensor(data));
    refusal(() => new nn.Embedding(3, 2).forward(data as never));
    refusal(() => lutra.cat(data as never));
    refusal(() => lutra.zeros(data as never));
  });

  it('that grow beyond all memory by sharing are refused', () => {
    let data: unknown[] = [1, 2];
    for (let i = 0; i < 60; i++) data = [data, data];
    refusal(() => tensor(data as TensorData[]));
    refusal(() => new nn.Embedding(3, 2).forward(data as never));
  });

  it('of 150 million numbers are read, or refused, without growing a list', () => {
    // A hole is no number: what matters is that no list of as many is built on the way there.
    expect(refusal(() => tensor(long))).toMatch(/data\[0\] must be a number, got nothing/);
    expect(refusal(() => new nn.Embedding(3, 2).forward(long))).toMatch(
      /must hold integers, got nothing at position 0/,
    );
  });

  it('are not made for more numbers than the heap holds', () => {
    const flat = zeros([150_000_000], { dtype: 'uint8' });
    expect(refusal(() => flat.tolist())).toMatch(/longer than .* use data/);
    expect(refusal(() => flat.reshape([15_000, 10_000]).expand([40, 15_000, 10_000]).tolist())).toMatch(/V8's heap/);
    expect(
      refusal(() =>
        zeros([1])
          .expand([2 ** 40])
          .reshape([2 ** 20, 2 ** 20])
          .tolist(),
      ),
    ).not.toBe('');
  });

  it('name the place of what does not fit', () => {
    expect(refusal(() => tensor([[1, 2], [3]]))).toBe(
      'tensor: data[1] must be a list of 2 like its first sibling, got a list of 1',
    );
    expect(
      refusal(() =>
        tensor([
          [[1], [2]],
          [[3], ['x' as never]],
        ]),
      ),
    ).toBe('tensor: data[1][1][0] must be a number, got "x"');
    expect(refusal(() => tensor([[1], 2]))).toMatch(/data\[1\] must be a list of 1 like its first sibling, got 2/);
    expect(
      refusal(() =>
        tensor([
          [[1], [2]],
          [[3], 4],
        ]),
      ),
    ).toMatch(/data\[1\]\[1\] must be a list of 1/);
  });

  it('of typed arrays make rows', () => {
    const rows = tensor([Float32Array.of(1, 2, 3), Float32Array.of(4, 5, 6)]);
    expect(rows.dtype).toBe('float32');
    expect(rows.tolist()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(tensor([Int32Array.of(1, 2), Int32Array.of(3, 4)]).dtype).toBe('int32');
    expect(tensor([Float64Array.of(0.1)]).tolist()).toEqual([[0.1]]);
    expect(tensor([Int32Array.of(1, 2), Float64Array.of(3, 4)]).dtype).toBe('float64');
    expect(tensor([BigInt64Array.of(1n, 2n)]).tolist()).toEqual([[1, 2]]);
    const mixed = tensor([[Int32Array.of(1, 2)], [[3.5, 4]]]);
    expect([mixed.dtype, mixed.shape]).toEqual(['float32', [2, 1, 2]]);
    expect(refusal(() => tensor([Float32Array.of(1, 2), Float32Array.of(3)]))).toBe(
      'tensor: data[1] must be a list of 2 like its first sibling, got a Float32Array of 4 bytes (1 numbers)',
    );
    expect(refusal(() => tensor([[[1, 2]], [Float32Array.of(3)]]))).toMatch(/data\[1\]\[0\] must be a list of 2/);
    expect(refusal(() => tensor([Float32Array.of(1), [[2]]] as never))).toMatch(/data\[1\]\[0\] must be a number/);
  });
});

suite('memory that was transferred away', () => {
  const gone = (dtype: lutra.DType): Tensor => {
    const x = zeros([1], { dtype });
    structuredClone(x.data.buffer, { transfer: [x.data.buffer as ArrayBuffer] });
    return x;
  };

  it.each(['float32', 'float64', 'int32', 'uint8', 'bool', 'float16', 'bfloat16'] as const)('%s', (dtype) => {
    const x = gone(dtype);
    for (const [name, read] of Object.entries({
      at: () => x.at(0),
      item: () => x.item(),
      tolist: () => x.tolist(),
      toString: () => `${x}`,
      data: () => x.data,
    })) {
      expect(refusal(read)).toMatch(new RegExp(`^${name}: the memory of .* is gone`));
    }
    // Copies say so by the check of their arguments, or by the native call.
    for (const copy of [() => tensor(x), () => x.clone(), () => x.to('float64').add(1)])
      expect(copy).toThrow(/gone|detached/);
  });

  it('leaves what is empty alone', () => {
    expect(zeros([0]).tolist()).toEqual([]);
    expect(`${zeros([0])}`).toBe('tensor([])');
  });
});

suite('places', () => {
  it('outside the view are refused by at', () => {
    const view = tensor([1, 2, 3, 4]).narrow(0, 1, 2);
    expect([view.at(0), view.at(1)]).toEqual([2, 3]);
    for (const bad of [-1, 2, 0.5, Number.NaN, '0', null, undefined, 2n]) {
      expect(refusal(() => view.at(bad as number))).toMatch(/^at: the position must be an integer from 0 to 1, got/);
    }
  });
});

suite('more dimensions than there are', () => {
  const deep = new Array(70).fill(1);

  it('are refused by whatever makes a tensor', () => {
    let lists: unknown = 1;
    for (let i = 0; i < 70; i++) lists = [lists];
    refusal(() => tensor(lists as TensorData));
    const most = zeros(deep.slice(0, 64));
    for (const make of [
      () => zeros(deep),
      () => tensor(1, { shape: deep }),
      () => zeros([1]).reshape(deep),
      () => zeros([1]).expand(deep),
      () => lutra.randn(deep),
      () => most.unsqueeze(0),
      () => lutra.stack([most, most]),
      () => nn.functional.oneHot(zeros(deep.slice(0, 64), { dtype: 'int32' }), 3),
    ]) {
      expect(refusal(make)).toMatch(/a tensor has at most 64 dimensions, got (65|70)/);
    }
    expect(most.add(1).sum().item()).toBe(1);
  });
});

suite('bools', () => {
  it('share memory of zeros and ones only', () => {
    expect(refusal(() => asTensor(Uint8Array.of(1, 5), { dtype: 'bool' }))).toMatch(
      /must be 0 or 1, got 5 at position 1/,
    );
    expect(tensor(Uint8Array.of(0, 5), { dtype: 'bool' }).tolist()).toEqual([false, true]);
  });
});

suite.runIf('Float16Array' in globalThis)('Float16Array', () => {
  type Halves = new (values: readonly number[]) => ArrayBufferView & { [i: number]: number };
  const { Float16Array } = globalThis as unknown as { Float16Array: Halves };

  it('is float16 wherever typed arrays are taken', () => {
    const x = tensor(new Float16Array([1.5, 2]));
    expect([x.dtype, x.tolist()]).toEqual(['float16', [1.5, 2]]);
    expect(tensor(new Float16Array([1.5, 2]), { dtype: 'float32' }).tolist()).toEqual([1.5, 2]);
    expect(tensor(new Float16Array([1.5, 2]), { dtype: 'bfloat16' }).tolist()).toEqual([1.5, 2]);
    expect(tensor(new Float16Array([1.5, 2]), { dtype: 'int32' }).tolist()).toEqual([1, 2]);
    const rows = tensor([new Float16Array([0.5, 1]), new Float16Array([2, 3])]);
    expect([rows.dtype, rows.shape]).toEqual(['float16', [2, 2]]);
    const memory = new Float16Array([1, 2]);
    const shared = asTensor(memory);
    memory[0] = 7;
    expect(shared.tolist()).toEqual([7, 2]);
    expect(lutra.defaultCollate([memory, memory])).toMatchObject({ dtype: 'float16', shape: [2, 2] });
  });
});

suite('what is read twice', () => {
  it('options that are inherited are checked as the own ones are', () => {
    const inherited = Object.create({ largest: 2, descending: 2 }) as object;
    const x = tensor([1, 2]);
    expect(() => x.topk(1, 0, inherited)).toThrow('topk: largest must be true or false, got 2');
    expect(() => x.sort(0, inherited)).toThrow('sort: descending must be true or false, got 2');
  });

  it('a tensor whose memory is gone is not copied', () => {
    const x = asTensor(new Float32Array(7));
    structuredClone(x.data.buffer, { transfer: [x.data.buffer as ArrayBuffer] });
    expect(() => tensor(x)).toThrow('tensor: the memory of this tensor is gone');
  });
});
