// One rank of a timed training: WORKLOAD SECONDS. Rank 0 prints the median time of a step and the shortest, in milliseconds, as JSON.

import * as dist from '../../dist/entries/distributed.js';
import { manualSeed, nn, optim, randint, setNumThreads } from '../../dist/index.js';

const [, , workload, seconds] = process.argv;
dist.initProcessGroup({ timeout: 120 });
setNumThreads(1);
manualSeed(1 + dist.getRank());

class WordLM extends nn.Module {
  embedding = new nn.Embedding(10_000, 512);
  lstm = new nn.LSTM(512, 512, { batchFirst: true });
  fc = new nn.Linear(512, 10_000);
  forward(x) {
    const [output] = this.lstm.forward(this.embedding.forward(x));
    return this.fc.forward(output).reshape([-1, 10_000]);
  }
}

class Classifier extends nn.Module {
  constructor(table) {
    super();
    this.embedding = table;
    this.fc = new nn.Linear(128, 2);
  }
  forward(x) {
    return this.fc.forward(this.embedding.forward(x).mean(1));
  }
}

const loss = new nn.CrossEntropyLoss();
const sets = (make) => Array.from({ length: 16 }, make);
const parallel = (model) => new dist.DistributedDataParallel(model);
const bags = () => sets(() => [randint(0, 1_000_000, [256, 50]), randint(0, 2, [256])]);

/** A step of training: zeroGrad, forward, backward, step. */
function training(model, batches) {
  const optimizer = new optim.SGD(model.parameters(), { lr: 0.1 });
  return (i) => {
    const [x, y] = batches[i % 16];
    optimizer.zeroGrad();
    loss.forward(model.forward(x), y).backward();
    optimizer.step();
  };
}

const makers = {
  'step e': () =>
    training(
      parallel(new WordLM()),
      sets(() => [randint(0, 10_000, [32, 35]), randint(0, 10_000, [32 * 35])]),
    ),
  'sparse classifier': () =>
    training(parallel(new Classifier(new nn.Embedding(1_000_000, 128, { sparse: true }))), bags()),
  'sharded classifier': () => training(parallel(new Classifier(new dist.ShardedEmbedding(1_000_000, 128))), bags()),
  // Lookups alone: of a table that every rank has, and of one whose rows lie on all.
  'local lookup': () => {
    const table = new nn.Embedding(1_000_000, 128);
    const batches = bags();
    return (i) => table.forward(batches[i % 16][0]);
  },
  'sharded lookup': () => {
    const table = new dist.ShardedEmbedding(1_000_000, 128);
    const batches = bags();
    return (i) => table.forward(batches[i % 16][0]);
  },
};

const run = makers[workload]();
const steps = [];
const begin = performance.now();
const until = begin + 1000 * Number(seconds);
// All ranks make as many steps as rank 0 has time for.
for (let i = 0; ; i++) {
  const start = performance.now();
  run(i);
  const end = performance.now();
  if (end > begin + 500 * Number(seconds)) steps.push(end - start);
  if (i % 4 === 3) {
    const more = randint(0, 1, [1]);
    more.fill_(end < until ? 1 : 0);
    dist.broadcast(more);
    if (more.item() === 0) break;
  }
}
steps.sort((a, b) => a - b);
const said = { ms: steps[steps.length >> 1], least: steps[0], steps: steps.length };
if (dist.getRank() === 0) process.stdout.write(`${JSON.stringify(said)}\n`);
