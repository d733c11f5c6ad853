// What an allReduce takes: ELEMENTS MODE, MODE being wait or later. Rank 0 prints the median in microseconds, as JSON.

import * as dist from '../../dist/entries/distributed.js';
import { zeros } from '../../dist/index.js';

const [, , count, mode] = process.argv;
dist.initProcessGroup({ timeout: 120 });
const x = zeros([Number(count)]);
const repeats = Number(count) > 1e5 ? 60 : 3000;
const times = [];
for (let i = 0; i < repeats + 20; i++) {
  dist.barrier();
  const start = performance.now();
  if (mode === 'later') dist.allReduce(x, { asyncOp: true }).wait();
  else dist.allReduce(x);
  if (i >= 20) times.push(1000 * (performance.now() - start));
}
times.sort((a, b) => a - b);
if (dist.getRank() === 0) process.stdout.write(`${JSON.stringify({ us: times[times.length >> 1] })}\n`);
