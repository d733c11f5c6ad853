// The package in the surroundings that users have: other realms, two copies, CommonJS, Jest, Vitest, bundles, on every Node that
// LUTRA_NODES names (paths of binaries, separated as in PATH) besides this one. It tests dist/, which `npm test` builds.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, installTools, nodes, root, run, slow, write } from './installed.js';

const programs = join(root, 'test', 'package', 'environments');
const folder = mkdtempSync(join(tmpdir(), 'lutra-environments-'));

let first = '';
let second = '';

beforeAll(() => {
  first = install(join(folder, 'first'));
  second = install(join(folder, 'second'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

describe.each(nodes)('%s', (node) => {
  it('other realms, two copies, CommonJS', async () => {
    const outcome = await run(node, [join(programs, 'realms.mjs'), first, second], folder);
    expect(outcome.text).toMatch(/^Node v\d+.*: realms, two copies and CommonJS agree\n$/);
    expect(outcome.status).toBe(0);
  });
});

describe('LUTRA_NUM_THREADS', () => {
  const program = `import { getNumThreads } from ${JSON.stringify('lutra')}; console.log(getNumThreads());`;
  const threads = (value: string) =>
    run(process.execPath, [write(join(folder, 'first', 'threads.mjs'), program)], folder, { LUTRA_NUM_THREADS: value });

  it.each(['abc', '0', '-1', '1.5', '2 '])('is refused when it is no number of threads: %s', async (value) => {
    const outcome = await threads(value);
    expect(outcome.status).not.toBe(0);
    expect(outcome.text).toContain('LUTRA_NUM_THREADS: must be a whole number of threads from 1 on');
  });

  it.each(['1', '3', ''])('is taken when it is one, or empty: %s', async (value) => {
    const outcome = await threads(value);
    expect(outcome.status).toBe(0);
    if (value !== '') expect(outcome.text).toBe(`${value}\n`);
  });
});

describe('the loader in a bundle', () => {
  const stray = join(folder, 'stray');
  const program = `import { tensor } from './lutra/dist/index.js'; console.log(tensor([1, 2]).sum().item());`;

  it('names the cause where the package is not beside it', async () => {
    // As in a bundle: the code lies in a package of another name.
    cpSync(join(root, 'dist'), join(stray, 'lutra', 'dist'), { recursive: true });
    write(join(stray, 'package.json'), JSON.stringify({ name: 'a-users-project', version: '9.9.9', type: 'module' }));
    const outcome = await run(process.execPath, [write(join(stray, 'main.js'), program)], stray);
    expect(outcome.status).not.toBe(0);
    expect(outcome.text).toMatch(/lutra \d+\.\d+\.\d+ runs inside a bundle \(.*\) and finds no node_modules\/lutra/);
    expect(outcome.text).toMatch(/esbuild --external:lutra/);
    expect(outcome.text).not.toMatch(/node-gyp|9\.9\.9/);
  });

  it('takes the binary of the package that is installed there, if it is of its version', async () => {
    const installed = install(stray);
    expect(await run(process.execPath, [join(stray, 'main.js')], stray)).toEqual({ status: 0, text: '3\n' });
    const file = join(installed, 'package.json');
    const content = JSON.parse(readFileSync(file, 'utf8')) as object;
    writeFileSync(file, JSON.stringify({ ...content, version: '0.0.1' }));
    const outcome = await run(process.execPath, [join(stray, 'main.js')], stray);
    expect(outcome.text).toMatch(/is version 0\.0\.1, whose binary does not fit/);
  });

  it('knows its own version', () => {
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(root, 'lib', 'addon', 'load.ts'), 'utf8')).toContain(`const version = '${version}';`);
  });
});

// These install their tools from the registry: .ci/run asks for them.
describe.runIf(slow)('tools', () => {
  const project = join(folder, 'tools');
  const tool = (name: string, file: string) => join(project, 'node_modules', name, file);

  beforeAll(async () => {
    write(
      join(project, 'package.json'),
      JSON.stringify({
        name: 'tools',
        private: true,
        type: 'module',
        jest: { testEnvironment: 'node', transform: {} },
      }),
    );
    await installTools(project, 'jest@29', 'vitest@4', 'esbuild@0.25');
    install(project);
    cpSync(join(programs, 'runner_test.mjs'), join(project, 'jest', 'runner.test.js'));
    cpSync(join(programs, 'runner_test.mjs'), join(project, 'vitest', 'runner.test.js'));
    write(
      join(project, 'program.js'),
      `import { nn, tensor } from 'lutra'; console.log(new nn.Linear(2, 3).weight.shape.join(), tensor([1, 2]).sum().item());`,
    );
  }, 300_000);

  describe.each(nodes)('%s', (node) => {
    it('Jest 29', async () => {
      const args = ['--experimental-vm-modules', '--no-warnings', tool('jest', 'bin/jest.js'), 'jest/runner.test.js'];
      const outcome = await run(node, args, project);
      expect(outcome.text).toMatch(/Tests: +5 passed, 5 total/);
      expect(outcome.status).toBe(0);
    }, 120_000);

    it.each(['forks', 'threads', 'vmThreads'])(
      'Vitest, pool %s',
      async (pool) => {
        const args = [tool('vitest', 'vitest.mjs'), 'run', 'vitest/runner.test.js', '--globals', `--pool=${pool}`];
        const outcome = await run(node, args, project, { NO_COLOR: '1' });
        expect(outcome.text).toMatch(/Tests +5 passed \(5\)/);
        expect(outcome.status).toBe(0);
      },
      120_000,
    );

    it.each([
      ['esm', []],
      ['cjs', []],
      ['esm', ['--external:lutra']],
      ['cjs', ['--external:lutra']],
      ['esm', ['--minify']],
    ])(
      'esbuild, format %s %s',
      async (format, options) => {
        const output = join(project, 'out', `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`);
        const esbuild = join(project, 'node_modules', '.bin', 'esbuild');
        const args = [
          'program.js',
          '--bundle',
          '--platform=node',
          `--format=${format}`,
          `--outfile=${output}`,
          ...options,
        ];
        const built = await run(esbuild, args, project);
        expect(built.status, built.text).toBe(0);
        expect(existsSync(output)).toBe(true);
        expect(await run(node, ['--no-warnings', output], project)).toEqual({ status: 0, text: '3,2 3\n' });
        // Away from node_modules a bundle says what it lacks.
        const away = join(folder, 'away', `bundle.${format === 'esm' ? 'mjs' : 'cjs'}`);
        cpSync(output, write(away, ''));
        const lost = await run(node, ['--no-warnings', away], dirname(away));
        expect(lost.status).not.toBe(0);
        expect(lost.text).toMatch(
          options[0] === '--external:lutra' ? /Cannot find (module|package) 'lutra'/ : /--external:lutra/,
        );
      },
      120_000,
    );
  });
});
