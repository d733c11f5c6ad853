// Small files of the names that programs in the pages read.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { FastText, KeyedVectors, manualSeed, randn } from 'lutra';

const known = ['river', 'rivers', 'king', 'queen', 'man', 'woman', 'monday', 'friday', 'lake', 'sea', 'good', 'movie'];

export async function writeDataFor(folder: string): Promise<void> {
  const path = (name: string) => join(folder, name);
  manualSeed(0);
  const words = [...known, ...Array.from({ length: 120 }, (_, k) => `word${k}`)];
  const vectors = new KeyedVectors(words, randn([words.length, 100]));
  const rows = words.map((word) => `${word} ${[...vectors.vector(word)].map((x) => x.toFixed(4)).join(' ')}`);
  writeFileSync(path('glove.6B.100d.txt'), `${rows.join('\n')}\n`);
  vectors.save(path('large.bin'));
  writeFileSync(path('parts_of_speech.tsv'), `word\tpart\n${words.map((word) => `${word}\tnoun`).join('\n')}\n`);
  writeFileSync(path('wordsim353.tsv'), 'lake\tsea\t7.5\nking\tqueen\t8.2\nriver\tmonday\t1.1\n');
  writeFileSync(path('questions-words.txt'), ': family\nking queen man woman\nman woman king queen\n');
  const lines = Array.from(
    { length: 60 },
    (_, k) => `the ${known[k % known.length]} and the ${known[(k + 1) % 12]} say it`,
  );
  const text = `${lines.join('\n')}\n`;
  mkdirSync(path('texts'), { recursive: true });
  writeFileSync(path('texts/first.txt'), text);
  writeFileSync(path('texts/second.txt.gz'), gzipSync(text));
  writeFileSync(path('this_week.txt'), text);
  const model = await FastText.train(path('texts/first.txt'), { vectorSize: 8, bucket: 100, epochs: 1, minCount: 1 });
  model.save(path('model.bin'));
}
