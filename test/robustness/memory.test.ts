// A plain training loop stays bounded in memory, though it never yields to the event loop and releases nothing by hand.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const here = dirname(fileURLToPath(import.meta.url));
const library = join(here, '..', '..', 'dist', 'index.js');

describe('20,000 synchronous steps of a small model', () => {
  it('stay under 300 MB of resident memory, and learn', { timeout: 600_000 }, async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(here, 'memory_steps.mjs'), library, '20000']);
    const { peak, first, last } = JSON.parse(stdout) as { peak: number; first: number; last: number };
    expect(first).toBeGreaterThan(3);
    expect(last).toBeLessThan(0.01);
    expect(peak).toBeLessThan(300);
  });
});
