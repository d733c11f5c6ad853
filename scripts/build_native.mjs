// Builds the addon with node-gyp into build/Release. Configures only when needed, and lets one build run at a time, so
// that several terminals (or test runs) never compile over each other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const lock = join(root, 'build.lock');
const nodeGyp = createRequire(import.meta.url).resolve('node-gyp/bin/node-gyp.js');

function acquire() {
  for (;;) {
    try {
      mkdirSync(lock);
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (age > 15 * 60_000) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
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
  });
  if (result.status !== 0) {
    process.stderr.write(result.stdout);
    process.stderr.write(result.stderr);
    throw new Error(`node-gyp ${args.join(' ')} failed`);
  }
  return `${result.stdout}${result.stderr}`;
}

acquire();
try {
  const inputs = ['binding.gyp', 'native/sources.txt', 'package.json'].map((f) => readFileSync(join(root, f)));
  const stamp = createHash('sha256').update(process.version).update(Buffer.concat(inputs)).digest('hex');
  const stampFile = join(root, 'build', 'configured');
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    gyp('configure', '--loglevel=warn');
    writeFileSync(stampFile, stamp);
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
