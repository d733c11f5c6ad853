// Memory that another thread writes during every operation: values are anybody's guess, the process lives, and what
// decides how far memory is touched is read once.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { asTensor } from '../../lib/index.js';

const here = dirname(fileURLToPath(import.meta.url));
const library = pathToFileURL(join(here, '..', '..', 'dist', 'index.js')).href;

describe('memory that another thread writes', () => {
  it('crashes no operation', { timeout: 120_000 }, async () => {
    const program = join(here, 'shared_memory.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [program, library, '12000']);
    const { calls, refused, methods, untyped } = JSON.parse(stdout);
    expect(untyped).toEqual([]);
    expect(methods).toBeGreaterThan(150);
    expect(calls).toBeGreaterThan(1000);
    expect(refused).toBeLessThan(calls);
  });

  it('is shared for floats, and copied for integers and bools, which decide where memory is touched', () => {
    const buffer = new SharedArrayBuffer(64);
    const floats = asTensor(new Float32Array(buffer, 0, 4));
    const integers = asTensor(new Int32Array(buffer, 16, 4));
    const small = asTensor(new Uint8Array(buffer, 32, 4));
    const mask = asTensor(new Uint8Array(buffer, 48, 4), { dtype: 'bool' });
    new Float32Array(buffer)[0] = 3;
    new Int32Array(buffer)[4] = 3;
    new Uint8Array(buffer)[32] = 3;
    new Uint8Array(buffer)[48] = 1;
    expect(floats.tolist()).toEqual([3, 0, 0, 0]);
    expect(integers.tolist()).toEqual([0, 0, 0, 0]);
    expect(small.tolist()).toEqual([0, 0, 0, 0]);
    expect(mask.tolist()).toEqual([false, false, false, false]);
  });
});
