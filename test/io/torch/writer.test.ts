import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  ArgumentError,
  arange,
  DTypeError,
  full,
  loadTorch,
  nn,
  optim,
  parseTorch,
  randn,
  saveTorch,
  serializeTorch,
  type Tensor,
  tensor,
  zeros,
} from '../../../lib/index.js';
import { runHalf, schedulerCases } from '../../optim/scheduler_cases.js';

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

// biome-ignore lint/suspicious/noExplicitAny: the files' own structure says what is where.
type Content = any;

type OptimizerClass = new (groups: unknown) => optim.Optimizer & { state: Map<Tensor, unknown> };

/** Everything that a file can hold, the same at every call. */
function everything(): Content {
  const base = arange(12, { dtype: 'float32' }).view(3, 4);
  const parameter = tensor([1.5, -2], { requiresGrad: true });
  const trainings = Object.entries(loadTorch(fixture('optimizers.pt')) as Content).map(([name, saved]) => {
    const { parameters, optimizer: state, scheduler: schedule } = saved as Content;
    const Optimizer = (optim as unknown as Record<string, OptimizerClass>)[name];
    const leaves = (parameters as Tensor[]).map((value) => value.clone().detach().requiresGrad_());
    const optimizer = new Optimizer(
      name === 'LBFGS' ? [{ params: leaves }] : leaves.map((leaf) => ({ params: [leaf] })),
    );
    const scheduler = new optim.CosineAnnealingLR(optimizer, 8);
    optimizer.loadStateDict(state);
    scheduler.loadStateDict(schedule);
    return [name, { parameters, optimizer: optimizer.stateDict(), scheduler: scheduler.stateDict() }];
  });
  return {
    views: { base, transposed: base.t(), row: base.select(0, 1) },
    alone: arange(12, { dtype: 'float32' }).view(3, 4).t(),
    types: (['float64', 'float32', 'float16', 'bfloat16', 'int32', 'uint8', 'bool'] as const).map((dtype) =>
      tensor([0, 1, 1]).to(dtype),
    ),
    parameter,
    scalar: full([], 2.5),
    empty: zeros([0, 3]),
    plain: [1, -70000, 2 ** 40, -(2n ** 70n), 255n, 1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, true, false, null],
    words: ['größe ✓', ''],
    numbered: new Map<string | number, Content>([
      [7, 'a number as key'],
      ['7', 'a string'],
    ]),
    nested: { '0': { '1': [[], {}] } },
    trainings: Object.fromEntries(trainings),
    schedulers: schedulerCases.map((testCase) => {
      const { half, optimizer, scheduler } = runHalf(testCase);
      // Cosines differ in their last digit between versions of Node.
      const round = (value: Content): Content =>
        JSON.parse(JSON.stringify(value), (_, x) => (typeof x === 'number' ? Number(x.toPrecision(12)) : x));
      return { half, optimizer: round(optimizer.stateDict()), scheduler: round(scheduler.stateDict()) };
    }),
  };
}

describe('a file for PyTorch', () => {
  // test/torch/check_written.py reads the same bytes with PyTorch; LUTRA_WRITE_FIXTURES=1 writes them anew.
  test('has the bytes that PyTorch has read', () => {
    const bytes = serializeTorch(everything());
    if (process.env.LUTRA_WRITE_FIXTURES === '1') writeFileSync(fixture('written.pt'), bytes);
    expect(Buffer.from(bytes).equals(readFileSync(fixture('written.pt')))).toBe(true);
  });

  test('comes back as it was', () => {
    const value = everything();
    const back = parseTorch(serializeTorch(value)) as Content;
    expect(back.views.transposed.tolist()).toEqual(value.views.transposed.tolist());
    expect(back.views.row.storage).toBe(back.views.base.storage);
    expect(back.alone.tolist()).toEqual(value.alone.tolist());
    for (const [i, x] of value.types.entries()) {
      expect([back.types[i].dtype, back.types[i].tolist()]).toEqual([x.dtype, x.tolist()]);
    }
    expect([back.parameter.requiresGrad, back.parameter.tolist()]).toEqual([true, [1.5, -2]]);
    const small = parseTorch(serializeTorch(new nn.Parameter(tensor([1.5]).bfloat16()))) as Tensor;
    expect([small.dtype, small.requiresGrad, small.tolist()]).toEqual(['bfloat16', true, [1.5]]);
    expect([back.scalar.item(), back.empty.shape]).toEqual([2.5, [0, 3]]);
    expect(back.plain.map(String)).toEqual(value.plain.map(String));
    expect(Object.is(back.plain[6], -0)).toBe(true);
    expect(back.words).toEqual(value.words);
    expect(back.nested).toEqual({ '0': { '1': [[], {}] } });
    const adam = back.trainings.Adam.optimizer;
    expect(adam.param_groups).toEqual(value.trainings.Adam.optimizer.param_groups);
    expect(adam.state['0'].exp_avg.tolist()).toEqual(value.trainings.Adam.optimizer.state['0'].exp_avg.tolist());
  });

  test('keeps a window on a large table small', () => {
    const table = zeros([1000, 100]);
    expect(serializeTorch(table.narrow(0, 5, 2)).byteLength).toBeLessThan(2000);
    const both = serializeTorch([table.select(0, 1), table.select(0, 2)]);
    expect(both.byteLength).toBeGreaterThan(400_000);
    expect((parseTorch(both) as Tensor[])[1].shape).toEqual([100]);
  });

  test('holds what a module needs', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lutra-'));
    try {
      const path = join(folder, 'model.pt');
      const make = () => new nn.Sequential(new nn.Embedding(4, 2), new nn.Linear(2, 1));
      const [first, second] = [make(), make()];
      saveTorch(path, first.stateDict());
      second.loadStateDict(loadTorch(path) as Record<string, Tensor>);
      expect(second.forward([1, 3]).tolist()).toEqual(first.forward([1, 3]).tolist());
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('is refused where something cannot be written, by its place', () => {
    const table = new nn.Embedding(4, 2, { sparse: true });
    table.forward([1]).sum().backward();
    expect(() => serializeTorch({ a: [{ b: table.weight.grad as Tensor }] })).toThrow(DTypeError);
    expect(() => serializeTorch({ a: [{ b: table.weight.grad as Tensor }] })).toThrow(/value\.a\[0\]\.b is row-sparse/);
    expect(() => serializeTorch(table as never)).toThrow(/value must be a Tensor, .* got an Embedding/);
    expect(() => serializeTorch({ f: () => 1 } as never)).toThrow(ArgumentError);
    expect(() => serializeTorch({ missing: undefined } as never)).toThrow(/value\.missing .* got nothing/);
    expect(() => serializeTorch(new Map([[0.5, 1]]))).toThrow(/no string and no integer: 0\.5/);
    const endless: Content[] = [];
    endless.push(endless);
    expect(() => serializeTorch(endless)).toThrow(/nested deeper than 500/);
    expect(() => saveTorch(3 as never, randn([1]))).toThrow(/path must be a string, got 3/);
  });
});

test('long lists and dictionaries come back whole, with room for what was in them', () => {
  for (const count of [0, 1, 999, 1000, 1001, 2500, 100_000]) {
    const list = Array.from({ length: count }, (_, i) => i / 2);
    const words = Object.fromEntries(list.map((x, i) => [`word ${x}`, i]));
    const again = parseTorch<{ list: number[]; words: Record<string, number> }>(serializeTorch({ list, words }));
    expect(again.list).toEqual(list);
    expect(again.words).toEqual(words);
  }
});
