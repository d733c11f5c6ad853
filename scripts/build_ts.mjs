// Compiles lib/ into build/lib, a module for a file, and bundles those into dist/, and page/ into dist/page, for browsers: importing one file takes a fifth of the
// time of importing 140. Types stay as they are, a declaration for each file of lib/. Only files whose content changed are
// replaced, each in one step, and files whose source is gone are removed: a program that runs from dist/ meanwhile never
// sees half a file, nor does a package get stale ones.
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { addArgumentChecks, surfaceOf } from './argument_checks.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'build', 'lib');

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function foldersUnder(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort((a, b) => b.length - a.length);
}

function sameContent(a, b) {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

/** Makes `folder` hold these files of `fresh` and nothing else. */
function bringUpToDate(folder, fresh, files) {
  for (const file of files) {
    if (sameContent(join(fresh, file), join(folder, file))) continue;
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    renameSync(join(fresh, file), join(folder, file));
  }
  const wanted = new Set(files);
  for (const file of filesUnder(folder)) {
    if (!wanted.has(file)) rmSync(join(folder, file));
  }
  for (const empty of foldersUnder(folder)) {
    if (readdirSync(empty).length === 0) rmdirSync(empty);
  }
}

/** Compiles lib/ into a folder. Says whether it could. */
function compile(folder) {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', folder, '--noEmitOnError'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) return false;
  const surface = surfaceOf(join(root, 'lib'));
  for (const file of filesUnder(folder).filter((name) => name.endsWith('.js'))) {
    const path = join(folder, file);
    writeFileSync(path, addArgumentChecks(readFileSync(path, 'utf8'), file, surface));
  }
  return true;
}

/** What the command needs to say what is wrong, and loads without the addon. */
const errorModules = ['errors.js', 'describe.js', 'copies.js'].map((file) => join(modules, file));

/** Whether a module lies in one of these rooms. */
const isIn =
  (...rooms) =>
  (id) =>
    rooms.some((room) => id.startsWith(join(modules, room, '/')));

/** What the library tells of its page; the server behind it is read when a page is wanted. */
const pageDoor = ['view.js', 'view_options.js', 'index.js'].map((file) => join(modules, 'view', file));

/** What is loaded together, from the ground up: a group takes along what it imports of no group before it. */
const groups = [
  { name: 'errors', test: (id) => errorModules.includes(id) },
  { name: 'settings', test: isIn('settings') },
  {
    name: 'library',
    test: isIn('addon', 'tensor', 'calls', 'autograd', 'ops', 'nn', 'optim', 'io', 'data', 'text'),
  },
  { name: 'training', test: (id) => isIn('training')(id) && id !== workerHost },
  { name: 'projections', test: isIn('projections') },
  { name: 'vectors', test: isIn('vectors') },
  { name: 'language_model', test: isIn('language_model') },
  { name: 'plots', test: isIn('plots') },
  { name: 'distributed', test: isIn('distributed') },
  { name: 'page_door', test: (id) => pageDoor.includes(id) },
  { name: 'tasks_and_page', test: isIn('tasks', 'view') },
];

/** Groups by the names that the bundler gives to their files. */
const chunkNames = {
  ...Object.fromEntries(groups.map(({ name }) => [name, `${name}.js`])),
  'rolldown-runtime': 'runtime.js',
};

/** The doors of the package besides its main one: `lutra/NAME` is lib/entries/NAME.ts. */
const entries = readdirSync(join(root, 'lib', 'entries')).map((file) => `entries/${file.replace(/\.ts$/, '')}`);

/** What a worker begins with: a module that does something when it is loaded, which the library must not. */
const workerHost = join(modules, 'training', 'worker', 'worker_host.js');

/** The library's doors and the command as small files that import large ones, which they share. */
async function bundle(folder) {
  const bundled = await rolldown({
    input: {
      index: join(modules, 'index.js'),
      ...Object.fromEntries(entries.map((entry) => [entry, join(modules, `${entry}.js`)])),
      'cli/main': join(modules, 'cli', 'main.js'),
      'training/worker/worker_host': workerHost,
    },
    cwd: root,
    platform: 'node',
    external: /^[^./]/,
    treeshake: false,
  });
  const { output } = await bundled.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: ({ name }) => chunkNames[name] ?? `cli/${name}.js`,
    codeSplitting: {
      groups: groups.map((group, k) => ({ ...group, priority: groups.length - k })),
    },
    minifyInternalExports: false,
    // Modules print the names of their classes.
    keepNames: true,
  });
  await bundled.close();
  return output.map(({ fileName }) => fileName);
}

/** What browsers get of page/: one script, and the files that stay as they are. */
async function bundlePage(folder) {
  const bundled = await rolldown({ input: join(root, 'page', 'main.ts'), cwd: root, platform: 'browser' });
  await bundled.write({ file: join(folder, 'page', 'page.js'), format: 'esm', minify: true });
  await bundled.close();
  const plain = ['page.html', 'page.css', 'icon.svg'];
  for (const file of plain) copyFileSync(join(root, 'page', file), join(folder, 'page', file));
  return ['page.js', ...plain].map((file) => join('page', file));
}

/** What pictures are drawn with: the parts of echarts that they need, a seventh of it, and a font. Read when one is drawn. */
async function bundleForPlots(folder) {
  const require = createRequire(import.meta.url);
  const entry = join(folder, 'plots', 'entry.mjs');
  mkdirSync(dirname(entry), { recursive: true });
  writeFileSync(
    entry,
    `import { init, setPlatformAPI, use } from 'echarts/core';
import { CustomChart, LineChart, ScatterChart } from 'echarts/charts';
import { GraphicComponent, GridComponent, LegendComponent, TitleComponent, VisualMapContinuousComponent } from 'echarts/components';
import { LegacyGridContainLabel } from 'echarts/features';
import { SVGRenderer } from 'echarts/renderers';
use([CustomChart, LineChart, ScatterChart, GraphicComponent, GridComponent, LegendComponent, TitleComponent,
  VisualMapContinuousComponent, LegacyGridContainLabel, SVGRenderer]);
export { init, setPlatformAPI };
`,
  );
  const bundled = await rolldown({
    input: entry,
    cwd: root,
    platform: 'node',
    // The entry lies in a folder without packages of its own.
    plugins: [
      {
        name: 'from-checkout',
        resolveId: (source) => (/^echarts\/\w+$/.test(source) ? require.resolve(source) : null),
      },
    ],
  });
  await bundled.write({ file: join(folder, 'plots', 'echarts.cjs'), format: 'cjs', minify: true });
  await bundled.close();
  rmSync(entry);
  const echarts = require.resolve('echarts/package.json');
  const fromEcharts = createRequire(echarts);
  const inter = dirname(require.resolve('@expo-google-fonts/inter/package.json'));
  copyFileSync(join(inter, '400Regular', 'Inter_400Regular.ttf'), join(folder, 'plots', 'Inter.ttf'));
  copyFileSync(join(inter, 'LICENSE_FONT'), join(folder, 'plots', 'Inter.LICENSE.txt'));
  const licenses = [
    join(dirname(echarts), 'LICENSE'),
    join(dirname(echarts), 'NOTICE'),
    join(dirname(fromEcharts.resolve('zrender/package.json')), 'LICENSE'),
    join(dirname(fromEcharts.resolve('tslib')), 'LICENSE.txt'),
  ].map((file) => readFileSync(file, 'utf8'));
  writeFileSync(join(folder, 'plots', 'echarts.LICENSE.txt'), licenses.join('\n\n'));
  return ['echarts.cjs', 'echarts.LICENSE.txt', 'Inter.ttf', 'Inter.LICENSE.txt'].map((file) => join('plots', file));
}

mkdirSync(join(root, 'build'), { recursive: true });
const fresh = mkdtempSync(join(root, 'build', 'fresh-'));
try {
  if (compile(fresh)) {
    const compiled = filesUnder(fresh);
    const declarations = compiled.filter((file) => file.endsWith('.d.ts'));
    bringUpToDate(
      modules,
      fresh,
      compiled.filter((file) => file.endsWith('.js')),
    );
    bringUpToDate(join(root, 'dist'), fresh, [
      ...declarations,
      ...(await bundle(fresh)),
      ...(await bundlePage(fresh)),
      ...(await bundleForPlots(fresh)),
    ]);
  } else {
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
