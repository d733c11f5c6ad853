// A user's program under the strictest flags that TypeScript has, which look into the package's own declarations too.
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const declarations = new URL('../../dist/index.d.ts', import.meta.url).pathname;
const source = new URL('strict_consumer.ts', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'lutra-strict-'));
afterAll(() => rmSync(folder, { recursive: true }));

const strict = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  noImplicitReturns: true,
  noFallthroughCasesInSwitch: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  noUncheckedSideEffectImports: true,
  allowUnreachableCode: false,
  allowUnusedLabels: false,
  verbatimModuleSyntax: true,
  isolatedModules: true,
  skipLibCheck: false,
};

async function complaints(program: string, flags: object): Promise<string> {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  cpSync(program, join(folder, 'consumer.ts'));
  const compilerOptions = {
    target: 'es2022',
    lib: ['es2022'],
    module: 'nodenext',
    moduleResolution: 'nodenext',
    noEmit: true,
    types: [],
    paths: { lutra: [declarations] },
    ...flags,
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['consumer.ts'] }));
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', folder]);
    return '';
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string };
    return stdout + stderr;
  }
}

test('a program that trains, saves and loads compiles with every strict flag', async () => {
  expect(await complaints(source, strict)).toBe('');
});

test('and what is wrong does not', async () => {
  const wrong = join(folder, 'wrong.ts');
  writeFileSync(
    wrong,
    `import { saveTorch, loadTorch } from 'lutra';\nsaveTorch('x', () => 1);\nloadTorch('x', { name: [] });\n`,
  );
  const found = await complaints(wrong, strict);
  expect(found).toMatch(/consumer.ts\(2,16\): error TS2345/);
  expect(found).toMatch(/consumer.ts\(3,18\): error TS2561/);
});
