// Puts the addon that was just built where a package carries it: prebuilds/PLATFORM/lutra.node, without symbols.
// `npm pack` calls this before packing, and with --clean after it: the checkout itself runs what build/ holds.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { platformName } from '../build/lib/addon/load.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const prebuilds = join(root, 'prebuilds');
const folder = join(prebuilds, platformName());

if (process.argv.includes('--clean')) {
  rmSync(folder, { recursive: true, force: true });
  if (existsSync(prebuilds) && readdirSync(prebuilds).length === 0) rmdirSync(prebuilds);
} else {
  const binary = join(folder, 'lutra.node');
  const unfinished = `${binary}.${process.pid}`;
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(root, 'build', 'Release', 'lutra.node'), unfinished);
  const options = { linux: ['--strip-unneeded'], darwin: ['-x'] }[process.platform];
  const stripped = options && spawnSync('strip', [...options, unfinished], { encoding: 'utf8' });
  if (stripped && stripped.status !== 0) {
    process.stderr.write(`pack: the binary keeps its symbols: ${stripped.error?.message ?? stripped.stderr}\n`);
  }
  renameSync(unfinished, binary);
}
