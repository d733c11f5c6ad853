// Compiles and links the addon for one target. The objects of a target lie in build-release/objects/TARGET; the compiler keeps
// what it made in build-release/cache, by content, so that only what changed is compiled again.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { clearTimes, undefinedInCoff } from './binary/pe.mjs';
import { entryPoints, isNodeFunction } from './entry_points.mjs';
import { writeNodeFunctions } from './node_functions.mjs';
import { zig } from './zig.mjs';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const workFolder = join(root, 'build-release');
const objects = join(workFolder, 'objects');
export const binaries = join(workFolder, 'binaries');

const require = createRequire(join(root, 'package.json'));
/** Where the packages with headers lie; in a checkout that links node_modules, not in it. */
const modules = dirname(dirname(require.resolve('node-api-headers/package.json')));
const headers = ['node-api-headers', 'node-addon-api'].map((name) =>
  join(dirname(require.resolve(`${name}/package.json`)), name === 'node-api-headers' ? 'include' : '.'),
);

/** Where the binary of a target lies. */
export function binaryOf(target) {
  return join(binaries, target.name, 'lutra.node');
}

export function sources() {
  return readFileSync(join(root, 'native', 'sources.txt'), 'utf8')
    .trim()
    .split(/\s+/);
}

export function compileOptions(target) {
  return [
    ...['-target', target.zig, '-std=c++17', '-O3', '-g0', '-fexceptions', '-ffp-contract=off', '-fno-sanitize=all'],
    ...['-fvisibility=hidden', '-fvisibility-inlines-hidden', '-ffunction-sections', '-fdata-sections'],
    ...(target.os === 'win32' ? ['-D_WIN32_WINNT=0x0A00', '-DNAPI_EXTERN='] : ['-fPIC', '-pthread']),
    ...[
      '-Wall',
      '-Wextra',
      '-Wno-psabi',
      `-ffile-prefix-map=${modules}=node_modules`,
      `-ffile-prefix-map=${root}=.`,
      '-Inative',
    ],
    ...headers.flatMap((folder) => ['-isystem', folder]),
  ];
}

function linkOptions(target) {
  if (target.os === 'linux') {
    const script = join(objects, 'exports.map');
    writeFileSync(script, `{ global: ${entryPoints.join('; ')}; local: *; };\n`);
    return ['-pthread', '-Wl,-z,nodelete', '-ldl', '-Wl,--gc-sections', `-Wl,--version-script=${script}`];
  }
  if (target.os === 'darwin') return ['-Wl,-undefined,dynamic_lookup', '-Wl,-dead_strip'];
  return ['-Wl,--gc-sections'];
}

/** Runs `work` for each item, at most `jobs` at a time; the first failure ends it. */
async function inParallel(items, jobs, work) {
  const left = [...items];
  const worker = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        await work(item);
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
}

function objectOf(target, source) {
  const owner = source.startsWith('native/kernels/') ? (target.kernelsOf ?? target.name) : target.name;
  return join(objects, owner, source.replace(/\.\w+$/, '.o'));
}

async function compile(target, source, object, log) {
  mkdirSync(dirname(object), { recursive: true });
  // The compiler's cache goes by the name of the output, too.
  const unfinished = `${object}.new.o`;
  const { stderr } = await zig(
    ['c++', ...compileOptions(target), '-c', source, '-o', relative(root, unfinished)],
    root,
  );
  renameSync(unfinished, object);
  if (stderr.trim() !== '') log(`${source}: ${stderr.trim()}`);
}

/** Node's functions that the objects call, as an object of their own. */
async function compileNodeFunctions(target, parts, log) {
  const called = new Set(parts.flatMap(({ object }) => undefinedInCoff(readFileSync(object)).filter(isNodeFunction)));
  const { js_native_api_symbols: ofLanguage, node_api_symbols: ofNode } = require('node-api-headers').symbols.v9;
  const unknown = [...called].filter((name) => !ofLanguage.includes(name) && !ofNode.includes(name));
  if (unknown.length > 0) throw new Error(`the addon calls what Node-API 9 has not: ${unknown.join(', ')}`);
  const folder = join(objects, target.name);
  const source = relative(root, writeNodeFunctions(folder, target, [...called].sort()));
  const object = join(folder, 'node_functions.o');
  await compile(target, source, object, log);
  return object;
}

function partsOf(target) {
  return sources().map((source) => ({ source, object: objectOf(target, source) }));
}

/** Compiles a target's sources. A target that takes another's kernels must come after it. */
export async function compileTarget(target, { jobs, log }) {
  const folder = join(objects, target.name, '/');
  const parts = partsOf(target);
  const own = parts.filter(({ object }) => object.startsWith(folder));
  if (parts.some(({ object }) => !object.startsWith(folder) && !existsSync(object))) {
    throw new Error(`${target.name} takes the kernels of ${target.kernelsOf}: build that first`);
  }
  let done = 0;
  let lastLine = Date.now();
  await inParallel(own, jobs, async ({ source, object }) => {
    await compile(target, source, object, log);
    done++;
    if (Date.now() - lastLine > 10_000) {
      lastLine = Date.now();
      log(`${target.name}: ${done} of ${own.length} files`);
    }
  });
}

/** What a platform needs beside the addon's own sources. */
async function compileAdditions(target, parts, log) {
  if (target.os === 'win32') return [await compileNodeFunctions(target, parts, log)];
  if (target.libc !== 'glibc') return [];
  const object = join(objects, target.name, 'thread_exit.o');
  await compile(target, 'scripts/release/thread_exit.cc', object, log);
  return [object];
}

/** Makes the binary of a target, whose sources have been compiled, and returns its path. */
export async function linkTarget(target, { log }) {
  const binary = binaryOf(target);
  mkdirSync(dirname(binary), { recursive: true });
  const parts = partsOf(target);
  const inputs = [...parts.map(({ object }) => object), ...(await compileAdditions(target, parts, log))];
  const unfinished = join(objects, target.name, 'lutra.node');
  rmSync(unfinished, { force: true });
  const files = [...inputs.map((path) => relative(root, path)), '-o', relative(root, unfinished)];
  const args = ['c++', '-target', target.zig, '-O3', '-shared', '-s', ...linkOptions(target), ...files];
  const { stderr } = await zig(args, root);
  if (stderr.trim() !== '') log(`${target.name}: ${stderr.trim()}`);
  if (target.os === 'win32') {
    const bytes = readFileSync(unfinished);
    clearTimes(bytes);
    writeFileSync(unfinished, bytes);
  }
  renameSync(unfinished, binary);
  return binary;
}

export function sha256(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
