// What users may hand over by mistake or malice, through the public interface: typed errors come out, nothing crashes,
// and nothing is written before the error.
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import * as lutra from '../../lib/index.js';
import { asTensor, nn, optim, type Tensor, tensor, zeros } from '../../lib/index.js';

/** Detaches the memory under a tensor, as a transfer to a worker does. */
function detach(x: Tensor): Tensor {
  const { buffer } = x.data;
  structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
  return x;
}

/** Runs something that must fail with a TypeError or RangeError, and returns the message. */
function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error instanceof TypeError || error instanceof RangeError, String(error)).toBe(true);
    expect((error as Error).message).not.toBe('');
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('detached memory', () => {
  it.each([3, 100_000])('of a tensor of %i elements is refused by every kind of operation', (n) => {
    const make = () => detach(tensor(new Float32Array(n).fill(0.5)));
    const whole = () => tensor(new Float32Array(n).fill(0.5));
    const actions: Record<string, (x: Tensor) => unknown> = {
      unary: (x) => x.exp(),
      binary: (x) => x.add(whole()),
      'the other operand': (x) => whole().mul(x),
      scalar: (x) => x.mul(2),
      reduction: (x) => x.sum(),
      extremes: (x) => x.argmax(0),
      running: (x) => x.cumsum(0),
      sorting: (x) => x.sort(),
      matmul: (x) => x.reshape([1, n]).matmul(whole().reshape([n, 1])),
      softmax: (x) => nn.functional.softmax(x, 0),
      copy: (x) => x.clone(),
      'strided copy': (x) => x.reshape([1, n]).expand([2, n]).contiguous(),
      'in place': (x) => x.add_(1),
      fill: (x) => x.fill_(1),
      comparison: (x) => x.gt(0),
      where: (x) => lutra.where(whole().gt(0), x, 0),
      indexing: (x) => x.indexSelect(0, tensor(Int32Array.of(0))),
      gather: (x) => x.gather(0, tensor(Int32Array.of(0))),
      joining: (x) => lutra.cat([x, whole()]),
      loss: (x) => nn.functional.mseLoss(x, whole()),
      'binary loss': (x) => nn.functional.binaryCrossEntropy(x, whole()),
    };
    for (const [name, action] of Object.entries(actions)) {
      const message = refusal(() => action(make()));
      expect(message, name).toMatch(/detached/);
    }
  });

  it('of a table, its indices, weights and gradients is refused by layers and optimizers', () => {
    const embedding = new nn.Embedding(10, 4);
    detach(embedding.weight);
    expect(refusal(() => embedding.forward([1, 2]))).toMatch(/detached/);
    expect(refusal(() => new nn.Embedding(10, 4).forward(detach(tensor(Int32Array.of(1, 2)))))).toMatch(/detached/);

    const linear = new nn.Linear(4, 3);
    linear
      .forward(zeros([2, 4]))
      .sum()
      .backward();
    detach(linear.weight.grad as Tensor);
    const before = linear.weight.tolist();
    expect(refusal(() => new optim.SGD(linear.parameters(), { lr: 1 }).step())).toMatch(/detached/);
    expect(linear.weight.tolist()).toEqual(before);

    const lstm = new nn.LSTM(4, 3);
    detach((lstm as unknown as Record<string, Tensor>).weight_hh_l0);
    expect(refusal(() => lstm.forward(zeros([5, 4])))).toMatch(/detached/);
  });

  it('is refused where a tensor is made of it', () => {
    for (const Kind of [Float32Array, Float64Array, Int32Array, Uint8Array, Uint16Array, BigInt64Array]) {
      const array = new Kind(8);
      structuredClone(array.buffer, { transfer: [array.buffer] });
      expect(refusal(() => tensor(array))).toMatch(/detached/);
      expect(refusal(() => asTensor(array))).toMatch(/detached/);
    }
  });

  it('is refused after a WebAssembly memory has grown', () => {
    // The global is not among the types that the project is checked with.
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: { Memory: new (size: object) => { buffer: ArrayBuffer; grow(pages: number): void } };
    };
    const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
    const x = asTensor(new Float32Array(memory.buffer, 0, 16));
    expect(x.sum().item()).toBe(0);
    memory.grow(1);
    expect(refusal(() => x.sum())).toMatch(/detached/);
  });

  it('is refused when a resizable buffer has shrunk below a view', () => {
    const Resizable = ArrayBuffer as unknown as new (
      length: number,
      options: { maxByteLength: number },
    ) => ArrayBuffer & { resize(length: number): void };
    const buffer = new Resizable(64, { maxByteLength: 128 });
    const x = asTensor(new Float32Array(buffer, 0, 16));
    buffer.resize(32);
    refusal(() => x.exp());
  });
});

describe('arrays of length zero', () => {
  it('are legal everywhere', () => {
    const empty = tensor(new Float32Array(0));
    expect(empty.exp().shape).toEqual([0]);
    expect(empty.add(empty).shape).toEqual([0]);
    expect(empty.sum().item()).toBe(0);
    expect(zeros([0, 3]).matmul(zeros([3, 2])).shape).toEqual([0, 2]);
    expect(
      zeros([2, 0])
        .matmul(zeros([0, 2]))
        .tolist(),
    ).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(new nn.Embedding(3, 4).forward(new Int32Array(0)).shape).toEqual([0, 4]);
    expect(lutra.cat([empty, empty]).shape).toEqual([0]);
  });
});

describe('arrays of another realm', () => {
  const foreign = runInNewContext(`({
    f32: new Float32Array([1.5, 2.5]), f64: new Float64Array([1.5]), i32: new Int32Array([2, 0]),
    u8: new Uint8Array([7]), clamped: new Uint8ClampedArray([7]), big: new BigInt64Array([3n]),
    view: new DataView(new ArrayBuffer(8)), list: [[1, 2], [3, 4]], options: { dtype: 'float64' },
  })`);

  it('keep their type, as those of this realm', () => {
    expect(tensor(foreign.f32).dtype).toBe('float32');
    expect(tensor(foreign.f32).tolist()).toEqual([1.5, 2.5]);
    expect(tensor(foreign.f64).dtype).toBe('float64');
    expect(tensor(foreign.i32).dtype).toBe('int32');
    expect(tensor(foreign.u8).dtype).toBe('uint8');
    expect(tensor(foreign.clamped).dtype).toBe('uint8');
    expect(tensor(foreign.big).tolist()).toEqual([3]);
    expect(tensor(foreign.list, foreign.options).dtype).toBe('float64');
  });

  it('can be shared and looked up with', () => {
    const shared = asTensor(foreign.f32);
    foreign.f32[0] = 9;
    expect(shared.mul(2).tolist()).toEqual([18, 5]);
    expect(new nn.Embedding(3, 4).forward(foreign.i32).shape).toEqual([2, 4]);
  });

  it('are refused where those of this realm are', () => {
    expect(refusal(() => tensor(foreign.view))).toMatch(/DataView/);
    expect(refusal(() => new nn.Embedding(3, 4).forward(foreign.f32))).toMatch(/Int32Array/);
  });
});

describe('misaligned memory', () => {
  it('of a Buffer out of the pool, at an odd offset, gives a tensor of its bytes', () => {
    const bytes = Buffer.from('xabc').subarray(1);
    expect(tensor(bytes).tolist()).toEqual([97, 98, 99]);
    expect(asTensor(bytes).sum().item()).toBe(294);
  });

  it('at every offset from 0 to 15 elements gives the same sums', () => {
    for (let offset = 0; offset < 16; offset++) {
      const array = new Float32Array(64).subarray(offset, offset + 37).map((_, i) => i);
      expect(asTensor(array).sum().item()).toBe(666);
    }
  });
});

describe('shared memory', () => {
  it('is read and written where floats are shared', () => {
    const array = new Float32Array(new SharedArrayBuffer(16));
    asTensor(array).add_(2);
    expect([...array]).toEqual([2, 2, 2, 2]);
  });

  it('is copied where integers are, since another thread could change them after they are checked', () => {
    const array = new Int32Array(new SharedArrayBuffer(8));
    const x = asTensor(array);
    array[0] = 1_000_000_000;
    expect(x.tolist()).toEqual([0, 0]);
    expect(new nn.Embedding(3, 4).forward(x).shape).toEqual([2, 4]);
  });
});

const noSizes = [Number.NaN, Infinity, -Infinity, 1.5, -1, 2 ** 53, 2 ** 60, '3', null, undefined, true, {}, 3n];

describe('sizes that are none', () => {
  it.each(noSizes)('%s', (size) => {
    const shape = [2, size] as number[];
    const bad = size as number;
    const actions: Record<string, () => unknown> = {
      zeros: () => zeros(shape),
      ones: () => lutra.ones(shape),
      full: () => lutra.full(shape, 1),
      empty: () => lutra.empty(shape),
      rand: () => lutra.rand(shape),
      eye: () => lutra.eye(bad),
      reshape: () => zeros([4]).reshape(size === -1 ? [3, -1] : shape),
      expand: () => zeros([1]).expand(size === -1 ? [-1, 1] : shape),
      tensor: () => tensor([1, 2, 3, 4], { shape }),
      Embedding: () => new nn.Embedding(bad, 3),
      'Embedding, dim': () => new nn.Embedding(3, bad),
      Linear: () => new nn.Linear(3, bad),
      LSTM: () => new nn.LSTM(bad, 3),
      randperm: () => lutra.randperm(bad),
    };
    for (const [name, action] of Object.entries(actions)) {
      expect(() => action(), name).toThrow();
      refusal(action);
    }
  });

  it('whose product is beyond 2^32 or 2^53 do not wrap', () => {
    for (const shape of [
      [2 ** 16, 2 ** 16, 2 ** 16],
      [2 ** 31, 2 ** 31],
      [2 ** 32, 2 ** 32],
      [2 ** 26, 2 ** 27, 8],
      [2 ** 40],
    ]) {
      refusal(() => zeros(shape));
      refusal(() => zeros([1]).expand(shape).contiguous());
      refusal(() => tensor([1, 2], { shape }));
    }
    refusal(() => new nn.Embedding(2 ** 31, 2 ** 31));
    refusal(() => new nn.Linear(2 ** 27, 2 ** 27));
  });
});

describe('indices and dimensions that are none', () => {
  const x = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  it.each([Number.NaN, Infinity, 1.5, 2 ** 32, 5, -5, '0', null, {}])('%s', (index) => {
    const bad = index as number;
    const actions: Record<string, () => unknown> = {
      'select, dim': () => x.select(bad, 0),
      'select, index': () => x.select(1, bad),
      'narrow, start': () => x.narrow(1, bad, 1),
      'narrow, length': () => x.narrow(1, 0, bad),
      mean: () => x.mean([bad]),
      transpose: () => x.transpose(0, bad),
      unsqueeze: () => x.unsqueeze(bad),
      'cat, dim': () => lutra.cat([x, x], bad),
      softmax: () => nn.functional.softmax(x, index === null ? (5 as number) : bad),
      topk: () => x.topk(bad),
      Embedding: () => new nn.Embedding(3, 2).forward([bad]),
      'Embedding, number': () => new nn.Embedding(3, 2).forward(bad),
      indexSelect: () => x.indexSelect(0, [bad] as never),
      crossEntropy: () => nn.functional.crossEntropy(x, [0, bad] as never),
      oneHot: () => nn.functional.oneHot([bad] as never, 3),
    };
    for (const [name, action] of Object.entries(actions)) {
      expect(() => action(), name).toThrow();
      refusal(action);
    }
  });

  it('outside a table name the position, the value and the size, before anything is written', () => {
    const table = new nn.Embedding(5, 2);
    const message = refusal(() => table.forward([0, 4, 5]));
    expect(message).toMatch(/5/);
    expect(message).toMatch(/position 2/);
    try {
      table.forward([0, -1]);
    } catch (error) {
      expect(error).toBeInstanceOf(lutra.IndexError);
      expect(error).toMatchObject({ index: -1, size: 5, position: 1 });
    }
    const sum = zeros([5]);
    refusal(() => sum.indexAdd_(0, tensor(Int32Array.of(0, 9)), tensor([1, 1])));
    expect(sum.tolist()).toEqual([0, 0, 0, 0, 0]);
  });
});

describe('options with getters', () => {
  it('that detach the memory in use cannot make native code touch it', () => {
    const x = tensor([1, 2, 3]);
    const options = {
      get keepdim() {
        detach(x);
        return true;
      },
    };
    expect(refusal(() => x.sum(0, options))).toMatch(/detached/);
  });

  it('that throw pass their error on', () => {
    const options = {
      get dtype(): 'float32' {
        throw new RangeError('of the getter');
      },
    };
    expect(() => tensor([1], options)).toThrow('of the getter');
  });

  it('that answer differently each time do no harm', () => {
    let asked = 0;
    const options = {
      get shape() {
        return asked++ % 2 === 0 ? [2, 2] : [2000, 2000];
      },
    };
    try {
      expect(tensor([1, 2, 3, 4], options).numel).toBe(4);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
    }
  });
});
