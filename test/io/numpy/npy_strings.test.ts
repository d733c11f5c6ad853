import { describe, expect, test } from 'vitest';
import { FileFormatError, loadNpz, parseNpy, type Tensor, ValueError } from '../../../lib/index.js';

const path = new URL('../fixtures/strings.npz', import.meta.url).pathname;
const words = [
  ['größe', ''],
  ['naïve ✓', '𝄞'],
];

describe('arrays of text', () => {
  test('become lists of strings, nested as their shape is', () => {
    const names = ['words', 'big', 'fortran', 'bytes', 'scalar', 'vectors', 'empty'];
    const content = loadNpz<{ words: string[][]; vectors: Tensor; [name: string]: unknown }>(path, { names });
    expect(content.words).toEqual(words);
    expect(content.big).toEqual(words);
    expect(content.fortran).toEqual(words);
    expect(content.bytes).toEqual(['one', 'größe']);
    expect(content.scalar).toBe('alone');
    expect(content.empty).toEqual([]);
    expect(content.vectors.tolist()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test.each([
    ['latin', /entry "latin.npy": string 0: is no UTF-8 text; decode it in NumPy/],
    ['complex', /entry "complex.npy": descr must be one of f8, .*got c16 \(complex numbers\)/],
    ['objects', /got O \(Python objects\)/],
    ['dates', /got M8\[D\] \(dates\)/],
    ['pairs', /fortran_order and shape of a plain array, got "'descr': \[\('a'/],
  ])('%s: of what is no text, is refused by its name, with what to do', (name, message) => {
    expect(() => loadNpz(path, { names: [name] })).toThrow(FileFormatError);
    expect(() => loadNpz(path, { names: [name] })).toThrow(message);
    expect(() => loadNpz(path)).toThrow(FileFormatError);
    expect(() => loadNpz(path, { names: [name] })).toThrow(`leave it out with { names: (name) => name !== "${name}" }`);
  });

  test('names that are not there are refused', () => {
    expect(() => loadNpz(path, { names: ['wrods'] })).toThrow(ValueError);
    expect(() => loadNpz(path, { names: ['wrods'] })).toThrow(/holds no "wrods"; did you mean "words"\?/);
    expect(Object.keys(loadNpz(path, { names: (name) => name === 'vectors' }))).toEqual(['vectors']);
  });

  test('of characters that are none are refused', () => {
    const file = (descr: string, shape: string, data: Buffer) => {
      const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }\n`;
      const head = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
      head.writeUInt16LE(text.length, 8);
      return Buffer.concat([head, Buffer.from(text), data]);
    };
    const beyond = Buffer.alloc(8);
    beyond.writeUInt32LE(0x110000, 4);
    expect(() => parseNpy(file('<U2', '()', beyond))).toThrow(/string 0: 1114112 at 1 is no character/);
    expect(parseNpy<string[]>(file('<U1', '(2,)', Buffer.from('A\0\0\0B\0\0\0')))).toEqual(['A', 'B']);
    expect(() => parseNpy(file('|S0', '(100000000000,)', Buffer.alloc(0)))).toThrow(/too many strings for a file of/);
    expect(() => parseNpy(file('<U1', '(100000000, 0)', Buffer.alloc(0)))).toThrow(/too many strings/);
    expect(parseNpy<string[]>(file('|S0', '(3,)', Buffer.alloc(0)))).toEqual(['', '', '']);
  });
});
