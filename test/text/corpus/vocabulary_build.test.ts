import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import {
  CorpusError,
  corpusOf,
  getNumThreads,
  setNumThreads,
  textFiles,
  textLines,
  Vocabulary,
} from '../../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-vocabulary-'));
const threads = getNumThreads();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => setNumThreads(threads));

let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, content);
  return path;
}

/** A text of words by Zipf's law, of several scripts and kinds of white space, larger than two of the reader's pieces. */
function longText(bytes: number): string {
  let state = 7;
  const next = () => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return state / 0x80000000;
  };
  const spaces = [' ', ' ', ' ', ' ', '\n', '\t', '  ', '\r\n', '\u00a0', '\u3000', '\u2003', '\u0001 ', ' \v'];
  const scripts = [
    'w',
    'Ä',
    '東',
    'слово',
    'a-rather-long-word-that-takes-more-than-eight-bytes-',
    'x\u0001',
    '\u0085',
  ];
  const parts: string[] = [];
  for (let length = 0; length < bytes; ) {
    const word = `${scripts[Math.floor(next() * scripts.length)]}${Math.floor(Math.exp(next() * 9))}`;
    parts.push(word, spaces[Math.floor(next() * spaces.length)]);
    length += word.length + 1;
  }
  return parts.join('');
}

const text = longText(7_000_000);
const path = file(text);
/** Counted by JavaScript alone. */
const expected = new Map<string, number>();
for (const word of text.match(/\S+/g) ?? []) expected.set(word, (expected.get(word) ?? 0) + 1);
const byCount = [...expected].sort(([, a], [, b]) => b - a).map(([word]) => word);

describe('a vocabulary from a stream', () => {
  it.each([1, 2, 5])('counts plain text natively as JavaScript does, with %i threads', async (count) => {
    setNumThreads(count);
    for (const corpus of [path, textLines(path), textFiles(path)]) {
      const vocabulary = await Vocabulary.build(corpus);
      expect(vocabulary.tokens()).toEqual(byCount);
      expect(vocabulary.counts()).toEqual(byCount.map((word) => expected.get(word)));
    }
  });

  it('counts packed files, several files, and anything else the same way', async () => {
    const half = text.indexOf('\n', text.length / 2) + 1;
    const parts = [file(gzipSync(text.slice(0, half))), file(text.slice(half))];
    for (const corpus of [textLines(parts), corpusOf(text.split('\n')), textLines(path, { tokenizer: /\S+/ })]) {
      expect((await Vocabulary.build(corpus)).tokens()).toEqual(byCount);
    }
  });

  it('keeps what occurs often enough, at most so many, with specials', async () => {
    const options = { minCount: 50, maxSize: 40, specials: ['<pad>', '<unk>'], unknownToken: '<unk>' };
    const vocabulary = await Vocabulary.build(path, options);
    expect(vocabulary.tokens()).toEqual(['<pad>', '<unk>', ...byCount.slice(0, 38)]);
    expect(vocabulary.lookupIndex('never seen')).toBe(1);
    expect(await Vocabulary.build(path, { minCount: 50 }).then(({ size }) => size)).toBe(
      [...expected.values()].filter((times) => times >= 50).length,
    );
    const first = await Vocabulary.build(file('b a b\nc a a'), { sort: 'insertion' });
    expect(first.tokens()).toEqual(['b', 'a', 'c']);
  });

  it('brings words to one case and form before they count as rare', async () => {
    const mixed = file('Straße É the THE The e\u0301 straße');
    const vocabulary = await Vocabulary.build(textLines(mixed, { lowercase: true, normalize: 'NFC' }), { minCount: 2 });
    expect([...vocabulary.entries()].map(([token]) => [token, vocabulary.count(token)])).toEqual([
      ['the', 3],
      ['straße', 2],
      ['é', 2],
    ]);
    // A compatible form may part a token.
    expect((await Vocabulary.build(mixed, { normalize: 'NFKC', lowercase: true })).size).toBe(3);
  });

  it('says where bytes are no UTF-8, or counts them as U+FFFD', async () => {
    const bad = file(Buffer.from('gut gut\nsch\xf6n x\xff\n', 'latin1'));
    await expect(Vocabulary.build(bad)).rejects.toThrow(/Vocabulary.build: .*, line 2, byte 11: 0xf6 is no UTF-8/);
    await expect(Vocabulary.build(bad, { minCount: 2 })).rejects.toThrow(CorpusError);
    expect((await Vocabulary.build(bad, { encodingErrors: 'replace' })).tokens()).toEqual([
      'gut',
      'sch\ufffdn',
      'x\ufffd',
    ]);
  });

  it.each(['natively', 'streaming'])('drops rare words when there are too many, and says so: %s', async (how) => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const many = Array.from({ length: 3000 }, (_, k) => (k % 3 === 0 ? 'often' : `w${k}`)).join(' ');
    const content = file(`${many}\n`);
    const corpus = how === 'natively' ? content : textLines(content, { tokenizer: /\S+/ });
    const vocabulary = await Vocabulary.build(corpus, { maxVocabSize: 100 });
    expect(vocabulary.count('often')).toBe(1000);
    expect(vocabulary.size).toBeLessThanOrEqual(100);
    expect(warn.mock.calls[0][0]).toMatch(
      /Vocabulary.build: more than 100 distinct tokens .* at most \d+ times so far were dropped/,
    );
    warn.mockRestore();
  });

  it('refuses what makes no sense, before it reads', async () => {
    const refused: [unknown, object, RegExp][] = [
      [path, { minCount: -1 }, /minCount must be a whole number of at least 0, got -1/],
      [path, { maxVocabSize: 0 }, /maxVocabSize must be a whole number from 1/],
      [path, { minFrequency: 2 }, /unknown option 'minFrequency'/],
      [path, { maxSize: 1, specials: ['a', 'b'] }, /maxSize must leave room for the 2 specials/],
      [textLines(path), { lowercase: true }, /lowercase is an option of the function that made the corpus/],
      [7, {}, /Vocabulary.build: the corpus must be iterable/],
      [join(folder, 'absent'), {}, /ENOENT/],
      [file('x'.repeat(200_000)), {}, /a word is longer than 65536 bytes/],
    ];
    for (const [corpus, options, message] of refused) {
      await expect(Vocabulary.build(corpus as string, options)).rejects.toThrow(message);
    }
    const stopped = AbortSignal.abort(new Error('enough'));
    await expect(Vocabulary.build(path, { signal: stopped })).rejects.toThrow('enough');
    expect((await Vocabulary.build(file(''))).size).toBe(0);
  });

  it('lets the event loop have its turns', async () => {
    let longest = 0;
    let last = performance.now();
    const timer = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 1);
    await Vocabulary.build(textLines(file(text.slice(0, 500_000)), { tokenizer: 'words' }));
    clearInterval(timer);
    expect(longest).toBeLessThan(500);
  });
});

describe('files of counts', () => {
  it('are word2vec’s: they come back, and are told from JSON', () => {
    const vocabulary = Vocabulary.fromCounts({ '</s>': 3, the: 10, '{': 1 }, { sort: 'insertion' });
    const saved = join(folder, 'vocabulary.txt');
    vocabulary.save(saved, { format: 'counts' });
    expect(readFileSync(saved, 'utf8')).toBe('</s> 3\nthe 10\n{ 1\n');
    const back = Vocabulary.load(saved);
    expect(back.tokens()).toEqual(vocabulary.tokens());
    expect(back.counts()).toEqual([3, 10, 1]);
    expect(Vocabulary.load(file('{ 5\r\nb 2\r\n')).counts()).toEqual([5, 2]);
  });

  it('are refused by line', () => {
    expect(() => Vocabulary.load(file('a 1\nb\n'))).toThrow(/line 2: expected a word and its count, got "b"/);
    expect(() => Vocabulary.load(file('a 1\na 2\n'))).toThrow(/line 2: the word "a" comes twice/);
    expect(() => Vocabulary.load(file('hello\n'))).toThrow(/is no JSON file/);
    const spaced = Vocabulary.fromCounts({ 'a b': 1 });
    expect(() => spaced.save(join(folder, 'x'), { format: 'counts' })).toThrow(/token "a b" can't be written/);
    expect(() => spaced.save(join(folder, 'x'), { format: 'text' as never })).toThrow(
      /format must be 'json' or 'counts'/,
    );
  });
});

describe('what a trainer draws by', () => {
  const vocabulary = Vocabulary.fromCounts({ the: 900, cat: 90, rare: 10 }, { specials: ['<pad>'] });

  it('keeps frequent words with the probability of word2vec', () => {
    const keep = vocabulary.subsampling(1e-2);
    expect([...keep]).toEqual([
      1,
      Math.fround(Math.sqrt(10 / 900) + 10 / 900),
      Math.fround(Math.sqrt(10 / 90) + 10 / 90),
      1,
    ]);
    expect([...vocabulary.subsampling(10)]).toEqual([...keep]);
    expect(() => vocabulary.subsampling(0)).toThrow(/threshold must be a number above 0/);
  });

  it('draws negatives by a power of their counts, and never what was not seen', () => {
    const table = vocabulary.negativeSampling(0.75);
    const shares = [0, 900, 90, 10].map((count) => count ** 0.75);
    const total = shares.reduce((a, b) => a + b, 0);
    for (const [id, share] of shares.entries()) {
      expect(table.filter((x) => x === id).length / table.length).toBeCloseTo(share / total, 3);
    }
    expect(() => new Vocabulary(['a']).negativeSampling()).toThrow(/no token of the vocabulary was counted/);
    expect(() => vocabulary.negativeSampling(Number.NaN)).toThrow(/exponent must be a number from -10 to 10/);
  });
});
