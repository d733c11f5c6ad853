// What a binary must keep to run everywhere that its package may be installed.
import { entryPoints, isNodeFunction } from './entry_points.mjs';
import { oldest } from './targets.mjs';

/** Of a binary as it is downloaded, packed by gzip. */
export const mostPackedBytes = 3e6;
const formats = { linux: 'ELF', darwin: 'Mach-O', win32: 'PE' };

/** Libraries that every system has, and that may be named. The C++ library is inside the binary. */
const libraries = {
  glibc: /^(lib(c|m|pthread|dl|rt)\.so\.\d|ld-linux-[\w-]+\.so\.\d)$/,
  musl: /^libc\.so$/,
  darwin: /^\/usr\/lib\/libSystem\.B\.dylib$/,
  win32: /^(kernel32|ntdll|msvcrt|api-ms-win-crt-[\w-]+)\.dll$/i,
};

/** Whether a version is above a limit, number by number. */
const isNewer = (version, limit) => {
  const [a, b] = [version, limit].map((text) => text.split('.').map(Number));
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) > (b[i] ?? 0);
  }
  return false;
};

function problemsOfImports(found, target) {
  const problems = [];
  for (const { name, version, library, weak } of found.imports) {
    const isNode = isNodeFunction(name);
    if (isNode && target.os === 'win32') problems.push(`${name} is asked of ${library}, not of the program that runs`);
    if (isNode && target.os === 'darwin' && library !== null) problems.push(`${name} is asked of ${library}`);
    if (target.os === 'darwin' && !isNode && library === null) problems.push(`nobody has ${name}`);
    if (target.libc === 'glibc' && !isNode && !weak) {
      const glibc = /^GLIBC_([\d.]+)$/.exec(version ?? '')?.[1];
      if (glibc === undefined) problems.push(`${name} is no function of glibc's (version ${version})`);
      else if (isNewer(glibc, oldest.glibc)) problems.push(`${name} needs glibc ${glibc}`);
    }
    if (target.libc === 'musl' && version !== undefined) problems.push(`${name} asks for version ${version}`);
  }
  return problems;
}

/**
 * @param {ReturnType<import('./binary/inspect.mjs').inspect>} found
 * @param {import('./targets.mjs').Target} target
 * @returns {string[]} what is wrong, in words
 */
export function problemsOf(found, target) {
  if (found.format !== formats[target.os]) return [`is a file of format ${found.format}`];
  const problems = problemsOfImports(found, target);
  const expect = (right, problem) => right || problems.push(problem);
  expect(found.cpu === target.cpu, `is for ${found.cpu}`);
  expect(found.packedBytes < mostPackedBytes, `has ${(found.packedBytes / 1e6).toFixed(2)} MB when it is packed`);
  const allowed = libraries[target.libc ?? target.os];
  for (const library of found.libraries) expect(allowed.test(library), `needs ${library}`);
  expect(found.libraries.length > 0, 'names no library');
  for (const name of entryPoints) expect(found.exports.includes(name), `does not export ${name}`);
  // On Windows the unwinder's own functions are exported as well; names of one library can't take another's place there.
  const isUnwinder = (name) => target.os === 'win32' && /^(_Unwind_|unw_|_GCC_specific_handler$)/.test(name);
  for (const name of found.exports) expect(entryPoints.includes(name) || isUnwinder(name), `exports ${name}`);
  expect(found.extras.length === 0, `holds what should be stripped: ${found.extras.slice(0, 5).join(', ')}`);
  expect((found.rpath ?? []).length === 0, `looks for libraries in ${found.rpath}`);
  if (target.os === 'linux') {
    expect(found.nodelete, 'may be unmapped while its threads run');
    expect(!found.executableStack, 'wants an executable stack');
  } else if (target.os === 'darwin') {
    expect(!isNewer(found.oldestMacos, oldest.macos), `needs macOS ${found.oldestMacos}`);
    expect(found.oldestMacos !== '', 'does not say which macOS it needs');
    expect(found.signed || target.cpu !== 'arm64', 'is not signed');
  } else {
    expect(!isNewer(found.oldestWindows, oldest.windows), `needs Windows ${found.oldestWindows}`);
    expect(!found.debug, 'has a debug directory');
    expect(found.time === 0, 'holds the time of its linking');
    expect(found.dynamicBase, 'can not be moved in memory');
  }
  return problems;
}

/** A line on what a binary needs: libraries, and the newest version among them. */
export function needsOf(found, target) {
  const parts = [found.libraries.join(', ')];
  if (target.libc === 'glibc') {
    const versions = found.imports.flatMap(({ version }) => (version?.startsWith('GLIBC_') ? [version.slice(6)] : []));
    parts.push(`glibc ${versions.reduce((a, b) => (isNewer(b, a) ? b : a), '0')}`);
  }
  if (target.os === 'darwin') parts.push(`macOS ${found.oldestMacos}`);
  const ofNode = found.imports.filter(({ name }) => isNodeFunction(name)).length;
  if (ofNode > 0) parts.push(`${ofNode} functions of Node-API`);
  parts.push(`${found.imports.length - ofNode} others`);
  return parts.join('; ');
}
