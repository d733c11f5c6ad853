// Checks (or, with --write, applies) clang-format on every C++ file that git knows or would add.
import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

const list = [
  'ls-files',
  '--cached',
  '--others',
  '--exclude-standard',
  '--',
  'native/*.cc',
  'native/*.h',
  'bench/*.cc',
];
const files = execFileSync('git', list, { encoding: 'utf8' }).split('\n').filter(Boolean);
const clangFormat = createRequire(import.meta.url).resolve('clang-format');
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
if (files.length > 0) {
  const result = spawnSync(process.execPath, [clangFormat, ...mode, ...files], { stdio: 'inherit' });
  process.exitCode = result.status ?? 1;
}
