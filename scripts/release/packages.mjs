// The tarballs that a release publishes, in build-release/packages: one for each platform, with its binary, and the library's, which
// names those as optional dependencies. npm installs the one whose os, cpu and libc fit, and no script runs.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { binaryPackage } from '../../build/lib/addon/load.js';
import { binaryOf, root, sha256, workFolder } from './compile.mjs';
import { oldest, targets } from './targets.mjs';

export const packages = join(workFolder, 'packages');

function npm(args, cwd) {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}

/** Packs a folder. @returns {{ path: string, bytes: number }} */
function pack(folder) {
  const [{ filename, size }] = JSON.parse(
    npm(['pack', '--json', '--silent', '--ignore-scripts', '--pack-destination', packages], folder),
  );
  return { path: join(packages, filename), bytes: size };
}

const needed = {
  glibc: `glibc ${oldest.glibc} or later`,
  musl: 'musl',
  darwin: `macOS ${oldest.macos} or later`,
  win32: 'Windows 10 or later',
};

/** The package.json of a platform's package. */
export function platformPackage(target, { name, version, license, engines, repository, homepage }) {
  return {
    name: binaryPackage(target.name),
    version,
    description: `The native binary of ${name} for ${target.name} (${needed[target.libc ?? target.os]})`,
    license,
    ...(repository && { repository }),
    ...(homepage && { homepage }),
    engines,
    os: [target.os],
    cpu: [target.cpu],
    ...(target.libc && { libc: [target.libc] }),
    main: './lutra.node',
    files: ['lutra.node'],
    publishConfig: { access: 'public' },
  };
}

/** The library's package.json as it is published: what a checkout needs is left out, the platforms' packages are named. */
export function libraryPackage({ devDependencies, scripts, ...content }) {
  const ofPlatforms = targets.map((target) => [binaryPackage(target.name), content.version]);
  return { ...content, optionalDependencies: Object.fromEntries(ofPlatforms) };
}

function packPlatform(target, content) {
  const folder = join(packages, target.name);
  mkdirSync(folder, { recursive: true });
  cpSync(binaryOf(target), join(folder, 'lutra.node'));
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  writeJson(join(folder, 'package.json'), platformPackage(target, content));
  const text =
    `# ${binaryPackage(target.name)}\n\nThe native binary of [${content.name}](https://www.npmjs.com/package/${content.name}) for ` +
    `${target.name}: ${needed[target.libc ?? target.os]}. It is installed with that package, and has no use of its own.\n\n` +
    `SHA-256 of lutra.node: \`${sha256(binaryOf(target))}\`\n\n` +
    'It contains parts of the LLVM project (libc++, libc++abi, libunwind), under the Apache License 2.0 with LLVM exceptions.\n';
  writeFileSync(join(folder, 'README.md'), text);
  return pack(folder);
}

function packLibrary(content) {
  const folder = join(packages, content.name);
  const [{ files }] = JSON.parse(npm(['pack', '--dry-run', '--json', '--silent', '--ignore-scripts'], root));
  for (const { path } of files.filter(({ path: file }) => !file.startsWith('prebuilds/'))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path));
  }
  writeJson(join(folder, 'package.json'), libraryPackage(content));
  return pack(folder);
}

/**
 * Makes every package, the platforms' first: they must be published before the library.
 * @returns {{ path: string, bytes: number }[]}
 * @throws Error when a binary is missing
 */
export function makePackages() {
  const missing = targets.filter((target) => !existsSync(binaryOf(target))).map(({ name }) => name);
  if (missing.length > 0) throw new Error(`there is no binary for ${missing.join(', ')}: npm run prebuild -- --all`);
  const content = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  rmSync(packages, { recursive: true, force: true });
  mkdirSync(packages, { recursive: true });
  return [...targets.map((target) => packPlatform(target, content)), packLibrary(content)];
}
