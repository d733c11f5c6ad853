// Two ranks of one thread beside one rank, PyTorch's DistributedDataParallel over Gloo, and MPI itself, in turn: node bench/distributed/main.mjs
// [--mpi openmpi|mpich] [--rounds 3] [--seconds 4] [--python PYTHON] [--of ms|least]. Prints every round's numbers and the medians; of steps
// the median, or the shortest, which says more where other programs run.
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({
  options: {
    mpi: { type: 'string', default: 'openmpi' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '4' },
    python: { type: 'string' },
    of: { type: 'string', default: 'ms' },
  },
});
const { mpi, seconds, python, of } = values;
const scratch = mkdtempSync(join(tmpdir(), 'lutra-ranks-'));
const plain = join(scratch, 'all_reduce');
execFileSync(`mpicxx.${mpi}`, ['-O2', join(here, 'all_reduce.cc'), '-o', plain]);

function output(command, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(text) : reject(new Error(`${command} ${args.join(' ')} failed`)),
    );
  });
}

const last = (text) => JSON.parse(text.trim().split('\n').at(-1));
// Each rank on a core of its own.
const bound = mpi === 'openmpi' ? ['--allow-run-as-root', '--bind-to', 'core'] : ['-bind-to', 'core'];
// More ranks than cores share them.
const crowded = mpi === 'openmpi' ? ['--allow-run-as-root', '--oversubscribe', '--bind-to', 'none'] : [];
const run = async (n, command, env) =>
  last(await output(`mpirun.${mpi}`, [...(n > cpus().length ? crowded : bound), '-np', String(n), ...command], env));
const ranks = (n, ...command) => run(n, command);
const lutra = (n, workload, env) => run(n, [process.execPath, join(here, 'steps.mjs'), workload, seconds], env);
const byMessages = { LUTRA_SHARED_MEMORY: '0' };
const torch = async (n, workload) => {
  const env = (rank) => ({ RANK: String(rank), WORLD_SIZE: String(n), MASTER_ADDR: '127.0.0.1', MASTER_PORT: '29517' });
  const all = Array.from({ length: n }, (_, r) =>
    output(python, [join(here, 'steps_peer.py'), workload, seconds], env(r)),
  );
  return last((await Promise.all(all))[0]);
};

const jobs = {
  'step e, 1 rank (ms)': async () => (await lutra(1, 'step e'))[of],
  'step e, 2 ranks (ms)': async () => (await lutra(2, 'step e'))[of],
  'step e, 4 ranks (ms)': async () => (await lutra(4, 'step e'))[of],
  'sparse classifier, 1 rank (ms)': async () => (await lutra(1, 'sparse classifier'))[of],
  'sparse classifier, 2 ranks (ms)': async () => (await lutra(2, 'sparse classifier'))[of],
  'sharded classifier, 2 ranks (ms)': async () => (await lutra(2, 'sharded classifier'))[of],
  'sharded classifier by messages, 2 ranks (ms)': async () => (await lutra(2, 'sharded classifier', byMessages))[of],
  'local lookup, 2 ranks (ms)': async () => (await lutra(2, 'local lookup'))[of],
  'sharded lookup, 2 ranks (ms)': async () => (await lutra(2, 'sharded lookup'))[of],
  'sharded lookup by messages, 2 ranks (ms)': async () => (await lutra(2, 'sharded lookup', byMessages))[of],
  ...(python && {
    'PyTorch step e, 1 rank (ms)': async () => (await torch(1, 'step e'))[of],
    'PyTorch step e, 2 ranks (ms)': async () => (await torch(2, 'step e'))[of],
    'PyTorch sparse classifier, 2 ranks (ms)': async () => (await torch(2, 'sparse classifier'))[of],
  }),
};
for (const [name, count] of [
  ['4 B', 1],
  ['4 KB', 1024],
  ['1 MB', 262_144],
  ['16 MB', 4_194_304],
]) {
  for (const mode of ['wait', 'later']) {
    jobs[`MPI allReduce ${name}, ${mode} (us)`] = async () => (await ranks(2, plain, String(count), mode)).us;
    jobs[`Lutra allReduce ${name}, ${mode} (us)`] = async () =>
      (await ranks(2, process.execPath, join(here, 'all_reduce.mjs'), String(count), mode)).us;
  }
}

const found = Object.fromEntries(Object.keys(jobs).map((name) => [name, []]));
try {
  for (let round = 0; round < Number(values.rounds); round++) {
    for (const [name, job] of Object.entries(jobs)) found[name].push(await job());
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
process.stdout.write(`${cpus()[0].model}, ${cpus().length} cores, ${mpi}, ${values.rounds} rounds\n`);
for (const [name, list] of Object.entries(found)) {
  process.stdout.write(`${name}: ${median(list).toFixed(2)}   (${list.map((x) => x.toFixed(2)).join(', ')})\n`);
}
