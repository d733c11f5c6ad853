import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFileAtomically } from '../../lib/io/atomic_file.js';

const calls: string[] = [];
let failAt: string | null = null;
let largestWrite = Number.POSITIVE_INFINITY;

/** The real file system, with a record of what was called and a failure or short writes on demand. */
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const watched = <A extends unknown[], R>(name: string, real: (...args: A) => R) => {
    return (...args: A): R => {
      calls.push(name);
      if (failAt === name) throw new Error(`${name} failed`);
      return real(...args);
    };
  };
  return {
    ...fs,
    fsyncSync: watched('fsync', fs.fsyncSync),
    renameSync: watched('rename', fs.renameSync),
    writeSync: watched('write', (file: number, bytes: Uint8Array, offset: number, length: number) =>
      fs.writeSync(file, bytes, offset, Math.min(length, largestWrite)),
    ),
  };
});

describe('writeFileAtomically', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'lutra-atomic-'));
    path = join(directory, 'file');
    writeFileAtomically(path, 'before');
    calls.length = 0;
  });
  afterEach(() => {
    failAt = null;
    largestWrite = Number.POSITIVE_INFINITY;
    rmSync(directory, { recursive: true });
  });

  it('flushes the file before it renames it, and the directory after', () => {
    writeFileAtomically(path, 'héllo ', new Uint8Array([33, 10]));
    expect(readFileSync(path, 'utf8')).toBe('héllo !\n');
    expect(calls).toEqual(['write', 'write', 'fsync', 'rename', 'fsync']);
    expect(readdirSync(directory)).toEqual(['file']);
  });

  it('goes on where the system wrote less than asked', () => {
    largestWrite = 3;
    writeFileAtomically(path, 'ten bytes!');
    expect(readFileSync(path, 'utf8')).toBe('ten bytes!');
    expect(calls.filter((name) => name === 'write')).toHaveLength(4);
  });

  it.each(['write', 'fsync', 'rename'])('leaves the old file alone when %s fails', (name) => {
    failAt = name;
    expect(() => writeFileAtomically(path, 'after')).toThrow(`${name} failed`);
    expect(readFileSync(path, 'utf8')).toBe('before');
    expect(readdirSync(directory)).toEqual(['file']);
  });

  it('reports a directory that is missing or in the way', () => {
    expect(() => writeFileAtomically(join(directory, 'missing', 'file'), 'x')).toThrow(/ENOENT/);
    mkdirSync(join(directory, 'taken'));
    expect(() => writeFileAtomically(join(directory, 'taken'), 'x')).toThrow();
    expect(readdirSync(directory).sort()).toEqual(['file', 'taken']);
  });
});
