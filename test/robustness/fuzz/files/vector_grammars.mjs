// Files of word vectors as word2vec, GloVe, fastText and gensim write them, and as nobody would.
import { gzipSync } from 'node:zlib';

const words = [
  'a',
  'the',
  'größe',
  'new york',
  '\u00a0',
  '. . .',
  '1',
  '-0.5',
  'nan',
  '</s>',
  '',
  ' ',
  '\ufeffa',
  '\u2028',
  'w'.repeat(300),
  '__proto__',
];
const oddWords = ['\xff', '\xc3', '\xed\xa0\x80', 'a\tb', '\0', 'a\rb', '\x1f\x8b'];
const oddNumbers = ['nan', 'inf', '-Infinity', '1e400', '1e-400', '', '-', '.', '1e', '1,5', '0x10', '+', '1_0', '1\0'];
const sizes = [0, 1, 2, 3, 65_535, 65_536, 65_537, 2 ** 31, 2 ** 32, 1e15, '18446744073709551616', '-1', '1.5', ' 2'];

function word(random) {
  if (random.chance(0.05)) return Buffer.from(random.pick(oddWords), 'latin1');
  return Buffer.from(random.chance(0.6) ? `w${random.below(20)}` : random.pick(words));
}

function number(random) {
  if (random.chance(0.01)) return random.pick(oddNumbers);
  const kind = random.below(6);
  if (kind === 0) return String(random.below(3) - 1);
  if (kind === 1) return (random.next() - 0.5).toExponential(random.below(20));
  if (kind === 2) return `${random.below(10)}.`;
  if (kind === 3) return `.${random.below(1000)}`;
  if (kind === 4) return String((random.next() - 0.5) * 10 ** (random.below(60) - 30));
  return (random.next() - 0.5).toFixed(random.below(12));
}

function header(random, rows, dim) {
  const wrong = random.chance(0.08);
  const [n, d] = [
    wrong && random.chance(0.5) ? random.pick(sizes) : rows,
    wrong && random.chance(0.5) ? random.pick(sizes) : dim,
  ];
  return Buffer.from(`${n}${random.chance(0.97) ? ' ' : '\t'}${d}${random.pick(['\n', '\n', '\r\n', ' \n'])}`);
}

function textVectors(random) {
  const [rows, dim] = [random.below(5), 1 + random.below(4)];
  const ending = random.pick(['\n', '\n', '\r\n', ' \n']);
  const parts = random.chance(0.5) ? [header(random, rows, dim)] : [];
  if (random.chance(0.03)) parts.unshift(Buffer.from('\ufeff'));
  for (let i = 0; i < rows; i++) {
    const count = random.chance(0.97) ? dim : random.below(6);
    const numbers = Array.from({ length: count }, () => number(random));
    const separator = random.pick([' ', ' ', ' ', '\t', '  ']);
    parts.push(word(random), Buffer.from(separator + numbers.join(separator)));
    if (i + 1 < rows || random.chance(0.8)) parts.push(Buffer.from(random.chance(0.98) ? ending : '\n\n'));
  }
  return Buffer.concat(parts);
}

function binaryVectors(random) {
  const [rows, dim] = [random.below(5), 1 + random.below(4)];
  const parts = [header(random, rows, dim)];
  const ending = Buffer.from(random.pick(['\n', '']));
  for (let i = 0; i < rows; i++) {
    const row = Buffer.alloc(4 * (random.chance(0.98) ? dim : random.below(6)));
    for (let at = 0; at < row.length; at += 4) {
      if (random.chance(0.02)) row.writeUInt32LE(random.pick([0x7f800000, 0xff800000, 0x7fc00000, 1, 0x20202020]), at);
      else row.writeFloatLE(random.next() - 0.5, at);
    }
    parts.push(word(random), Buffer.from(random.chance(0.99) ? ' ' : '\t'), row, ending);
  }
  return Buffer.concat(parts);
}

/** A gzip, of the levels and in the parts that writers make. */
function packed(random, bytes) {
  const at = random.below(bytes.length + 1);
  const parts = random.chance(0.2) ? [bytes.subarray(0, at), bytes.subarray(at)] : [bytes];
  const gzip = Buffer.concat(parts.map((part) => gzipSync(part, { level: random.pick([0, 1, 9]) })));
  if (random.chance(0.1))
    return Buffer.concat([gzip, Buffer.from(random.pick(['\0\0\0\0', 'x', '\x1f\x8b']), 'latin1')]);
  return random.chance(0.1) ? gzip.subarray(0, random.below(gzip.length)) : gzip;
}

/** A file of vectors as text, GloVe's or with a first line, or in word2vec's binary format; packed now and then. */
export function vectorFile(random) {
  const bytes = random.chance(0.6) ? textVectors(random) : binaryVectors(random);
  return random.chance(0.15) ? packed(random, bytes) : bytes;
}

/** Options of the reader: what it must do about any file. */
export function vectorOptions(random) {
  const options = {};
  if (random.chance(0.2)) options.format = random.pick(['glove', 'word2vec', 'word2vec-binary', 'vec']);
  if (random.chance(0.2)) options.encodingErrors = 'replace';
  if (random.chance(0.2)) options.limit = 1 + random.below(3);
  if (random.chance(0.1)) options.vocabulary = ['a', 'w1', 'größe'];
  return options;
}
