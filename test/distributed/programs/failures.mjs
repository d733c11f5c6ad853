// Ranks that go wrong, each in its own way: what the others say, and how soon the job is over.
import { setTimeout as later } from 'node:timers/promises';
import * as dist from '../../../dist/entries/distributed.js';
import { nn, ones, optim, zeros } from '../../../dist/index.js';

const [, , fault] = process.argv;
dist.initProcessGroup({ timeout: 3 });
const rank = dist.getRank();
const last = dist.getWorldSize() - 1;
dist.allReduce(zeros([8]));

switch (fault) {
  case 'throws':
    if (rank === last) throw new Error('this rank has failed');
    for (;;) dist.allReduce(zeros([8]));
  case 'killed':
    if (rank === last) process.kill(process.pid, 'SIGKILL');
    for (;;) dist.allReduce(zeros([8]));
  case 'exits':
    if (rank === last) process.exit(3);
    for (;;) dist.allReduce(zeros([8]));
  case 'ends':
    if (rank === last) process.exit(0);
    dist.allReduce(zeros([4, 5]));
    break;
  case 'hangs':
    if (rank === last) for (;;);
    dist.allReduce(zeros([4, 5]));
    break;
  case 'hangs later':
    if (rank === last) for (;;);
    await dist.allReduce(zeros([4, 5]), { asyncOp: true }).getFuture();
    break;
  case 'skips':
    if (rank !== last) dist.allReduce(zeros([4, 5]));
    dist.broadcast(zeros([6]));
    break;
  case 'shapes':
    dist.allReduce(zeros(rank === last ? [4, 6] : [4, 5]));
    break;
  case 'dtypes':
    dist.allReduce(zeros([4], { dtype: rank === last ? 'float64' : 'float32' }));
    break;
  case 'shapes later':
    dist.allReduce(zeros(rank === last ? [4, 6] : [4, 5]), { asyncOp: true }).wait();
    break;
  case 'asyncOp':
    if (rank === last) dist.allReduce(zeros([4]), { asyncOp: true }).wait();
    else dist.allReduce(zeros([4]));
    break;
  case 'splits': {
    // Rank 1 sends a row more to rank 0 than that expects.
    const splits = rank === last ? [3, 1] : [2, 2];
    dist.allToAll(zeros([4, 3]), zeros([4, 3]), { inputSplits: splits, outputSplits: rank === last ? [3, 1] : [2, 2] });
    break;
  }
  case 'drifts': {
    const model = new dist.DistributedDataParallel(new nn.Linear(2, 2), { checkEvery: 3 });
    const optimizer = new optim.SGD(model.parameters(), { lr: rank === last ? 0.11 : 0.1 });
    for (let step = 0; step < 5; step++) {
      model
        .forward(ones([1, 2]))
        .sum()
        .backward();
      optimizer.step();
      process.stdout.write(`rank ${rank} has made step ${step}\n`);
    }
    break;
  }
  case 'caught':
    try {
      dist.allReduce(zeros(rank === last ? [3] : [2]));
    } catch (error) {
      process.stdout.write(`rank ${rank}: ${error.name}: ${error.message}\n`);
    }
    await later(50);
    try {
      dist.barrier();
    } catch (error) {
      process.stdout.write(`rank ${rank} again: ${error.message}\n`);
    }
    process.exit(0);
}
