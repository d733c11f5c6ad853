// The README's program runs as it is printed, and prints what the README says.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const readme = readFileSync(join(root, 'README.md'), 'utf8');

// Inside the checkout, where the package's own name leads to dist/.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'readme-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = async (...args: string[]) => (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;

describe('README.md', () => {
  it('holds one program, which type-checks and prints what is said', { timeout: 120_000 }, async () => {
    const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)];
    expect(programs.length).toBe(1);
    const [printed] = [...readme.matchAll(/It prints\n\n```\n([\s\S]*?)```/g)];
    writeFileSync(join(folder, 'example.ts'), programs[0][1]);
    const options = [
      '--strict',
      '--target',
      'es2022',
      '--module',
      'nodenext',
      '--types',
      '',
      '--skipLibCheck',
      '--ignoreConfig',
    ];
    const complaints = await node(tsc, ...options, 'example.ts').catch((error) => error.stdout as string);
    expect(complaints).toBe('');
    expect(await node('example.js')).toBe(printed[1]);
  });

  it('names files and npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    for (const [, script] of readme.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script]);
    for (const [, link] of readme.matchAll(/\]\(([^)#]+)\)/g)) expect(readFileSync(join(root, link))).toBeTruthy();
  });
});
