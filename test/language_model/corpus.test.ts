import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CorpusError } from '../../lib/errors.js';
import { type BrownFile, parseTagged, readBrownCorpus } from '../../lib/language_model/brown.js';
import { brownCorpus, buildVocabulary, textCorpus, textCorpusSteps } from '../../lib/language_model/corpus.js';
import { detokenize } from '../../lib/language_model/detokenize.js';
import { readTextFile, splitSentences } from '../../lib/language_model/text_file.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lutra-corpus-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('the Brown corpus', () => {
  test('tags are stripped, words with slashes stay whole', () => {
    expect(parseTagged('\n\n\tThe/at jury/nn ``/`` and/or/cc 1/2/cd //in AAb//nn ./.\n \nNext/ap ./.\n')).toEqual([
      ['The', 'jury', '``', 'and/or', '1/2', '/', 'AAb/', '.'],
      ['Next', '.'],
    ]);
  });

  test('is read as a whole', () => {
    const files = readBrownCorpus();
    expect(files).toHaveLength(500);
    expect(files[0].name).toBe('ca01');
    expect(files[0].sentences[0].slice(0, 5)).toEqual(['The', 'Fulton', 'County', 'Grand', 'Jury']);
    const sentences = files.flatMap((f) => f.sentences);
    expect(sentences).toHaveLength(57340);
    expect(sentences.reduce((sum, s) => sum + s.length, 0)).toBe(1161192);
  });

  test('is split by file, every genre on both sides', () => {
    const files: BrownFile[] = Array.from({ length: 20 }, (_, i) => ({ name: `f${i}`, sentences: [[`W${i}`, '.']] }));
    const { training, validation } = brownCorpus(files);
    expect(validation).toEqual(['w9', '.', '<eos>', 'w19', '.', '<eos>']);
    expect(training).toHaveLength(18 * 3);
    expect(training.slice(0, 6)).toEqual(['w0', '.', '<eos>', 'w1', '.', '<eos>']);
    expect(brownCorpus(files, { lowercase: false }).validation[0]).toBe('W9');
  });

  test('a folder without it', () => {
    expect(() => readBrownCorpus(folder)).toThrow(/holds no files of the Brown corpus/);
  });
});

describe('a text of one’s own', () => {
  test('sentences end at marks and empty lines, not at line breaks', () => {
    expect(splitSentences('One two\nthree. Four?\r\n\r\nA heading\n \n"Five," he said.')).toEqual([
      ['One', 'two', 'three', '.'],
      ['Four', '?'],
      ['A', 'heading'],
      ['"', 'Five', ',', '"', 'he', 'said', '.'],
    ]);
  });

  test('the last tenth is for validation', () => {
    const path = file('text.txt', Array.from({ length: 100 }, (_, i) => `Word number n${i}.`).join(' '));
    const { training, validation, name } = textCorpus(path);
    expect(name).toBe(path);
    expect(training.filter((word) => word === '<eos>')).toHaveLength(90);
    expect(validation.slice(0, 5)).toEqual(['word', 'number', 'n90', '.', '<eos>']);
    expect(validation).toHaveLength(50);
  });

  test('without empty lines, each line stands for itself', () => {
    expect(splitSentences('one two\nthree . four\n\n')).toEqual([
      ['one', 'two'],
      ['three', '.', 'four'],
    ]);
  });

  test('UTF-16 with its mark is read too', () => {
    const text = 'Größe.';
    const little = Buffer.from(`\uFEFF${text}`, 'utf16le');
    expect(readTextFile(file('le.txt', little))).toBe(text);
    expect(readTextFile(file('be.txt', Buffer.from(little).swap16()))).toBe(text);
    expect(readTextFile(file('bom.txt', `\uFEFF${text}`))).toBe(text);
  });

  test('UTF-16 without its mark too, when it can be nothing else', () => {
    const text = 'Größe war gestern. Heute ist etwas anderes, 𝄞 zum Beispiel.\nUnd so fort.';
    const little = Buffer.from(text, 'utf16le');
    expect(readTextFile(file('le.txt', little))).toBe(text);
    expect(readTextFile(file('be.txt', Buffer.from(little).swap16()))).toBe(text);
    const chinese = '我们今天去学校。你们呢？我们也去，明天再说。\n他们不去。';
    expect(readTextFile(file('zh.txt', Buffer.from(chinese, 'utf16le')))).toBe(chinese);
    expect(readTextFile(file('hz.txt', Buffer.from(chinese, 'utf16le').swap16()))).toBe(chinese);
    const noise = Buffer.from(Array.from({ length: 4000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff));
    expect(() => readTextFile(file('noise.bin', noise))).toThrow(/binary file/);
    const floats = Buffer.from(Float32Array.from({ length: 1000 }, (_, i) => i / 7).buffer);
    expect(() => readTextFile(file('floats.bin', floats))).toThrow(/binary file/);
  });

  test('is read step by step, and each of its words kept once', () => {
    const path = file(
      'long.txt',
      Array.from({ length: 3000 }, (_, i) => `Some extraordinarily long sentence ${i % 7}.`).join(' '),
    );
    const shares: number[] = [];
    const steps = textCorpusSteps(path);
    let step = steps.next();
    for (; !step.done; step = steps.next()) shares.push(step.value);
    expect(shares.length).toBeGreaterThan(5);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(step.value).toEqual(textCorpus(path));
  });

  test.each([
    ['missing', () => join(folder, 'none.txt'), /^can't read .*none.txt: there is no such file$/],
    ['a folder', () => folder, /it is a folder/],
    ['empty', () => file('empty.txt', ''), /empty.txt is empty$/],
    ['blank', () => file('blank.txt', ' \n\t\n'), /nothing but white space/],
    ['binary', () => file('binary.bin', Buffer.from([80, 75, 3, 4, 0, 0])), /is a binary file/],
    ['Latin-1', () => file('latin1.txt', Buffer.from('Gr\xf6\xdfe', 'latin1')), /is not UTF-8 text.*iconv/],
    ['too small', () => file('small.txt', 'Just two. Sentences.'), /too small.* has 5 words, at least 200 are needed$/],
  ])('%s: an error of one line', (_, path, message) => {
    const read = () => textCorpus(path());
    expect(read).toThrow(CorpusError);
    expect(read).toThrow(message);
    try {
      read();
    } catch (error) {
      expect((error as Error).message).not.toContain('\n');
    }
  });
});

test('the vocabulary: specials first, then by frequency; rare words are unknown', () => {
  const words = ['b', 'a', 'a', '<eos>', 'c', 'a', 'b', '<eos>'];
  expect(buildVocabulary(words).tokens()).toEqual(['<pad>', '<unk>', '<eos>', 'a', 'b', 'c']);
  const small = buildVocabulary(words, { minFrequency: 2, maxSize: 4 });
  expect(small.tokens()).toEqual(['<pad>', '<unk>', '<eos>', 'a']);
  expect([...small.encode(['a', 'b', '<eos>'])]).toEqual([3, 1, 2]);
});

test('words are printed as a reader expects them', () => {
  const words = ['``', 'the', 'jury', "''", ',', 'he', 'said', '(', 'twice', ')', '.', '<eos>', 'no', '<unk>', '!'];
  expect(detokenize(words)).toBe('“The jury”, he said (twice). No …!');
  expect(detokenize(['3', 'élan'])).toBe('3 Élan');
  expect(detokenize([])).toBe('');
});
