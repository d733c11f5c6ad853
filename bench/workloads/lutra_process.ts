// One workload in a process of its own: reads { workload, threads, seconds, warmUp } from its argument, prints one JSON line.
import { cpuInfo, setNumThreads } from 'lutra';
import type { Workload } from './kinds.js';
import { prepare } from './lutra.js';
import { peakMemory } from './memory.js';
import { countOverhead } from './overhead.js';

export interface Job {
  readonly workload: Workload;
  readonly threads: number;
  /** Time to measure for, after the warm-up. */
  readonly seconds: number;
  /** Seconds that every peer runs the workload before it is timed. */
  readonly warmUp: number;
}

const job = JSON.parse(process.argv[2]) as Job;
setNumThreads(job.threads);
const { run, result } = prepare(job.workload);

const now = () => Number(process.hrtime.bigint()) / 1000;
run();
const fingerprint = result();
const warmUntil = now() + job.warmUp * 1e6;
for (let i = 0; i < 20 || now() < warmUntil; i++) {
  run();
  if (i >= 2 && now() >= warmUntil) break;
}
const samples: number[] = [];
const until = now() + job.seconds * 1e6;
while (samples.length < 3 || (now() < until && samples.length < 20_000)) {
  const start = now();
  run();
  samples.push(now() - start);
}
// Before the samples are written and the overhead is counted, which both take memory.
const rss = peakMemory();
const kernels = cpuInfo().isa;
process.stdout.write(`${JSON.stringify({ samples, fingerprint, rss, overhead: countOverhead(run), kernels })}\n`);
