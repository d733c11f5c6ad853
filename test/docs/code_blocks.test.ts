// Every TypeScript block of CONTRIBUTING and docs/ compiles as a file of lib/ops, which those for contributors are, and links lead somewhere.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');

// rootDirs below lay this folder over lib/, so that relative imports lead where they would from there.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'code-blocks-'));
mkdirSync(join(folder, 'ops'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pages = ['CONTRIBUTING.md', ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })]
  .filter((name) => name.endsWith('.md'))
  .map((name) => (name === 'CONTRIBUTING.md' ? name : join('docs', name)));

describe('code in the pages for contributors', () => {
  it('compiles', { timeout: 120_000 }, async () => {
    let count = 0;
    for (const page of pages) {
      const text = readFileSync(join(root, page), 'utf8');
      for (const [, code] of text.matchAll(/```ts(?: no-run)?\n([\s\S]*?)```/g)) {
        writeFileSync(join(folder, 'ops', `block_${count++}.ts`), code);
      }
    }
    expect(count).toBeGreaterThan(0);
    const settings = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { noUnusedLocals: true, rootDirs: [join(root, 'lib'), folder] },
      include: ['.'],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(settings));
    const run = promisify(execFile)(process.execPath, [tsc, '-p', join(folder, 'tsconfig.json')], { cwd: root });
    expect(await run.then(() => '').catch((error) => error.stdout as string)).toBe('');
  });

  it('links to pages that exist', () => {
    for (const page of pages) {
      const text = readFileSync(join(root, page), 'utf8');
      for (const [, link] of text.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
        expect(readFileSync(join(root, dirname(page), link), 'utf8'), `${page}: ${link}`).toBeTruthy();
      }
    }
  });
});
