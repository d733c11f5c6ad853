import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ArgumentError,
  arange,
  DTypeError,
  FileFormatError,
  loadNpy,
  loadNpz,
  ones,
  parseNpy,
  parseNpz,
  saveNpy,
  saveNpz,
  serializeNpy,
  serializeNpz,
  type Tensor,
  tensor,
} from '../../../lib/index.js';
import { expectOnlyFormatErrors } from '../files_of_bytes.js';

const fixture = (name: string) => new URL(`../fixtures/${name}`, import.meta.url).pathname;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-npy-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const wholes = [
  [1, 2, 3],
  [4, 5, 127],
];

function fractions(round: (x: number) => number): number[][] {
  return [
    [0, -1.5, 3.140625],
    [round(1e-3), 65504, -0],
  ];
}

describe('arrays written by NumPy', () => {
  for (const name of ['arrays.npz', 'deflated.npz']) {
    test(`${name}: every type, order and byte order`, () => {
      const arrays = loadNpz(fixture(name));
      expect(Object.keys(arrays)).toHaveLength(26);
      for (const order of ['little', 'big']) {
        expect(arrays[`f8_${order}`].dtype).toBe('float64');
        expect(arrays[`f8_${order}`].tolist()).toEqual(fractions((x) => x));
        expect(arrays[`f4_${order}`].dtype).toBe('float32');
        expect(arrays[`f4_${order}`].tolist()).toEqual(fractions(Math.fround));
        expect(arrays[`f2_${order}`].dtype).toBe('float16');
        expect(arrays[`f2_${order}`].tolist()).toEqual(fractions(() => 0.0010004043579101562));
        for (const kind of ['i2', 'i4', 'i8', 'u2', 'u4', 'u8']) {
          expect(arrays[`${kind}_${order}`].dtype, kind).toBe('int32');
          expect(arrays[`${kind}_${order}`].tolist(), kind).toEqual(wholes);
        }
      }
      expect(arrays.i1.tolist()).toEqual(wholes);
      expect([arrays.u1.dtype, arrays.u1.tolist()]).toEqual(['uint8', wholes]);
      expect(arrays.b1.tolist()).toEqual(wholes.map((row) => row.map((value) => value > 2)));
      expect(arrays.fortran.tolist()).toEqual(arange(24).view(2, 3, 4).tolist());
      expect(arrays.fortran.isContiguous()).toBe(true);
      expect(arrays.fortran_big.tolist()).toEqual([
        [0, 1, 2],
        [3, 4, 5],
      ]);
      expect(arrays.scalar.tolist()).toBe(2.5);
      expect(arrays.empty.shape).toEqual([0, 3]);
      expect(arrays['größe ✓'].tolist()).toEqual([1, 1]);
    });
  }

  for (const version of [1, 2, 3]) {
    test(`version ${version}`, () => {
      const array = loadNpy(fixture(`version${version}.npy`));
      expect(array.dtype).toBe('float32');
      expect(array.tolist()).toEqual([
        [0, 1, 2],
        [3, 4, 5],
      ]);
    });
  }

  test('the same bytes are written for the same array', () => {
    const bytes = serializeNpy(arange(6, { dtype: 'float32' }).view(2, 3));
    const numpys = readFileSync(fixture('version1.npy'));
    expect(bytes.length).toBe(numpys.length);
    expect(Buffer.from(bytes).equals(numpys)).toBe(true);
  });
});

describe('round trips', () => {
  const values: Record<string, Tensor> = {
    float64: tensor([1 / 3, -1e300], { dtype: 'float64' }),
    float16: tensor([1.5, 65504], { dtype: 'float16' }),
    int32: tensor([[1, -2]], { dtype: 'int32' }),
    uint8: tensor([7, 255], { dtype: 'uint8' }),
    bool: tensor([true, false]),
    scalar: tensor(2),
    empty: ones([2, 0, 3]),
    view: arange(6).view(2, 3).transpose(0, 1),
    'a/b ✓': ones([1]),
  };

  test('.npy', () => {
    const path = join(folder, 'x.npy');
    for (const [name, value] of Object.entries(values)) {
      saveNpy(path, value);
      const back = loadNpy(path);
      expect([back.dtype, back.shape, back.tolist()], name).toEqual([value.dtype, value.shape, value.tolist()]);
    }
  });

  for (const compressed of [false, true]) {
    test(`.npz, compressed ${compressed}`, () => {
      const path = join(folder, 'x.npz');
      saveNpz(path, values, { compressed });
      const back = loadNpz(path);
      expect(Object.keys(back)).toEqual(Object.keys(values));
      for (const [name, value] of Object.entries(values)) expect(back[name].tolist(), name).toEqual(value.tolist());
      expect(serializeNpz(new Map(Object.entries(values)), { compressed })).toEqual(readFileSync(path));
    });
  }

  test('an archive without arrays', () => {
    expect(parseNpz(serializeNpz({}))).toEqual({});
  });
});

/** A .npy file of version 1 with the given header text. */
function npy(header: string, dataBytes: number): Buffer {
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), Buffer.alloc(dataBytes)]);
}

function header(descr: string, order: string, shape: string): string {
  return `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;
}

describe('.npy files that are none', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['nothing', Buffer.alloc(0), /expected 8 bytes/],
    ['another magic', Buffer.alloc(64), /does not start with/],
    [
      'an unknown version',
      Buffer.from('\x93NUMPY\x04\x00\x00\x00', 'latin1'),
      /version must be 1.0, 2.0 or 3.0, got 4.0/,
    ],
    ['a header beyond the end', Buffer.from('\x93NUMPY\x01\x00\xff\xff', 'latin1'), /expected 65535 bytes at 10/],
    ['a vast header', Buffer.from('\x93NUMPY\x02\x00\xff\xff\xff\xff', 'latin1'), /header of 4294967295 bytes/],
    ['objects', npy(header("'|O'", 'False', '(1,)'), 8), /descr must be one of/],
    ['records', npy(header("[('a', '<f4')]", 'False', '(1,)'), 4), /descr, fortran_order and shape of a plain array/],
    ['complex numbers', npy(header("'<c8'", 'False', '(1,)'), 8), /got c8/],
    ['a shape that is none', npy(header("'<f4'", 'False', '(1 2)'), 8), /shape of the header can't be/],
    ['a vast shape', npy(header("'<f4'", 'False', '(9007199254740991, 9007199254740991)'), 8), /more than 2\^53/],
    ['a vast shape of nothing', npy(header("'<f4'", 'False', `(0, ${'9007199254740991, '.repeat(20)})`), 0), /2\^53/],
    ['too little data', npy(header("'<f4'", 'False', '(3,)'), 8), /takes 12 bytes, but the header is followed by 8/],
    ['too much data', npy(header("'<f4'", 'False', '(3,)'), 16), /takes 12 bytes/],
    ['an order that is none', npy(header("'<f4'", '1', '(3,)'), 12), /descr, fortran_order and shape/],
    ['a missing entry', npy("{'descr': '<f4', 'shape': (3,), }", 12), /fortran_order of the header can't be missing/],
    [
      'an entry too many',
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'x': 'y'}", 4),
      /unknown entry "x"/,
    ],
  ];
  for (const [what, bytes, message] of cases) {
    test(what, () => {
      expect(() => parseNpy(bytes)).toThrow(FileFormatError);
      expect(() => parseNpy(bytes)).toThrow(message);
    });
  }

  test('integers that int32 cannot hold, naming them', () => {
    const bytes = npy(header("'<i8'", 'False', '(2,)'), 16);
    bytes.writeBigInt64LE(2n ** 40n, bytes.length - 8);
    expect(() => parseNpy(bytes)).toThrow(/I64 is read as int32, which can't hold 1099511627776 at 1/);
  });

  test('bools that are none', () => {
    const bytes = npy(header("'|b1'", 'False', '(2,)'), 2);
    bytes[bytes.length - 1] = 2;
    expect(() => parseNpy(bytes)).toThrow(/a bool must be 0 or 1, got 2 at 1/);
  });

  test('what can be neither read nor written', () => {
    expect(() => loadNpy(3 as never)).toThrow(ArgumentError);
    expect(() => parseNpy('x' as never)).toThrow(ArgumentError);
    expect(() => saveNpy(join(folder, 'x.npy'), 3 as never)).toThrow(ArgumentError);
    expect(() => serializeNpy(ones([1]).to('bfloat16'))).toThrow(DTypeError);
    expect(() => serializeNpz({ a: 1 as never })).toThrow(/tensor "a"/);
    expect(() => serializeNpz({}, { compresed: true } as never)).toThrow(/did you mean 'compressed'/);
  });
});

describe('damaged .npz files', () => {
  const good = Buffer.from(serializeNpz({ a: ones([64]), b: arange(3) }));

  test('are refused by their checksum', () => {
    const damaged = Buffer.from(good);
    damaged[200] ^= 1;
    expect(() => parseNpz(damaged)).toThrow(/entry "a.npy": its checksum should be/);
  });

  test('with a size that their bytes cannot hold are refused before anything is allocated', () => {
    const deflated = Buffer.from(serializeNpz({ a: ones([64]) }, { compressed: true }));
    const central = deflated.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    deflated.writeUInt32LE(0xfffffffe, central + 24);
    expect(() => parseNpz(deflated)).toThrow(/bytes can't hold 4294967294/);
  });

  test('that decompress to more than they claim are refused', () => {
    const bomb = deflateRawSync(Buffer.alloc(100_000));
    const archive = Buffer.from(serializeNpz({ a: ones([64]) }, { compressed: true }));
    const central = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    const start = 30 + 'a.npy'.length;
    const entry = Buffer.from(archive.subarray(central));
    entry.writeUInt32LE(bomb.length, 20);
    entry.writeUInt32LE(start + bomb.length, entry.length - 6);
    expect(() => parseNpz(Buffer.concat([archive.subarray(0, start), bomb, entry]))).toThrow(/can't be decompressed/);
  });

  test('of any kind give format errors alone', () => {
    for (const compressed of [false, true]) {
      const bytes = serializeNpz({ a: ones([9]), b: arange(3) }, { compressed });
      expect(expectOnlyFormatErrors(bytes, parseNpz, 4000)).toBeGreaterThan(2000);
    }
    expect(expectOnlyFormatErrors(serializeNpy(ones([3, 2])), parseNpy, 4000)).toBeGreaterThan(300);
  });
});
