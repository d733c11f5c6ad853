// Bundlers, other runtimes and bare machines that users have. Tools come from the registry, so that `npm test` leaves most of this out;
// LUTRA_SLOW_TESTS asks for it.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, installTools, nodes, run, slow, write } from './installed.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'lutra-tools-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

const program = `import { nn, tensor } from 'lutra';
import { KeyedVectors } from 'lutra/vectors';
const vectors = new KeyedVectors(['a'], tensor([[1, 2]]));
console.log(new nn.Linear(2, 3).weight.shape.join(), tensor([1, 2]).sum().item(), vectors.vector('a').join());
`;
const printed = '3,2 3 1,2\n';

/** A project with the package and this program. */
function project(name: string, ending = 'mjs'): string {
  const path = join(folder, name);
  write(join(path, 'package.json'), JSON.stringify({ name, private: true }));
  install(path);
  write(join(path, `program.${ending}`), program);
  return path;
}

describe.each(nodes)('worker threads, %s', (node) => {
  it('several import the package, and read memory that they share', async () => {
    const path = project(`workers-${nodes.indexOf(node)}`);
    write(
      join(path, 'worker.mjs'),
      `import { parentPort, workerData } from 'node:worker_threads';
       import { tensor } from 'lutra';
       parentPort.postMessage(tensor(new Float32Array(workerData)).sum().item());`,
    );
    write(
      join(path, 'main.mjs'),
      `import { Worker } from 'node:worker_threads';
       const memory = new SharedArrayBuffer(12);
       new Float32Array(memory).set([1, 2, 3]);
       const ask = () => new Promise((resolve, reject) => {
         const worker = new Worker(new URL('./worker.mjs', import.meta.url), { workerData: memory });
         worker.once('message', resolve).once('error', reject);
       });
       console.log((await Promise.all([ask(), ask(), ask()])).join());
       await import('lutra');
       console.log(await ask());`,
    );
    expect(await run(node, ['--no-warnings', 'main.mjs'], path)).toEqual({ status: 0, text: '6,6,6\n6\n' });
  });
});

const isRoot = process.getuid?.() === 0;
describe.runIf(process.platform === 'linux' && isRoot)('a root with nothing but Node and what it links', () => {
  it('runs a training: no shell, no compiler, no Python', async () => {
    const path = project('bare');
    const bare = join(folder, 'bare-root');
    mkdirSync(join(bare, 'app'), { recursive: true });
    cpSync(join(path, 'node_modules'), join(bare, 'app', 'node_modules'), { recursive: true, dereference: true });
    cpSync(join(path, 'program.mjs'), join(bare, 'app', 'program.mjs'));
    const binary = realpathSync(process.execPath);
    const addon = join(path, 'node_modules', 'lutra', 'build', 'Release', 'lutra.node');
    // What the loader of programs finds for them, and nothing else.
    const libraries = new Set<string>();
    for (const file of [binary, addon]) {
      const found = execFileSync('ldd', [file], { encoding: 'utf8' });
      for (const [, library] of found.matchAll(/(?:=> |^\s*)(\/\S+) \(/gm)) libraries.add(library!);
    }
    for (const library of libraries) {
      mkdirSync(dirname(join(bare, library)), { recursive: true });
      cpSync(library, join(bare, library), { dereference: true });
    }
    cpSync(binary, join(bare, 'node'));
    const names = [...libraries].map((library) => library.replace(/^.*\/([^/]+?)\.so.*$/, '$1'));
    expect(names.filter((name) => !/^(ld-linux.*|lib(c|m|dl|rt|pthread|stdc\+\+|gcc_s|atomic))$/.test(name))).toEqual(
      [],
    );
    expect(existsSync(join(bare, 'bin'))).toBe(false);
    const outcome = await run('chroot', [bare, '/node', '/app/program.mjs'], folder, { NODE_EXTRA_CA_CERTS: '' });
    expect(outcome).toEqual({ status: 0, text: printed });
  }, 60_000);
});

describe.runIf(slow)('bundlers', () => {
  let path = '';

  beforeAll(async () => {
    path = project('bundlers');
    await installTools(path, 'vite@8.3.8', 'webpack@5');
    install(path);
  }, 300_000);

  /** Runs what was built, beside the package and away from it. */
  async function expectToRun(node: string, file: string, away: RegExp): Promise<void> {
    expect(await run(node, ['--no-warnings', file], path)).toEqual({ status: 0, text: printed });
    const lonely = join(folder, 'lonely');
    rmSync(lonely, { recursive: true, force: true });
    cpSync(dirname(file), lonely, { recursive: true });
    const lost = await run(node, ['--no-warnings', join(lonely, file.slice(dirname(file).length + 1))], lonely);
    expect(lost.status).not.toBe(0);
    expect(lost.text).toMatch(away);
  }

  describe.each([
    ['as it is', '{}', /Cannot find (module|package) 'lutra'/],
    ['with everything inside', '{ ssr: { noExternal: true } }', /vite .*external: \['lutra'\]/],
  ])('Vite SSR %s', (name, config, away) => {
    it('builds, runs, and says what it lacks', async () => {
      const out = join(path, `vite-${name.replaceAll(' ', '-')}`);
      write(join(path, 'vite.config.mjs'), `export default ${config};`);
      const args = [
        'node_modules/vite/bin/vite.js',
        'build',
        '--ssr',
        'program.mjs',
        '--outDir',
        out,
        '--logLevel',
        'error',
      ];
      const built = await run(process.execPath, args, path);
      expect(built.status, built.text).toBe(0);
      write(join(out, 'package.json'), '{ "type": "module" }');
      const file = existsSync(join(out, 'program.mjs')) ? 'program.mjs' : 'program.js';
      for (const node of nodes) await expectToRun(node, join(out, file), away);
    }, 120_000);
  });

  describe.each([
    ['external-module', `externals: [/^lutra/], externalsType: 'module'`, /Cannot find (module|package) 'lutra'/],
    ['external-commonjs', `externals: [/^lutra/], externalsType: 'commonjs'`, /Cannot find (module|package) 'lutra'/],
    ['inside', '', null],
  ])('webpack, %s', (name, setting, away) => {
    it('builds, runs, and says what it lacks', async () => {
      const out = join(path, `webpack-${name}`);
      const isModule = name !== 'external-commonjs';
      write(
        join(path, `${name}.mjs`),
        `import webpack from 'webpack';
         const compiler = webpack({
           mode: 'none', target: 'node20', entry: './program.mjs', ${setting}${setting === '' ? '' : ','}
           experiments: { outputModule: ${isModule} },
           output: { path: ${JSON.stringify(out)}, filename: 'program.${isModule ? 'mjs' : 'cjs'}', ${isModule ? 'module: true, library: { type: "module" }' : ''} },
         });
         compiler.run((error, stats) => {
           if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exitCode = 1; }
         });`,
      );
      const built = await run(process.execPath, [`${name}.mjs`], path);
      expect(built.status, built.text).toBe(0);
      const file = join(out, `program.${isModule ? 'mjs' : 'cjs'}`);
      for (const node of nodes) {
        if (away !== null) await expectToRun(node, file, away);
        else expect(await run(node, ['--no-warnings', file], path)).toEqual({ status: 0, text: printed });
      }
      if (away === null) {
        // webpack writes down where the code lay; on a machine without that folder a bundle says what it lacks.
        const lonely = join(folder, 'webpack-lonely');
        cpSync(out, lonely, { recursive: true });
        rmSync(join(path, 'node_modules', 'lutra'), { recursive: true });
        const lost = await run(process.execPath, [join(lonely, 'program.mjs')], lonely);
        install(path);
        expect(lost.status).not.toBe(0);
        expect(lost.text).toMatch(/webpack externals/);
      }
    }, 120_000);
  });
});

describe.runIf(slow)('other runtimes', () => {
  let path = '';
  const binary = (name: string, file: string) => join(path, 'node_modules', ...name.split('/'), file);

  beforeAll(async () => {
    path = project('runtimes');
    await installTools(path, '@oven/bun-linux-x64-baseline@1', '@deno/linux-x64-glibc@2');
    install(path);
  }, 300_000);

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'Bun',
    async () => {
      const outcome = await run(binary('@oven/bun-linux-x64-baseline', 'bin/bun'), ['program.mjs'], path);
      expect(outcome).toEqual({ status: 0, text: printed });
    },
    60_000,
  );

  it.runIf(process.platform === 'linux' && process.arch === 'x64')(
    'Deno',
    async () => {
      const args = ['run', '--allow-all', '--no-lock', 'program.mjs'];
      const outcome = await run(binary('@deno/linux-x64-glibc', 'deno'), args, path, { DENO_NO_UPDATE_CHECK: '1' });
      expect(outcome).toEqual({ status: 0, text: printed });
    },
    60_000,
  );
});
