// Every program in the README and in docs/ type-checks as a user's would, runs, and prints what the page says. Those that read files
// find small ones of these names. "```ts no-run" marks what needs a world that isn't here; it is compiled all the same.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeDataFor } from './data_of_pages.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const tsc = join(createRequire(import.meta.url).resolve('typescript/package.json'), '..', 'bin', 'tsc');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

interface Program {
  page: string;
  file: string;
  code: string;
  runs: boolean;
  printed: string | undefined;
}

function programsOf(page: string): Program[] {
  const blocks = [
    ...textOf(page).matchAll(/^```ts( no-run)?\n([\s\S]*?)^```\n(?:\nIt prints\n\n```\n([\s\S]*?)^```)?/gm),
  ];
  const name = page.replace(/\.md$/, '').replaceAll(/\W/g, '_');
  // The pages for contributors show parts of the library itself, which code_blocks.test.ts compiles.
  return blocks
    .filter(([, , code]) => !/from '\.\.?\//.test(code!))
    .map(([, noRun, code, printed], k) => ({
      page,
      file: `${name}_${k}`,
      code: code!,
      runs: noRun === undefined,
      printed,
    }));
}

// Inside the checkout, where the package's own name leads to dist/.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'programs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

const node = async (...args: string[]) => (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;
const all = pages.flatMap(programsOf);

describe('programs in the pages', () => {
  beforeAll(async () => {
    for (const { file, code } of all) writeFileSync(join(folder, `${file}.ts`), code);
    const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: ['node'], skipLibCheck: true };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    expect(await node(tsc, '-p', '.').catch((error) => error.stdout as string)).toBe('');
    await writeDataFor(folder);
  }, 180_000);

  it('are many, and those of guides say what they print', () => {
    expect(all.length).toBeGreaterThan(40);
    const silent = all.filter(({ page, runs, printed }) => /README|guides/.test(page) && runs && printed === undefined);
    expect(silent.map(({ file }) => file)).toEqual([]);
  });

  it.each(all.filter(({ runs }) => runs))('$file', { timeout: 60_000 }, async ({ file, printed }) => {
    const out = await node('--no-warnings', `${file}.js`);
    if (printed !== undefined) expect(out).toBe(printed);
  });
});

describe('README.md', () => {
  const readme = textOf('README.md');

  it('names npm scripts that exist', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: object };
    for (const [, script] of readme.matchAll(/npm run ([\w:]+)/g)) expect(scripts).toHaveProperty([script]);
  });

  // A page of npm's shows it, where relative links lead nowhere; these are files of the package.
  it('has absolute links to pages that the package brings', () => {
    const { files } = JSON.parse(textOf('package.json')) as { files: string[] };
    expect(files).toContain('docs/**/*.md');
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link]) => link!);
    expect(links.length).toBeGreaterThan(20);
    for (const link of links) {
      expect(link).toMatch(/^https:\/\/unpkg\.com\/lutra\/docs\/[\w/]+\.md$/);
      expect(existsSync(join(root, link.replace('https://unpkg.com/lutra/', ''))), link).toBe(true);
    }
  });
});

describe('guides', () => {
  it('are all named by the start page or the README, and by the site', () => {
    const named = textOf('README.md') + textOf('docs/guides/start.md');
    const site = textOf('site/.vitepress/config.mjs');
    for (const file of readdirSync(join(root, 'docs', 'guides'))) {
      if (file !== 'start.md') expect(named, file).toContain(file);
      expect(site).toContain(`'${file.replace(/\.md$/, '')}'`);
    }
  });
});
