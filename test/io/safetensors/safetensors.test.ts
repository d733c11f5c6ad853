import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ArgumentError,
  asTensor,
  FileFormatError,
  loadSafetensors,
  nn,
  optim,
  parseSafetensors,
  saveSafetensors,
  serializeNpy,
  serializeNpz,
  serializeSafetensors,
  serializeTorch,
  type Tensor,
  tensor,
  zeros,
} from '../../../lib/index.js';

const fixture = new URL('../fixtures/torch.safetensors', import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-safetensors-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A file of the given header and as many data bytes. */
function fileOf(header: unknown, dataBytes: number, padding = ''): Buffer {
  const json = Buffer.from((typeof header === 'string' ? header : JSON.stringify(header)) + padding);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(dataBytes)]);
}

function entry(dtype: unknown, shape: unknown, offsets: unknown) {
  return { dtype, shape, data_offsets: offsets };
}

describe('a file written by PyTorch', () => {
  const { tensors, metadata } = loadSafetensors(fixture);
  const expectTensor = (name: string, dtype: string, value: unknown) => {
    expect(tensors[name].dtype).toBe(dtype);
    expect(tensors[name].tolist()).toEqual(value);
  };

  test('gives every value of every type', () => {
    expectTensor('float64', 'float64', [
      [1 / 3, -1e300],
      [5e-324, Number.POSITIVE_INFINITY],
    ]);
    const small = Math.fround(1e-3);
    expectTensor('float32', 'float32', [
      [0, -1.5, 3.140625],
      [small, 65504, -0],
    ]);
    expectTensor('float16', 'float16', [
      [0, -1.5, 3.140625],
      [0.0010004043579101562, 65504, -0],
    ]);
    expectTensor('bfloat16', 'bfloat16', [
      [0, -1.5, 3.140625],
      [0.00099945068359375, 65536, -0],
    ]);
    expectTensor('int64', 'int32', [0, 1, -2, 2147483647, -2147483648]);
    expectTensor('int32', 'int32', [0, 1, -2, 2147483647, -2147483648]);
    expectTensor('int16', 'int32', [-32768, 32767]);
    expectTensor('int8', 'int32', [-128, 127]);
    expectTensor('uint8', 'uint8', [0, 7, 255]);
    expectTensor('bool', 'bool', [[true], [false]]);
    expectTensor('scalar', 'float32', 42);
    expectTensor('größe ✓', 'float32', [1, 2]);
    expect(tensors.empty.shape).toEqual([0, 3]);
    expect(tensors['lstm.weight_ih_l0'].shape).toEqual([4, 2]);
    expect(Object.keys(tensors)).toHaveLength(14);
  });

  test('gives its metadata', () => {
    expect(metadata).toEqual({ format: 'pt', note: 'made by PyTorch "2.13"' });
  });

  test('is the same read from memory', () => {
    const bytes = readFileSync(fixture);
    const odd = new Uint8Array(bytes.length + 1).subarray(1);
    odd.set(bytes);
    for (const buffer of [bytes, odd, odd.slice().buffer]) {
      const again = parseSafetensors(buffer);
      for (const [name, value] of Object.entries(tensors)) {
        expect(again.tensors[name].tolist()).toEqual(value.tolist());
      }
    }
  });
});

describe('what is written', () => {
  const all: Record<string, Tensor> = {
    b: tensor([1.5, -2.5]),
    a: tensor([[1, 2]], { dtype: 'uint8' }),
    wide: tensor([Math.PI], { dtype: 'float64' }),
    half: tensor([0.5, 2]).half(),
    brain: tensor([0.5, 2]).bfloat16(),
    whole: tensor(Int32Array.of(-1, 2 ** 31 - 1)),
    truth: tensor([true, false, true]),
    scalar: tensor(3),
    none: zeros([2, 0, 3]),
    __proto__odd: tensor([1]),
    'größe "✓"\n': tensor([1]),
    7: tensor([7]),
  };

  test('is read back equal, with its types, shapes and metadata', () => {
    const path = join(folder, 'all.safetensors');
    saveSafetensors(path, all, { metadata: { step: '12', __proto__x: 'ü' } });
    const { tensors, metadata } = loadSafetensors(path);
    expect(metadata).toEqual({ step: '12', __proto__x: 'ü' });
    expect(Object.keys(tensors).sort()).toEqual(Object.keys(all).sort());
    for (const [name, value] of Object.entries(all)) {
      expect(tensors[name].dtype).toBe(value.dtype);
      expect(tensors[name].shape).toEqual(value.shape);
      expect(tensors[name].tolist()).toEqual(value.tolist());
    }
    expect(readdirSync(folder)).toEqual(['all.safetensors']);
  });

  test('holds what a view shows, not the memory behind it', () => {
    const base = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const { tensors } = parseSafetensors(
      serializeSafetensors({ transposed: base.transpose(0, 1), row: base.select(0, 1), column: base.select(1, 1) }),
    );
    expect(tensors.transposed.tolist()).toEqual([
      [1, 4],
      [2, 5],
      [3, 6],
    ]);
    expect(tensors.row.tolist()).toEqual([4, 5, 6]);
    expect(tensors.column.tolist()).toEqual([2, 5]);
  });

  test('does not depend on the order of the tensors or of the metadata', () => {
    const one = serializeSafetensors(all, { metadata: { x: '1', y: '2' } });
    const other = serializeSafetensors(new Map(Object.entries(all).reverse()), { metadata: { y: '2', x: '1' } });
    expect(one).toEqual(other);
  });

  test('starts its data at a multiple of 8 and every tensor at a multiple of its element size', () => {
    for (let length = 1; length < 20; length++) {
      const bytes = Buffer.from(serializeSafetensors({ ['n'.repeat(length)]: tensor([1, 2]), half: all.half }));
      const headerLength = Number(bytes.readBigUInt64LE());
      expect(headerLength % 8).toBe(0);
      const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength));
      expect(header.half.data_offsets).toEqual([8, 12]);
    }
  });

  test('keeps a tensor called __proto__ a tensor', () => {
    const named = new Map([['__proto__', tensor([5])]]);
    const { tensors } = parseSafetensors(serializeSafetensors(named));
    expect(Object.keys(tensors)).toEqual(['__proto__']);
    expect(Object.getPrototypeOf(tensors)).toBe(Object.prototype);
  });

  test('is an empty file of no tensors where there are none', () => {
    expect(parseSafetensors(serializeSafetensors({}))).toEqual({ tensors: {}, metadata: {} });
  });

  test('refuses what the format cannot hold, and leaves the old file alone', () => {
    const path = join(folder, 'kept.safetensors');
    saveSafetensors(path, { x: tensor([1]) });
    const before = readFileSync(path);
    const save = (tensors: unknown, options?: object) => () =>
      saveSafetensors(path, tensors as never, options as never);
    expect(save({ x: [1, 2] })).toThrow(/saveSafetensors: tensor "x" must be a Tensor, got \[1, 2\]/);
    expect(save({ __metadata__: tensor([1]) })).toThrow(/__metadata__/);
    expect(save(tensor([1]))).toThrow(/must be an object or a Map/);
    expect(save(null)).toThrow(TypeError);
    expect(save({}, { metadata: { step: 3 } })).toThrow(/metadata "step" must be a string, got 3/);
    expect(save({}, { metdata: {} })).toThrow(/did you mean 'metadata'/);
    expect(() => saveSafetensors(undefined as never, {})).toThrow(/path must be a string/);
    expect(readFileSync(path)).toEqual(before);
  });

  test('names the folder that is not there', () => {
    expect(() => saveSafetensors(join(folder, 'no', 'x.safetensors'), {})).toThrow(/ENOENT/);
  });

  test('refuses a module or an optimizer, and says what to save of it', () => {
    const model = new nn.Linear(2, 1);
    expect(() => serializeSafetensors(model as never)).toThrow(
      /tensors must be .* got a Linear; save its stateDict\(\)/,
    );
    expect(() => serializeTorch(model as never)).toThrow(/got a Linear; save its stateDict\(\)/);
    expect(() => serializeTorch({ model } as never)).toThrow(
      /value.model must be .* got a Linear; save its stateDict\(\)/,
    );
    expect(() => serializeNpz(new optim.SGD(model.parameters()) as never)).toThrow(
      /got an SGD; save its stateDict\(\)/,
    );
  });

  test('refuses tensors whose memory is gone', () => {
    const data = new Float32Array(4);
    const gone = asTensor(data);
    structuredClone(data.buffer, { transfer: [data.buffer] });
    for (const save of [serializeSafetensors, serializeNpz, serializeTorch]) {
      expect(() => save({ x: gone })).toThrow(ArgumentError);
      expect(() => save({ x: gone })).toThrow(/the memory of .*x"? is gone: its buffer was transferred away/);
    }
    expect(() => serializeNpy(gone)).toThrow(/the memory of tensor is gone/);
  });

  test('refuses names that only half of a surrogate pair tells apart', () => {
    const halves = new Map([
      ['a\ud800', tensor([1])],
      ['a\udbff', tensor([2])],
    ]);
    for (const save of [serializeSafetensors, serializeNpz, serializeTorch]) {
      expect(() => save(halves)).toThrow(ArgumentError);
      expect(() => save(halves)).toThrow(/holds half of a surrogate pair/);
    }
    expect(() => serializeSafetensors({}, { metadata: { note: '\udc00' } })).toThrow(
      /metadata "note" must be well-formed/,
    );
    expect(() => serializeTorch(['\udc00'])).toThrow(/value\[0\], as all strings, must be well-formed/);
  });
});

describe('names', () => {
  const bytes = () =>
    fileOf({ x: entry('F32', [1], [0, 4]), y: entry('C64', [1], [4, 12]), z: entry('NEW', [7], [12, 13]) }, 13);

  test('say what is read; the others may be of any type', () => {
    expect(Object.keys(parseSafetensors(bytes(), { names: ['x'] }).tensors)).toEqual(['x']);
    expect(Object.keys(parseSafetensors(bytes(), { names: (name) => name < 'y' }).tensors)).toEqual(['x']);
    const path = join(folder, 'some.safetensors');
    writeFileSync(path, bytes());
    expect(loadSafetensors(path, { names: [] }).tensors).toEqual({});
    expect(() => parseSafetensors(bytes())).toThrow(
      /tensor "y": dtype must be one of F64, .*got "C64"; leave it out with { names: \(name\) => name !== "y" }/,
    );
    expect(() => parseSafetensors(bytes(), { names: ['z'] })).toThrow(/tensor "z": dtype .*got "NEW"/);
  });

  test('that are wrong are refused', () => {
    expect(() => parseSafetensors(bytes(), { names: ['X'] })).toThrow(/holds no "X"; did you mean "x"\?/);
    expect(() => parseSafetensors(bytes(), { names: ['weights'] })).toThrow(
      /holds no "weights"; it holds "x", "y", "z"/,
    );
    expect(() => parseSafetensors(bytes(), { names: 3 as never })).toThrow(
      /names must be a list of names or a function/,
    );
  });
});

describe('a header', () => {
  test('may have null for its notes, and 8-bit floats', () => {
    const bytes = fileOf({ __metadata__: null, x: entry('F8_E5M2', [2], [0, 2]), y: entry('F8_E4M3', [2], [2, 4]) }, 4);
    bytes.set([0x3c, 0xc0, 0x7e, 0x01], bytes.length - 4);
    const { tensors, metadata } = parseSafetensors(bytes);
    expect(metadata).toEqual({});
    expect(tensors.x.dtype).toBe('float16');
    expect(tensors.x.tolist()).toEqual([1, -2]);
    expect(tensors.y.tolist()).toEqual([448, 2 ** -9]);
  });

  test('with a name twice is refused', () => {
    const one = JSON.stringify(entry('U8', [1], [0, 1]));
    expect(() => parseSafetensors(fileOf(`{"x":${one},"x":${one}}`, 1))).toThrow(/the header has tensor "x" twice/);
    expect(() => parseSafetensors(fileOf(`{"x":${one},"\\u0078":${one}}`, 1))).toThrow(/"x" twice/);
    expect(() => parseSafetensors(fileOf('{"__metadata__":{"a":"1","a":"2"}}', 0))).toThrow(
      /__metadata__ has "a" twice/,
    );
    expect(() => parseSafetensors(fileOf('{"__metadata__":{},"__metadata__":{}}', 0))).toThrow(/"__metadata__" twice/);
  });

  test('nested or long beyond the format is refused at once', () => {
    const deep = `{"x":{"dtype":"F32","shape":${'['.repeat(100_000)}${']'.repeat(100_000)},"data_offsets":[0,0]}}`;
    expect(() => parseSafetensors(fileOf(deep, 0))).toThrow(/nested deeper than 8/);
    const long = `{"x":{"dtype":"F32","shape":[${'1,'.repeat(100_000)}1],"data_offsets":[0,4]}}`;
    expect(() => parseSafetensors(fileOf(long, 4))).toThrow(/a list of more than 64 entries/);
    const open = `{"x":${'{"a":'.repeat(100_000)}`;
    expect(() => parseSafetensors(fileOf(open, 0))).toThrow(/nested deeper than 8/);
  });
});

describe('a damaged file', () => {
  const F32 = (shape: unknown, offsets: unknown) => ({ x: entry('F32', shape, offsets) });
  const cases: [name: string, bytes: Buffer, message: RegExp][] = [
    ['empty', Buffer.alloc(0), /expected at least 8 bytes, the header's length, got 0/],
    ['short', Buffer.alloc(7), /got 7/],
    ['a header beyond the limit', Buffer.from('01e1f50500000000', 'hex'), /may have 100000000 bytes/],
    ['a header of 2^64 − 1 bytes', Buffer.alloc(8, 255), /its length says 18446744073709551615/],
    ['a header beyond the file', Buffer.from('10000000000000007b7d', 'hex'), /should have 16 bytes.* ends after 2/],
    ['no JSON', fileOf('{"x":', 0), /no JSON/],
    ['an array', fileOf('[]', 0), /must be a JSON object/],
    ['no header at all', fileOf('', 0), /must be a JSON object/],
    ['white space first', fileOf(' {}', 0), /must be a JSON object/],
    ['a byte order mark', fileOf('\uFEFF{}', 0), /must be a JSON object/],
    ['text after the object', fileOf('{}x', 0), /no JSON/],
    [
      'broken UTF-8',
      fileOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]).toString('latin1'), 0),
      /tensor "ÿ"/,
    ],
    ['a number for a tensor', fileOf({ x: 1 }, 0), /tensor "x": expected an object, got 1/],
    [
      'an unknown type',
      fileOf({ x: entry('F9_E4M4', [1], [0, 1]) }, 1),
      /tensor "x": dtype must be one of F64, F32.*"F9_E4M4"; leave it out with \{ names/,
    ],
    ['no type', fileOf({ x: { shape: [1], data_offsets: [0, 1] } }, 1), /dtype must be .* got nothing/],
    ['a negative size', fileOf(F32([-1], [0, 4]), 4), /non-negative integers, got \[-1\]/],
    ['a fraction for a size', fileOf(F32([1.5], [0, 6]), 6), /got \[1.5\]/],
    ['a size beyond 2^53', fileOf('{"x":{"dtype":"F32","shape":[1e300],"data_offsets":[0,4]}}', 4), /got \[1e\+300\]/],
    ['sizes whose product wraps', fileOf(F32([2 ** 32, 2 ** 32], [0, 4]), 4), /takes 7378697629\d+ bytes/],
    ['one offset', fileOf(F32([1], [0]), 4), /data_offsets must be two/],
    ['a negative offset', fileOf(F32([1], [-4, 0]), 4), /data_offsets must be two.*\[-4,0\]/],
    ['offsets that go back', fileOf(F32([1], [4, 0]), 4), /hold -4/],
    [
      'fewer bytes than the shape',
      fileOf(F32([2], [0, 4]), 4),
      /\[2\] of F32 takes 8 bytes, but data_offsets \[0, 4\] hold 4/,
    ],
    ['a hole at the start', fileOf(F32([1], [4, 8]), 8), /leaves a hole of 4 bytes/],
    [
      'a hole between',
      fileOf({ ...F32([1], [0, 4]), y: entry('U8', [1], [5, 6]) }, 6),
      /"y" must begin at byte 4.* at 5/,
    ],
    ['overlap', fileOf({ ...F32([1], [0, 4]), y: entry('F32', [1], [2, 6]) }, 6), /"y".*overlaps another by 2 bytes/],
    ['bytes left over', fileOf(F32([1], [0, 4]), 5), /take 4 bytes, but the header is followed by 5/],
    ['missing bytes', fileOf(F32([4], [0, 16]), 15), /take 16 bytes, but the header is followed by 15/],
    ['a huge claim', fileOf(F32([2 ** 40], [0, 2 ** 42]), 4), /take 4398046511104 bytes/],
    ['metadata that is no object', fileOf({ __metadata__: [] }, 0), /__metadata__ must be an object/],
    ['metadata that is no string', fileOf({ __metadata__: { a: 1 } }, 0), /"a" must be a string, got 1/],
  ];

  test.each(cases)('%s', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(message);
    expect(() => parseSafetensors(bytes)).toThrow(FileFormatError);
    const path = join(folder, 'bad.safetensors');
    writeFileSync(path, bytes);
    expect(() => loadSafetensors(path)).toThrow(message);
    expect(() => loadSafetensors(path)).toThrow(`loadSafetensors: ${path}: `);
  });

  test('invalid UTF-8 in the header', () => {
    const bytes = fileOf({ x: entry('U8', [1], [0, 1]) }, 1);
    bytes[bytes.indexOf('x')] = 0xff;
    expect(() => parseSafetensors(bytes)).toThrow(FileFormatError);
  });

  test('values that the type cannot hold', () => {
    const long = fileOf({ x: entry('I64', [2], [0, 16]) }, 16);
    long.writeBigInt64LE(2n ** 31n, long.length - 8);
    expect(() => parseSafetensors(long)).toThrow(/"x": I64 is read as int32, which can't hold 2147483648 at 1/);
    const truth = fileOf({ x: entry('BOOL', [2], [0, 2]) }, 2);
    truth[truth.length - 1] = 2;
    expect(() => parseSafetensors(truth)).toThrow(/"x": a BOOL must be 0 or 1, got 2 at 1/);
  });

  test('cut anywhere', () => {
    const bytes = readFileSync(fixture);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => parseSafetensors(bytes.subarray(0, length))).toThrow(FileFormatError);
    }
  });

  test('with random bytes changed, is read or refused, and nothing else', () => {
    const original = readFileSync(fixture);
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    let refused = 0;
    for (let round = 0; round < 5000; round++) {
      const bytes = Buffer.from(original);
      for (let k = random(4); k >= 0; k--) bytes[random(bytes.length)] = random(256);
      try {
        parseSafetensors(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(FileFormatError);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(1000);
  });

  test('is refused without memory for what it claims', () => {
    const path = join(folder, 'huge.safetensors');
    writeFileSync(path, Buffer.concat([Buffer.from('00e1f50500000000', 'hex'), Buffer.from('{}')]));
    const before = process.memoryUsage().arrayBuffers;
    expect(() => loadSafetensors(path)).toThrow(FileFormatError);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e6);
  });
});

test('arguments that are no path, and files that are not there', () => {
  expect(() => loadSafetensors(7 as never)).toThrow(/loadSafetensors: path must be a string, got 7/);
  expect(() => parseSafetensors('x' as never)).toThrow(/buffer must be a Uint8Array or an ArrayBuffer, got "x"/);
  expect(() => loadSafetensors(join(folder, 'none'))).toThrow(/ENOENT/);
});
