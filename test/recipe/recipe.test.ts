// CONTRIBUTING's recipe for an operation, followed to the letter in a copy of the checkout: row_scale.md is added, built and
// run. What is compiled already is copied with it, so that only what the recipe adds is compiled.
import { execFile, execFileSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const recipe = readFileSync(join(here, 'row_scale.md'), 'utf8');

interface Block {
  path: string;
  appended: boolean;
  code: string;
}

const blocks: Block[] = [...recipe.matchAll(/```\w+ (\S+)( \+)?\n([\s\S]*?)```/g)].map(([, path, plus, code]) => ({
  path,
  appended: plus !== undefined,
  code,
}));

/** Kernel files beside each other are one place. */
function placeOf({ path }: Block): string {
  return path.startsWith('native/kernels/') ? dirname(path) : path;
}

describe('the recipe for an operation', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lutra-recipe-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('touches at most six places, which CONTRIBUTING names', () => {
    const places = new Set(blocks.filter(({ path }) => path !== 'use.mjs').map(placeOf));
    expect(places.size).toBeLessThanOrEqual(6);
    const text = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8');
    for (const place of places) {
      const named = place.replace('native/kernels/rows', 'native/kernels/FAMILY').replace('row_scale', 'NAME');
      expect(text).toContain(named);
    }
  });

  // Compiles two files and links: .ci/run asks for it, a plain `npm test` does not wait for it.
  it.runIf(process.env.LUTRA_SLOW_TESTS)(
    'makes an operation that works',
    async () => {
      const listed = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' });
      const kept = /^(page|native|lib|scripts)\/|^(binding\.gyp|package\.json|tsconfig\.(build\.)?json|README\.md)$/;
      for (const file of listed.split('\n').filter((name) => kept.test(name) && existsSync(join(root, name)))) {
        mkdirSync(dirname(join(folder, file)), { recursive: true });
        cpSync(join(root, file), join(folder, file), { preserveTimestamps: true });
      }
      cpSync(join(root, 'build'), join(folder, 'build'), { recursive: true, preserveTimestamps: true });
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
      for (const { path, appended, code } of blocks) {
        mkdirSync(dirname(join(folder, path)), { recursive: true });
        if (appended) appendFileSync(join(folder, path), code);
        else writeFileSync(join(folder, path), code);
      }
      const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: folder });
      await run('scripts/make_calls.mjs');
      await run('scripts/build_native.mjs');
      await run('scripts/build_ts.mjs');
      const { stdout } = await run('use.mjs');
      expect(stdout.trim().split('\n')).toEqual([
        '[[[2,4,6],[-4,-5,-6]],[[2,2,2],[-1,-1,-1]],[6,15]]',
        'true true',
        'ShapeError: rowScale: x and factor must have shapes [rows, n] and [rows], got [2, 3] and [1]',
      ]);
    },
    600_000,
  );
});
