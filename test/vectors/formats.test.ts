import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { getNumThreads, KeyedVectors, randn, setNumThreads, tensor } from '../../lib/index.js';
import { parseDecimal } from '../../lib/vectors/formats/decimal.js';

const fixture = (name: string) => new URL(`./fixtures/${name}`, import.meta.url).pathname;
const gensim = JSON.parse(readFileSync(fixture('gensim.json'), 'utf8'));
const folder = mkdtempSync(join(tmpdir(), 'lutra-vectors-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `vectors${files++}`);
  writeFileSync(path, content);
  return path;
}

const load = (content: string | Uint8Array, options?: Parameters<typeof KeyedVectors.load>[1]) =>
  KeyedVectors.load(file(content), options);

describe('numbers as text', () => {
  it('are what JavaScript reads, to the bit', () => {
    const texts = [
      '0',
      '-0',
      '1',
      '-1.5',
      '.5',
      '5.',
      '1e5',
      '1E-7',
      '+3.25',
      '123456789012345678',
      '0.1',
      '1e-30',
      '3.4028235e38',
    ];
    texts.push('0.000012345678901234567', '9007199254740993', '1e22', '1e23', '00012.50', '-4.9e-324');
    for (let k = 0; k < 2000; k++) texts.push(String((Math.random() - 0.5) * 10 ** ((k % 60) - 30)));
    for (let k = 0; k < 2000; k++) texts.push(((Math.random() - 0.5) * 4).toFixed(k % 12));
    for (const text of texts) {
      const bytes = Buffer.from(`x${text} `);
      expect(Object.is(parseDecimal(bytes, 1, bytes.length - 1), Number(text)), text).toBe(true);
    }
  });

  it('are the same in a file, which native code reads, and what is none is refused there', async () => {
    const texts = [
      '0',
      '-0',
      '1',
      '-1.5',
      '.5',
      '5.',
      '1e5',
      '1E-7',
      '+3.25',
      '123456789012345678',
      '1e-30',
      '3.4028235e38',
    ];
    texts.push(
      '0.12345678',
      '1.123456789012345',
      '1.1234567890123456',
      '1.12345678901234567890123',
      '0.000012345678901234567',
    );
    texts.push(
      '9007199254740993',
      '1e22',
      '1e23',
      '00012.50',
      '-4.9e-324',
      '1.5e-44',
      '99999999',
      '123456789',
      '0.00000000000000000001',
    );
    for (let k = 0; k < 3000; k++) texts.push(String((Math.random() - 0.5) * 10 ** ((k % 60) - 30)));
    for (let k = 0; k < 3000; k++) texts.push(((Math.random() - 0.5) * 4).toFixed(k % 18));
    for (let k = 0; k < 3000; k++) texts.push(((Math.random() - 0.5) * 4).toPrecision(1 + (k % 19)));
    for (const dim of [1, 2, 7]) {
      const lines = texts.map((text, k) => `w${k} ${Array.from({ length: dim }, () => text).join(' ')}`);
      const { vectors } = await load(lines.join('\n'), { format: 'glove' });
      const data = vectors.data as Float32Array;
      const wrong = texts.filter((text, k) => !Object.is(data[(k + 1) * dim - 1], Math.fround(Number(text))));
      expect(wrong).toEqual([]);
    }
    for (const text of [
      '-',
      '.',
      'nan',
      'inf',
      '1e',
      '1e+',
      '0x10',
      '1,5',
      '1.2.3',
      '--1',
      '1_000',
      '-.',
      '1.5f',
      '1e39',
      '0.1234567x',
    ]) {
      for (const end of ['', ' 2 3 4 5 6 7 8 9 10 11 12']) {
        const dim = end === '' ? 1 : 12;
        const first = `a ${Array(dim).fill('1.0').join(' ')}\n`;
        await expect(load(`${first}b ${text}${end}\n`), text).rejects.toThrow(
          `line 2: expected a word and ${dim} numbers, got '${text}' as number 1`,
        );
      }
    }
  });

  it('are nothing else', () => {
    for (const text of [
      '',
      '-',
      '.',
      'nan',
      'inf',
      'Infinity',
      '1e',
      '1e+',
      '0x10',
      '1,5',
      '1 2',
      '1.2.3',
      '--1',
      '1_000',
    ]) {
      const bytes = Buffer.from(text);
      expect(parseDecimal(bytes, 0, bytes.length), text).toBeNaN();
    }
  });
});

describe('files of vectors', () => {
  it('that gensim wrote: text, and binary without newlines after vectors', async () => {
    for (const name of ['gensim.txt', 'gensim.bin']) {
      const table = await KeyedVectors.load(fixture(name));
      expect(table.keys).toEqual(gensim.words);
      expect(table.vectors.tolist()).toEqual(tensor(gensim.vectors).tolist());
    }
  });

  it('come back as they were, in every format, packed and not', async () => {
    const words = ['the', 'naïve', '東京', 'x-y', '3.14', ...Array.from({ length: 5000 }, (_, k) => `w${k}`)];
    const vectors = new KeyedVectors(words, randn([words.length, 7]).mul(0.1));
    for (const format of ['glove', 'word2vec', 'word2vec-binary', 'vec'] as const) {
      const path = join(folder, `saved.${format}`);
      vectors.save(path, { format });
      for (const content of [readFileSync(path), gzipSync(readFileSync(path))]) {
        const back = await load(content);
        expect(back.keys).toEqual(words);
        expect(back.vectors.equal(vectors.vectors)).toBe(true);
      }
    }
  });

  it('of word2vec.c: a newline after each vector; fastText: a space at the end; GloVe: words with spaces', async () => {
    const row = (...x: number[]) => Buffer.from(Float32Array.from(x).buffer);
    const binary = Buffer.concat([
      Buffer.from('2 2\n</s> '),
      row(1, 2),
      Buffer.from('\nb '),
      row(3, 4),
      Buffer.from('\n'),
    ]);
    expect((await load(binary)).vectors.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect((await load('2 3 \na 1 2 3 \nb -1.5 0 1e-2 \n')).vector('b')[2]).toBeCloseTo(0.01);
    const glove = await load('. . . 1 2 3\nat\u00a0name 4 5 6\n\u0085 7 8 9\n1 2 3 4\r\n', { format: 'glove' });
    expect(glove.keys).toEqual(['. . .', 'at\u00a0name', '\u0085', '1']);
    expect(glove.vectors.tolist()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [2, 3, 4],
    ]);
  });

  it('the same however many threads read how many lines, cut into pieces anywhere', async () => {
    const rows = 24_000;
    const words = Array.from({ length: rows }, (_, k) =>
      k % 50 === 1 ? `two words ${k}` : k % 7 === 0 ? `wörter${k}` : `w${k}`,
    );
    const values = randn([rows, 23]).mul(0.3);
    const path = join(folder, 'long.txt');
    new KeyedVectors(words, values).save(path, { format: 'glove' });
    const text = readFileSync(path, 'utf8');
    expect(text.length).toBeGreaterThan(5 << 20);
    const before = getNumThreads();
    for (const content of [
      text,
      text.trimEnd(),
      text.replaceAll('\n', '\r\n\n'),
      `${rows} 23\n${text}`,
      gzipSync(text),
    ]) {
      for (const threads of [1, 3]) {
        setNumThreads(threads);
        const back = await load(content);
        expect(back.keys).toEqual(words);
        expect(back.vectors.equal(values)).toBe(true);
      }
    }
    setNumThreads(before);
    const some = new Set(words.filter((_, k) => k % 1000 === 17));
    const part = await load(text, { vocabulary: some });
    expect(part.keys).toEqual([...some]);
    expect(
      part.vectors.equal(
        values.indexSelect(
          0,
          tensor(
            [...some].map((word) => words.indexOf(word)),
            { dtype: 'int32' },
          ),
        ),
      ),
    ).toBe(true);
    expect((await load(text, { limit: 21_234 })).size).toBe(21_234);
    const lines = text.split('\n');
    lines[20_000] = 'short 1 2';
    await expect(load(lines.join('\n'))).rejects.toThrow(/line 20001: expected a word and 23 numbers, got 2 numbers/);
    expect((await load(lines.join('\n'), { limit: 20_000 })).size).toBe(20_000);
    lines[19_990] = lines[19_990].replace(/ \S+$/, ' x');
    await expect(load(lines.join('\n'))).rejects.toThrow(/line 19991: .* got 'x' as number 23/);
  });

  it('the first of equal words counts', async () => {
    expect((await load('a 1 2\nb 3 4\na 5 6\n')).vectors.tolist()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('only what is wanted', async () => {
    const text = 'a 1 2\nb 3 4\nc 5 6\n';
    expect((await load(text, { limit: 2 })).keys).toEqual(['a', 'b']);
    expect((await load(text, { vocabulary: ['c', 'a', 'x'] })).keys).toEqual(['a', 'c']);
    await expect(load(text, { vocabulary: ['x'] })).rejects.toThrow('holds none of the 1 words of vocabulary');
    await expect(load(text, { limit: 0 })).rejects.toThrow('limit must be a whole number of at least 1, got 0');
  });

  it('are refused by line, word and reason', async () => {
    const refused: [string | Uint8Array, RegExp][] = [
      ['', /is empty/],
      ['\n\n', /holds no vectors/],
      ['a 1 2\nb 3\n', /line 2: expected a word and 2 numbers, got 1 numbers/],
      ['a 1 2\nb 3 x\n', /line 2: expected a word and 2 numbers, got 'x' as number 2/],
      ['a 1 2\nb nan 4\n', /line 2: expected a word and 2 numbers, got 'nan' as number 1/],
      ['3 2\na 1 2\nb 3 4\n', /promises 3 words, but it ends after 2/],
      ['hello\nworld\n', /line 1: expected a word and its numbers, got 0 numbers/],
      [
        Buffer.from('a 1 2\n\xff\xfe 3 4\n', 'latin1'),
        /line 2: the word is not valid UTF-8; encodingErrors: 'replace'/,
      ],
      [
        Buffer.concat([Buffer.from('2 2\na '), Buffer.from(Float32Array.of(1, 2).buffer), Buffer.from('b ')]),
        /ends within word 2/,
      ],
      [
        Buffer.concat([Buffer.from('2147483648 50\nab '), Buffer.alloc(200, 0xc1)]),
        /promises 2147483648 words, but it ends within word 2/,
      ],
      [
        Buffer.concat([Buffer.from('1 1\na '), Buffer.from(Float32Array.of(Number.NaN).buffer)]),
        /word 1 'a': number 1 is NaN/,
      ],
      [gzipSync('a 1 2\nb 3 4\n').subarray(0, 20), /its gzip is damaged or cut short/],
      [Buffer.from('PK\x03\x04zip'), /is a zip archive/],
    ];
    for (const [content, message] of refused) await expect(load(content)).rejects.toThrow(message);
    await expect(KeyedVectors.load(join(folder, 'nowhere'))).rejects.toThrow(/ENOENT/);
    const replaced = await load(Buffer.from('a 1 2\n\xff\xfe 3 4\n', 'latin1'), { encodingErrors: 'replace' });
    expect(replaced.keys).toEqual(['a', '\ufffd\ufffd']);
  });

  it('are not written where the format would break', () => {
    const path = join(folder, 'broken');
    expect(() => new KeyedVectors(['a\nb'], tensor([[1]])).save(path)).toThrow("can't be written");
    expect(() => new KeyedVectors(['a b'], tensor([[1]])).save(path, { format: 'word2vec-binary' })).toThrow(
      "can't be written",
    );
  });
});
