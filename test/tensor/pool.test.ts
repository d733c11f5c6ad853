import { describe, expect, it } from 'vitest';
import { native } from '../../lib/addon/native.js';
import { nn, optim, tensor } from '../../lib/index.js';
import type { TypedArray } from '../../lib/tensor/dtype.js';
import { memoryInfo } from '../../lib/tensor/pool.js';
import { Storage } from '../../lib/tensor/storage.js';
import { Tensor } from '../../lib/tensor/tensor.js';

const megabyte = 2 ** 20;

describe('the result pool', () => {
  it('stays within its budget in a synchronous loop, and uses memory again', () => {
    const before = process.memoryUsage().rss;
    const buffers = new Set<ArrayBufferLike>();
    for (let i = 0; i < 500; i++) {
      const t = Tensor.allocate([3 * megabyte], 'float32', false);
      t.storage.array[i] = i;
      buffers.add(t.storage.array.buffer);
    }
    expect(buffers.size).toBeLessThan(60);
    expect(memoryInfo().collections).toBeGreaterThan(5);
    expect(memoryInfo().out + memoryInfo().idle).toBeLessThanOrEqual(memoryInfo().budget);
    expect(process.memoryUsage().rss - before).toBeLessThan(600 * megabyte);
  });

  it('finds what died old: results that outlived several collections', () => {
    for (let round = 0; round < 30; round++) {
      const old = Array.from({ length: 20 }, () => Tensor.allocate([megabyte], 'float32', false));
      const before = memoryInfo().collections;
      while (memoryInfo().collections < before + 3) Tensor.allocate([megabyte], 'float32', false);
      expect(old.length).toBe(20);
    }
    // 80 MB live at a time (160 while a stack still shows the round before), 2.4 GB in all.
    expect(memoryInfo().out + memoryInfo().idle).toBeLessThan(600 * megabyte);
  });

  it('shrinks again when less lives', () => {
    let much: Tensor[] | null = Array.from({ length: 100 }, () => Tensor.allocate([megabyte], 'float32', false));
    expect(memoryInfo().out).toBeGreaterThanOrEqual(400 * megabyte);
    much = much.length === 0 ? much : null;
    const { collections } = memoryInfo();
    while (memoryInfo().collections < collections + 500) Tensor.allocate([megabyte], 'float32', false);
    expect(much).toBeNull();
    expect(memoryInfo().out + memoryInfo().idle).toBeLessThan(200 * megabyte);
  });

  it('needs no full collections for training steps: nothing old holds what they made', () => {
    const lstm = new nn.LSTM(64, 64, { batchFirst: true });
    const embedding = new nn.Embedding(5000, 64);
    const parameters = [...lstm.parameters(), ...embedding.parameters()];
    const optimizer = new optim.Adam(parameters);
    const step = () => {
      optimizer.zeroGrad();
      const ids = tensor(
        Array.from({ length: 1600 }, (_, i) => (i * 7919) % 5000),
        { dtype: 'int32', shape: [32, 50] },
      );
      const x = embedding.forward(ids);
      x.retainGrad();
      lstm.forward(x)[0].sum().backward();
      optimizer.step();
    };
    for (let i = 0; i < 300; i++) step();
    const before = memoryInfo();
    for (let i = 0; i < 600; i++) step();
    const after = memoryInfo();
    expect(after.collections - before.collections).toBeGreaterThan(10);
    expect(after.fullCollections - before.fullCollections).toBeLessThan(3);
  });

  it('never hands out memory that a tensor or a user array still shows', () => {
    const kept: { tensor: Tensor; value: number }[] = [];
    const views: { view: TypedArray; value: number }[] = [];
    for (let i = 0; i < 400; i++) {
      const t = Tensor.allocate([megabyte], 'float32', false);
      t.storage.array.fill(i);
      if (i % 20 === 0) kept.push({ tensor: t, value: i });
      // Only a window of the array survives; the tensor and its whole array are garbage.
      if (i % 20 === 1) views.push({ view: t.data.subarray(1000, 2000), value: i });
    }
    for (const { tensor, value } of kept) expect(tensor.storage.array.every((x) => x === value)).toBe(true);
    for (const { view, value } of views) expect(view.every((x) => x === value)).toBe(true);
  });

  it('nor a gradient of which a window of the array is all that is left', () => {
    const views: { view: TypedArray; value: number }[] = [];
    for (let i = 0; i < 200; i++) {
      const weight = new Tensor(Storage.lasting('float32', megabyte), [megabyte], [1], 0).requiresGrad_();
      weight.mul(i).sum().backward();
      if (i % 20 === 1) views.push({ view: weight.grad!.data.subarray(1000, 2000), value: i });
    }
    for (const { view, value } of views) expect(view.every((x) => x === value)).toBe(true);
  });

  it('takes back at once what an operation says is dead, but nothing that a user has seen', () => {
    const dead = Tensor.allocate([megabyte], 'float32', false);
    const { buffer } = dead.storage.array;
    const { out } = memoryInfo();
    dead.storage.recycle();
    expect(memoryInfo().out).toBeLessThan(out);
    expect(Tensor.allocate([megabyte], 'float32', false).storage.array.buffer).toBe(buffer);

    const seen = Tensor.allocate([megabyte], 'float32', false);
    const view = seen.data;
    seen.storage.recycle();
    expect(Tensor.allocate([megabyte], 'float32', false).storage.array.buffer).not.toBe(view.buffer);
  });

  it('gives zeros where zeros are asked for, also in used memory', () => {
    for (let i = 0; i < 300; i++) {
      const t = Tensor.allocate([megabyte], 'float32');
      expect(t.storage.array[i] + t.storage.array[megabyte - 1]).toBe(0);
      t.storage.array.fill(1);
    }
  });

  it('starts results on a cache line and tables on a page, wherever the allocator puts their buffers', () => {
    // Once a large buffer has been freed, glibc puts others of its size among the small ones.
    const array = (t: Tensor) => t.storage.array;
    const results: Tensor[] = [];
    for (let i = 0; i < 40; i++) {
      const t = Tensor.allocate([megabyte / 2 + 1000 * i], 'float32', false);
      if (i % 3 === 0) t.storage.escape();
      else results.push(t);
    }
    const tables = [1, 2, 3].map((k) => Storage.lasting('float64', k * megabyte).array);
    const smallTable = Storage.lasting('float32', 5000).array;
    for (const t of results) expect(native.bytesToBoundary(array(t), 64)).toBe(0);
    for (const t of tables) expect(native.bytesToBoundary(t, 4096)).toBe(0);
    expect(native.bytesToBoundary(smallTable, 64)).toBe(0);
    expect(tables.map((t) => t.length)).toEqual([megabyte, 2 * megabyte, 3 * megabyte]);
  });
});
