// The package's doors: `lutra/vectors` and its kin are parts of `lutra`, with types for every way of finding modules.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { install, nodes, packageJson, root, run, subpaths, tsc, write } from './installed.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-subpaths-'));

/** What a program does with each of them: a line of TypeScript that uses their types, and methods of tensors. */
const uses: Readonly<Record<string, { imports: string; code: string }>> = {
  distributed: {
    imports: 'allReduce, getRank, initProcessGroup, type ReduceOptions, type Work',
    code: `initProcessGroup({ timeout: 60 });
const options: ReduceOptions = { op: 'mean' };
export async function mean(): Promise<number> {
  const x = (await import('lutra')).tensor([1]);
  allReduce(x, options);
  const work: Work = allReduce(x, { asyncOp: true });
  await work.getFuture();
  return x.add(getRank()).item();
}`,
  },
  plots: {
    imports: 'lossCurves, type PlotOptions',
    code: `const options: PlotOptions = { title: 'x' }; export const plot = lossCurves([1, 2], options);`,
  },
  projections: {
    imports: 'pca, type PcaResult',
    code: `export const found: PcaResult = pca([[1, 2], [3, 4]], { components: 1 }); void found.projected.add(1).tolist();`,
  },
  tasks: {
    imports: 'openRun, trainRun, type RunResult',
    code: `export async function go(): Promise<string> {
  const { run }: RunResult<'classifier'> = await trainRun('classifier', 'mails.csv', { settings: { epochs: 1 } });
  const same = await openRun(run.folder, 'classifier');
  return same.predict(['a'])[0]?.labels[0]?.label ?? '';
}
// @ts-expect-error a tagger has no labels
export const none = async () => (await openRun('x', 'tagger')).predict(['a'])[0].labels;`,
  },
  text: {
    imports: 'Vocabulary, type VocabularyOptions',
    code: `const options: VocabularyOptions = { specials: ['<unk>'] };
export const size: number = Vocabulary.fromTokens(['a'], options).size;`,
  },
  train: {
    imports: 'Trainer, type TrainerOptions',
    code: `export function fit(options: TrainerOptions): Promise<{ steps: number }> { return new Trainer(options).fit([], { epochs: 1 }); }`,
  },
  vectors: {
    imports: 'KeyedVectors',
    code: `export async function nearest(): Promise<string | undefined> {
  const vectors = await KeyedVectors.load('x.txt');
  void vectors.toEmbedding().embedding.weight.mul(2).sum().item();
  return vectors.mostSimilar('river')[0]?.key;
}`,
  },
};

beforeAll(() => {
  install(folder);
  write(join(folder, 'package.json'), '{ "name": "user", "private": true, "type": "module" }');
});

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

it('are the files of lib/entries, and each has a use below', () => {
  const files = readdirSync(join(root, 'lib', 'entries')).map((file) => file.replace(/\.ts$/, ''));
  expect(subpaths.toSorted()).toEqual(files.toSorted());
  expect(Object.keys(uses)).toEqual(expect.arrayContaining(subpaths));
  const targets = Object.values(packageJson().exports as object).flatMap((target) =>
    typeof target === 'string' ? [target] : Object.values(target as Record<string, string>),
  );
  for (const target of targets) expect(existsSync(join(root, target)), target).toBe(true);
});

describe.each(nodes)('%s', (node) => {
  it('each is what lutra holds, imported or required', async () => {
    const program = `
      import assert from 'node:assert';
      import { createRequire } from 'node:module';
      const subpaths = ${JSON.stringify(subpaths)};
      // Before lutra itself, so that each could bring a copy.
      const parts = await Promise.all(subpaths.map((name) => import('lutra/' + name)));
      const { pca } = parts[subpaths.indexOf('projections')];
      assert.equal(pca([[1, 2], [3, 4], [5, 7]], { components: 1 }).projected.add(1).relu().shape[0], 3);
      const lutra = await import('lutra');
      const require = createRequire(import.meta.url);
      for (const [k, name] of subpaths.entries()) {
        const whole = name === 'plots' ? lutra.plots : lutra;
        assert(Object.keys(parts[k]).length > 2);
        const required = require('lutra/' + name);
        for (const [key, value] of Object.entries(parts[k])) {
          if (name !== 'tasks' && name !== 'distributed') assert.equal(value, whole[key], name + ': ' + key);
          assert.equal(required[key], value, name + ': ' + key);
        }
      }
      assert.equal(require('lutra').Tensor, lutra.Tensor);
      await assert.rejects(import('lutra/tensor/tensor'), { code: 'ERR_PACKAGE_PATH_NOT_EXPORTED' });
      console.log('one copy');`;
    const outcome = await run(node, ['--no-warnings', write(join(folder, 'identity.mjs'), program)], folder);
    expect(outcome).toEqual({ status: 0, text: 'one copy\n' });
  });
});

it.each([
  ['text', []],
  ['vectors', ['training', 'vectors']],
  ['projections', ['projections']],
  ['train', ['training']],
  ['distributed', ['distributed']],
])('lutra/%s loads what it needs', (name, parts) => {
  const loaded = new Set<string>();
  const load = (file: string) => {
    if (loaded.has(file)) return;
    loaded.add(file);
    const code = readFileSync(join(root, 'dist', file), 'utf8');
    for (const [, path] of code.matchAll(/^(?:import|export)\b[^;'"]*["'](\.[^'"]+)["'];/gm)) {
      load(posix.join(posix.dirname(file), path!));
    }
  };
  load(`entries/${name}.js`);
  const files = ['errors', 'library', ...parts].map((part) => `${part}.js`);
  expect([...loaded].filter((file) => file !== 'runtime.js').toSorted()).toEqual(
    [...files, `entries/${name}.js`].toSorted(),
  );
});

describe('types', () => {
  const settings = (module: string, moduleResolution: string, files: string[]) => ({
    compilerOptions: {
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      skipLibCheck: false,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022'],
      types: [],
      module,
      moduleResolution,
    },
    files,
  });

  it.each([
    ['node16', 'node16', 'mts'],
    ['nodenext', 'nodenext', 'mts'],
    ['nodenext', 'nodenext', 'cts'],
    ['esnext', 'bundler', 'ts'],
    ['preserve', 'bundler', 'cts'],
  ])('of each, by module %s and resolution %s in .%s', { timeout: 120_000 }, async (module, resolution, ending) => {
    const project = join(folder, `types-${module}-${resolution}-${ending}`);
    const files = subpaths.map((name) => {
      const { imports, code } = uses[name]!;
      write(join(project, `${name}.${ending}`), `import { ${imports} } from 'lutra/${name}';\n${code}\n`);
      return `${name}.${ending}`;
    });
    write(
      join(project, `main.${ending}`),
      `import { nn, type Tensor, tensor } from 'lutra';
import { KeyedVectors } from 'lutra/vectors';
export const x: Tensor = new KeyedVectors(['a'], tensor([[1]])).toEmbedding().embedding.forward(0).add(1);
export const linear = new nn.Linear(1, 2);\n`,
    );
    write(join(project, 'tsconfig.json'), JSON.stringify(settings(module, resolution, [...files, `main.${ending}`])));
    expect(await run(process.execPath, [tsc, '-p', project], folder)).toEqual({ status: 0, text: '' });
  });
});
