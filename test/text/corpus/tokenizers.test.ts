import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { corpusOf, loadTokenizer, type TextOptions } from '../../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-tokenizers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function parted(text: string, options: TextOptions): Promise<string[]> {
  for await (const tokens of corpusOf([text], options)) return tokens;
  return [];
}

describe('tokenizers', () => {
  it('part at white space of every kind, and nowhere else', async () => {
    expect(await parted(' a\tb\u3000c\u00a0d\u0085e ', { tokenizer: 'whitespace' })).toEqual([
      'a',
      'b',
      'c',
      'd\u0085e',
    ]);
    expect(await parted('   ', {})).toEqual([]);
  });

  it('part into characters and words', async () => {
    expect(await parted('a 😀é', { tokenizer: 'characters' })).toEqual(['a', '😀', 'é']);
    expect(await parted("Don't stop, 3.5!", { tokenizer: 'words', lowercase: true })).toEqual(["don't", 'stop', '3.5']);
    expect((await parted('東京に行く', { tokenizer: 'words' })).join('')).toBe('東京に行く');
  });

  it('part by a regular expression, with its flags and without its groups', async () => {
    expect(await parted('AA-bb cc', { tokenizer: /([a-z])\1/i })).toEqual(['AA', 'bb', 'cc']);
    expect(await parted('äö x', { tokenizer: /\p{L}+/gu })).toEqual(['äö', 'x']);
    expect(await parted('ab', { tokenizer: /a/y })).toEqual(['a']);
    await expect(parted('ab', { tokenizer: /x*/ })).rejects.toThrow(/matches a text of nothing/);
  });

  it('part by a function, whose result is looked at', async () => {
    expect(await parted('a,b', { tokenizer: (text) => text.split(',') })).toEqual(['a', 'b']);
    await expect(parted('a,b', { tokenizer: (() => 'ab') as never })).rejects.toThrow(
      /corpusOf: tokenizer must give an array of strings, got "ab"/,
    );
  });

  it('bring texts to one form first', async () => {
    expect(await parted('É e\u0301', { normalize: 'NFC', lowercase: true })).toEqual(['é', 'é']);
    expect(await parted('ﬁ', { normalize: 'NFKC' })).toEqual(['fi']);
    await expect(parted('', { normalize: 'nfc' as never })).rejects.toThrow(/normalize must be 'NFC', .*got "nfc"/);
    await expect(parted('', { tokenizer: 'word' as never })).rejects.toThrow(
      /tokenizer must be 'whitespace'.*got "word"/,
    );
    await expect(parted('', { encodingErrors: 'ignore' as never })).rejects.toThrow(/encodingErrors must be/);
    await expect(parted('', { lowercase: 1 as never })).rejects.toThrow(/lowercase must be true or false/);
  });

  it('come with models: WordPiece and byte-level BPE', async () => {
    const wordPiece = join(folder, 'wordpiece.json');
    const vocab = { '[UNK]': 0, '[CLS]': 1, '[SEP]': 2, un: 3, '##aff': 4, '##able': 5, the: 6 };
    writeFileSync(
      wordPiece,
      JSON.stringify({
        version: '1.0',
        added_tokens: ['[UNK]', '[CLS]', '[SEP]'].map((content, id) => ({
          id,
          content,
          special: true,
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
        })),
        normalizer: {
          type: 'BertNormalizer',
          clean_text: true,
          handle_chinese_chars: true,
          strip_accents: null,
          lowercase: true,
        },
        pre_tokenizer: { type: 'BertPreTokenizer' },
        post_processor: { type: 'BertProcessing', sep: ['[SEP]', 2], cls: ['[CLS]', 1] },
        decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
        model: {
          type: 'WordPiece',
          unk_token: '[UNK]',
          continuing_subword_prefix: '##',
          max_input_chars_per_word: 100,
          vocab,
        },
      }),
    );
    const tokenizer = await loadTokenizer(wordPiece);
    expect(await parted('The unaffable x', { tokenizer })).toEqual(['the', 'un', '##aff', '##able', '[UNK]']);
    expect([...tokenizer.encode('the unaffable')]).toEqual([1, 6, 3, 4, 5, 2]);
    expect([...tokenizer.encode('the', { specials: false })]).toEqual([6]);
    expect(tokenizer.decode([1, 6, 3, 4, 5, 2], { skipSpecials: true })).toBe('the unaffable');
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.tokens()).toEqual(Object.keys(vocab));

    const bpe = join(folder, 'bpe.json');
    writeFileSync(
      bpe,
      JSON.stringify({
        version: '1.0',
        added_tokens: [],
        normalizer: null,
        pre_tokenizer: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
        post_processor: null,
        decoder: { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true },
        model: {
          type: 'BPE',
          unk_token: null,
          vocab: { h: 0, i: 1, hi: 2, Ġ: 3, Ġh: 4, Ġhi: 5 },
          merges: [
            ['Ġ', 'h'],
            ['Ġh', 'i'],
            ['h', 'i'],
          ],
        },
      }),
    );
    const byteLevel = await loadTokenizer(bpe);
    expect(await parted('hi hi', { tokenizer: byteLevel })).toEqual(['hi', 'Ġhi']);
    expect(byteLevel.decode(byteLevel.encode('hi hi'))).toBe('hi hi');
  });

  it('of other files are refused', async () => {
    const other = join(folder, 'other.json');
    writeFileSync(other, '{"format":"else"}');
    await expect(loadTokenizer(other)).rejects.toThrow(/holds no 'model' of a tokenizer/);
    writeFileSync(other, '{');
    await expect(loadTokenizer(other)).rejects.toThrow(/is no JSON file/);
    writeFileSync(other, '{"model":{"type":"Nonsense"}}');
    await expect(loadTokenizer(other)).rejects.toThrow(/is no tokenizer that can be read/);
    await expect(loadTokenizer(join(folder, 'none.json'))).rejects.toThrow(/ENOENT/);
    await expect(loadTokenizer(7 as never)).rejects.toThrow(/path must be a string/);
  });
});
