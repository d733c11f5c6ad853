import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
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

  it('names the file that was asked for, never the temporary one', () => {
    const missing = join(directory, 'missing', 'file');
    const failure = (call: () => void) => {
      try {
        call();
      } catch (error) {
        return error as NodeJS.ErrnoException;
      }
      return expect.fail('nothing was thrown');
    };
    const { message, code, path: named } = failure(() => writeFileAtomically(missing, 'x'));
    expect(message).toBe(
      `ENOENT: no such file or directory, write '${missing}'; its folder ${join(directory, 'missing')} does not exist`,
    );
    expect(code).toBe('ENOENT');
    expect(named).toBe(missing);
    const under = failure(() => writeFileAtomically(join(path, 'below'), 'x'));
    expect(under.code).toBe('ENOTDIR');
    expect(under.message).not.toMatch(/\.tmp/);
    mkdirSync(join(directory, 'taken'));
    expect(failure(() => writeFileAtomically(join(directory, 'taken'), 'x')).message).toMatch(/EISDIR.*taken/);
  });

  it('keeps the permissions of a file that it replaces, and gives new ones those that are usual', () => {
    for (const mode of [0o600, 0o640, 0o755]) {
      chmodSync(path, mode);
      writeFileAtomically(path, 'after');
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
    writeFileSync(join(directory, 'usual'), '');
    writeFileAtomically(join(directory, 'new'), 'x');
    expect(statSync(join(directory, 'new')).mode).toBe(statSync(join(directory, 'usual')).mode);
  });

  it('leaves a link a link, and replaces what it leads to', () => {
    mkdirSync(join(directory, 'data'));
    const target = join(directory, 'data', 'target');
    const link = join(directory, 'link');
    symlinkSync(join('data', 'target'), link);
    symlinkSync('link', join(directory, 'second'));
    for (const [i, name] of ['link', 'second'].entries()) {
      writeFileAtomically(join(directory, name), `content ${i}`);
      expect(lstatSync(join(directory, name)).isSymbolicLink()).toBe(true);
      expect(lstatSync(target).isFile()).toBe(true);
      expect(readFileSync(target, 'utf8')).toBe(`content ${i}`);
    }
    expect(readlinkSync(link)).toBe(join('data', 'target'));
    symlinkSync('round', join(directory, 'round'));
    expect(() => writeFileAtomically(join(directory, 'round'), 'x')).toThrow(/ELOOP/);
  });

  it('writes to a pipe or a device as it is', () => {
    expect(() => writeFileAtomically('/dev/null', 'x')).not.toThrow();
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('takes names as long as the system does', () => {
    const long = join(directory, 'ü'.repeat(127));
    writeFileAtomically(long, 'x');
    writeFileAtomically(long, 'y');
    expect(readFileSync(long, 'utf8')).toBe('y');
  });

  it('removes what killed processes left, and nothing else', async () => {
    const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    const name = (pid: number, machine: string) => `.model.pt.lutra-${pid}-${machine}-0123456789ab.tmp`;
    const elsewhere = name(dead, 'deadbeef');
    const old = name(process.pid, 'beefdead');
    for (const file of [name(dead, host), name(process.pid, host), elsewhere, old, '.other.tmp']) {
      writeFileSync(join(directory, file), 'part');
    }
    const twoDaysAgo = Date.now() / 1000 - 2 * 24 * 3600;
    utimesSync(join(directory, old), twoDaysAgo, twoDaysAgo);
    // Another process, as it were: this one has looked at the folder before.
    vi.resetModules();
    const fresh = await import('../../lib/io/atomic_file.js');
    fresh.writeFileAtomically(path, 'after');
    expect(readdirSync(directory).sort()).toEqual([name(process.pid, host), elsewhere, '.other.tmp', 'file'].sort());
  });
});
