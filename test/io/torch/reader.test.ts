import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { arange, FileFormatError, loadTorch, nn, optim, parseTorch, Tensor } from '../../../lib/index.js';
import { zipParts } from '../../../lib/io/zip/writer.js';
import { expectTensor } from '../../torch/compare.js';
import { type ArrayFixture, readFixture, toTensor } from '../../torch/read.js';
import { expectOnlyFormatErrors } from '../files_of_bytes.js';

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

// biome-ignore lint/suspicious/noExplicitAny: the files' own structure says what is where.
type Content = any;

describe('a file written by torch.save', () => {
  const content = loadTorch(fixture('state.pt')) as Content;

  test('gives a state dict that a module takes', () => {
    class Model extends nn.Module {
      embedding = new nn.Embedding(3, 2);
      fc = new nn.Linear(2, 1);
      forward(): never {
        throw new Error('unused');
      }
    }
    const model = new Model();
    model.loadStateDict(content.model);
    expect(model.embedding.weight.tolist()).toEqual([
      [0, 0.25],
      [0.5, 0.75],
      [1, 1.25],
    ]);
    expect(Object.keys(content.model)).toEqual(['embedding.weight', 'fc.weight', 'fc.bias']);
    expect(content.parameter.requiresGrad).toBe(true);
    expect(content.model['fc.weight'].requiresGrad).toBe(false);
  });

  test('gives views that share their memory', () => {
    const { whole, transposed, column, window, expanded } = content;
    expect(whole.tolist()).toEqual(arange(12).view(3, 4).tolist());
    expect(transposed.tolist()).toEqual(arange(12).view(3, 4).transpose(0, 1).tolist());
    expect(column.tolist()).toEqual([1, 5, 9]);
    expect(window.tolist()).toEqual([
      [6, 7],
      [10, 11],
    ]);
    expect(expanded.tolist()).toEqual([
      [7, 7, 7],
      [7, 7, 7],
    ]);
    for (const view of [transposed, column, window]) expect(view.storage).toBe(whole.storage);
  });

  test('gives every type', () => {
    const types = content.types as Tensor[];
    const dtypes = ['float64', 'float32', 'float16', 'bfloat16', 'int32', 'int32', 'int32', 'int32', 'uint8', 'bool'];
    expect(types.map((x) => x.dtype)).toEqual(dtypes);
    for (const x of types.slice(0, 4)) expect(x.tolist()).toEqual([0, -1.5, 3.140625]);
    expect(types[4].tolist()).toEqual([1, -2, 2147483647]);
    for (const x of types.slice(5, 8)) expect(x.tolist()).toEqual([1, -2]);
    expect(types[8].tolist()).toEqual([1, 255]);
    expect(types[9].tolist()).toEqual([true, false]);
    expect(content.scalar.tolist()).toBe(2.5);
    expect(content.empty.shape).toEqual([0, 3]);
  });

  test('gives what is no tensor', () => {
    const plain = [1, -70000, 300, 2 ** 40, -(2n ** 70n), 1.5, true, null, 'größe ✓', [1, [2, []]], {}];
    expect(content.plain).toEqual(plain);
    expect(content[3]).toBe('a number as key');
    expect(content.size).toEqual([2, 3]);
  });

  test('is the same read from memory', () => {
    const again = parseTorch(readFileSync(fixture('state.pt'))) as Content;
    expect(again.whole.tolist()).toEqual(content.whole.tolist());
  });
});

interface ExchangeCase {
  name: string;
  gradients: ArrayFixture[][];
  trajectory: ArrayFixture[][];
}

type OptimizerClass = new (groups: unknown) => optim.Optimizer;

/** A group for each parameter, as the fixture has them; LBFGS takes one for all. */
function groupsFor(name: string, parameters: Tensor[]): { params: Tensor[] }[] {
  return name === 'LBFGS' ? [{ params: parameters }] : parameters.map((parameter) => ({ params: [parameter] }));
}

describe('a training begun in PyTorch goes on here as it does there', () => {
  const saved = loadTorch(fixture('optimizers.pt')) as Content;
  for (const { name, gradients, trajectory } of readFixture<{ cases: ExchangeCase[] }>('optim_exchange').cases) {
    test(name, () => {
      const { parameters: values, optimizer: state, scheduler: schedule } = saved[name];
      const parameters = (values as Tensor[]).map((value) => value.clone().detach().requiresGrad_());
      const Optimizer = (optim as unknown as Record<string, OptimizerClass>)[name];
      const optimizer = new Optimizer(groupsFor(name, parameters));
      const scheduler = new optim.CosineAnnealingLR(optimizer, 8);
      optimizer.loadStateDict(state);
      scheduler.loadStateDict(schedule);
      for (const [step, rules] of gradients.entries()) {
        for (const [i, rule] of rules.entries()) parameters[i].grad = toTensor(rule);
        optimizer.step(() => 0);
        scheduler.step();
        for (const [i, expected] of trajectory[step].entries()) {
          expectTensor(parameters[i], expected, `parameter ${i} after step ${step + 6}`);
        }
      }
      // What Lutra writes has every entry that PyTorch wrote, but those that say how to compute.
      const own = optimizer.stateDict();
      expect(Object.keys(own.state)).toEqual(Object.keys(state.state));
      for (const [key, entries] of Object.entries(state.state as Record<string, object>)) {
        // LBFGS's `al` is scratch memory of PyTorch's.
        const needed = Object.keys(entries).filter((entry) => entry !== 'al');
        expect(Object.keys(own.state[key])).toEqual(expect.arrayContaining(needed));
      }
    });
  }
});

/** A file of torch.save's structure with the given pickle and storages. */
function archive(
  pickle: (number | string)[],
  storages: Record<string, Uint8Array> = {},
  extra: Record<string, string> = {},
) {
  const bytes = pickle.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from([part])));
  const files = [{ name: 'x/data.pkl', parts: [Buffer.concat(bytes)] }];
  for (const [key, content] of Object.entries(storages))
    files.push({ name: `x/data/${key}`, parts: [Buffer.from(content)] });
  for (const [name, content] of Object.entries(extra)) files.push({ name, parts: [Buffer.from(content)] });
  return Buffer.concat(zipParts(files, false));
}

/** The opcodes of a tensor on storage '0' of `count` floats. */
function tensorPickle(count: number, offset: number, size: string, stride: string, type = 'FloatStorage'): string {
  const text = (value: string) => `X${String.fromCharCode(value.length, 0, 0, 0)}${value}`;
  const int = (value: number) => `K${String.fromCharCode(value)}`;
  const storage = `(${text('storage')}ctorch\n${type}\n${text('0')}${text('cpu')}${int(count)}tQ`;
  return `\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(${storage}${int(offset)}(${size}t(${stride}t\x89ccollections\nOrderedDict\n)RtR.`;
}

describe('files that are refused', () => {
  test('a class of Python, by its name', () => {
    expect(() => loadTorch(fixture('refused.pt'))).toThrow(FileFormatError);
    expect(() => loadTorch(fixture('refused.pt'))).toThrow(/refers to pathlib\.\w+, which is not needed for tensors/);
    const system = ['\x80\x02cos\nsystem\n', 'X\x02\x00\x00\x00ls', '\x85R.'];
    expect(() => parseTorch(archive(system))).toThrow(/refers to os\.system, .* never executed; .*at byte/);
    const wide = ['\x80\x04\x8c\x08builtins\x8c\x04eval\x93.'];
    expect(() => parseTorch(archive(wide))).toThrow(/refers to builtins\.eval/);
  });

  test('what is no file of torch.save', () => {
    expect(() => parseTorch(Buffer.from('no such file'))).toThrow(/does not start like a zip archive/);
    expect(() => parseTorch(Buffer.alloc(0))).toThrow(FileFormatError);
  });

  test('programs, other byte orders, and archives without data', () => {
    expect(() => parseTorch(archive(['N.'], {}, { 'x/constants.pkl': 'N.' }))).toThrow(/TorchScript/);
    expect(() => parseTorch(archive(['N.'], {}, { 'x/byteorder': 'big' }))).toThrow(
      /byteorder must be little, got "big"/,
    );
    expect(() => parseTorch(Buffer.concat(zipParts([{ name: 'a', parts: [] }], false)))).toThrow(/one entry data.pkl/);
    expect(() => parseTorch(archive(['N.'], {}, { 'x/data.pkl': 'N.' }))).toThrow(/"x\/data.pkl" occurs twice/);
  });

  test('tensors beyond their storage', () => {
    const data = { 0: new Uint8Array(16) };
    const good = tensorPickle(4, 0, 'K\x02K\x02', 'K\x02K\x01');
    expect((parseTorch(archive([good], data)) as Tensor).tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    const bad: [string, RegExp][] = [
      [
        tensorPickle(4, 1, 'K\x02K\x02', 'K\x02K\x01'),
        /shape \[2, 2\] .* from element 1 on does not fit its storage of 4/,
      ],
      [tensorPickle(4, 0, 'K\x05', 'K\x01'), /does not fit/],
      [tensorPickle(4, 5, 'K\x00', 'K\x01'), /does not fit/],
      [tensorPickle(4, 0, 'K\x02', 'K\x01K\x01'), /not understood/],
      [tensorPickle(4, 0, 'J\xff\xff\xff\xff', 'K\x01'), /not understood/],
      [tensorPickle(4, 0, 'J\xff\xff\xff\x7f'.repeat(3), 'K\x00K\x00K\x00'), /does not fit/],
      [tensorPickle(5, 0, 'K\x02', 'K\x01'), /entry "x\/data\/0": 5 elements of FloatStorage take 20 bytes, got 16/],
      [tensorPickle(4, 0, 'K\x02', 'K\x01', 'ComplexFloatStorage'), /is a complex64 tensor of shape \[2\]/],
    ];
    for (const [pickle, message] of bad) {
      expect(() => parseTorch(archive([pickle], data))).toThrow(FileFormatError);
      expect(() => parseTorch(archive([pickle], data))).toThrow(message);
    }
    expect(() => parseTorch(archive([good]))).toThrow(/entry "x\/data\/0" is missing/);
  });

  test('a tensor that calls its storage something else is measured in bytes', () => {
    const text = (value: string) => `X${String.fromCharCode(value.length, 0, 0, 0)}${value}`;
    const storage = `(${text('storage')}ctorch\nComplexFloatStorage\n${text('0')}${text('cpu')}K\x02tQ`;
    const of = (size: string) =>
      `\x80\x02ctorch._utils\n_rebuild_tensor_v3\n(${storage}K\x00(${size}t(K\x01t\x89Nctorch\nfloat32\ntR.`;
    const data = { 0: new Uint8Array(16) };
    expect((parseTorch(archive([of('K\x04')], data)) as Tensor).tolist()).toEqual([0, 0, 0, 0]);
    expect(() => parseTorch(archive([of('K\x05')], data))).toThrow(/does not fit its storage of 4/);
  });

  test('pickles that do not hold together', () => {
    const bad: [string, RegExp][] = [
      ['', /expected 1 more bytes/],
      ['.', /the stack is empty/],
      ['(.', /a mark stands/],
      ['NN.', /values are left over/],
      ['t.', /there is no mark/],
      ['NNa.', /there is no list/],
      ['N\x85R.', /the stack is empty/],
      ['NN\x85R.', /calls what is no function/],
      ['h\x05.', /nothing was remembered at 5/],
      ['Ns.', /the stack is empty/],
      ['NNNs.', /there is no dictionary/],
      ['ctorch\nFloatStorage\n.', /holds a class or a storage/],
      ['}NNs.', /keys of dictionaries must be strings or numbers, got null/],
      ['X\xff\xff\xff\xff', /expected 4294967295 more bytes/],
      ['\x80\x07N.', /protocol must be at most 5, got 7/],
      ['i', /opcode 0x69 is not understood/],
      [`${']'.repeat(600)}${'a'.repeat(599)}.`, /nested deeper than 500/],
    ];
    for (const [pickle, message] of bad) {
      expect(() => parseTorch(archive([pickle])), JSON.stringify(pickle)).toThrow(FileFormatError);
      expect(() => parseTorch(archive([pickle])), JSON.stringify(pickle)).toThrow(message);
    }
  });

  test('keys that mean something to JavaScript are only keys', () => {
    const value = parseTorch(archive(['}X\x09\x00\x00\x00__proto__}X\x01\x00\x00\x00aK\x01ss.'])) as Content;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(value.a).toBeUndefined();
  });

  test('a list that holds itself is one', () => {
    const list = parseTorch(archive([']q\x00h\x00a.'])) as Content;
    expect(list[0]).toBe(list);
  });

  test('archives that would unpack without bounds', () => {
    const bomb = [{ name: 'x/data.pkl', parts: [Buffer.from('N.')] }];
    for (let i = 0; i < 3; i++) bomb.push({ name: `x/data/${i}`, parts: [Buffer.alloc(50_000_000)] });
    const packed = Buffer.concat(zipParts(bomb, true));
    expect(packed.byteLength).toBeLessThan(1_000_000);
    expect(() => parseTorch(packed)).toThrow(FileFormatError);
    expect(() => parseTorch(packed)).toThrow(/unpack to 150000002 bytes, more than twice its own \d+ and 100 MB/);
    // Two entries of the directory that show the same bytes.
    const twice = archive(['N.'], { 0: new Uint8Array(64), 1: new Uint8Array(64) });
    const second = twice.lastIndexOf('x/data/1');
    const first = twice.lastIndexOf('x/data/0');
    twice.copy(twice, second - 4, first - 4, first);
    expect(() => parseTorch(twice)).toThrow(
      /entry "x\/data\/[01]" begins at \d+, before entry "x\/data\/[01]" ends at/,
    );
  });

  test('damaged in any way give format errors alone', () => {
    const bytes = archive([tensorPickle(4, 0, 'K\x02K\x02', 'K\x02K\x01')], { 0: new Uint8Array(16) });
    expect(expectOnlyFormatErrors(bytes, parseTorch, 5000)).toBeGreaterThan(3000);
    expect(expectOnlyFormatErrors(readFileSync(fixture('state.pt')), parseTorch, 500)).toBeGreaterThan(300);
  });

  test('damaged pickles in sound archives too', () => {
    const pickle = Buffer.from(tensorPickle(4, 0, 'K\x02K\x02', 'K\x02K\x01'), 'latin1');
    const parse = (damaged: Uint8Array) =>
      parseTorch(archive([Buffer.from(damaged).toString('latin1')], { 0: new Uint8Array(16) }));
    expect(expectOnlyFormatErrors(pickle, parse, 5000)).toBeGreaterThan(3000);
    expect(() => parse(pickle)).not.toThrow();
    expect(parse(pickle)).toBeInstanceOf(Tensor);
  });
});
