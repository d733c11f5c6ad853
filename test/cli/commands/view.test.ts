import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { groupedVectors } from '../../view/groups.js';

const main = new URL('../../../dist/cli/main.js', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'lutra-cli-view-'));
const file = join(folder, 'four.bin');
beforeAll(() => groupedVectors(40).save(file));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The first line that a process prints. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout?.on('data', (part) => {
      text += part;
      if (text.includes('\n')) resolve(text.split('\n')[0]);
    });
  });
}

describe('lutra view', () => {
  test('prints its address, serves until Ctrl-C, and is gone then', async () => {
    const child = spawn(process.execPath, [main, 'view', file, '--points', '8'], {
      env: { ...process.env, LUTRA_VIEW_TOKEN: 'a-token-of-the-test' },
    });
    const exit = new Promise((resolve) => child.once('exit', resolve));
    const url = await firstLine(child);
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/a-token-of-the-test\/$/);
    expect(await (await fetch(`${url}api/about`)).json()).toMatchObject({ name: 'four.bin', size: 40, shown: 8 });
    // A page that listens does not keep it.
    const events = await fetch(`${url}api/events`);
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    expect(await events.text()).toContain('retry:');
    await expect(fetch(url)).rejects.toThrow();
  });

  test('says in a sentence what is wrong', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => holder.once('listening', resolve));
    const { port } = holder.address() as { port: number };
    const errorOf = (...args: string[]) => {
      const { status, stderr } = spawnSync(process.execPath, [main, 'view', ...args], {
        cwd: folder,
        encoding: 'utf8',
      });
      expect(status).toBe(1);
      expect(stderr.trim().split('\n').length).toBeLessThanOrEqual(2);
      return stderr;
    };
    expect(errorOf(file, '--port', String(port))).toMatch(/^error: view: port \d+ is in use; name another one/);
    expect(errorOf('none.bin')).toMatch(/^error: .*none\.bin/);
    expect(errorOf('.')).toMatch(/^error: view: \. is a folder, but no run/);
    expect(errorOf(file, '--metadta', 'x')).toContain('(Did you mean --metadata?)');
    expect(errorOf(file, '--metadata', 'none.tsv')).toMatch(/^error: .*none\.tsv/);
    holder.close();
  });
});
