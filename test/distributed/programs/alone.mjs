// The same calls by a process that no launcher has started.

import * as dist from '../../../dist/entries/distributed.js';
import { tensor, zeros } from '../../../dist/index.js';

dist.initProcessGroup();
const sum = tensor([1, 2]);
dist.allReduce(sum);
const mean = tensor([3]);
dist.allReduce(mean, { op: 'mean', asyncOp: true }).wait();
dist.broadcast(mean);
const gathered = zeros([1, 2]);
await dist.allGather(gathered, sum, { asyncOp: true }).getFuture();
const scattered = zeros([1]);
dist.reduceScatter(scattered, [tensor([5])]);
const swapped = zeros([2]);
dist.allToAll(swapped, tensor([7, 8]), { inputSplits: [2] });
dist.barrier();
const lists = Object.fromEntries(
  Object.entries({ sum, mean, gathered, scattered, swapped }).map(([k, t]) => [k, t.tolist()]),
);
process.stdout.write(JSON.stringify({ rank: dist.getRank(), size: dist.getWorldSize(), ...lists }));
dist.destroyProcessGroup();
