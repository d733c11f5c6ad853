import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { lutra, type Peer } from './peers.js';

/**
 * The library on another addon than the one that was built, as a peer: a copy of the package with that file in it.
 * @throws Error when there is no such file
 */
export function otherAddon(root: string, file: string): Peer {
  if (!existsSync(file)) throw new Error(`--addon: there is no file ${file}`);
  const folder = mkdtempSync(join(tmpdir(), 'lutra-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const part of ['dist', join('build', 'bench'), 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  mkdirSync(join(folder, 'build', 'Release'), { recursive: true });
  copyFileSync(resolve(file), join(folder, 'build', 'Release', 'lutra.node'));
  return { ...lutra(folder), name: file.length > 32 ? `…${file.slice(-31)}` : file };
}
