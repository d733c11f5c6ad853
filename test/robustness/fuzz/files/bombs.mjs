// Small files that describe much: each must be refused, or read, within twice its size and 100 MB.
import { gzipSync } from 'node:zlib';

const million = 1e6;

function latin1(text) {
  return Buffer.from(text, 'latin1');
}

function fill(bytes, pattern) {
  return Buffer.alloc(bytes, latin1(pattern));
}

/** A file of torch.save whose pickle is compressed, so that a few kilobytes are as long as one likes. */
function packedPickle(zip, ...parts) {
  return zip([{ name: 'x/data.pkl', parts: [Buffer.concat([latin1('\x80\x02'), ...parts])] }], true);
}

/** The same without compression, as torch.save writes it. */
function plainPickle(zip, ...parts) {
  return zip([{ name: 'x/data.pkl', parts: [Buffer.concat([latin1('\x80\x02'), ...parts])] }], false);
}

/** Pairs of a number and nothing. */
function numbers(count) {
  const bytes = Buffer.alloc(6 * count);
  for (let i = 0; i < count; i++) {
    bytes[6 * i] = 0x4a;
    bytes.writeInt32LE(i, 6 * i + 1);
    bytes[6 * i + 5] = 0x4e;
  }
  return bytes;
}

function safetensors(header, data = 0) {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(data)]);
}

function npy(header, data = Buffer.alloc(0)) {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([latin1('\x93NUMPY\x02\x00'), length, header, data]);
}

function npyOf(descr, shape, data) {
  return npy(latin1(`{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }\n`), data);
}

/** An OrderedDict of so many entries, remembered at 0, and then copies of it in a list. */
function copies(entries, count) {
  const pairs = Array.from({ length: entries }, (_, i) => `J${String.fromCharCode(i & 255, i >> 8, 0, 0)}N`);
  const copy = 'ccollections\nOrderedDict\nh\x00\x85R';
  return [latin1(`](}(${pairs.join('')}uq\x00`), fill(count * copy.length, copy), latin1('e.')];
}

/** A list of two of the list before, forty times: 2^40 when it is walked through. */
function doubling() {
  let text = ']q\x00';
  for (let i = 1; i <= 40; i++)
    text += `0](h${String.fromCharCode(i - 1)}h${String.fromCharCode(i - 1)}eq${String.fromCharCode(i)}`;
  return latin1(`${text}.`);
}

/** An archive of many empty files. */
function manyEntries(zip, count) {
  return zip(
    Array.from({ length: count }, (_, i) => ({ name: `${i}.npy`, parts: [] })),
    false,
  );
}

/** Every bomb: the reader, what makes it, and options of the reader. */
export const bombs = {
  'lists of nothing': ['loadTorch', (zip) => packedPickle(zip, latin1('('), fill(24 * million, ']'))],
  'lists of nothing, not compressed': [
    'loadTorch',
    (zip) => plainPickle(zip, latin1('('), fill(5 * million, ']'), latin1('t.')),
  ],
  'a dictionary of a million numbers at once': [
    'loadTorch',
    (zip) => plainPickle(zip, latin1('}('), numbers(million), latin1('u.')),
  ],
  'dictionaries of nothing': ['loadTorch', (zip) => packedPickle(zip, latin1('('), fill(24 * million, '}'))],
  'tuples around tuples': [
    'loadTorch',
    (zip) => packedPickle(zip, latin1(')'), fill(24 * million, '\x85'), latin1('.')),
  ],
  'marks alone': ['loadTorch', (zip) => packedPickle(zip, fill(40 * million, '('))],
  'dictionaries copied from dictionaries': ['loadTorch', (zip) => packedPickle(zip, ...copies(1000, 300_000))],
  'places to remember': [
    'loadTorch',
    (zip) => packedPickle(zip, latin1('N'), fill(24 * million, 'r\x00\x01\x02\x03q\x01q\x02')),
  ],
  'the same thing again and again': [
    'loadTorch',
    (zip) => packedPickle(zip, latin1(']q\x00('), fill(40 * million, 'h\x00'), latin1('e.')),
  ],
  'short strings': ['loadTorch', (zip) => packedPickle(zip, latin1('('), fill(24 * million, '\x8c\x00'))],
  'a string of ninety megabytes': [
    'loadTorch',
    (zip) => packedPickle(zip, latin1('X\x80\x4a\x5d\x05'), fill(90 * million, 'a'), latin1('.')),
  ],
  'names of classes': ['loadTorch', (zip) => packedPickle(zip, latin1('('), fill(24 * million, 'ca\nb\n'))],
  'sets of nothing': ['loadTorch', (zip) => packedPickle(zip, latin1('('), fill(24 * million, '\x8f'))],
  'lists of two lists of two lists': [
    'loadTorch',
    (zip) => packedPickle(zip, doubling()),
    { names: '(name) => false' },
  ],
  'small integers that widen': [
    'loadTorch',
    (zip) => {
      const key = 'X\x01\x00\x00\x000X\x03\x00\x00\x00cpu';
      const tensor = `ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nCharStorage\n${key}J\x80\x4a\x5d\x05tQK\x00(J\x80\x4a\x5d\x05t(K\x01t\x89NtR.`;
      const files = [
        { name: 'x/data.pkl', parts: [latin1(`\x80\x02${tensor}`)] },
        { name: 'x/data/0', parts: [Buffer.alloc(90 * million)] },
      ];
      return zip(files, true);
    },
  ],
  'arrays of zeros': [
    'loadNpz',
    (zip) => {
      const zeros = npyOf('<f4', '20000000,', Buffer.alloc(80 * million));
      return zip(
        ['a.npy', 'b.npy', 'c.npy'].map((name) => ({ name, parts: [zeros] })),
        true,
      );
    },
  ],
  'an array of zeros that fits': [
    'loadNpz',
    (zip) => zip([{ name: 'a.npy', parts: [npyOf('<f4', '22000000,', Buffer.alloc(88 * million))] }], true),
  ],
  'strings of no characters': [
    'loadNpz',
    (zip) => zip([{ name: 'a.npy', parts: [npyOf('|S1', '90000000,', Buffer.alloc(90 * million))] }], true),
  ],
  'many entries': ['loadNpz', (zip) => manyEntries(zip, 250_000)],
  'a header of spaces': ['loadNpy', () => npy(fill(2 ** 20 - 1, ' '))],
  'a header of entries': ['loadNpy', () => npy(latin1(`{${"'a': True, ".repeat(90_000)}}`))],
  'a header of one shape': [
    'loadNpy',
    () => npy(latin1(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'1,'.repeat(500_000)}), }`)),
  ],
  'a header of spaces in a shape': [
    'loadNpy',
    () => npy(latin1(`{'descr': '<f4', 'fortran_order': False, 'shape': (1${' '.repeat(million)}x), }`)),
  ],
  'a header of many tensors': [
    'loadSafetensors',
    () => {
      const entry = (i) => `"${i}":{"dtype":"F32","shape":[],"data_offsets":[0,0]}`;
      const list = Array.from({ length: 400_000 }, (_, i) => entry(i).replace('"shape":[]', '"shape":[0]'));
      return safetensors(latin1(`{${list.join()}}`));
    },
  ],
  'a header of many notes': [
    'loadSafetensors',
    () => safetensors(latin1(`{"__metadata__":{${Array.from({ length: million }, (_, i) => `"${i}":""`).join()}}}`)),
  ],
  'a header of brackets': ['loadSafetensors', () => safetensors(latin1(`{"x":{"shape":${'['.repeat(20 * million)}`))],
  'a header of braces': ['loadSafetensors', () => safetensors(latin1('{"x":'.repeat(4 * million)))],
  'a header of one shape of many sizes': [
    'loadSafetensors',
    () => safetensors(latin1(`{"x":{"shape":[${'1,'.repeat(10 * million)}1]}}`)),
  ],
  'a header of one number': ['loadSafetensors', () => safetensors(latin1(`{"x":${'1'.repeat(20 * million)}}`))],
  'a header of escapes': ['loadSafetensors', () => safetensors(latin1(`{"${'\\u0041'.repeat(3 * million)}":1}`))],
  'a gzip of one line': ['KeyedVectors.load', () => gzipSync(fill(200 * million, 'a 1'), { level: 1 })],
  'a gzip of numbers alone': ['KeyedVectors.load', () => gzipSync(fill(15 * million, '1 '), { level: 9 })],
  'a gzip of the same word again and again': ['KeyedVectors.load', () => gzipSync(fill(150 * million, 'a 1\n'))],
  'words that are promised': ['KeyedVectors.load', () => latin1('9007199254740991 65536\na 1\n')],
  'the widest vectors, of which there is one': [
    'KeyedVectors.load',
    () => Buffer.concat([latin1('1000000 65536\na '), Buffer.alloc(4 * 65_536)]),
  ],
  'a gzip of gzips of nothing': ['KeyedVectors.load', () => Buffer.concat(new Array(200_000).fill(gzipSync('')))],
};
