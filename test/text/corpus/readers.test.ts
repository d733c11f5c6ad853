import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  CorpusError,
  corpusOf,
  csvColumn,
  jsonLines,
  type TextCorpus,
  textFiles,
  textLines,
} from '../../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-corpus-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
function file(content: string | Uint8Array, ending = '.txt'): string {
  const path = join(folder, `file${files++}${ending}`);
  writeFileSync(path, content);
  return path;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
const tokens = (corpus: TextCorpus) => all(corpus);
const texts = (corpus: TextCorpus) => all(corpus.texts());

describe('text files', () => {
  it('are read by line, each time anew: line ends of both kinds, a last line without one, empty lines, a BOM', async () => {
    const corpus = textLines(file('\ufeffa b\r\n\r\n c\u00a0d \nlast'));
    for (let k = 0; k < 2; k++) {
      expect(await texts(corpus)).toEqual(['a b', '', ' c\u00a0d ', 'last']);
      expect(await tokens(corpus)).toEqual([['a', 'b'], [], ['c', 'd'], ['last']]);
    }
    expect(await texts(textLines(file('')))).toEqual([]);
    expect(await texts(textLines(file('\n')))).toEqual(['']);
  });

  it('are read as wholes, packed or not, by pattern in order of names', async () => {
    const inner = join(folder, 'parts', 'inner');
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(folder, 'parts', 'b.txt'), 'second\nfile');
    writeFileSync(join(folder, 'parts', 'a.txt'), gzipSync('first\nfile'));
    writeFileSync(join(inner, 'c.txt'), 'third');
    writeFileSync(join(inner, 'c.dat'), 'other');
    expect(await texts(textFiles(join(folder, 'parts', '**', '*.txt')))).toEqual([
      'first\nfile',
      'second\nfile',
      'third',
    ]);
    expect(await tokens(textLines([join(folder, 'parts', '*.txt')]))).toEqual([
      ['first'],
      ['file'],
      ['second'],
      ['file'],
    ]);
    const odd = join(folder, 'with [brackets].txt');
    writeFileSync(odd, 'found');
    expect(await texts(textLines(odd))).toEqual(['found']);
    await expect(texts(textLines(join(folder, '*.nothing')))).rejects.toThrow(/textLines: no file matches/);
    await expect(texts(textLines(inner))).rejects.toThrow(/is a folder; name its files by a pattern/);
    await expect(texts(textLines(join(folder, 'absent.txt')))).rejects.toThrow(/absent\.txt" can't be read: ENOENT/);
  });

  it('come out the same however the bytes are cut into pieces', async () => {
    const lines = Array.from({ length: 150_000 }, (_, k) => `zeile ${k} äöü ${'東京 '.repeat(k % 13)}`);
    const text = lines.join('\n');
    expect(Buffer.byteLength(text)).toBeGreaterThan(2 * (1 << 22));
    expect(await texts(textLines(file(text)))).toEqual(lines);
    expect(await texts(textLines(file(gzipSync(text))))).toEqual(lines);
    const [whole] = await texts(textFiles(file(text)));
    expect(whole).toBe(text);
  });

  it('with bytes that are no UTF-8 are refused by line and byte, or read with U+FFFD', async () => {
    const bad = Buffer.concat([Buffer.from('gut\nschön '), Buffer.from([0xe4, 0x62]), Buffer.from('\nend')]);
    await expect(tokens(textLines(file(bad)))).rejects.toThrow(
      /textLines: .*, line 2, byte 11: 0xe4 is no UTF-8 there; encodingErrors: 'replace'/,
    );
    await expect(tokens(textLines(file(bad)))).rejects.toThrow(CorpusError);
    await expect(tokens(textFiles(file(bad)))).rejects.toThrow(/line 2, byte 11/);
    expect(await texts(textLines(file(bad), { encodingErrors: 'replace' }))).toEqual(['gut', 'schön \ufffdb', 'end']);
    // Overlong, surrogate, above U+10FFFF, cut short.
    for (const bytes of [[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82], [0x80]]) {
      const content = Buffer.concat([Buffer.from('é\n'), Buffer.from(bytes)]);
      await expect(tokens(textLines(file(content)))).rejects.toThrow(/line 2, byte 3/);
    }
  });

  it('of damaged gzip say so', async () => {
    const packed = gzipSync('some words\n'.repeat(1000));
    await expect(tokens(textLines(file(packed.subarray(0, 40))))).rejects.toThrow(/gzip is damaged or cut short/);
  });

  it('take what comes by the standard input, also packed', () => {
    const program = `
      import { textLines } from ${JSON.stringify(fileURLToPath(new URL('../../../dist/index.js', import.meta.url)))};
      const corpus = textLines('-', { lowercase: true });
      for await (const tokens of corpus) console.log(tokens.join('|'));
    `;
    for (const input of ['A b\nC', gzipSync('A b\nC')]) {
      const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
        input,
        encoding: 'utf8',
      });
      expect([stdout, stderr]).toEqual(['a|b\nc\n', '']);
    }
  });

  it('can be left in the middle, and no file stays open', async () => {
    const path = file('one line\n'.repeat(600_000));
    for (let k = 0; k < 10; k++) {
      for await (const [token] of textLines(path)) {
        expect(token).toBe('one');
        break;
      }
    }
  });
});

describe('JSON Lines', () => {
  it('give a field, or one that lies deeper; texts and lists of tokens', async () => {
    const path = file('{"text":"A b","meta":{"title":"T"}}\n\n{"text":["C d","e"],"meta":{"title":"U"}}\n', '.jsonl');
    expect(await tokens(jsonLines(path, { field: 'text', lowercase: true }))).toEqual([
      ['a', 'b'],
      ['c d', 'e'],
    ]);
    expect(await texts(jsonLines(path, { field: ['meta', 'title'] }))).toEqual(['T', 'U']);
  });

  it('say which line is none, lacks the field or holds something else', async () => {
    const read = (content: string, missing?: 'skip') => texts(jsonLines(file(content), { field: 'text', missing }));
    await expect(read('{"text":"a"}\n\n{"text":')).rejects.toThrow(/line 3, byte 14: is no JSON/);
    await expect(read('{"text":"a"}\n{"texts":"b"}')).rejects.toThrow(/line 2.*no field "text"; did you mean 'texts'/);
    await expect(read('{"text":1}')).rejects.toThrow(
      /line 1, byte 0: field "text" must be a text or a list of tokens, got/,
    );
    await expect(read('{"text":null}')).rejects.toThrow(/missing: 'skip'/);
    await expect(read('{"toString":"x"}\n{"text":"b"}\n{"text":null}\n7', 'skip')).resolves.toEqual(['b']);
    expect(() => jsonLines('x', {} as never)).toThrow(/field must be the name of a field/);
  });
});

describe('columns of CSV and TSV', () => {
  it('are found by name or number, with quotes, separators and newlines within', async () => {
    const csv = file('id,text\n1,"a, ""b""\nc"\n\n2,d\n', '.csv');
    expect(await texts(csvColumn(csv, { column: 'text' }))).toEqual(['a, "b"\nc', 'd']);
    expect(await texts(csvColumn(csv, { column: 0 }))).toEqual(['1', '2']);
    expect(await texts(csvColumn(csv, { column: 1, header: false }))).toEqual(['text', 'a, "b"\nc', 'd']);
    const tsv = file(gzipSync('text\tn\nsay "hi\t3\n'), '.tsv.gz');
    expect(await texts(csvColumn(tsv, { column: 'text' }))).toEqual(['say "hi']);
    expect(await texts(csvColumn(file('a;b\n1;2\n'), { column: 'b', delimiter: ';' }))).toEqual(['2']);
    const many = Array.from({ length: 5000 }, (_, k) => `text ${k}`);
    const long = file(`n,text\n${many.map((text, k) => `${k},${text}`).join('\n')}\n`, '.csv');
    expect(await texts(csvColumn(long, { column: 'text' }))).toEqual(many);
  });

  it('say what is wrong, and where', async () => {
    const read = (content: string, options: Parameters<typeof csvColumn>[1]) =>
      texts(csvColumn(file(content), options));
    await expect(read('id,text\n1,a\n', { column: 'txt' })).rejects.toThrow(/no column "txt"; did you mean 'text'/);
    await expect(read('id,text\n1,a\n', { column: 2 })).rejects.toThrow(/column 2 must be below 2/);
    await expect(read('id,text\n1,a\n2\n', { column: 'text' })).rejects.toThrow(/line 3: Invalid Record Length/);
    await expect(read('id,text\n1,"a\n', { column: 'text' })).rejects.toThrow(/CorpusError|Quote Not Closed/);
    const failing = csvColumn(file('id,text\n1,"a\nb"\n2,c\n'), {
      column: 'text',
      tokenizer: (text) => {
        if (text === 'c') throw new Error('no c');
        return [text];
      },
    });
    await expect(tokens(failing)).rejects.toThrow(/line 4, byte 16: the tokenizer failed: no c/);
    expect(() => csvColumn('x', { column: 'a', header: false })).toThrow(
      /column must be a number where header is false/,
    );
    expect(() => csvColumn('x', { column: -1 })).toThrow(/column must be a name or a number from 0 on, got -1/);
  });
});

describe('what a program has at hand', () => {
  it('is a corpus: lists, generators, asynchronous ones, functions that make them', async () => {
    expect(await tokens(corpusOf(['A b', ['C d', 'E']], { lowercase: true }))).toEqual([
      ['a', 'b'],
      ['c d', 'e'],
    ]);
    async function* later() {
      yield 'x y';
      yield ['z'];
    }
    expect(await texts(corpusOf(later))).toEqual(['x y', 'z']);
    const twice = corpusOf(later);
    expect(await tokens(twice)).toEqual(await tokens(twice));
    const once = corpusOf(later());
    expect(await tokens(once)).toHaveLength(2);
    await expect(tokens(once)).rejects.toThrow(/gone through already; give a function/);
    expect(await tokens(corpusOf(new Set(['a', 'b'])))).toHaveLength(2);
    expect(await tokens(corpusOf(Array.from({ length: 1000 }, (_, k) => `t${k}`)))).toHaveLength(1000);
  });

  it('is refused where it is none', async () => {
    expect(() => corpusOf('text' as never)).toThrow(/got a string; read a file's lines with textLines/);
    expect(() => corpusOf(7 as never)).toThrow(/corpusOf: the corpus must be iterable/);
    await expect(tokens(corpusOf(['a', 7 as never]))).rejects.toThrow(
      /document 1 must be a text or an array of tokens, got 7/,
    );
    await expect(tokens(corpusOf([['a', null as never]]))).rejects.toThrow(
      /tokens must be strings, got null in document 0/,
    );
    await expect(tokens(corpusOf((() => 5) as never))).rejects.toThrow(
      /the function must give something iterable, got 5/,
    );
    expect(() => textLines([] as never)).toThrow(/paths must name at least one file/);
    expect(() => textLines([''])).toThrow(/a path must be a string/);
    expect(() => textLines('x', { lowerCase: true } as never)).toThrow(/did you mean 'lowercase'/);
  });
});
