// Builds the addon with node-gyp into build/Release. Configures only when needed, and lets one build run at a time, so
// that several terminals (or test runs) never compile over each other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

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

function gyp(...args) {
  const result = spawnSync(process.execPath, [nodeGyp, ...args, ...nodedir], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: 256 * 2 ** 20,
  });
  if (result.status !== 0) {
    process.stderr.write(result.stdout);
    process.stderr.write(result.stderr);
    throw new Error(`node-gyp ${args.join(' ')} failed`);
  }
  return `${result.stdout}${result.stderr}`;
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
    gyp('configure', '--loglevel=warn');
    mkdirSync(dirname(stampFile), { recursive: true });
    writeFileSync(stampFile, configuration);
  }
  const output = gyp('build', '--loglevel=warn', `--jobs=${availableParallelism()}`);
  const warnings = output.split('\n').filter((line) => /warning:/.test(line));
  if (warnings.length > 0) process.stderr.write(`${warnings.join('\n')}\n`);
} catch (error) {
  process.stderr.write(`build:native: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(lock, { recursive: true, force: true });
}
