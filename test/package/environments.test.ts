// The package in the surroundings that users have: other realms, two copies, CommonJS, Jest, Vitest, bundles, on every Node that
// LUTRA_NODES names (paths of binaries, separated as in PATH) besides this one. It tests dist/, which `npm test` builds.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const programs = join(root, 'test', 'package', 'environments');
const folder = mkdtempSync(join(tmpdir(), 'lutra-environments-'));
const slow = Boolean(process.env.LUTRA_SLOW_TESTS);
const nodes = [process.execPath, ...(process.env.LUTRA_NODES ?? '').split(delimiter).filter((path) => path !== '')];

interface Outcome {
  status: number;
  text: string;
}

async function run(command: string, args: string[], cwd: string, variables: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS$|VITEST|JEST)/.test(name));
  const env = { ...Object.fromEntries(kept), ...variables };
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env, timeout: 120_000 });
    return { status: 0, text: `${stdout}${stderr}` };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { status: typeof code === 'number' ? code : 1, text: `${stdout}${stderr}` };
  }
}

/** Puts the package into `project`/node_modules as an installation would, and says where. */
function install(project: string): string {
  const target = join(project, 'node_modules', 'lutra');
  mkdirSync(join(target, 'build', 'Release'), { recursive: true });
  cpSync(join(root, 'dist'), join(target, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(target, 'package.json'));
  cpSync(join(root, 'build', 'Release', 'lutra.node'), join(target, 'build', 'Release', 'lutra.node'));
  const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { dependencies: object };
  for (const name of Object.keys(dependencies)) {
    const link = join(target, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), link);
  }
  return target;
}

function write(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

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

  beforeAll(() => {
    write(
      join(project, 'package.json'),
      JSON.stringify({
        name: 'tools',
        private: true,
        type: 'module',
        jest: { testEnvironment: 'node', transform: {} },
      }),
    );
    const options = ['--no-audit', '--no-fund', '--silent', '--prefer-offline'];
    const packages = ['jest@29', 'vitest@4', 'esbuild@0.25'];
    execFileSync('npm', ['install', ...options, ...packages], { cwd: project, stdio: 'pipe' });
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
