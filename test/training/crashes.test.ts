// Trainings that are killed, told to stop, or run out of disk, as processes of their own, which run dist/.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { smallRandom } from '../io/files_of_bytes.js';
import { newFolder } from './small_problem.js';

const child = new URL('crash_child.mjs', import.meta.url).pathname;
const random = smallRandom(11);

/** 50 with LUTRA_SLOW_TESTS=1, which takes a minute. */
const kills = process.env.LUTRA_SLOW_TESTS === '1' ? 50 : 4;

interface Ended {
  code: number | null;
  signal: string | null;
  /** The last step that it said. */
  step: number;
  last: string;
  errors: string;
}

/** Runs the training; `act` is called with the process when its first step is said. */
function run(args: readonly string[], act?: (process: ReturnType<typeof spawn>) => void): Promise<Ended> {
  return new Promise((resolve) => {
    const process = spawn('node', [child, ...args]);
    let output = '';
    let errors = '';
    let isActed = false;
    process.stderr.on('data', (text) => {
      errors += text;
    });
    process.stdout.on('data', (text) => {
      output += text;
      if (isActed || !output.includes('step')) return;
      isActed = true;
      act?.(process);
    });
    process.on('close', (code, signal) => {
      const lines = output.trim().split('\n');
      const step = Number(lines.findLast((line) => /^step \d+$/.test(line))?.slice(5) ?? 0);
      resolve({ code, signal, step, last: lines.at(-1) ?? '', errors });
    });
  });
}

describe('a training that saves after every step', { timeout: 600_000 }, () => {
  const steps = String(40 * kills);

  test(`ends with the same weights when it is killed ${kills} times`, async () => {
    const whole = await run([newFolder(), steps]);
    expect(whole.last).toMatch(new RegExp(`^steps at ${steps}: [0-9a-f]{64}$`));
    const folder = newFolder();
    let killed = 0;
    let ended: Ended;
    do {
      ended = await run([folder, steps], (process) => {
        if (killed < kills) setTimeout(() => process.kill('SIGKILL'), random(60));
      });
      if (ended.signal === 'SIGKILL') killed++;
      else expect(ended.errors).toBe('');
    } while (ended.signal !== null);
    expect(killed).toBe(kills);
    expect(ended.last).toBe(whole.last);
    // What the killed ones left unfinished has been tidied up.
    expect(readdirSync(folder)).toHaveLength(3);
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('that gets %s stops with a checkpoint and exit code %i', async (signal, code) => {
    const whole = await run([newFolder(), '120']);
    const folder = newFolder();
    const stopped = await run([folder, '120'], (process) => process.kill(signal));
    expect(stopped.code).toBe(code);
    expect(stopped.last).toMatch(new RegExp(`^${signal} at ${stopped.step}: `));
    expect((await run([folder, '120'])).last).toBe(whole.last);
  });

  test.each([
    ['a full disk', 'ENOSPC:30'],
    ['a folder that has become read-only', 'EROFS:30'],
  ])('that meets %s fails, and the checkpoint before is good', async (_, fault) => {
    const whole = await run([newFolder(), '60']);
    const folder = newFolder();
    const failed = await run([folder, '60', fault]);
    expect(failed.code).toBe(1);
    expect(failed.errors).toMatch(/CheckpointError: fit: .*checkpoint-000000030.safetensors can't be written: E/);
    expect(readdirSync(folder).filter((name) => name.startsWith('checkpoint'))).toEqual([
      'checkpoint-000000028.safetensors',
      'checkpoint-000000029.safetensors',
    ]);
    expect((await run([folder, '60'])).last).toBe(whole.last);
  });
});
