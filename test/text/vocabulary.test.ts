import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { countTokens } from '../../lib/text/token_counts.js';
import { Vocabulary } from '../../lib/text/vocabulary.js';

const SPECIALS = ['<pad>', '<unk>', '<sos>', '<eos>'];
const WORDS = 'the cat and the dog and the bird saw a cat'.split(' ');
const HOSTILE = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'prototype',
  '0',
  '-1',
  '',
  ' ',
  '\ud800',
  '😀',
];

function failure(name: string, message: RegExp) {
  return expect.objectContaining({ name, message: expect.stringMatching(message) });
}

describe('ids', () => {
  it('go to specials in their order, then to words by frequency and first appearance', () => {
    const vocabulary = Vocabulary.fromTokens(WORDS, { specials: SPECIALS, unknownToken: '<unk>' });
    expect(vocabulary.tokens()).toEqual([...SPECIALS, 'the', 'cat', 'and', 'dog', 'bird', 'saw', 'a']);
    expect([...vocabulary]).toEqual(vocabulary.tokens());
    expect([...vocabulary.entries()]).toEqual(vocabulary.tokens().map((token, id) => [token, id]));
    expect([vocabulary.size, vocabulary.length]).toEqual([11, 11]);
  });

  it('go by first appearance or by code point when asked', () => {
    expect(Vocabulary.fromTokens(WORDS, { sort: 'insertion' }).tokens()).toEqual([...new Set(WORDS)]);
    const words = ['b', 'Z', 'a', 'é', '\uff21', '😀', 'ab', 'a'];
    expect(Vocabulary.fromTokens(words, { sort: 'alphabetical' }).tokens()).toEqual(
      // Python: sorted(set(words)); UTF-16 order would put 😀 before the full-width Ａ.
      ['Z', 'a', 'ab', 'b', 'é', '\uff21', '😀'],
    );
    expect(Vocabulary.fromTokens(['😁', '😀'], { sort: 'alphabetical' }).tokens()).toEqual(['😀', '😁']);
  });

  it('come after the words when specialsFirst is false', () => {
    const vocabulary = Vocabulary.fromTokens(['a', 'b'], { specials: ['<pad>', '<unk>'], specialsFirst: false });
    expect(vocabulary.tokens()).toEqual(['a', 'b', '<pad>', '<unk>']);
  });

  it('can be chosen for specials, by a Map or an object; words fill the others', () => {
    const ids = { '<unk>': 1, '<eos>': 3, '<pad>': 0 };
    for (const specials of [ids, new Map(Object.entries(ids))]) {
      const vocabulary = Vocabulary.fromTokens(['x', 'y', 'x'], { specials });
      expect(vocabulary.tokens()).toEqual(['<pad>', '<unk>', 'x', '<eos>', 'y']);
      expect(vocabulary.specials()).toEqual(['<pad>', '<unk>', '<eos>']);
    }
  });

  it('leave out rare words and those beyond maxSize, whatever the order', () => {
    const tokens = (options: object) => Vocabulary.fromTokens(WORDS, options).tokens();
    expect(tokens({ minFrequency: 2 })).toEqual(['the', 'cat', 'and']);
    expect(tokens({ minFrequency: 2, specials: ['<unk>'] })).toEqual(['<unk>', 'the', 'cat', 'and']);
    expect(tokens({ maxSize: 3, specials: ['<unk>'] })).toEqual(['<unk>', 'the', 'cat']);
    expect(tokens({ maxSize: 3, sort: 'alphabetical' })).toEqual(['and', 'cat', 'the']);
    expect(tokens({ maxSize: 5, sort: 'insertion' })).toEqual(['the', 'cat', 'and', 'dog', 'bird']);
    expect(tokens({ maxSize: 1, specials: ['<unk>'] })).toEqual(['<unk>']);
    expect(tokens({ maxSize: 0 })).toEqual([]);
    expect(tokens({ maxSize: 1000 })).toHaveLength(7);
  });

  it('are the same for sentences, for one list, and for counts', () => {
    const sentences = [WORDS.slice(0, 4), new Set(['dog']), WORDS.slice(5)];
    const counts = countTokens(WORDS.slice(6), countTokens(WORDS.slice(0, 6)));
    const expected = Vocabulary.fromTokens(WORDS).toJSON();
    expect(Vocabulary.fromTokens(sentences).toJSON()).toEqual(expected);
    expect(Vocabulary.fromCounts(counts).toJSON()).toEqual(expected);
    expect(Vocabulary.fromCounts([...counts]).toJSON()).toEqual(expected);
    expect(Vocabulary.fromCounts(Object.fromEntries(counts)).toJSON()).toEqual(expected);
  });

  it('give a special that also occurs in the corpus one id, and keep its count', () => {
    const vocabulary = Vocabulary.fromTokens(['<unk>', 'a', '<unk>'], { specials: ['<unk>'], minFrequency: 3 });
    expect(vocabulary.tokens()).toEqual(['<unk>']);
    expect(vocabulary.count('<unk>')).toBe(2);
  });

  it('are fine for tokens that look like object members', () => {
    const vocabulary = Vocabulary.fromTokens(HOSTILE, { sort: 'insertion' });
    expect(vocabulary.tokens()).toEqual(HOSTILE);
    expect(HOSTILE.map((token) => vocabulary.lookupIndex(token))).toEqual(HOSTILE.map((_, id) => id));
    expect(Vocabulary.fromJSON(JSON.parse(JSON.stringify(vocabulary))).tokens()).toEqual(HOSTILE);
    const empty = new Vocabulary([]);
    for (const token of HOSTILE) {
      expect(empty.has(token)).toBe(false);
      expect(empty.get(token)).toBeUndefined();
      expect(empty.count(token)).toBe(0);
    }
  });
});

describe('lookup', () => {
  const vocabulary = Vocabulary.fromTokens(WORDS, { specials: SPECIALS, unknownToken: '<unk>' });
  const strict = new Vocabulary(['a', 'b']);

  it('encodes a sentence, an unknown word as the unknown token', () => {
    const ids = vocabulary.encode(['the', 'dragon', 'saw', 'a', 'cat']);
    expect(ids).toBeInstanceOf(Int32Array);
    expect([...ids]).toEqual([4, 1, 9, 10, 5]);
    expect(vocabulary.lookupIndices(['the', 'dragon'])).toEqual([4, 1]);
    expect([...vocabulary.encode(new Set(['the']))]).toEqual([4]);
    expect(vocabulary.encode([])).toHaveLength(0);
  });

  it('decodes ids, with or without the specials', () => {
    expect(vocabulary.decode([2, 4, 1, 3, 0])).toEqual(['<sos>', 'the', '<unk>', '<eos>', '<pad>']);
    expect(vocabulary.decode(new Int32Array([2, 4, 1, 3, 0]), { skipSpecials: true })).toEqual(['the']);
    expect(vocabulary.lookupTokens([4, 4])).toEqual(['the', 'the']);
    expect(vocabulary.lookupToken(10)).toBe('a');
  });

  it('tells known from unknown tokens whatever the default index', () => {
    expect([vocabulary.has('cat'), vocabulary.has('dragon')]).toEqual([true, false]);
    expect([vocabulary.get('cat'), vocabulary.get('dragon')]).toEqual([5, undefined]);
    expect([vocabulary.isSpecial('<pad>'), vocabulary.isSpecial('cat'), vocabulary.isSpecial('x')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('knows the counts', () => {
    expect([vocabulary.count('the'), vocabulary.count('<pad>'), vocabulary.count('dragon')]).toEqual([3, 0, 0]);
    expect(vocabulary.counts()).toEqual([0, 0, 0, 0, 3, 2, 2, 1, 1, 1, 1]);
  });

  it('hands out copies', () => {
    vocabulary.tokens().push('x');
    vocabulary.counts().fill(9);
    expect(vocabulary.size).toBe(11);
    expect(vocabulary.count('the')).toBe(3);
  });

  it('refuses an unknown token where no default index is set, and takes it where one is', () => {
    expect(() => strict.lookupIndex('c')).toThrow(
      failure('TokenError', /lookupIndex: token "c" is not in the vocabulary of 2, and no default index is set/),
    );
    expect(() => strict.encode(['a', 'c'])).toThrow(failure('TokenError', /encode: token "c" at position 1 is not/));
    expect(() => strict.encode(['c'])).toThrow(RangeError);
    const own = new Vocabulary(['a', 'b']);
    own.setDefaultIndex(1);
    expect([own.lookupIndex('c'), own.defaultIndex]).toEqual([1, 1]);
    own.setDefaultIndex(null);
    expect(() => own.lookupIndex('c')).toThrow(RangeError);
    expect(() => own.setDefaultIndex(2)).toThrow(failure('IndexError', /ids are integers from 0 to 1, got 2/));
  });

  it.each([-1, 2, 0.5, Number.NaN, 2 ** 32, Number.POSITIVE_INFINITY])('refuses id %d', (id) => {
    expect(() => strict.decode([0, id])).toThrow(
      failure('IndexError', /decode: ids are integers from 0 to 1, got .* at position 1/),
    );
    expect(() => strict.lookupToken(id)).toThrow(expect.objectContaining({ index: id, size: 2 }));
  });

  it.each<[() => unknown, string, RegExp]>([
    [() => strict.decode(['a'] as never), 'ArgumentError', /an id must be a number, got "a" at position 0/],
    [() => strict.decode(3 as never), 'ArgumentError', /decode: expected a list of ids, got 3/],
    [() => strict.decode('12' as never), 'ArgumentError', /expected a list of ids, got "12"/],
    [() => strict.decode([0], { skipSpecial: true } as never), 'OptionError', /did you mean 'skipSpecials'/],
    [() => vocabulary.encode('the cat'), 'ArgumentError', /got the string "the cat"; split it first/],
    [() => vocabulary.encode([1] as never), 'ArgumentError', /a token must be a string, got 1 at position 0/],
    [() => vocabulary.lookupIndex(undefined as never), 'ArgumentError', /a token must be a string, got nothing/],
    [() => vocabulary.lookupIndices(null as never), 'ArgumentError', /expected a list of tokens, got null/],
    [() => new Vocabulary([]).lookupToken(0), 'IndexError', /the vocabulary is empty, got 0/],
  ])('refuses %s', (call, name, message) => {
    expect(call).toThrow(failure(name, message));
  });
});

describe('building refuses', () => {
  it.each<[string, () => unknown, string, RegExp]>([
    ['a token twice', () => new Vocabulary(['a', 'b', 'a']), 'ValueError', /"a" at positions 0 and 2/],
    ['a token that is no string', () => new Vocabulary(['a', 7] as never), 'ArgumentError', /got 7 at position 1/],
    ['a string', () => Vocabulary.fromTokens('hello'), 'ArgumentError', /split it first/],
    ['a number in a corpus', () => Vocabulary.fromTokens(['a', 5] as never), 'ArgumentError', /got 5 at position 1/],
    ['a number in a sentence', () => Vocabulary.fromTokens([['a'], [5]] as never), 'ArgumentError', /position 1/],
    ['a special twice', () => Vocabulary.fromTokens([], { specials: ['<a>', '<a>'] }), 'ValueError', /"<a>" twice/],
    [
      'an id twice',
      () => Vocabulary.fromTokens([], { specials: { a: 0, b: 0 } }),
      'ValueError',
      /"a" and "b" both ask/,
    ],
    ['a hole', () => Vocabulary.fromTokens(['x'], { specials: { a: 2 } }), 'ValueError', /asks for id 2.*has 2 tokens/],
    ['a negative id', () => Vocabulary.fromTokens([], { specials: { a: -1 } }), 'ValueError', /special "a" must be/],
    ['an id in words', () => Vocabulary.fromTokens([], { specials: { a: '0' } as never }), 'ArgumentError', /got "0"/],
    ['a string of specials', () => Vocabulary.fromTokens([], { specials: '<unk>' }), 'ArgumentError', /split it/],
    [
      'specialsFirst with ids',
      () => Vocabulary.fromTokens([], { specials: { a: 0 }, specialsFirst: true }),
      'ArgumentError',
      /specialsFirst can't go/,
    ],
    ['too small a maxSize', () => Vocabulary.fromTokens([], { specials: ['a'], maxSize: 0 }), 'ValueError', /room for/],
    ['half a maxSize', () => Vocabulary.fromTokens([], { maxSize: 1.5 }), 'ValueError', /maxSize must be an integer/],
    ['minFrequency NaN', () => Vocabulary.fromTokens([], { minFrequency: Number.NaN }), 'ValueError', /minFrequency/],
    ['an unknown order', () => Vocabulary.fromTokens([], { sort: 'random' as never }), 'ValueError', /sort must be/],
    ['an option misspelt', () => Vocabulary.fromTokens([], { minFreq: 2 } as never), 'OptionError', /minFreq/],
    [
      'an unknown token that is out',
      () => Vocabulary.fromTokens(['a'], { unknownToken: '<unk>' }),
      'ValueError',
      /"<unk>"/,
    ],
    [
      'a default index that is out',
      () => Vocabulary.fromTokens(['a'], { defaultIndex: 1 }),
      'IndexError',
      /defaultIndex/,
    ],
    [
      'both ways to name it',
      () => Vocabulary.fromTokens(['a'], { defaultIndex: 0, unknownToken: 'a' }),
      'ArgumentError',
      /give one of them/,
    ],
    [
      'a special not among the tokens',
      () => new Vocabulary(['a'], { specials: ['b'] }),
      'ValueError',
      /specials names "b"/,
    ],
    ['half a count', () => Vocabulary.fromCounts({ a: 1.5 }), 'ValueError', /count of "a".*got 1.5/],
    ['a negative count', () => Vocabulary.fromCounts([['a', -1]]), 'ValueError', /got -1/],
    [
      'counts that are no pairs',
      () => Vocabulary.fromCounts(['ab'] as never),
      'ArgumentError',
      /counts\[0\] must be a pair/,
    ],
    ['counts that are a string', () => Vocabulary.fromCounts('ab' as never), 'ArgumentError', /counts must be a Map/],
  ])('%s', (_what, build, name, message) => {
    expect(build).toThrow(failure(name, message));
  });
});

describe('files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lutra-vocabulary-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const vocabulary = Vocabulary.fromTokens([...WORDS, ...HOSTILE], { specials: SPECIALS, unknownToken: '<unk>' });

  it('bring back the whole vocabulary and leave nothing else behind', () => {
    const path = join(directory, 'vocabulary.json');
    vocabulary.save(path);
    Vocabulary.fromTokens(['other']).save(path);
    vocabulary.save(path);
    const loaded = Vocabulary.load(path);
    expect(loaded.toJSON()).toEqual(vocabulary.toJSON());
    expect(loaded.lookupIndex('dragon')).toBe(1);
    expect(loaded.isSpecial('<eos>')).toBe(true);
    expect(loaded.count('the')).toBe(3);
    expect(readdirSync(directory)).toEqual(['vocabulary.json']);
  });

  it('keep a missing default index missing', () => {
    const path = join(directory, 'strict.json');
    new Vocabulary(['a']).save(path);
    expect(Vocabulary.load(path).defaultIndex).toBeNull();
  });

  it('that are no vocabulary are refused with their path', () => {
    const path = join(directory, 'broken.json');
    const text = JSON.stringify(vocabulary);
    for (const cut of [0, 1, 20, text.length - 1]) {
      writeFileSync(path, text.slice(0, cut));
      expect(() => Vocabulary.load(path)).toThrow(failure('FileFormatError', /broken\.json is no JSON file/));
    }
    writeFileSync(path, '{"tokens":["a"]}');
    expect(() => Vocabulary.load(path)).toThrow(failure('FileFormatError', /broken\.json: format must be/));
    expect(readFileSync(path, 'utf8')).toBe('{"tokens":["a"]}');
    expect(() => Vocabulary.load(join(directory, 'missing.json'))).toThrow(/ENOENT/);
    writeFileSync(path, 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n');
    expect(() => Vocabulary.load(path)).toThrow(
      failure('FileFormatError', /is no JSON file: .*; it is a Git LFS pointer/),
    );
    for (const use of [() => Vocabulary.load(3 as never), () => vocabulary.save(undefined as never)]) {
      expect(use).toThrow(failure('ArgumentError', /path must be a string/));
    }
  });

  it('whose text is no UTF-8 are refused: a replacement would be another token', () => {
    const path = join(directory, 'latin.json');
    const [before, after] = JSON.stringify(new Vocabulary(['gröst', 'b'])).split('ö');
    writeFileSync(path, Buffer.concat([Buffer.from(before), Buffer.from([0xf6]), Buffer.from(after)]));
    expect(() => Vocabulary.load(path)).toThrow(failure('FileFormatError', /latin\.json is no JSON file: .*utf-8/));
    const halves = new Vocabulary(['\ud800', '\udbff']);
    halves.save(path);
    expect(Vocabulary.load(path).tokens()).toEqual(['\ud800', '\udbff']);
  });

  it.each<[string, object, RegExp]>([
    ['another version', { version: 2 }, /version must be 1, got 2/],
    ['tokens that are no array', { tokens: 'ab' }, /tokens must be an array/],
    ['a token that is no string', { tokens: ['a', 1] }, /tokens\[1\] must be a string, got 1/],
    ['a token twice', { tokens: ['a', 'a'] }, /one comes twice/],
    ['too few counts', { counts: [1] }, /counts must be 2 integers/],
    ['a negative count', { counts: [1, -1] }, /counts must be 2 integers/],
    ['a special out of range', { specials: [2] }, /specials must be ids below 2/],
    ['a default index out of range', { defaultIndex: 2 }, /defaultIndex must be null or an id below 2, got 2/],
    ['no default index', { defaultIndex: undefined }, /defaultIndex must be null/],
  ])('with %s are refused', (_what, change, message) => {
    const json = { ...new Vocabulary(['a', 'b']).toJSON(), ...change };
    expect(() => Vocabulary.fromJSON(json)).toThrow(failure('FileFormatError', message));
  });

  it.each([[null], [5], ['x'], [[]]])('that hold %j are refused', (json) => {
    expect(() => Vocabulary.fromJSON(json)).toThrow(failure('FileFormatError', /Vocabulary.fromJSON: /));
  });
});
