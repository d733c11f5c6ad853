// Compares Lutra with PyTorch 2.13 on all of PyTorch's own sample inputs, and writes the counts that the documents give.
//
//   node scripts/compare_samples.mjs [PYTHON [DIR]]
//
// PYTHON is one that has torch 2.13.0 and numpy (default: python3). The samples are written to DIR (default: a temporary
// folder, which is removed); a DIR that has some is taken as it is, without running PyTorch.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));

function run(command, args, env = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (error) throw error;
  return status ?? 1;
}

const [python = 'python3', given] = process.argv.slice(2);
const directory = given ?? mkdtempSync(join(tmpdir(), 'lutra-samples-'));
try {
  const there = existsSync(directory) && readdirSync(directory).length > 0;
  let status = there ? 0 : run(python, ['test/torch/make_samples.py', '--whole', directory]);
  if (status === 0) {
    status = run('npx', ['vitest', 'run', 'test/torch/samples.test.ts'], { LUTRA_SAMPLES: directory });
    run('node', ['scripts/make_parity.mjs']);
  }
  process.exitCode = status;
} finally {
  if (given === undefined) rmSync(directory, { recursive: true, force: true });
}
