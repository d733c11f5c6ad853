// The package as its users get it: packed, installed into an empty folder, imported, required, type-checked, run.
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryPackage, platformName } from '../../lib/addon/load.js';
import { Tensor } from '../../lib/index.js';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');
const folder = mkdtempSync(join(tmpdir(), 'lutra-consumer-'));
const installed = join(folder, 'node_modules', 'lutra');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
let files: string[] = [];

/** npm's own variables would make the inner npm believe that it runs in the checkout. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('npm_') && name !== 'NODE_OPTIONS');
  return Object.fromEntries(kept);
}

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

async function run(command: string, args: string[], cwd = folder): Promise<Outcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { cwd, env: cleanEnvironment() });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: number; stdout?: string; stderr?: string };
    return { status: typeof code === 'number' ? code : 1, stdout, stderr };
  }
}

function node(...args: string[]): Promise<Outcome> {
  return run(process.execPath, args);
}

async function expectToTypeCheck(source: string, resolution: string): Promise<void> {
  const module = resolution === 'bundler' ? 'esnext' : 'nodenext';
  const options = ['--strict', '--noEmit', '--target', 'es2022', '--types', ''];
  const result = await node(tsc, ...options, '--module', module, '--moduleResolution', resolution, source);
  expect(`${result.stdout}${result.stderr}`).toBe('');
  expect(result.status).toBe(0);
}

beforeAll(() => {
  const env = cleanEnvironment();
  const packed = execFileSync('npm', ['pack', '--json', '--silent', '--pack-destination', folder], {
    cwd: root,
    env,
    encoding: 'utf8',
  });
  const [{ filename, files: entries }] = JSON.parse(packed.slice(packed.indexOf('['))) as [
    { filename: string; files: { path: string }[] },
  ];
  files = entries.map((entry) => entry.path).sort();
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, type: 'module' }));
  const options = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--silent'];
  execFileSync('npm', ['install', join(folder, filename), ...options], { cwd: folder, env, stdio: 'pipe' });
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

describe('what the tarball holds', () => {
  it('is the library, its types, this binary, and what a build from the package needs', () => {
    const allowed = [
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|binding\.gyp)$/,
      /^dist\/([a-z0-9_]+\/)*[a-z0-9_]+\.(js|d\.ts)$/,
      /^dist\/page\/(page\.(html|css)|icon\.svg)$/,
      /^dist\/plots\/(echarts\.cjs|echarts\.LICENSE\.txt|Inter\.ttf|Inter\.LICENSE\.txt)$/,
      /^docs\/([a-z_]+\/)?[a-z_]+\.md$/,
      /^native\/(mpi\/)?sources\.txt$/,
      /^scripts\/build_mpi\.mjs$/,
      /^native\/(simd|kernels|memory|random|threads|binding|mpi)\/([a-z0-9_]+\/)?[a-z0-9_]+(\.inl)?\.(h|cc)$/,
      new RegExp(`^prebuilds/${platformName()}/lutra\\.node$`),
    ];
    expect(files.filter((file) => !allowed.some((pattern) => pattern.test(file)))).toEqual([]);
    for (const needed of ['README.md', 'LICENSE', 'CHANGELOG.md', 'binding.gyp', 'native/sources.txt']) {
      expect(files).toContain(needed);
    }
    expect(files).toContain(`prebuilds/${platformName()}/lutra.node`);
    const sources = readFileSync(join(root, 'native', 'sources.txt'), 'utf8')
      .trim()
      .split(/\s+/);
    expect(sources.filter((source) => !files.includes(source))).toEqual([]);
  });

  it('has the library in few modules, which all doors share', () => {
    const modules = files.filter((file) => file.startsWith('dist/') && file.endsWith('.js'));
    const ofLibrary = modules.filter((file) => !/^dist\/(cli|entries|page)\//.test(file));
    expect(ofLibrary).toEqual([
      'dist/distributed.js',
      'dist/errors.js',
      'dist/index.js',
      'dist/language_model.js',
      'dist/library.js',
      'dist/page_door.js',
      'dist/plots.js',
      'dist/projections.js',
      'dist/runtime.js',
      'dist/settings.js',
      'dist/tasks_and_page.js',
      'dist/training.js',
      'dist/training/worker/worker_host.js',
      'dist/vectors.js',
    ]);
    expect(modules).toContain('dist/cli/main.js');
  });

  it('has a declaration for every file of lib/, and none whose source is gone', () => {
    const sources = readdirSync(join(root, 'lib'), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => path.split(sep).join('/').replace(/\.ts$/, ''));
    const declared = files.filter((file) => file.startsWith('dist/') && file.endsWith('.d.ts'));
    expect(declared).toEqual(sources.map((source) => `dist/${source}.d.ts`).sort());
    expect(declared.length).toBeGreaterThan(50);
  });

  it('has no script that npm runs on installation', () => {
    const { scripts, gypfile } = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(gypfile).toBe(false);
    for (const script of ['preinstall', 'install', 'postinstall', 'prepare'])
      expect(scripts).not.toHaveProperty(script);
  });

  it('leaves nothing behind in the checkout', async () => {
    const { stdout } = await run('git', ['status', '--porcelain', '--ignored', '--', 'prebuilds', '*.tgz'], root);
    expect(stdout).toBe('');
  });
});

describe('the installed package', () => {
  it('can be imported', async () => {
    const { stdout, stderr } = await node(
      '--input-type=module',
      '-e',
      `import { nn, tensor } from 'lutra';
       console.log(new nn.Linear(2, 3).weight.shape.join(), tensor([1, 2]).add(1).tolist().join());`,
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('3,2 2,3\n');
  });

  it('can be required', async () => {
    const { stdout, stderr } = await node(
      '--input-type=commonjs',
      '-e',
      `const { nn } = require('lutra'); console.log(new nn.Embedding(4, 2).weight.shape.join());`,
    );
    expect(stderr).toBe('');
    expect(stdout).toBe('4,2\n');
  });

  it('calls its classes by their names, which modules and errors print', async () => {
    const code = `
      import * as lutra from 'lutra';
      for (const part of [lutra, lutra.nn, lutra.optim]) {
        for (const [name, value] of Object.entries(part)) {
          if (/^[A-Z]/.test(name) && typeof value === 'function' && value.name !== name) console.log(name, value.name);
        }
      }`;
    expect(await node('--input-type=module', '-e', code)).toEqual({ status: 0, stdout: '', stderr: '' });
  });

  it('loads nothing of Node that only files need', async () => {
    const code = `
      import 'lutra';
      console.log(process.moduleLoadList.filter((name) => /^NativeModule (crypto|zlib)$/.test(name)).join());`;
    expect(await node('--input-type=module', '-e', code)).toEqual({ status: 0, stdout: '\n', stderr: '' });
  });

  it('trains', async () => {
    cpSync(join(root, 'test', 'package', 'smoke.mjs'), join(folder, 'smoke.mjs'));
    expect(await node('smoke.mjs')).toMatchObject({ status: 0, stderr: '' });
  });

  it('brings its command', async () => {
    const { status, stdout } = await run('npx', ['--no-install', 'lutra', '--help']);
    expect(stdout).toMatch(/train/);
    expect(status).toBe(0);
  });

  it.each(['nodenext', 'bundler'])('type-checks a strict consumer with module resolution %s', async (resolution) => {
    const source = join(folder, `consumer_${resolution}.ts`);
    writeFileSync(
      source,
      `import { type DType, nn, optim, Tensor, tensor } from 'lutra';
class Model extends nn.Module {
  embedding = new nn.Embedding(10, 4, { paddingIdx: 0 });
  lstm = new nn.LSTM(4, 8, { batchFirst: true });
  fc = new nn.Linear(8, 10);
  forward(x: Tensor): Tensor {
    const [output] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(output.select(1, -1));
  }
}
const model = new Model();
const optimizer = new optim.Adam(model.parameters(), { lr: 1e-3 });
const loss = new nn.CrossEntropyLoss().forward(model.forward(tensor([[1, 2]], { dtype: 'int32' })), tensor([3], { dtype: 'int32' }));
loss.backward();
optimizer.step();
const dtype: DType = loss.dtype;
const value: number = loss.item();
// @ts-expect-error an option that does not exist
new nn.Linear(2, 3, { bais: false });
export { dtype, value };
`,
    );
    await expectToTypeCheck(source, resolution);
  });

  it("has types for all of a tensor's methods, those that other modules add included", async () => {
    const source = readFileSync(join(root, 'lib', 'tensor', 'tensor.ts'), 'utf8');
    const own = new Set([...source.matchAll(/^ {2}(?:private|protected) (\w+)\(/gm)].map(([, name]) => name));
    const methods = Object.getOwnPropertyNames(Tensor.prototype).filter(
      (name) => name !== 'constructor' && !own.has(name),
    );
    expect(methods).toContain('clone');
    const program = join(folder, 'methods.ts');
    const uses = methods.map((name) => `void t.${name};`);
    writeFileSync(program, ["import type { Tensor } from 'lutra';", 'declare const t: Tensor;', ...uses].join('\n'));
    await expectToTypeCheck(program, 'nodenext');
  });
});

describe('where no binary fits', () => {
  const bare = join(folder, 'bare', 'node_modules', 'lutra');
  const load = ['--input-type=module', '-e', `const { cpuInfo } = await import('lutra'); console.log(cpuInfo().isa);`];

  beforeAll(() => {
    mkdirSync(dirname(bare), { recursive: true });
    cpSync(installed, bare, { recursive: true });
    rmSync(join(bare, 'prebuilds'), { recursive: true });
  });

  it('names the platform, the package that is missing, and the commands that bring a binary', async () => {
    const { status, stderr } = await run(process.execPath, load, join(folder, 'bare'));
    expect(status).not.toBe(0);
    expect(stderr).toContain(`no native binary for ${platformName()}`);
    expect(stderr).toContain(`The package ${binaryPackage(platformName())}, which holds it, is not installed`);
    expect(stderr).toContain(`npm install ${binaryPackage(platformName())}@${version}`);
    expect(stderr).toContain(`cd ${JSON.stringify(bare)} && npx node-gyp rebuild`);
  });

  it('says what a binary of another platform ails from', async () => {
    const broken = join(bare, 'prebuilds', platformName());
    mkdirSync(broken, { recursive: true });
    writeFileSync(join(broken, 'lutra.node'), 'not a binary');
    const { status, stderr } = await run(process.execPath, load, join(folder, 'bare'));
    expect(status).not.toBe(0);
    expect(stderr).toContain('What was found did not load');
    rmSync(join(bare, 'prebuilds'), { recursive: true });
  });

  describe("but the platform's own package is installed", () => {
    const packaged = join(folder, 'bare', 'node_modules', binaryPackage(platformName()));
    const describePackage = (content: object) =>
      writeFileSync(
        join(packaged, 'package.json'),
        JSON.stringify({ name: binaryPackage(platformName()), ...content }),
      );

    beforeAll(() => {
      mkdirSync(packaged, { recursive: true });
      cpSync(join(installed, 'prebuilds', platformName(), 'lutra.node'), join(packaged, 'lutra.node'));
    });
    afterAll(() => rmSync(packaged, { recursive: true }));

    it('loads the binary from there', async () => {
      describePackage({ version });
      expect(await run(process.execPath, load, join(folder, 'bare'))).toMatchObject({ status: 0, stderr: '' });
    });

    it('says so when it is of another version', async () => {
      describePackage({ version: '0.0.1' });
      const { status, stderr } = await run(process.execPath, load, join(folder, 'bare'));
      expect(status).not.toBe(0);
      expect(stderr).toContain(`is version 0.0.1, not ${version}`);
      expect(stderr).toContain(`npm install ${binaryPackage(platformName())}@${version}`);
      expect(stderr).not.toContain('is not installed');
    });
  });

  // A whole compilation: .ci/run asks for it, a plain `npm test` does not wait for it.
  it.runIf(process.env.LUTRA_SLOW_TESTS)(
    'builds by that command, and then loads',
    async () => {
      const prefix = dirname(dirname(process.execPath));
      const nodedir = existsSync(join(prefix, 'include', 'node', 'node_api.h')) ? [`--nodedir=${prefix}`] : [];
      const build = await run(process.execPath, [nodeGyp, 'rebuild', ...nodedir, '--jobs=2'], bare);
      expect(build.status, build.stderr.slice(-2000)).toBe(0);
      expect(await run(process.execPath, load, join(folder, 'bare'))).toMatchObject({ status: 0, stderr: '' });
    },
    900_000,
  );
});
