import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { hasGlibc } from '../../lib/addon/c_library.js';

const folder = mkdtempSync(join(tmpdir(), 'lutra-elf-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The beginning of a program that names a dynamic linker, at the place where linkers put the name. */
function program(linker: string): string {
  const path = join(folder, 'program');
  writeFileSync(path, Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(788), Buffer.from(`${linker}\0\0`)]));
  return path;
}

describe.runIf(process.platform === 'linux')('the C library of a process', () => {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const reported = header.glibcVersionRuntime !== undefined;

  it('is what the process report says', () => {
    expect(hasGlibc()).toBe(reported);
  });

  it.each([
    ['/lib64/ld-linux-x86-64.so.2', true],
    ['/lib/ld-linux-aarch64.so.1', true],
    ['/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2', true],
    ['/lib/ld-musl-x86_64.so.1', false],
    ['/lib/ld-musl-aarch64.so.1', false],
  ])('is known by the dynamic linker %s', (linker, glibc) => {
    expect(hasGlibc(program(linker))).toBe(glibc);
  });

  it('is looked up in the report where the program says nothing', () => {
    expect(hasGlibc(program(''))).toBe(reported);
    expect(hasGlibc(join(folder, 'absent'))).toBe(reported);
  });
});
