// Every function of the addon, called with nothing, with wrong kinds and with damaged arguments (native_garbage.mjs):
// only typed errors come out, nothing is written outside the arrays given, and the process survives.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const script = join(here, 'native_garbage.mjs');
const addon = join(here, '..', '..', 'build', 'Release', 'lutra.node');

describe('native functions given garbage', () => {
  it.each([1, 2])('throw typed errors and do no damage (seed %i)', { timeout: 300_000 }, async (seed) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, addon, '200', String(seed)]);
    const { functions, calls, accepted, problems } = JSON.parse(stdout) as {
      functions: number;
      calls: number;
      accepted: number;
      problems: string[];
    };
    expect(problems).toEqual([]);
    expect(functions).toBe(Object.keys(createRequire(import.meta.url)(addon)).length);
    // The calls are damaged ones of a kind that passes the first checks: a good part still gets through to a kernel.
    expect(accepted).toBeGreaterThan(calls / 10);
  });
});
