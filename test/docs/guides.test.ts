// The programs of the guides type-check, run as they are printed, and print what the guides say.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const guides = join(root, 'docs', 'guides');
const names = readdirSync(guides).map((file) => file.replace(/\.md$/, ''));
/** A program, and what it prints. */
const program = /```ts\n([\s\S]*?)```\n\nIt prints\n\n```\n([\s\S]*?)```/g;

// Inside the checkout, where the package's own name leads to dist/.
mkdirSync(join(root, 'build'), { recursive: true });
const folder = mkdtempSync(join(root, 'build', 'guides-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = async (...args: string[]) => (await promisify(execFile)(process.execPath, args, { cwd: folder })).stdout;

function programsOf(name: string) {
  const text = readFileSync(join(guides, `${name}.md`), 'utf8');
  return [...text.matchAll(program)].map(([, code, printed], k) => ({ file: `${name}_${k}`, code, printed }));
}

const all = names.flatMap(programsOf);

describe('docs/guides', () => {
  beforeAll(async () => {
    for (const { file, code } of all) writeFileSync(join(folder, `${file}.ts`), code);
    const compilerOptions = { strict: true, target: 'es2022', module: 'nodenext', types: ['node'], skipLibCheck: true };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
    expect(await node(tsc, '-p', '.').catch((error) => error.stdout as string)).toBe('');
  }, 120_000);

  it('has programs, each with what it prints', () => {
    expect(all.length).toBeGreaterThan(12);
    const text = names.map((name) => readFileSync(join(guides, `${name}.md`), 'utf8')).join('\n');
    expect([...text.matchAll(/```ts\n/g)].length).toBe(all.length);
  });

  it.each(all)('$file prints what it says', { timeout: 60_000 }, async ({ file, printed }) => {
    expect(await node(`${file}.js`)).toBe(printed);
  });
});
