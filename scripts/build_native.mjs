// Builds the addon with node-gyp into build/Release. Configures only when needed, and lets one build run at a time, so
// that several terminals (or test runs) never compile over each other.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compileProgress } from './compile_progress.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, 'build.lock');
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');

function sleep(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

// The lock is a file that holds its owner's process id; one whose owner was killed is moved away by whoever finds it.
function acquireLock() {
  for (let tries = 0; ; tries++) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    let owner = '';
    try {
      owner = readFileSync(lock, 'utf8');
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
    if (owner !== '' && !isAlive(Number(owner))) {
      const abandoned = `${lock}.${process.pid}`;
      renameSync(lock, abandoned);
      if (readFileSync(abandoned, 'utf8') === owner) rmSync(abandoned);
      else renameSync(abandoned, lock);
    } else {
      if (tries === 10) process.stderr.write(`build:native: waiting for the build of process ${owner}\n`);
      sleep(300);
    }
  }
}

// Node's own headers usually lie beside its binary; node-gyp would download them otherwise.
const prefix = dirname(dirname(process.execPath));
const hasHeaders = existsSync(join(prefix, 'include', 'node', 'node_api.h'));
const nodedir = hasHeaders && !process.env.npm_config_nodedir ? [`--nodedir=${prefix}`] : [];

/** Runs node-gyp, calls onLine with each line that it prints, and returns what it printed. */
async function gyp(args, onLine = () => {}) {
  const child = spawn(process.execPath, [nodeGyp, ...args, ...nodedir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines = [];
  for (const output of [child.stdout, child.stderr]) {
    createInterface({ input: output }).on('line', (line) => {
      lines.push(line);
      onLine(line);
    });
  }
  const status = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (status !== 0) {
    process.stderr.write(`\n${lines.join('\n')}\n`);
    throw new Error(`node-gyp ${args.join(' ')} failed`);
  }
  return lines;
}

/** The sources that the build will compile: make says so without doing it; elsewhere all, where nothing is built yet. */
function sourcesToCompile() {
  const sources = readFileSync(join(root, 'native', 'sources.txt'), 'utf8')
    .trim()
    .split(/\s+/);
  const plan = spawnSync('make', ['-n', '-C', join(root, 'build'), 'BUILDTYPE=Release'], {
    encoding: 'utf8',
    maxBuffer: 256 * 2 ** 20,
  });
  if (plan.status !== 0) return existsSync(join(root, 'build', 'Release', 'lutra.node')) ? [] : sources;
  return sources.filter((source) => plan.stdout.includes(`${source.replace(/\.cc$/, '.o')} ../${source}`));
}

acquireLock();
try {
  const stamp = createHash('sha256');
  stamp.update(JSON.stringify([process.version, process.arch, root, process.env.CXX, process.env.CXXFLAGS]));
  for (const file of ['binding.gyp', 'native/sources.txt', 'package.json'])
    stamp.update(readFileSync(join(root, file)));
  const configuration = stamp.digest('hex');
  const stampFile = join(root, 'build', 'configured');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== configuration) {
    await gyp(['configure', '--loglevel=warn']);
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, configuration);
  }
  const threads = availableParallelism();
  const sources = sourcesToCompile();
  const progress = sources.length > 1 ? compileProgress(root, sources) : null;
  progress?.start(threads);
  const output = await gyp(['build', '--loglevel=warn', `--jobs=${threads}`], progress?.read);
  progress?.finish();
  const warnings = output.filter((line) => /warning:/.test(line));
  if (warnings.length > 0) process.stderr.write(`${warnings.join('\n')}\n`);
} catch (error) {
  process.stderr.write(`build:native: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(lock, { recursive: true, force: true });
}
