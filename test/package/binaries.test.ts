// What the release's checks see in a binary: the one that was built here, and small files laid out by hand for the formats that
// this machine does not make.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Found, inspect } from '../../scripts/release/binary/inspect.mjs';
import { clearTimes, undefinedInCoff } from '../../scripts/release/binary/pe.mjs';
import { mostPackedBytes, problemsOf } from '../../scripts/release/rules.mjs';
import { targetOf, targets } from '../../scripts/release/targets.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const built = join(root, 'build', 'Release', 'lutra.node');
const folder = mkdtempSync(join(tmpdir(), 'lutra-binaries-'));
const entryPoints = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(bytes: Buffer): string {
  const path = join(folder, `library-${Math.random()}`);
  writeFileSync(path, bytes);
  return path;
}

function put(bytes: Buffer, at: number, width: 1 | 2 | 4 | 8, ...values: number[]): void {
  values.forEach((value, i) => {
    if (width === 8) bytes.writeBigUInt64LE(BigInt(value), at + 8 * i);
    else bytes.writeUIntLE(value, at + width * i, width);
  });
}

describe.runIf(process.platform === 'linux')('the binary that was built here', () => {
  it('has the entry points, calls Node-API, and is kept in memory', () => {
    const found = inspect(built);
    expect(found).toMatchObject({
      format: 'ELF',
      cpu: process.arch,
      nodelete: true,
      executableStack: false,
      rpath: [],
    });
    for (const name of entryPoints) expect(found.exports).toContain(name);
    expect(found.imports.map(({ name }) => name)).toContain('napi_create_function');
    expect(found.libraries.some((library) => library.startsWith('libstdc++'))).toBe(true);
  });

  it.runIf(spawnSync('readelf', ['--version']).status === 0)('is read as readelf reads it', () => {
    const lines = execFileSync('readelf', ['--dyn-syms', '--wide', built], { encoding: 'utf8' }).split('\n');
    const undefinedThere = lines.flatMap((line) => / UND (\w+)(?:@(\S+))?/.exec(line)?.slice(1, 3).join('@') ?? []);
    const undefinedHere = inspect(built).imports.map(({ name, version }) => `${name}@${version ?? ''}`);
    expect(undefinedHere.length).toBeGreaterThan(50);
    expect(undefinedHere.sort()).toEqual(undefinedThere.sort());
  });

  it('is not what a release ships: it needs libstdc++ and keeps its symbols', () => {
    const problems = problemsOf(inspect(built), targetOf(process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64'));
    expect(problems.some((problem) => problem.startsWith('needs libstdc++'))).toBe(true);
    expect(problems.some((problem) => problem.includes('.symtab'))).toBe(true);
  });
});

/** A Mach-O library for arm64 with one load command of each kind that is read. */
function machO(): Buffer {
  const bytes = Buffer.alloc(600);
  put(bytes, 0, 4, 0xfeedfacf, 0x0100000c, 0, 6, 4, 0, 0, 0);
  put(bytes, 32, 4, 0x32, 24, 1, 0x000b0000, 0x000d0000, 0); // built for macOS 11.0
  put(bytes, 56, 4, 0x0c, 56, 24); // libSystem
  bytes.write('/usr/lib/libSystem.B.dylib', 56 + 24);
  put(bytes, 112, 4, 0x1d, 16, 0, 0); // a signature
  put(bytes, 128, 4, 2, 24, 200, 4, 300, 200); // four symbols
  const names = ['_napi_throw', '_malloc', '_napi_register_module_v1', '_hidden'];
  const kinds = [
    [0x01, 0, 0xfe00], // undefined, looked for everywhere
    [0x01, 0, 0x0100], // undefined, in the first library
    [0x0f, 1, 0], // defined and exported
    [0x0e, 1, 0], // defined and local
  ];
  let string = 1;
  kinds.forEach(([type, section, description], i) => {
    put(bytes, 200 + 16 * i, 4, string);
    put(bytes, 204 + 16 * i, 1, type, section);
    put(bytes, 206 + 16 * i, 2, description);
    string += bytes.write(`${names[i]}\0`, 300 + string);
  });
  return bytes;
}

/** A Windows library for x64 that imports one function by name and one by number, and exports one. */
function pe(): Buffer {
  const bytes = Buffer.alloc(1024);
  bytes.write('MZ');
  put(bytes, 0x3c, 4, 0x40);
  bytes.write('PE\0\0', 0x40);
  put(bytes, 0x44, 2, 0x8664, 1);
  put(bytes, 0x48, 4, 12345);
  put(bytes, 0x54, 2, 240);
  const optional = 0x58;
  put(bytes, optional + 48, 2, 6, 0);
  put(bytes, optional + 70, 2, 0x40);
  put(bytes, optional + 112, 4, 0x1000, 40, 0x1100, 40); // exports and imports
  const section = optional + 240;
  bytes.write('.rdata', section);
  put(bytes, section + 8, 4, 0x400, 0x1000, 0x200, 0x200);
  const at = (address: number) => address - 0x1000 + 0x200;
  put(bytes, at(0x1018), 4, 1, 0, 0x1040); // one name, and where its address is
  put(bytes, at(0x1040), 4, 0x1050);
  bytes.write('napi_register_module_v1\0', at(0x1050));
  put(bytes, at(0x1100), 4, 0x1140, 0, 0, 0x1180, 0x1140);
  put(bytes, at(0x1140), 8, 0x11a0);
  bytes.writeBigUInt64LE((1n << 63n) | 7n, at(0x1148));
  bytes.write('KERNEL32.dll\0', at(0x1180));
  bytes.write('Sleep\0', at(0x11a2));
  return bytes;
}

describe('libraries of other systems', () => {
  it('Mach-O', () => {
    const found = inspect(fileOf(machO()));
    expect(found).toMatchObject({ format: 'Mach-O', cpu: 'arm64', oldestMacos: '11.0', signed: true });
    expect(found.libraries).toEqual(['/usr/lib/libSystem.B.dylib']);
    expect(found.imports).toEqual([
      { name: 'napi_throw', weak: false, library: null },
      { name: 'malloc', weak: false, library: '/usr/lib/libSystem.B.dylib' },
    ]);
    expect(found.exports).toEqual(['napi_register_module_v1']);
    expect(found.extras).toEqual(['hidden']);
  });

  it('PE', () => {
    const found = inspect(fileOf(pe()));
    expect(found).toMatchObject({ format: 'PE', cpu: 'x64', time: 12345, debug: false, oldestWindows: '6.0' });
    expect(found.libraries).toEqual(['KERNEL32.dll']);
    expect(found.imports.map(({ name }) => name)).toEqual(['Sleep', '#7']);
    expect(found.exports).toEqual(['napi_register_module_v1']);
  });

  it('PE without the times of linking', () => {
    const bytes = pe();
    put(bytes, 0x204, 4, 12345); // of the exports
    clearTimes(bytes);
    expect(inspect(fileOf(bytes))).toMatchObject({ time: 0, exports: ['napi_register_module_v1'] });
    expect(bytes.readUInt32LE(0x204)).toBe(0);
  });

  it('names that a Windows object uses, short and long', () => {
    const bytes = Buffer.alloc(120);
    put(bytes, 8, 4, 20, 3);
    bytes.write('short', 20);
    put(bytes, 36, 1, 2);
    put(bytes, 42, 4, 4); // a long name, at 4 of the strings
    put(bytes, 54, 1, 2);
    bytes.write('defined', 56);
    put(bytes, 68, 2, 1);
    put(bytes, 72, 1, 2);
    bytes.write('napi_create_function\0', 74 + 4);
    expect(undefinedInCoff(bytes)).toEqual(['short', 'napi_create_function']);
  });

  it('refuses what is none', () => {
    expect(() => inspect(fileOf(Buffer.from('text')))).toThrow('not a library of Linux, macOS or Windows');
  });
});

const good: { readonly [os: string]: Partial<Found> } = {
  linux: { format: 'ELF', nodelete: true, executableStack: false },
  darwin: { format: 'Mach-O', oldestMacos: '11.0', signed: true, libraries: ['/usr/lib/libSystem.B.dylib'] },
  win32: { format: 'PE', oldestWindows: '6.0', time: 0, debug: false, dynamicBase: true, libraries: ['KERNEL32.dll'] },
};

/** A binary of a target with nothing wrong in it, but for what `changes` says. */
function found(name: string, changes: Partial<Found> = {}): string[] {
  const target = targetOf(name);
  const libraries = target.libc === 'musl' ? ['libc.so'] : ['libc.so.6'];
  const whole = {
    cpu: target.cpu,
    packedBytes: 1e6,
    libraries,
    imports: [],
    exports: entryPoints,
    extras: [],
    rpath: [],
  };
  return problemsOf({ ...whole, ...good[target.os], ...changes } as Found, target);
}

describe('what a binary must keep', () => {
  it.each(targets.map(({ name }) => name))('nothing is wrong with a good one of %s', (name) => {
    expect(found(name)).toEqual([]);
  });

  it.each<[string, Partial<Found>, string]>([
    ['linux-x64', { cpu: 'arm64' }, 'is for arm64'],
    ['linux-x64', { format: 'PE' }, 'is a file of format PE'],
    ['linux-x64', { packedBytes: mostPackedBytes }, 'has 3.00 MB'],
    ['linux-x64', { libraries: ['libc.so.6', 'libstdc++.so.6'] }, 'needs libstdc++.so.6'],
    ['linux-x64', { imports: [{ name: 'hypotf', version: 'GLIBC_2.35' }] }, 'hypotf needs glibc 2.35'],
    ['linux-x64', { imports: [{ name: '_Znwm', version: 'GLIBCXX_3.4' }] }, "_Znwm is no function of glibc's"],
    ['linux-x64-musl', { libraries: ['libc.so.6'] }, 'needs libc.so.6'],
    ['linux-arm64', { nodelete: false }, 'may be unmapped'],
    ['linux-arm64', { executableStack: true }, 'executable stack'],
    ['linux-arm64', { exports: [...entryPoints, '_Znwm'] }, 'exports _Znwm'],
    ['linux-arm64', { exports: [] }, 'does not export napi_register_module_v1'],
    ['darwin-arm64', { oldestMacos: '13.0' }, 'needs macOS 13.0'],
    ['darwin-arm64', { signed: false }, 'is not signed'],
    ['darwin-x64', { imports: [{ name: 'foo', library: null }] }, 'nobody has foo'],
    ['darwin-x64', { extras: ['local'] }, 'should be stripped: local'],
    ['win32-x64', { imports: [{ name: 'napi_throw', library: 'node.exe' }] }, 'napi_throw is asked of node.exe'],
    ['win32-arm64', { libraries: ['libstdc++-6.dll'] }, 'needs libstdc++-6.dll'],
    ['win32-arm64', { debug: true }, 'debug directory'],
    ['win32-x64', { time: 12345 }, 'time of its linking'],
    ['win32-x64', { exports: [...entryPoints, 'other'] }, 'exports other'],
  ])('%s %j: %s', (name, changes, problem) => {
    expect(found(name, changes).join('\n')).toContain(problem);
  });

  it.each([
    ['2.17', 0],
    ['2.4', 0],
    ['2.2.5', 0],
    ['2.17.1', 1],
    ['2.18', 1],
    ['3.0', 1],
  ])('glibc %s', (version, problems) => {
    expect(found('linux-x64', { imports: [{ name: 'f', version: `GLIBC_${version}` }] })).toHaveLength(problems);
  });
});

const released = (name: string) => join(root, 'build-release', 'binaries', name, 'lutra.node');
const there = targets.filter(({ name }) => existsSync(released(name)));

describe.runIf(there.length > 0)('the binaries of a release, where they are', () => {
  it.each(there)('$name', (target) => expect(problemsOf(inspect(released(target.name)), target)).toEqual([]));
});
