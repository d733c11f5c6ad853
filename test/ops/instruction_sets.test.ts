import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { cpuInfo } from '../../lib/index.js';

interface Report {
  isa: string;
  threads: number;
  results: { [name: string]: { hash: string; some: (number | string)[] } };
}

const child = fileURLToPath(new URL('instruction_set_child.mjs', import.meta.url));
const addon = ['../../build/Release/lutra.node', '../../build-cmake/Release/lutra.node']
  .map((path) => fileURLToPath(new URL(path, import.meta.url)))
  .find(existsSync)!;

/** What a process of its own computes with an instruction set and a number of threads. */
async function run(isa: string, threads: number): Promise<Report> {
  const env = { ...process.env, LUTRA_ISA: isa, LUTRA_NUM_THREADS: String(threads) };
  const { stdout } = await promisify(execFile)(process.execPath, [child, addon], { env, maxBuffer: 2 ** 28 });
  return JSON.parse(stdout) as Report;
}

/** The first result that differs by more than a few roundings, in words. */
function difference(actual: Report, expected: Report): string | null {
  for (const [name, { some }] of Object.entries(expected.results)) {
    const tolerance = name.includes('Float64') ? 1e-13 : 2e-5;
    for (const [i, value] of some.entries()) {
      const other = actual.results[name].some[i];
      if (other === value) continue;
      const exact = typeof value === 'string' || typeof other === 'string' || /largest|half/.test(name);
      if (exact || Math.abs(value - other) > tolerance * Math.max(1, Math.abs(value))) {
        return `${name}: element ${i} is ${other}, with ${expected.isa} ${value}`;
      }
    }
  }
  return null;
}

describe('instruction sets', () => {
  const { available } = cpuInfo();

  it('all that this machine has run, and agree', async () => {
    const reports = await Promise.all(available.map((isa) => run(isa, 1)));
    expect(reports.map((report) => report.isa)).toEqual(available);
    expect(available).toContain('scalar');
    for (const report of reports.slice(1)) expect(difference(report, reports[0])).toBeNull();
    expect(Object.keys(reports[0].results).length).toBeGreaterThan(200);
  }, 60_000);

  for (const isa of available) {
    it(`${isa}: the same bits with 1, 2 and 8 threads`, async () => {
      const [one, ...more] = await Promise.all([1, 2, 8].map((threads) => run(isa, threads)));
      expect(more.map((report) => report.threads)).toEqual([2, 8]);
      for (const report of more) {
        const changed = Object.keys(one.results).filter((name) => report.results[name].hash !== one.results[name].hash);
        expect(changed).toEqual([]);
      }
    }, 60_000);
  }
});
