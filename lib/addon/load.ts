import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasGlibc } from './c_library.js';

/** The folder under prebuilds/ whose binary fits this process: linux-x64, linux-arm64-musl, darwin-arm64, … */
export function platformName(): string {
  const { platform, arch } = process;
  return platform === 'linux' && !hasGlibc() ? `${platform}-${arch}-musl` : `${platform}-${arch}`;
}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error('lutra: its package.json was not found above the library');
    folder = parent;
  }
  return folder;
}

/**
 * Loads the addon: the package's own binary for this platform if there is one, else what a local build made.
 * @throws Error naming the platform, what was tried and the command that builds it, when none loads.
 */
export function loadAddon(): unknown {
  const root = packageRoot();
  const require = createRequire(import.meta.url);
  const platform = platformName();
  const candidates = [
    join(root, 'prebuilds', platform, 'lutra.node'),
    join(root, 'build', 'Release', 'lutra.node'),
    join(root, 'build-cmake', 'Release', 'lutra.node'),
  ];
  const failures: string[] = [];
  for (const path of candidates) {
    if (!existsSync(path)) continue;
    try {
      return require(path);
    } catch (error) {
      failures.push(`${path}: ${(error as Error).message}`);
    }
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const found = failures.length > 0 ? `What was found did not load:\n  ${failures.join('\n  ')}\n` : '';
  throw new Error(
    `lutra ${version} has no native binary for ${platform} (Node ${process.version}).\n${found}` +
      `Build it (this takes a C++ compiler, make and Python) with:  cd ${JSON.stringify(root)} && npx node-gyp rebuild`,
  );
}
