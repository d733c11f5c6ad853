import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

export const main = new URL('../../../dist/cli/main.js', import.meta.url).pathname;

/** A folder for a file's tests, gone at their end. */
export function workFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `lutra-cli-${name}-`));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

export interface Answer {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Models of tests are small: one thread is quickest, and results don't depend on it. */
const env = { ...process.env, LUTRA_NUM_THREADS: '1' };

/** The command in a folder. */
export function commandIn(folder: string) {
  return (args: readonly string[], input = ''): Answer => {
    const { status, stdout, stderr }: SpawnSyncReturns<string> = spawnSync(process.execPath, [main, ...args], {
      cwd: folder,
      encoding: 'utf8',
      input,
      env,
    });
    return { code: status, out: stdout, err: stderr };
  };
}

/** The command, sent a signal when its standard error or output shows what is waited for. */
export function interrupted(
  folder: string,
  args: readonly string[],
  when: RegExp,
  signal: NodeJS.Signals = 'SIGINT',
  // Twice, as a terminal and npm both pass one Ctrl-C on.
  times = 2,
): Promise<Answer> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [main, ...args], { cwd: folder, env });
    let [out, err] = ['', ''];
    let left = times;
    const look = () => {
      if (left > 0 && when.test(out + err)) {
        left--;
        child.kill(signal);
      }
    };
    child.stdout.on('data', (data) => {
      out += data;
      look();
    });
    child.stderr.on('data', (data) => {
      err += data;
      look();
    });
    child.on('close', (code) => resolve({ code, out, err }));
  });
}
