// What a training leaves behind when its process is killed, or what it writes to takes nothing more.
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { grammarText } from '../../language_model/grammar_text.js';
import { type Answer, commandIn, interrupted, main, workFolder } from './command.js';
import { mails } from './texts.js';

const folder = workFolder('disturbed');
const lutra = commandIn(folder);
const path = (name: string) => join(folder, name);

beforeAll(() => {
  const rows = mails(300).map(({ kind, body }) => `"${body}",${kind}`);
  writeFileSync(path('mails.csv'), `body,kind\n${rows.join('\n')}\n`);
  writeFileSync(path('text.txt'), grammarText(300, 5).replaceAll(' . ', ' .\n'));
  const lines = Array.from({ length: 400 }, (_, k) => `__label__${k % 2 ? 'a' : 'b'} w${k % 7} w${k % 5} w${k % 2}\n`);
  writeFileSync(path('pairs.txt'), lines.join(''));
});

interface Case {
  readonly name: string;
  readonly args: readonly string[];
  /** What is told when a pass has ended. */
  readonly pass: RegExp;
  /** The file that the training ends with. */
  readonly result: string;
}

const small = ['--vector-size', '8', '--deterministic'];
const quick = ['--embedding-dim', '8', '--hidden-dim', '8', '--lr', '0.05', '--model', 'gru'];
const cases: readonly Case[] = [
  {
    name: 'word2vec',
    args: ['word2vec', 'text.txt', '--epochs', '400', '--min-count', '1', ...small],
    pass: /^pass \d+ /m,
    result: 'vectors.bin',
  },
  {
    name: 'fasttext',
    args: ['fasttext', 'text.txt', '--epochs', '150', '--min-count', '1', '--bucket', '500', ...small],
    pass: /^pass \d+ /m,
    result: 'vectors.bin',
  },
  {
    name: 'glove',
    args: ['glove', 'text.txt', '--epochs', '1500', '--window', '4', ...small],
    pass: /^pass \d+ /m,
    result: 'vectors.bin',
  },
  {
    name: 'supervised',
    args: ['fasttext', 'pairs.txt', '--supervised', '--epochs', '4000', ...small],
    pass: /^pass \d+ /m,
    result: 'model.bin',
  },
  {
    name: 'classifier',
    args: ['classifier', 'mails.csv', '--epochs', '60', '--patience', '60', ...quick],
    pass: /epoch \d+\/60/,
    result: 'model.safetensors',
  },
];

/** The checkpoints of a run, by name. */
function checkpointsOf(run: string): Map<string, Buffer> {
  const at = path(join(run, 'checkpoints'));
  const files = readdirSync(at).filter((name) => /^checkpoint-\d+\.safetensors$/.test(name));
  return new Map(files.map((name) => [name, readFileSync(join(at, name))]));
}

/** The command with files of no more than so many KiB, as on a full disk; Node ignores the signal that comes with it. */
function withFullDisk(args: readonly string[], kilobytes: number): Answer {
  const { status, stdout, stderr }: SpawnSyncReturns<string> = spawnSync(
    'bash',
    ['-c', `ulimit -f ${kilobytes}; exec "$@"`, 'bash', process.execPath, main, ...args],
    { cwd: folder, encoding: 'utf8', env: { ...process.env, LUTRA_NUM_THREADS: '1' } },
  );
  return { code: status, out: stdout, err: stderr };
}

/** A user that may not write where root may. */
const nobody = 65534;

function asNobody(args: readonly string[], cwd: string): Answer {
  const user = process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {};
  const { status, stdout, stderr }: SpawnSyncReturns<string> = spawnSync(process.execPath, [main, ...args], {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, LUTRA_NUM_THREADS: '1' },
    ...user,
  });
  return { code: status, out: stdout, err: stderr };
}

/** An error that is told in a sentence. */
function expectSentence({ code, err }: Answer, words: RegExp): void {
  expect(code).toBe(1);
  expect(err).not.toMatch(/\n +at |unexpected/);
  expect(err.trim().split('\n').at(-1)).toMatch(words);
}

describe.skipIf(process.platform === 'win32').each(cases)('lutra train, $name', { timeout: 240_000 }, (about) => {
  const { name, args, pass, result } = about;
  const stopped = `stopped-${name}`;
  const bytesOf = (run: string) => readFileSync(path(join(run, result)));

  beforeAll(async () => {
    expect(lutra(['train', ...args, '--output', `whole-${name}`]).code).toBe(0);
    const told = await interrupted(folder, ['train', ...args, '--output', stopped], pass, 'SIGTERM', 1);
    expect(told.code).toBe(143);
    expect(checkpointsOf(stopped).size).toBeGreaterThan(0);
  }, 120_000);

  const copyOf = (to: string) => {
    cpSync(path(stopped), path(to), { recursive: true });
    return to;
  };
  const expectSame = (run: string) => {
    expect(lutra(['resume', run])).toMatchObject({ code: 0 });
    expect(bytesOf(run).equals(bytesOf(`whole-${name}`))).toBe(true);
  };

  test('SIGTERM leaves a checkpoint that it goes on from, to the same bits', () => {
    expectSame(copyOf(`term-${name}`));
  });

  test('SIGKILL at any moment leaves the checkpoint that there was', async () => {
    const run = copyOf(`kill-${name}`);
    for (let k = 0; k < 3; k++) {
      const { code } = await interrupted(folder, ['resume', run], pass, 'SIGKILL', 1);
      expect(code).toBeNull();
      expect(checkpointsOf(run).size).toBeGreaterThan(0);
    }
    expectSame(run);
  });

  test('a full disk leaves it too, and is told in a sentence', () => {
    const run = copyOf(`full-${name}`);
    const before = checkpointsOf(run);
    const smallest = Math.min(...[...before.values()].map((bytes) => bytes.length));
    const answer = withFullDisk(['resume', run], Math.floor(smallest / 4096));
    expectSentence(answer, /EFBIG|too large/);
    for (const [file, bytes] of before) expect(checkpointsOf(run).get(file)?.equals(bytes)).toBe(true);
    expectSame(run);
  });

  test('a folder that may not be written to', () => {
    const own = path(`readonly-${name}`);
    mkdirSync(own);
    cpSync(path(stopped), join(own, 'run'), { recursive: true });
    for (const file of readdirSync(folder).filter((entry) => /\.(txt|csv)$/.test(entry))) {
      cpSync(path(file), join(own, file));
    }
    chmodSync(folder, 0o755);
    const checkpoints = join(own, 'run/checkpoints');
    for (const at of [join(own, 'run'), checkpoints]) chmodSync(at, 0o555);
    try {
      expectSentence(asNobody(['resume', 'run'], own), /EACCES|EROFS|can't be (written|made)|not permitted|denied/);
      expectSentence(asNobody(['train', ...args, '--output', 'run/new'], own), /EACCES|EROFS|can't be|denied/);
      const before = checkpointsOf(stopped);
      for (const [file, bytes] of before) expect(readFileSync(join(checkpoints, file)).equals(bytes)).toBe(true);
    } finally {
      for (const at of [join(own, 'run'), checkpoints]) chmodSync(at, 0o755);
    }
  });
});
