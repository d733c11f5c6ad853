import { appendFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { corpusOf, getNumThreads, jsonLines, setNumThreads, textFiles, textLines, Word2Vec } from '../../lib/index.js';
import { type EncodedCorpus, encodeCorpus, type Sentences } from '../../lib/vectors/trainers/encoded_corpus.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-encoded-'));
const threads = getNumThreads();
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => setNumThreads(threads));

let files = 0;
function file(content: string | Uint8Array): string {
  const path = join(folder, `file${files++}`);
  writeFileSync(path, content);
  return path;
}

let state = 99;
const next = (n: number) => {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >> 8) % n;
};
const line = (words: number) =>
  Array.from({ length: words }, () => `w${next(next(3000) + 1)}é`).join(next(5) === 0 ? '  ' : ' ');
const lines = Array.from({ length: 60_000 }, (_, k) => (k % 7 === 0 ? '' : line(next(40))));
lines[40_000] = line(25_000);
const text = lines.join('\n');
const bytesOf = (numbers: Int32Array) => new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
const encode = (corpus: Sentences, minCount = 5): Promise<EncodedCorpus> =>
  encodeCorpus('encode', corpus, { minCount, maxFinalVocab: null });

describe('a corpus as word numbers', () => {
  it.skipIf(process.platform === 'win32')('lies in a file where it would take too much memory', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('lutra-corpus-'));
    const path = file(text);
    const expected = await encode(path);
    for (const corpusMemory of [0, 1 << 20]) {
      const limits = { minCount: 5, maxFinalVocab: null, corpusMemory };
      const { tokens, words, length } = await encodeCorpus('encode', path, limits);
      expect(words).toEqual(expected.words);
      expect(length).toBe(expected.length);
      expect(Buffer.compare(bytesOf(tokens), bytesOf(expected.tokens))).toBe(0);
    }
    // Its file has no name any more.
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('lutra-corpus-'))).toEqual(before);
    const small = { sg: true, epochs: 1, vectorSize: 8, deterministic: true, maxFinalVocab: 500 };
    const inMemory = await Word2Vec.train(path, small);
    const inFile = await Word2Vec.train(path, { ...small, corpusMemory: 0 });
    expect(inFile.wv.vectors.data).toEqual(inMemory.wv.vectors.data);
  });

  it.each([1, 2, 3])('is the same read natively, from a path, as one by one, with %i threads', async (count) => {
    setNumThreads(count);
    const expected = await encode(lines);
    expect(expected.tokens.length).toBeGreaterThan(500_000);
    for (const corpus of [file(text), file(gzipSync(text)), textLines(file(`${text}\n`)), corpusOf(lines)]) {
      const { words, counts, tokens, length, read } = await encode(corpus);
      expect(words).toEqual(expected.words);
      expect(counts).toEqual(expected.counts);
      expect([length, read]).toEqual([expected.length, expected.read]);
      expect(Buffer.compare(Buffer.from(tokens.slice().buffer), Buffer.from(expected.tokens.slice().buffer))).toBe(0);
    }
  });

  it('ends sentences where documents end: lines or files', async () => {
    const path = file('a b\nb\n\na rare');
    expect([...(await encode(path, 2)).tokens]).toEqual([0, 1, -1, 1, -1, 0, -1]);
    expect([...(await encode(textFiles(path), 2)).tokens]).toEqual([0, 1, 1, 0, -1]);
    const two = [file('a a'), file('a')];
    expect([...(await encode(textLines(two), 1)).tokens]).toEqual([0, 0, -1, 0, -1]);
    const lowered = textLines(file('Ab aB b'), { lowercase: true });
    expect(await encode(lowered, 1)).toMatchObject({
      words: ['ab', 'b'],
      counts: [2, 1],
      tokens: Int32Array.of(0, 0, 1, -1),
    });
  });

  it('says that a file changed between counting and reading', async () => {
    const path = file(text);
    let calls = 0;
    const throwIfAborted = () => {
      if (calls++ === 0) appendFileSync(path, ' more words');
    };
    const changing = encodeCorpus('encode', path, { minCount: 5, maxFinalVocab: null }, { throwIfAborted });
    await expect(changing).rejects.toThrow(/has changed since its words were counted/);
  });

  it('trains to the same bits from a path as from a list', async () => {
    const few = lines.slice(0, 3000);
    const options = { vectorSize: 16, sg: true, deterministic: true, epochs: 1 };
    const [a, b] = [await Word2Vec.train(file(few.join('\n')), options), await Word2Vec.train(few, options)];
    expect(a.wv.keys).toEqual(b.wv.keys);
    expect(a.wv.vectors.equal(b.wv.vectors)).toBe(true);
    const records = file(few.map((one) => JSON.stringify({ text: one })).join('\n'));
    const c = await Word2Vec.train(jsonLines(records, { field: 'text' }), options);
    expect(c.wv.vectors.equal(b.wv.vectors)).toBe(true);
  });
});
