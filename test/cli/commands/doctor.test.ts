import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cpuInfo } from '../../../lib/index.js';
import { commandIn, workFolder } from '../runs/command.js';

const folder = workFolder('doctor');
const lutra = commandIn(folder);
const root = new URL('../../../', import.meta.url).pathname;

describe('lutra doctor', { timeout: 120_000 }, () => {
  test('tells of this machine, and that it computes rightly', () => {
    const { code, out, err } = lutra(['doctor', '--json']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const report = JSON.parse(out);
    expect(report).toMatchObject({
      node: { version: process.version, fits: true },
      addon: { error: null },
      lutra: { isa: cpuInfo().isa, threads: 1 },
      healthy: true,
    });
    expect(report.addon.path).toMatch(/lutra\.node$/);
    expect(report.selfTest.map(({ passed }: { passed: boolean }) => passed)).toEqual([true, true, true, true, true]);
    expect(report.selfTest[0].detail).toMatch(/GFLOP\/s/);
  });

  test('says what to do where there is no addon', () => {
    const copy = join(folder, 'copy');
    mkdirSync(copy);
    for (const name of ['dist', 'package.json']) cpSync(join(root, name), join(copy, name), { recursive: true });
    mkdirSync(join(copy, 'node_modules'));
    cpSync(join(root, 'node_modules', 'commander'), join(copy, 'node_modules', 'commander'), { recursive: true });
    const { status, stdout } = spawnSync(process.execPath, [join(copy, 'dist/cli/main.js'), 'doctor'], {
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stdout).toContain('Addon     not loaded:');
    expect(stdout).toContain('npx node-gyp rebuild');
    expect(stdout).toContain('Something is wrong');
  });
});
