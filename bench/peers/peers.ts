import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Workload } from '../workloads/kinds.js';
import type { Job } from '../workloads/lutra_process.js';
import type { Overhead } from '../workloads/overhead.js';

/** What one process measured. */
export interface Measured {
  /** Microseconds, one a run. */
  readonly samples: number[];
  readonly fingerprint: number[];
  /** Peak resident memory of the process, in bytes. */
  readonly rss: number;
  /** Addon calls and allocations of one run; Lutra's alone. */
  readonly overhead?: Overhead | null;
  /** The kernels that the library says it chose. */
  readonly kernels?: string;
}

/** A library that runs workloads in processes of its own. */
export interface Peer {
  readonly name: string;
  /** Which workloads it runs, where it is not all of them. */
  readonly scope?: string;
  /** A string says why the peer can't run it; null: it has no such workload. @throws Error when it has one and failed. */
  measure(job: Job): Measured | string | null;
}

/** A peer, or the line that says how to install it. */
export type Found = Peer | string;

function runProcess(file: string, args: string[], job: Job, env?: NodeJS.ProcessEnv): Measured | string | null {
  const result = spawnSync(file, [...args, JSON.stringify(job)], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 << 20,
    timeout: 600_000,
  });
  if (result.error) throw new Error(`${job.workload.name}: ${result.error.message}`);
  if (result.status !== 0) {
    const said = result.stderr.trim().split('\n');
    // Node puts the stack after the message, Python before it.
    const reason = said.findLast((text) => /^\S*(Error|Exception)\b/.test(text)) ?? said.slice(-3).join(' | ');
    throw new Error(`${job.workload.name}: ${reason || result.signal}`);
  }
  const answer = JSON.parse(result.stdout.trim().split('\n').at(-1)!) as Measured | { unsupported: string };
  if (!('unsupported' in answer)) return answer;
  return answer.unsupported === '' ? null : answer.unsupported;
}

export function lutra(root: string): Peer {
  const script = join(root, 'build', 'bench', 'workloads', 'lutra_process.js');
  return {
    name: 'lutra',
    measure: (job) => runProcess(process.execPath, [script], job, { LUTRA_NUM_THREADS: String(job.threads) }),
  };
}

function pythonWithTorch(root: string): string | null {
  const candidates = [process.env.LUTRA_BENCH_PYTHON, join(root, '.venv', 'bin', 'python'), 'python3'];
  for (const python of candidates) {
    if (!python) continue;
    if (spawnSync(python, ['-c', 'import torch, numpy'], { stdio: 'ignore' }).status === 0) return python;
  }
  return null;
}

/** glibc settings that keep freed memory and use huge pages: the fair second opponent. */
const expertAllocator = [
  'glibc.malloc.hugetlb=1',
  'glibc.malloc.mmap_threshold=17179869184',
  'glibc.malloc.trim_threshold=17179869184',
  'glibc.malloc.top_pad=67108864',
].join(':');

function torchPeers(root: string): Found[] {
  const python = pythonWithTorch(root);
  if (python === null) {
    return [
      'pytorch: skipped; install it with  python3 -m venv .venv && .venv/bin/pip install torch==2.13.0 numpy  ' +
        '(or name a Python that has it in LUTRA_BENCH_PYTHON)',
    ];
  }
  const script = join(root, 'bench', 'peers', 'torch_process.py');
  const threads = (job: Job) => ({ OMP_NUM_THREADS: String(job.threads), MKL_NUM_THREADS: String(job.threads) });
  return [
    { name: 'pytorch', measure: (job) => runProcess(python, [script], job, threads(job)) },
    {
      name: 'pytorch-expert',
      measure: (job) => runProcess(python, [script], job, { ...threads(job), GLIBC_TUNABLES: expertAllocator }),
    },
  ];
}

function tfjs(root: string): Found {
  const folder = join(root, 'bench', 'peers', 'tfjs');
  if (!existsSync(join(folder, 'node_modules', '@tensorflow', 'tfjs-backend-wasm'))) {
    return 'tfjs-wasm: skipped; install it with  npm install --prefix bench/peers/tfjs';
  }
  const script = join(folder, 'process.mjs');
  return {
    name: 'tfjs-wasm',
    scope: 'lookup, matmul, LSTM and RNN, and small dense steps by one-hot (it has no embedding gradient); one thread',
    // WebAssembly threads are not offered to Node by this backend: it always runs on one.
    measure: (job) => (job.threads === 1 ? runProcess(process.execPath, [script], job) : null),
  };
}

function tfjsNode(root: string): Found {
  const folder = join(root, 'bench', 'peers', 'tfjs', 'node_modules', '@tensorflow', 'tfjs-node');
  // The package may be there without the binary that its install script downloads.
  if (spawnSync(process.execPath, ['-e', 'require(process.argv[1])', folder], { stdio: 'ignore' }).status !== 0) {
    return `tfjs-node: skipped; it can't be installed on Node 20 and later, where its binary is missing (this is ${process.version})`;
  }
  const script = join(root, 'bench', 'peers', 'tfjs', 'process.mjs');
  return { name: 'tfjs-node', measure: (job) => runProcess(process.execPath, [script], job, { TFJS_BACKEND: 'node' }) };
}

function openblas(root: string): Found {
  const folder = join(root, 'build', 'bench');
  const binary = join(folder, 'openblas_process');
  mkdirSync(folder, { recursive: true });
  try {
    const source = join(root, 'bench', 'peers', 'openblas_process.cc');
    execFileSync('c++', ['-O2', '-std=c++17', source, '-o', binary, '-lopenblas'], { stdio: 'ignore' });
  } catch {
    return 'openblas: skipped; install it with  apt-get install libopenblas-dev';
  }
  return {
    name: 'openblas',
    scope: 'matmul',
    measure: (job) => {
      const { kind, params } = job.workload as Workload;
      if (kind !== 'matmul') return null;
      const args = [params.M, params.N, params.K, job.seconds, job.warmUp].map(String);
      const env = { ...process.env, OPENBLAS_NUM_THREADS: String(job.threads) };
      return JSON.parse(execFileSync(binary, args, { encoding: 'utf8', env, maxBuffer: 64 << 20 })) as Measured;
    },
  };
}

/** Looks for every peer; a string stands for one that is not there. */
export function findPeers(root: string): Found[] {
  return [...torchPeers(root), openblas(root), tfjs(root), tfjsNode(root)];
}
