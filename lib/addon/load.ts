import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasGlibc } from './c_library.js';

// Not imported: webpack would put a stand-in of its own in place of what it makes.
const { createRequire } = process.getBuiltinModule('node:module');

/** The folder under prebuilds/ whose binary fits this process: linux-x64, linux-arm64-musl, darwin-arm64, … */
export function platformName(): string {
  const { platform, arch } = process;
  return platform === 'linux' && !hasGlibc() ? `${platform}-${arch}-musl` : `${platform}-${arch}`;
}

const packageName = 'lutra';
/** The version of this code, by which a bundle knows whether the binary that it finds is its own. */
const version = '0.1.0';

interface Package {
  readonly name?: unknown;
  readonly version?: unknown;
}

/** The file from which packages are searched: this one, or in a bundle that keeps no places the program that runs. */
function thisFile(): string {
  const { url } = import.meta as { url?: string };
  if (typeof url === 'string' && url.startsWith('file:')) return fileURLToPath(url);
  return process.argv[1] ?? join(process.cwd(), 'program.js');
}

function readPackage(folder: string): Package | null {
  const path = join(folder, 'package.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Package) : null;
}

/** The folder of this package above a file, or null when the nearest package is another one. */
function rootAbove(file: string): string | null {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = readPackage(folder);
    if (found !== null) return found.name === packageName ? folder : null;
    if (dirname(folder) === folder) return null;
  }
}

/** The folder of this package where a file would import it from, or null when it is not installed there. */
function installedRoot(file: string): string | null {
  try {
    return dirname(createRequire(file).resolve(`${packageName}/package.json`));
  } catch {
    return null;
  }
}

/** The folder of this package. @throws Error saying what a bundle needs. */
export function packageRoot(): string {
  const file = thisFile();
  const own = rootAbove(file);
  if (own !== null) return own;
  // The code has been put into a bundle, which the binary can't be part of.
  const advice =
    `Tell the bundler to leave ${packageName} out (esbuild --external:${packageName}, rollup and vite external: ['${packageName}'], ` +
    `webpack externals) and install ${packageName} where the bundle runs.`;
  const installed = installedRoot(file);
  if (installed === null) {
    throw new Error(
      `${packageName} ${version} runs inside a bundle (${file}) and finds no node_modules/${packageName} with its native binary.\n${advice}`,
    );
  }
  const found = readPackage(installed)?.version;
  if (found === version) return installed;
  throw new Error(
    `${packageName} ${version} runs inside a bundle (${file}), but ${installed} is version ${String(found)}, whose binary does not fit.\n${advice}`,
  );
}

/** The platforms that a release has a package with a binary for. */
const platforms = [
  'linux-x64',
  'linux-arm64',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64',
  'win32-arm64',
];

/** The package, an optional dependency of this one, that holds the binary for a platform. */
export function binaryPackage(platform: string): string {
  return `@lutra/${platform}`;
}

/** The binary of the platform's own package where `require` finds that package; a failure when its version is another. */
function packagedBinary(require: NodeJS.Require, platform: string): { path: string; failure: string | null } | null {
  let folder: string;
  try {
    folder = dirname(require.resolve(`${binaryPackage(platform)}/package.json`));
  } catch {
    return null;
  }
  const found = readPackage(folder)?.version;
  const path = join(folder, 'lutra.node');
  return { path, failure: found === version ? null : `${folder}: is version ${String(found)}, not ${version}` };
}

/** What a user can do where no binary was found. */
function advice(root: string, platform: string, hasPackage: boolean): string {
  const build = `build it (this takes a C++ compiler, make and Python) with:  cd ${JSON.stringify(root)} && npx node-gyp rebuild`;
  if (!platforms.includes(platform)) return `There are binaries for ${platforms.join(', ')}; elsewhere ${build}`;
  const name = binaryPackage(platform);
  const cause = hasPackage
    ? ''
    : `The package ${name}, which holds it, is not installed: were optional dependencies left out (--omit=optional, ` +
      '--no-optional), or node_modules or the lock file made on another platform?\n';
  return `${cause}Install it with:  npm install ${name}@${version}\nOr ${build}`;
}

/**
 * Loads the addon: the package's own binary for this platform if there is one, then that of the platform's package, else what a
 * local build made.
 * @throws Error naming the platform, what was tried and the commands that bring a binary, when none loads, or what a bundle needs.
 */
export function loadAddon(): unknown {
  const root = packageRoot();
  const require = createRequire(join(root, 'package.json'));
  const platform = platformName();
  const packaged = packagedBinary(require, platform);
  const failures = packaged?.failure ? [packaged.failure] : [];
  const candidates = [
    join(root, 'prebuilds', platform, 'lutra.node'),
    ...(packaged?.failure === null ? [packaged.path] : []),
    join(root, 'build', 'Release', 'lutra.node'),
    join(root, 'build-cmake', 'Release', 'lutra.node'),
  ];
  for (const path of candidates) {
    if (!existsSync(path)) continue;
    try {
      return require(path);
    } catch (error) {
      failures.push(`${path}: ${(error as Error).message}`);
    }
  }
  const found = failures.length > 0 ? `What was found did not load:\n  ${failures.join('\n  ')}\n` : '';
  throw new Error(
    `lutra ${version} has no native binary for ${platform} (Node ${process.version}).\n${found}` +
      advice(root, platform, packaged !== null),
  );
}
