import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  FileFormatError,
  loadTorch,
  OptionError,
  parseTorch,
  RowSparse,
  serializeTorch,
  type Tensor,
  type TorchValue,
  ValueError,
} from '../../../lib/index.js';

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

describe('values besides tensors', () => {
  const content = loadTorch<Record<string, TorchValue>>(fixture('kinds.pt'));

  test('become their counterparts', () => {
    expect(content.bytes).toEqual(Uint8Array.of(97, 98, 255, 0));
    expect(content.no_bytes).toEqual(new Uint8Array(0));
    expect(content.bytearray).toEqual(Uint8Array.of(120, 121));
    expect(content.set).toEqual(new Set([1, 'two']));
    expect(content.complex).toEqual({ real: 1.5, imag: -2 });
    const names = ['dtype', 'device', 'cpu', 'layout'].map((name) => content[name]);
    expect(names).toEqual(['bfloat16', 'cuda:1', 'cpu', 'strided']);
  });

  test('keys 1 and "1" of one dictionary stay two', () => {
    const keys = content.keys as Map<number | string, TorchValue>;
    expect([...keys.keys()]).toEqual([1, '1', 2]);
    expect((keys.get(1) as Tensor).tolist()).toEqual([1]);
    expect((keys.get('1') as Tensor).tolist()).toEqual([2]);
  });

  test('bytes, sets and such Maps are written so that they are read again', () => {
    const { bytes, set, keys } = content;
    const again = parseTorch<Record<string, TorchValue>>(serializeTorch({ bytes, set, keys: keys as Map<string, 1> }));
    expect(again.bytes).toEqual(bytes);
    expect(again.set).toEqual(set);
    expect([...(again.keys as Map<number, Tensor>).keys()]).toEqual([1, '1', 2]);
  });
});

describe('tensors of other types', () => {
  const load = (names: readonly string[] | ((name: string) => boolean)) =>
    // biome-ignore lint/suspicious/noExplicitAny: the file's own structure says what is where.
    loadTorch<any>(fixture('kinds_of_tensors.pt'), { names });

  test('unsigned integers and 8-bit floats are read exactly', () => {
    const { newer } = load(['newer']);
    expect(newer.uint16.tolist()).toEqual([1, 65535, 0]);
    expect(newer.uint32.tolist()).toEqual([1, 7, 0]);
    expect(newer.uint64.tolist()).toEqual([1, 7, 0]);
    for (const name of ['uint16', 'uint32', 'uint64']) expect(newer[name].dtype).toBe('int32');
    for (const name of ['float8_e4m3fn', 'float8_e5m2', 'float8_e4m3fnuz', 'float8_e5m2fnuz', 'float8_e8m0fnu']) {
      expect(newer[name].dtype).toBe(name === 'float8_e8m0fnu' ? 'float32' : 'float16');
      const values = newer[name].float().tolist() as number[];
      const expected = newer[`${name}_values`].tolist() as number[];
      expect(values.map((x) => (Object.is(x, -0) ? '-0' : String(x)))).toEqual(
        expected.map((x) => (Object.is(x, -0) ? '-0' : String(x))),
      );
    }
  });

  test('one that is sparse in its rows is a RowSparse', () => {
    const { rows } = load(['rows']);
    expect(rows).toBeInstanceOf(RowSparse);
    expect(rows.toDense().tolist()).toEqual([
      [6, 8],
      [0, 0],
      [3, 4],
      [0, 0],
    ]);
  });

  test('a parameter with attributes is a parameter', () => {
    const { parameter } = load(['parameter']);
    expect(parameter.tolist()).toEqual([3]);
    expect(parameter.requiresGrad).toBe(true);
  });

  test.each([
    ['complex', /is a complex64 tensor of shape \[1\], .*view_as_real/],
    ['quantized', /is a quantized tensor \(quint8\) of shape \[2, 2\], .*dequantize/],
    ['sparse', /is a sparse tensor of layout sparse_coo, .*to_dense/],
    ['compressed', /is a sparse tensor of layout sparse_csr, .*to_dense/],
    ['meta', /on the meta device/],
    ['negated', /is a lazily negated view, .*resolve_neg/],
    ['class', /refers to pathlib\.PurePosixPath, which is not needed for tensors and is never executed/],
    ['nested', /is a nested tensor/],
    ['two_types.1', /is used as F8_E4M3 and as F8_E5M2, which can't share memory here/],
  ])('%s: is refused by its name and type, with what to do', (name, message) => {
    const whole = () => load([`none.${name.split('.')[0]}`]);
    expect(whole).toThrow(FileFormatError);
    expect(whole).toThrow(message);
    expect(whole).toThrow(`"none.${name}"`);
    expect(whole).toThrow(`leave it out with { names: (name) => name !== "none.${name}" }`);
  });

  test('what is left out may be of any kind, and the rest is whole', () => {
    const content = load((name) => !name.startsWith('none.'));
    expect(Object.keys(content)).toEqual(['newer', 'rows', 'parameter', 'last']);
    expect(content.last.tolist()).toEqual([9]);
    const some = load((name) => name === 'none.two_types.1' || name === 'last');
    expect(some.none.two_types[0]).toBeNull();
    expect(some.none.two_types[1].dtype).toBe('float16');
  });
});

describe('names', () => {
  const bytes = serializeTorch({ model: { 'fc.weight': [1, 2], 'fc.bias': 3 }, list: [{ a: 1 }, 'x'], empty: {} });
  const parse = (names: unknown) => parseTorch(bytes, { names } as never);

  test('name keys and positions joined by dots, or what holds them', () => {
    expect(parse(['model.fc.weight'])).toEqual({ model: { 'fc.weight': [1, 2] } });
    expect(parse(['model'])).toEqual({ model: { 'fc.weight': [1, 2], 'fc.bias': 3 } });
    expect(parse(['list.0.a', 'model.fc.weight.1'])).toEqual({
      model: { 'fc.weight': [null, 2] },
      list: [{ a: 1 }, null],
    });
    expect(parse(['empty'])).toEqual({ empty: {} });
    expect(parse([])).toEqual({});
  });

  test('a function is asked about everything but lists and dictionaries', () => {
    const asked: string[] = [];
    parse((name: string) => {
      asked.push(name);
      return false;
    });
    expect(asked).toEqual(['model.fc.weight.0', 'model.fc.weight.1', 'model.fc.bias', 'list.0.a', 'list.1', 'empty']);
    expect(parse((name: string) => name.endsWith('bias'))).toEqual({ model: { 'fc.bias': 3 } });
  });

  test('that are wrong are refused', () => {
    expect(() => parse(['model.fc.wieght'])).toThrow(ValueError);
    expect(() => parse(['model.fc.wieght'])).toThrow(
      /parseTorch: holds no "model.fc.wieght"; did you mean "model.fc.weight"/,
    );
    expect(() => parse('model')).toThrow(/parseTorch: names must be a list of names or a function, got "model"/);
    expect(() => parse([1])).toThrow(/names\[0\] must be a string, got 1/);
    expect(() => parse(async () => true)).toThrow(
      /names must return true or false, got a Promise for "model.fc.weight.0"/,
    );
    expect(() => parseTorch(bytes, { name: [] } as never)).toThrow(OptionError);
  });
});

describe("PyTorch's format from before 1.6", () => {
  test('gives what torch.save was given, views and all', () => {
    expect(loadTorch<{ weight: Tensor }>(fixture('legacy.pt')).weight.shape).toEqual([3, 4]);
    const names = (name: string) => name !== 'complex';
    // biome-ignore lint/suspicious/noExplicitAny: the file's own structure says what is where.
    const content = loadTorch<any>(fixture('legacy_kinds.pt'), { names });
    expect(content.weight.tolist()).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    expect(content.transposed.storage).toBe(content.weight.storage);
    expect(content.transposed.shape).toEqual([4, 3]);
    expect(content.window.tolist()).toEqual([
      [6, 7],
      [10, 11],
    ]);
    expect(content.parameter.requiresGrad).toBe(true);
    expect(content.types.map((x: Tensor) => x.dtype)).toEqual(['float64', 'float16', 'int32', 'int32']);
    for (const x of content.types) expect(x.tolist()).toEqual([1, -2]);
    expect(content.flags.tolist()).toEqual([true, false]);
    expect(content.newer.tolist()).toEqual([1, 65535]);
    expect(content.empty.shape).toEqual([0, 3]);
    expect(content.after.tolist()).toEqual([4.5]);
    expect(content.epoch).toBe(3);
    expect(content.names).toEqual(['a', Uint8Array.of(98)]);
    expect(() => loadTorch(fixture('legacy_kinds.pt'))).toThrow(/"complex" is a complex64 tensor of shape \[2\]/);
  });

  test('cut anywhere, is refused', () => {
    const bytes = readFileSync(fixture('legacy.pt'));
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseTorch(bytes.subarray(0, length))).toThrow(FileFormatError);
    }
  });

  test('is told from other pickles', () => {
    expect(() => parseTorch(Buffer.from('\x80\x02K\x01.', 'latin1'))).toThrow(/is a pickle, but none of torch.save/);
  });
});
