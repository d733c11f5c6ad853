import { mkdtempSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import {
  KeyedVectors,
  loadSafetensors,
  nn,
  optim,
  randn,
  saveNpy,
  saveSafetensors,
  type Tensor,
  tensor,
} from '../../lib/index.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-tables-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);

const words = ['the', 'naïve', '東京', 'two words', ...Array.from({ length: 9000 }, (_, k) => `w${k}`)];
const counts = words.map((_, k) => 10_000 - k);
const values = randn([words.length, 12]);
const vectors = new KeyedVectors(words, values, { counts });
const steps = values.abs().amax(1).div(127).data as Float32Array;

/** The largest distance that a row may have from what it was. */
const tolerance = {
  float32: () => 0,
  float16: () => 2e-3,
  bfloat16: () => 2e-2,
  int8: (row: number) => steps[row] * 0.51,
};
const types = ['float32', 'float16', 'bfloat16', 'int8'] as const;

function expectNear(found: KeyedVectors, dtype: (typeof types)[number]): void {
  expect(found.keys).toEqual(words);
  const [a, b] = [found.vectors.data, values.data];
  for (let k = 0; k < b.length; k++) {
    if (!(Math.abs(a[k] - b[k]) <= tolerance[dtype](Math.floor(k / 12))))
      expect.fail(`number ${k}: ${a[k]} for ${b[k]}`);
  }
}

describe('vectors in safetensors and .npy', () => {
  it.each(types)('come back from %s: read, packed, mapped', async (dtype) => {
    const path = at(`${dtype}.safetensors`);
    vectors.save(path, { dtype });
    const loaded = await KeyedVectors.load(path);
    expectNear(loaded, dtype);
    expect(loaded.counts).toEqual(counts);
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    expect((await KeyedVectors.load(`${path}.gz`)).vectors.equal(loaded.vectors)).toBe(true);
    const mapped = KeyedVectors.map(path);
    expectNear(mapped, dtype);
    expect(mapped.counts).toEqual(counts);
    expect([mapped.size, mapped.vectorSize]).toEqual([words.length, 12]);
    expect([...mapped.vector('東京')]).toEqual([...loaded.vector('東京')]);
    expect(mapped.mostSimilar('w17', { topn: 5 })).toEqual(loaded.mostSimilar('w17', { topn: 5 }));
    expect(mapped.similarity('the', 'w8999')).toBe(loaded.similarity('the', 'w8999'));
    expect(mapped.closerThan('the', 'naïve').length).toBe(loaded.closerThan('the', 'naïve').length);
    const some = await KeyedVectors.load(path, { vocabulary: ['w5', 'naïve'] });
    expect(some.keys).toEqual(['naïve', 'w5']);
    expect([...some.vector('w5')]).toEqual([...loaded.vector('w5')]);
    expect(some.counts).toEqual([9999, 9991]);
    expect((await KeyedVectors.load(path, { limit: 3 })).keys).toEqual(words.slice(0, 3));
    expect(() => mapped.vector('absent')).toThrow(/"absent" is not among the 9004 words/);
  });

  it('are arrays that others read', () => {
    vectors.save(at('plain.safetensors'));
    const { tensors, metadata } = loadSafetensors(at('plain.safetensors'));
    expect(tensors.vectors.equal(values)).toBe(true);
    expect(Buffer.from(tensors.words.data as Uint8Array).toString('utf8')).toBe(`${words.join('\n')}\n`);
    expect(metadata).toEqual({ format: 'lutra.keyed_vectors' });
  });

  it.each(['float32', 'float16'] as const)('have their words beside a .npy of %s', async (dtype) => {
    const path = at(`${dtype}.npy`);
    vectors.save(path, { dtype });
    expect(readFileSync(at(`${dtype}.words.txt`), 'utf8')).toBe(`${words.join('\n')}\n`);
    for (const table of [await KeyedVectors.load(path), KeyedVectors.map(path)]) expectNear(table, dtype);
    const packed = at('packed.npy.gz');
    writeFileSync(packed, gzipSync(readFileSync(path)));
    expectNear(await KeyedVectors.load(packed, { words: at(`${dtype}.words.txt`) }), dtype);
    expectNear(await KeyedVectors.load(path, { words: new Set(words) }), dtype);
  });

  it('of others are read with their words given', async () => {
    saveSafetensors(at('model.safetensors'), {
      'embedding.weight': values,
      'linear.weight': randn([2, 12]),
      bias: randn([2]),
    });
    const path = at('model.safetensors');
    expectNear(KeyedVectors.map(path, { words }), 'float32');
    expect(KeyedVectors.map(path, { words: ['a', 'b'], tensor: 'linear.weight' }).size).toBe(2);
    expect((await KeyedVectors.load(path, { words: ['a', 'b'], tensor: 'linear.weight' })).size).toBe(2);
    expect(() => KeyedVectors.map(path, { words: ['a'] })).toThrow(/words must be 9004, one for each row, got 1/);
    expect(() => KeyedVectors.map(path)).toThrow(/holds no words; give them by the option words/);
    expect(() => KeyedVectors.map(path, { words, tensor: 'linear.weigth' })).toThrow(/did you mean 'linear.weight'/);
    expect(() => KeyedVectors.map(path, { words, tensor: 'bias' })).toThrow(
      /must have two dimensions, got shape \[2\]/,
    );
    saveSafetensors(at('several.safetensors'), { a: randn([2, 2]), b: randn([2, 2]) });
    expect(() => KeyedVectors.map(at('several.safetensors'), { words })).toThrow(
      /holds the tables "a", "b"; say which/,
    );
  });

  it('are refused where something is wrong', async () => {
    await expect(KeyedVectors.load(at('float32.npy'), { words: ['a'] })).rejects.toThrow(/words must be 9004/);
    saveNpy(at('nan.npy'), tensor([[1, Number.NaN]]));
    await expect(KeyedVectors.load(at('nan.npy'), { words: ['a'] })).rejects.toThrow(/number 2 of "a" is NaN/);
    writeFileSync(at('lines.txt'), 'a\na\n');
    saveNpy(at('two.npy'), randn([2, 3]));
    const twice = KeyedVectors.map(at('two.npy'), { words: at('lines.txt') });
    expect(() => twice.has('a')).toThrow(/keys must differ, got "a" twice/);
    writeFileSync(at('text.txt'), 'a 1 2\n');
    expect(() => KeyedVectors.map(at('text.txt'))).toThrow(
      /only safetensors and .npy files can be mapped; it is a text/,
    );
    await expect(KeyedVectors.load(at('text.txt'), { words: ['a'] })).rejects.toThrow(
      /words goes with .npy and safetensors/,
    );
    expect(() => vectors.save(at('x.txt'), { dtype: 'int8' })).toThrow(
      /dtype goes with the formats npy and safetensors/,
    );
    expect(() => vectors.save(at('x.npy'), { dtype: 'int8' })).toThrow(/.npy holds float32 or float16, got "int8"/);
    expect(() => vectors.save(at('x.safetensors'), { dtype: 'int4' as never })).toThrow(/dtype must be 'float32'/);
    const cut = at('cut.safetensors');
    writeFileSync(cut, readFileSync(at('float32.safetensors')).subarray(0, 5000));
    expect(() => KeyedVectors.map(cut)).toThrow(/FileFormatError|cut.safetensors/);
    expect(() => KeyedVectors.map(at('none.npy'))).toThrow(/ENOENT/);
  });
});

describe("word2vec's binary file, mapped", () => {
  const path = at('mapped.bin');
  const ascii = new KeyedVectors(
    ['a', 'bc', 'naïve', ...Array.from({ length: 5000 }, (_, k) => `w${k}`)],
    randn([5003, 7]),
  );

  it('has the rows and words that are read from it, however they are aligned', async () => {
    ascii.save(path);
    const [mapped, loaded] = [KeyedVectors.map(path), await KeyedVectors.load(path)];
    expect([mapped.size, mapped.vectorSize]).toEqual([5003, 7]);
    expect(mapped.keys).toEqual(loaded.keys);
    for (const word of ['a', 'bc', 'naïve', 'w4999']) expect(mapped.vector(word)).toEqual(ascii.vector(word));
    expect(mapped.vectors.equal(loaded.vectors)).toBe(true);
    expect(mapped.mostSimilar('w17', { topn: 5 })).toEqual(loaded.mostSimilar('w17', { topn: 5 }));
    const { embedding } = mapped.toEmbedding();
    expect(embedding.weight.equal(loaded.vectors)).toBe(true);
    // gensim writes no newline after a vector.
    const rows = ascii.keys.map((key) => [Buffer.from(`${key} `), Buffer.from(ascii.vector(key).buffer)]);
    writeFileSync(at('gensim.bin'), Buffer.concat([Buffer.from('5003 7\n'), ...rows.flat()]));
    expect(KeyedVectors.map(at('gensim.bin')).vectors.equal(loaded.vectors)).toBe(true);
  });

  it('is refused where it is cut, has shrunk, or holds what is no UTF-8', () => {
    ascii.save(path);
    const whole = readFileSync(path);
    writeFileSync(at('short.bin'), whole.subarray(0, 3000));
    expect(() => KeyedVectors.map(at('short.bin'))).toThrow(/promises 5003 words of 7 numbers, which 3000 bytes/);
    writeFileSync(at('within.bin'), whole.subarray(0, whole.length - 9));
    expect(() => KeyedVectors.map(at('within.bin')).keys).toThrow(/ends within word 5003/);
    writeFileSync(at('promise.bin'), Buffer.concat([Buffer.from('2147483648 7\n'), whole.subarray(7)]));
    expect(() => KeyedVectors.map(at('promise.bin'))).toThrow(/promises 2147483648 words/);
    const spoilt = Buffer.from(whole);
    spoilt[spoilt.indexOf('naïve') + 2] = 0xff;
    writeFileSync(at('spoilt.bin'), spoilt);
    expect(() => KeyedVectors.map(at('spoilt.bin')).vector('a')).toThrow(/word 3: the word is not valid UTF-8/);
    expect(() => KeyedVectors.map(path, { words: ['a'] })).toThrow(/words goes with .npy and safetensors/);
    expect(() => nn.Embedding.fromMapped(path)).toThrow(/it is vectors in word2vec's binary format; .*lutra convert/);
    const shrinking = KeyedVectors.map(path);
    expect(shrinking.vector('bc')).toEqual(ascii.vector('bc'));
    truncateSync(path, 4096);
    expect(() => shrinking.vector('w4000')).toThrow(/has shrunk from/);
  });
});

describe('mapped embeddings', () => {
  const path = at('float32.safetensors');

  it.each(types)('look up what lies in the file, of %s', (dtype) => {
    vectors.save(at(`${dtype}.safetensors`), { dtype });
    const embedding = nn.Embedding.fromMapped(at(`${dtype}.safetensors`));
    const found = embedding.forward([
      [0, 17],
      [9003, 17],
    ]);
    expect(found.shape).toEqual([2, 2, 12]);
    expect(found.dtype).toBe('float32');
    const expected = KeyedVectors.map(at(`${dtype}.safetensors`)).vector('w13');
    expect(found.select(0, 0).select(0, 1).tolist()).toEqual([...expected]);
    expect(() => embedding.forward([9004])).toThrow(/9004/);
  });

  it('read the state of a quantised layer, and refuse what it does not take', () => {
    const layer = new nn.Embedding(50, 4).quantize();
    saveSafetensors(at('state.safetensors'), layer.stateDict() as Record<string, Tensor>);
    const mapped = nn.Embedding.fromMapped(at('state.safetensors'));
    expect(mapped.forward([3, 49]).equal(layer.forward([3, 49]))).toBe(true);
    expect(() => nn.Embedding.fromMapped(at('state.safetensors'), { freeze: false })).toThrow(
      /table of int8, which takes no freeze/,
    );
    saveSafetensors(at('lone.safetensors'), { weight: layer.weight });
    expect(() => nn.Embedding.fromMapped(at('lone.safetensors'))).toThrow(/needs a tensor "scale" beside it/);
    expect(() => nn.Embedding.fromMapped(path, { tensors: 'x' } as never)).toThrow(/did you mean 'tensor'/);
  });

  it('can be trained and written to, and the file stays as it is', () => {
    const before = readFileSync(path);
    const embedding = nn.Embedding.fromMapped(path, { freeze: false }) as nn.Embedding;
    const optimizer = new optim.SGD(embedding.parameters(), { lr: 0.5 });
    embedding.forward([1, 2]).sum().backward();
    optimizer.step();
    expect(embedding.forward([1]).tolist()).toEqual([
      Array.from((values.data as Float32Array).subarray(12, 24), (x) => Math.fround(x - 0.5)),
    ]);
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it('notice a file that has shrunk, and keep one that was replaced', () => {
    const changing = at('changing.safetensors');
    vectors.save(changing);
    const [embedding, mapped] = [nn.Embedding.fromMapped(changing), KeyedVectors.map(changing)];
    const first = embedding.forward([5]).tolist();
    new KeyedVectors(['a'], randn([1, 2])).save(at('other.safetensors'));
    renameSync(at('other.safetensors'), changing);
    expect(embedding.forward([5]).tolist()).toEqual(first);
    expect(mapped.vector('w1')).toHaveLength(12);
    vectors.save(changing);
    const [cut, cutVectors] = [nn.Embedding.fromMapped(changing), KeyedVectors.map(changing)];
    const { size } = statSync(changing);
    truncateSync(changing, 4096);
    expect(() => cut.forward([9000])).toThrow(`has shrunk from ${size} to 4096 bytes since it was mapped`);
    expect(() => cutVectors.mostSimilar([new Float32Array(12).fill(1)])).toThrow(/has shrunk/);
  });

  it('are opened at once, and take no memory but for what is touched', () => {
    const large = at('large.npy');
    // A sparse file: 1 GB that takes no disk.
    const rows = 1_000_000;
    saveNpy(at('small.npy'), randn([2, 256]));
    const header = readFileSync(at('small.npy')).subarray(0, 128);
    writeFileSync(
      large,
      header
        .toString('latin1')
        .replace('(2, 256)', `(${rows}, 256)`)
        .replace(/ {6}\n$/, '\n'),
      'latin1',
    );
    truncateSync(large, 128 + rows * 1024);
    const before = process.memoryUsage.rss();
    const began = performance.now();
    const embedding = nn.Embedding.fromMapped(large) as nn.Embedding;
    const took = performance.now() - began;
    expect(embedding.weight.shape).toEqual([rows, 256]);
    expect(
      embedding
        .forward([rows - 1, 5])
        .sum()
        .item(),
    ).toBe(0);
    expect(took).toBeLessThan(500);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100e6);
  });

  it('are given back when nobody holds them, and can be mapped in worker threads', async () => {
    for (let k = 0; k < 200; k++) KeyedVectors.map(path).vector('the');
    const program = `
      const { parentPort } = require('node:worker_threads');
      import(${JSON.stringify(new URL('../../dist/index.js', import.meta.url).href)}).then(({ KeyedVectors }) => {
        parentPort.postMessage([...KeyedVectors.map(${JSON.stringify(path)}).vector('w3')]);
      });`;
    const answers = await Promise.all(
      [0, 1].map(() => {
        const worker = new Worker(program, { eval: true });
        return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject)).finally(() =>
          worker.terminate(),
        );
      }),
    );
    for (const answer of answers) expect(answer).toEqual([...vectors.vector('w3')]);
  });
});
