import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';

const script = new URL('../../scripts/check_rooms.mjs', import.meta.url).pathname;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs the check on a project of these files. */
function check(files: Record<string, string>): { status: number | null; errors: string[] } {
  const root = mkdtempSync(join(tmpdir(), 'lutra-rooms-'));
  folders.push(root);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return run(root);
}

function run(...args: string[]) {
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  return { status, errors: stderr.split('\n').filter(Boolean) };
}

const clean = {
  'lib/addon/native.ts': 'export const native = {};\n',
  'lib/tensor/tensor.ts': 'export class Tensor {}\n',
  'lib/tensor/pool.ts': "import { native } from '../addon/native.js';\n",
  'lib/calls/plan.ts': 'export const plan = new Float64Array(256);\n',
  'lib/calls/copy.ts': "import { native } from '../addon/native.js';\nimport { plan } from './plan.js';\n",
  'lib/ops/view.ts': "import type { Tensor } from '../tensor/tensor.js';\nimport '../calls/copy.js';\n",
  'native/threads/pool.h': '#include <thread>\n',
  'native/kernels/copy/copy.cc': '#include "threads/pool.h"\n',
  'native/binding/copy.cc': '#include <node_api.h>\n',
};

describe('the check of the rooms', () => {
  it('passes this project', () => {
    expect(run()).toEqual({ status: 0, errors: [] });
  });

  it('passes imports that lead downwards', () => {
    expect(check(clean)).toEqual({ status: 0, errors: [] });
  });

  const violations: [name: string, file: string, content: string, error: string][] = [
    ['an arrow upwards', 'lib/tensor/shape.ts', "import { f } from '../ops/view.js';\n", 'a room above it'],
    ['a type from above', 'lib/tensor/shape.ts', "import type { F } from '../ops/view.js';\n", 'a room above it'],
    ['something handed on from above', 'lib/calls/x.ts', "export { f } from '../ops/view.js';\n", 'a room above it'],
    [
      'an import of many lines',
      'lib/calls/x.ts',
      "import {\n  f,\n  g,\n} from '../ops/view.js';\n",
      'a room above it',
    ],
    ['an import while the program runs', 'lib/calls/x.ts', "await import('../ops/view.js');\n", 'a room above it'],
    ['a neighbour', 'lib/nn/x.ts', "import '../optim/adam.js';\n", 'a neighbour on its floor'],
    [
      'a native call from an operation',
      'lib/ops/x.ts',
      "import { native } from '../addon/native.js';\n",
      'lib/calls alone',
    ],
    ['numbers filled by an operation', 'lib/ops/x.ts', "import { plan } from '../calls/plan.js';\n", 'for calls'],
    ['a native call from the shapes', 'lib/tensor/x.ts', "import '../addon/native.js';\n", 'lib/calls alone'],
    ['a room without a floor', 'lib/helpers/x.ts', 'export {};\n', 'stands on no floor'],
    ['an include upwards', 'native/threads/x.cc', '#include "kernels/copy/copy.cc"\n', 'a room above it'],
    ['Node in a kernel', 'native/kernels/x.h', '#include <node_api.h>\n', 'only the binding knows Node'],
  ];
  it.each(violations)('refuses %s', (_, file, content, error) => {
    const { status, errors } = check({ ...clean, 'lib/optim/adam.ts': 'export {};\n', [file]: content });
    expect(status).toBe(1);
    expect(errors.some((line) => line.includes(error))).toBe(true);
    expect(errors.slice(0, -1).every((line) => line.startsWith(file) || line.includes(dirname(file)))).toBe(true);
  });

  it('refuses a circle, and names the files on it', () => {
    const { status, errors } = check({
      ...clean,
      'lib/nn/a.ts': "import { b } from './b.js';\n",
      'lib/nn/b.ts': "import type { C } from './c.js';\n",
      'lib/nn/c.ts': "export * from './a.js';\n",
    });
    expect(status).toBe(1);
    expect(errors[0]).toBe('lib: a circle of imports: nn/a.ts → nn/b.ts → nn/c.ts → nn/a.ts');
  });

  it('reads no imports out of comments', () => {
    const comment = "// import '../ops/view.js'\n/** import { f } from '../ops/view.js'; */\nexport {};\n";
    expect(check({ ...clean, 'lib/tensor/x.ts': comment }).status).toBe(0);
  });
});
