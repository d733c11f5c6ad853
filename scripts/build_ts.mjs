// Compiles lib/ into dist/. Only files whose content changed are replaced, each in one step, and files whose source is
// gone are removed: a program that runs from dist/ meanwhile never sees half a file, nor does a package get stale ones.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { addArgumentChecks, surfaceOf } from './argument_checks.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

function sameContent(a, b) {
  return existsSync(b) && readFileSync(a).equals(readFileSync(b));
}

mkdirSync(join(root, 'build'), { recursive: true });
const fresh = mkdtempSync(join(root, 'build', 'dist-'));
try {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh, '--noEmitOnError'];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    process.exitCode = 1;
  } else {
    const files = new Set(filesUnder(fresh));
    const surface = surfaceOf(join(root, 'lib'));
    for (const file of files) {
      if (file.endsWith('.js')) {
        const path = join(fresh, file);
        writeFileSync(path, addArgumentChecks(readFileSync(path, 'utf8'), file, surface));
      }
      if (sameContent(join(fresh, file), join(dist, file))) continue;
      mkdirSync(dirname(join(dist, file)), { recursive: true });
      renameSync(join(fresh, file), join(dist, file));
    }
    for (const file of filesUnder(dist)) {
      if (!files.has(file)) rmSync(join(dist, file));
    }
  }
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
