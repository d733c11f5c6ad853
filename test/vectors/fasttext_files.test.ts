import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { FastTextKeyedVectors, FileFormatError, KeyedVectors, TokenError } from '../../lib/index.js';
import { readModel } from '../../lib/vectors/fasttext/model_reader.js';
import { writeModel } from '../../lib/vectors/fasttext/model_writer.js';
import { openBytes } from '../../lib/vectors/formats/bytes.js';

interface Answers {
  words: string[];
  texts: string[];
  models: { [name: string]: { vectors: { [word: string]: number[] }; sentences: number[][] } };
  gensim: { mostSimilar: [string, number][] };
}

const fixtures = new URL('fixtures/fasttext/', import.meta.url).pathname;
const answers = JSON.parse(readFileSync(join(fixtures, 'answers.json'), 'utf8')) as Answers;
const folder = mkdtempSync(join(tmpdir(), 'lutra-fasttext-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** fastText prints five digits. */
function expectPrinted(vector: ArrayLike<number>, printed: readonly number[]): void {
  expect(vector).toHaveLength(printed.length);
  for (const [j, x] of printed.entries()) {
    expect(Math.abs(vector[j] - x), `${vector[j]} and ${x}`).toBeLessThanOrEqual(1e-4 * Math.abs(x) + 1e-8);
  }
}

async function read(path: string) {
  return readModel(await openBytes('test', path), path, 'strict');
}

describe('models of fastText', () => {
  it.each(Object.keys(answers.models))(
    '%s: words have the vectors that fastText prints, known or not',
    async (name) => {
      const vectors = await KeyedVectors.load(join(fixtures, name));
      expect(vectors).toBeInstanceOf(FastTextKeyedVectors);
      for (const word of answers.words) {
        const printed = answers.models[name].vectors[word];
        if (printed.every((x) => x === 0) && !vectors.has(word)) {
          expect(() => vectors.vector(word)).toThrow(TokenError);
        } else {
          expectPrinted(vectors.vector(word), printed);
        }
      }
    },
  );

  it.each(['skipgram.bin', 'cbow.bin', 'plain.bin'])(
    '%s: texts have the vectors that fastText prints',
    async (name) => {
      const vectors = await FastTextKeyedVectors.load(join(fixtures, name));
      for (const [k, text] of answers.texts.entries()) {
        expectPrinted(vectors.sentenceVector(text), answers.models[name].sentences[k]);
        expectPrinted(vectors.sentenceVector(text.split(' ')), answers.models[name].sentences[k]);
      }
    },
  );

  it('finds what is near an unknown word, as gensim does', async () => {
    const vectors = await KeyedVectors.load(join(fixtures, 'skipgram.bin'));
    expect(vectors.has('sailors')).toBe(false);
    const near = vectors.mostSimilar('sailors', { topn: 5 });
    for (const [k, [key, similarity]] of answers.gensim.mostSimilar.entries()) {
      expect(near[k].key).toBe(key);
      expect(near[k].similarity).toBeCloseTo(similarity, 5);
    }
    expect(vectors.similarity('sailors', 'sailor')).toBeGreaterThan(0.9);
  });

  it('reads the format of before the mark, and gzip, as the file of today', async () => {
    const today = await KeyedVectors.load(join(fixtures, 'skipgram.bin'));
    const zipped = join(folder, 'skipgram.bin.gz');
    writeFileSync(zipped, gzipSync(readFileSync(join(fixtures, 'skipgram.bin'))));
    for (const path of [join(fixtures, 'old.bin'), zipped]) {
      const other = await KeyedVectors.load(path);
      expect(other.keys).toEqual(today.keys);
      expect(other.counts).toEqual(today.counts);
      expect(other.vectors.equal(today.vectors)).toBe(true);
    }
  });

  it('reads some of the words, and still knows the others by their parts', async () => {
    const path = join(fixtures, 'skipgram.bin');
    const all = await KeyedVectors.load(path);
    const some = await KeyedVectors.load(path, { vocabulary: ['ship', 'the', 'absent'] });
    expect(some.size).toBe(2);
    expect(some.vector('sailor')).toEqual(all.vector('sailor'));
    expect((await KeyedVectors.load(path, { limit: 3 })).keys).toEqual(all.keys.slice(0, 3));
    await expect(KeyedVectors.load(path, { vocabulary: ['absent'] })).rejects.toThrow('holds none of the 1 words');
  });

  it.each(Object.keys(answers.models))('%s: what is written is what was read', async (name) => {
    const path = join(fixtures, name);
    const model = await read(path);
    const written = Buffer.concat([...writeModel(model)]);
    // fastText writes n-grams that pruning has kept in the order of a hash table.
    if (name !== 'pruned.ftz') expect(written.equals(readFileSync(path))).toBe(true);
    const copy = join(folder, name);
    writeFileSync(copy, written);
    const again = await read(copy);
    expect(again.dictionary.bucketRows).toEqual(model.dictionary.bucketRows);
    expect(again.settings).toEqual(model.settings);
  });

  it('reads words that are not UTF-8 where it is told to, with the n-grams of their bytes', async () => {
    const bytes = readFileSync(join(fixtures, 'skipgram.bin'));
    const place = bytes.indexOf(Buffer.from('naïve\0'));
    bytes[place + 3] = 0x41;
    const path = join(folder, 'latin.bin');
    writeFileSync(path, bytes);
    await expect(KeyedVectors.load(path)).rejects.toThrow(/word \d+ of \d+: the word is not valid UTF-8/);
    const vectors = await KeyedVectors.load(path, { encodingErrors: 'replace' });
    expect(vectors.has('na\ufffdAve')).toBe(true);
    const model = await readModel(await openBytes('test', path), path, 'replace');
    expect(Buffer.concat([...writeModel(model)]).equals(bytes)).toBe(true);
  });
});

describe('damaged models', () => {
  async function refused(bytes: Uint8Array): Promise<string> {
    const path = join(folder, 'damaged.bin');
    writeFileSync(path, bytes);
    const error = await KeyedVectors.load(path, { format: 'fasttext' }).then(
      () => null,
      (reason: Error) => reason,
    );
    expect(error).toBeInstanceOf(FileFormatError);
    return error!.message;
  }

  it.each(['skipgram.bin', 'old.bin', 'pruned.ftz', 'many.ftz'])('%s, cut short anywhere', async (name) => {
    const bytes = readFileSync(join(fixtures, name));
    for (let length = 0; length < bytes.length; length += length < 1200 ? 7 : 401) {
      expect(await refused(bytes.subarray(0, length))).toMatch(/is empty|cut short|ends at|must|promises|goes on/);
    }
  });

  it('promises of what the file has no room for, before memory is taken', async () => {
    const changed = async (name: string, change: (view: DataView, bytes: Buffer) => void) => {
      const bytes = Buffer.from(readFileSync(join(fixtures, name)));
      change(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes);
      return refused(bytes);
    };
    const setInt32 = (at: number, value: number) => (view: DataView) => view.setInt32(at, value, true);
    expect(await changed('skipgram.bin', setInt32(4, 13))).toMatch("is version 13 of fastText's format");
    expect(await changed('skipgram.bin', setInt32(8, 0))).toMatch('must be from 1 to 65536, got 0 at byte 8');
    expect(await changed('skipgram.bin', setInt32(32, 9))).toMatch('the loss must be from 1 to 4, got 9 at byte 32');
    expect(await changed('skipgram.bin', setInt32(40, 0))).toMatch('the number of buckets must be from 1');
    expect(await changed('skipgram.bin', setInt32(40, 101))).toMatch(
      /inputs must have \d+ rows, for .* and 101 n-grams/,
    );
    expect(await changed('skipgram.bin', setInt32(64, 5))).toMatch('5 entries must be its words and labels');
    const huge = (view: DataView) => {
      view.setInt32(64, 2 ** 31 - 1, true);
      view.setInt32(68, 2 ** 31 - 1, true);
    };
    expect(await changed('skipgram.bin', huge)).toMatch('promises 21474836470 bytes for 2147483647 words and labels');
    const rows = (view: DataView, bytes: Buffer) => {
      const sizes = Buffer.from(BigInt64Array.of(BigInt(view.getInt32(68, true) + 100), 6n).buffer);
      view.setBigInt64(bytes.indexOf(sizes), 2n ** 40n, true);
    };
    expect(await changed('skipgram.bin', rows)).toMatch(/promises 26388279066624 bytes for the table of inputs/);
  });

  it('is refused, or read, whatever byte is changed', async () => {
    for (const name of ['pruned.ftz', 'skipgram.bin']) {
      const bytes = readFileSync(join(fixtures, name));
      for (let at = 0; at < 900; at += 3) {
        const copy = Buffer.from(bytes);
        copy[at] ^= 0xff;
        const path = join(folder, 'changed.bin');
        writeFileSync(path, copy);
        await KeyedVectors.load(path, { format: 'fasttext', encodingErrors: 'replace' }).catch((error) => {
          expect(error).toBeInstanceOf(FileFormatError);
        });
      }
    }
  });

  it('names what a file is when its format was given wrongly', async () => {
    await expect(KeyedVectors.load(join(fixtures, 'skipgram.bin'), { format: 'glove' })).rejects.toThrow(
      "is a model of fastText; leave format out, or give 'fasttext'",
    );
    await expect(FastTextKeyedVectors.load(join(fixtures, '..', 'gensim.txt'))).rejects.toThrow(
      'is no model of fastText',
    );
  });
});
