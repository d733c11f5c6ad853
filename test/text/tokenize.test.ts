import { describe, expect, it } from 'vitest';
import { tokenizeWords } from '../../lib/text/tokenize.js';

describe('tokenizeWords', () => {
  it.each<[string, string[]]>([
    ["Don't stop, 3.5!", ["Don't", 'stop', ',', '3.5', '!']],
    ['well-known rock’n’roll -x-', ['well-known', 'rock’n’roll', '-', 'x', '-']],
    ['1,000.50 kg at 10:30', ['1,000.50', 'kg', 'at', '10', ':', '30']],
    ['A sentence. Another...', ['A', 'sentence', '.', 'Another', '...']],
    ["'quoted' (and) foo_bar", ["'", 'quoted', "'", '(', 'and', ')', 'foo_bar']],
    ['我爱 NLP模型', ['我', '爱', 'NLP', '模', '型']],
    ['नमस्ते दुनिया', ['नमस्ते', 'दुनिया']],
    ['می‌خواهم', ['می‌خواهم']],
    ['👩‍🚀🇫🇷👍🏽 ok', ['👩‍🚀', '🇫🇷', '👍🏽', 'ok']],
    ['cafe\u0301', ['caf\u00e9']],
    [' \n\t\u00a0\u200b', []],
    ['', []],
  ])('splits %j', (text, tokens) => {
    expect(tokenizeWords(text)).toEqual(tokens);
  });

  it('lower-cases, drops marks and leaves the normal form alone when asked', () => {
    expect(tokenizeWords('The ÉTÉ, Ok!', { lowercase: true })).toEqual(['the', 'été', ',', 'ok', '!']);
    expect(tokenizeWords('a, b. 1,5 …', { punctuation: 'drop' })).toEqual(['a', 'b', '1,5']);
    expect(tokenizeWords('cafe\u0301', { normalize: 'none' })).toEqual(['cafe\u0301']);
    expect(tokenizeWords('ﬁne', { normalize: 'NFKC' })).toEqual(['fine']);
  });

  it('keeps given texts whole, the longest first, whatever characters they hold', () => {
    expect(tokenizeWords('<UNK> Hello<eos>World', { keep: ['<UNK>', '<eos>'], lowercase: true })).toEqual([
      '<UNK>',
      'hello',
      '<eos>',
      'world',
    ]);
    const keep = ['[x]', '[x]+', '{y}', '|z|', '$', '^', 'a-b', '.*', '\\', '/'];
    expect(tokenizeWords('a$b^[x]+{y}|z|a-b.*\\/[x]', { keep })).toEqual([
      'a',
      '$',
      'b',
      '^',
      '[x]+',
      '{y}',
      '|z|',
      'a-b',
      '.*',
      '\\',
      '/',
      '[x]',
    ]);
  });

  it.each<[unknown, object | undefined, string, RegExp]>([
    [5, undefined, 'ArgumentError', /text must be a string, got 5/],
    ['a', { punctuation: 'no' }, 'ValueError', /punctuation must be 'separate' or 'drop', got "no"/],
    ['a', { normalize: 'nfc' }, 'ValueError', /normalize must be/],
    ['a', { keep: '<unk>' }, 'ArgumentError', /keep must be an array/],
    ['a', { keep: [''] }, 'ArgumentError', /keep\[0\] must be a string of at least one character/],
    ['a', { lowerCase: true }, 'OptionError', /did you mean 'lowercase'/],
  ])('refuses %j with %j', (text, options, name, message) => {
    expect(() => tokenizeWords(text as string, options)).toThrow(
      expect.objectContaining({ name, message: expect.stringMatching(message) }),
    );
  });
});
