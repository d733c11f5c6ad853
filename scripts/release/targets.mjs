// The platforms that a release has binaries for, by the names that lib/addon/load.ts gives them.

/**
 * @typedef {object} Target
 * @property {string} name what platformName() says there
 * @property {string} zig the compiler's name for it, with the oldest C library or system that it must run on
 * @property {'linux' | 'darwin' | 'win32'} os
 * @property {'x64' | 'arm64'} cpu
 * @property {'glibc' | 'musl'} [libc]
 * @property {string} [kernelsOf] the target whose objects of native/kernels it takes: they are arithmetic, and name nothing but
 *   functions that both C libraries have under one name
 */

/** @type {readonly Target[]} */
export const targets = [
  { name: 'linux-x64', zig: 'x86_64-linux-gnu.2.17', os: 'linux', cpu: 'x64', libc: 'glibc' },
  { name: 'linux-arm64', zig: 'aarch64-linux-gnu.2.17', os: 'linux', cpu: 'arm64', libc: 'glibc' },
  { name: 'linux-x64-musl', zig: 'x86_64-linux-musl', os: 'linux', cpu: 'x64', libc: 'musl', kernelsOf: 'linux-x64' },
  {
    name: 'linux-arm64-musl',
    zig: 'aarch64-linux-musl',
    os: 'linux',
    cpu: 'arm64',
    libc: 'musl',
    kernelsOf: 'linux-arm64',
  },
  { name: 'darwin-x64', zig: 'x86_64-macos.11.0', os: 'darwin', cpu: 'x64' },
  { name: 'darwin-arm64', zig: 'aarch64-macos.11.0', os: 'darwin', cpu: 'arm64' },
  { name: 'win32-x64', zig: 'x86_64-windows-gnu', os: 'win32', cpu: 'x64' },
  { name: 'win32-arm64', zig: 'aarch64-windows-gnu', os: 'win32', cpu: 'arm64' },
];

/** The oldest versions that the binaries run on; `npm run prebuild -- --verify` holds them to it. */
export const oldest = { glibc: '2.17', macos: '11.0', windows: '10.0' };

/** @throws Error naming the targets that there are. */
export function targetOf(name) {
  const target = targets.find((each) => each.name === name);
  if (target !== undefined) return target;
  throw new Error(`no target is called ${name}: there are ${targets.map((each) => each.name).join(', ')}`);
}
