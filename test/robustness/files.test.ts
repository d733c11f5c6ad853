import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import * as library from '../../lib/index.js';
import { type ZipFile, zipParts } from '../../lib/io/zip/writer.js';
import { bombs } from './fuzz/files/bombs.mjs';
import { fuzzFiles } from './fuzz/files/fuzz.mjs';

const child = new URL('fuzz/files/bomb_child.mjs', import.meta.url).pathname;
const modules = new URL('../../build/lib/', import.meta.url).href;
const folder = mkdtempSync(join(tmpdir(), 'lutra-bombs-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('damaged and made-up files are read, or refused with a typed error', () => {
  test.each([1, 2, 3, 4])('by seed %i', async (seed) => {
    expect(await fuzzFiles(library, zipParts, { count: 5000, seed })).toMatch(/^\d+ read, \d+ refused/);
  });
});

describe('a file that describes more than it holds takes no more than twice its size and 100 MB', () => {
  const zip = (files: ZipFile[], compress: boolean) => Buffer.concat(zipParts(files, compress));

  test.each(Object.entries(bombs))('%s', async (name, [reader, make, options]) => {
    const path = join(folder, name.replaceAll(' ', '_'));
    const content = make(zip);
    writeFileSync(path, content);
    const args = [child, modules, reader, path, ...(options === undefined ? [] : [options.names])];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    rmSync(path);
    const { outcome, seconds, bytes, length } = JSON.parse(stdout);
    expect(outcome).toBe(name.endsWith('that fits') ? 'read' : 'refused');
    expect(bytes).toBeLessThan(2 * content.byteLength + 100e6);
    expect(seconds).toBeLessThan(20);
    expect(length).toBeLessThan(2000);
  });
});
