// A training by Trainer: NAME FOLDER BATCH [sharded], on as many ranks as there are; with a table whose rows lie on all of them, if that
// is said. Each rank writes what came of it into FOLDER.RANK.json: Open MPI mixes long lines of several ranks.
import { appendFileSync, writeFileSync } from 'node:fs';
import * as dist from '../../../dist/entries/distributed.js';
import { DataLoader, manualSeed, metrics, nn, optim, randint, TensorDataset, Trainer } from '../../../dist/index.js';

const [, , name, folder, batch, kind] = process.argv;
dist.initProcessGroup({ timeout: 60 });
const rank = dist.getRank();
const size = dist.getWorldSize();

manualSeed(1);
class Model extends nn.Module {
  constructor() {
    super();
    const table = new nn.Embedding(60, 8, { sparse: true, paddingIdx: 0 });
    this.table = table;
    if (kind === 'sharded') {
      this.table = new dist.ShardedEmbedding(60, 8, { paddingIdx: 0 });
      this.table.loadTable(table.weight);
    }
    // The sharded table has drawn numbers of its own.
    manualSeed(2);
    this.fc = new nn.Linear(8, 5);
  }
  forward(x) {
    return this.fc.forward(this.table.forward(x).mean(1));
  }
}
const inputs = randint(0, 60, [96, 5]);
// Targets that don't count, unevenly: means are weighted by those that do.
const targets = randint(-1, 5, [96]);
const data = new TensorDataset(inputs, targets);
const held = new TensorDataset(randint(0, 60, [32, 5]), randint(0, 5, [32]));
const model = new dist.DistributedDataParallel(new Model());
const perRank = Number(batch) / size;
const loader = new DataLoader(data, { batchSize: perRank, sampler: new dist.DistributedSampler(data, { seed: 3 }) });
const validation = new DataLoader(held, {
  batchSize: 8,
  sampler: new dist.DistributedSampler(held, { shuffle: false }),
});
const trainer = new Trainer({
  model,
  loss: new nn.CrossEntropyLoss({ ignoreIndex: -1 }),
  optimizer: new optim.Adagrad(model.parameters(), { lr: name === 'early' ? 1e-9 : 0.1 }),
  metrics: { accuracy: new metrics.Accuracy() },
  accumulate: name === 'accumulate' ? 2 : 1,
  clipGradNorm: 0.5,
});
const shown = [];
const control = new AbortController();
const options = {
  epochs: name === 'early' ? 9 : 3,
  validation,
  checkpoints: { folder, overwrite: name !== 'resume' },
  resume: name === 'resume',
  progress: { stream: { write: (line) => shown.push(line) } },
  callbacks: [
    {
      onStep(run) {
        // Only one rank, the last one, is asked to end.
        if (name === 'interrupted' && run.step === 5 && rank === size - 1) control.abort();
      },
      onCheckpoint: () => appendFileSync(`${folder}/written_by`, `${rank} `),
    },
  ],
  signal: control.signal,
  ...(name === 'early' && { earlyStopping: { patience: 2, minDelta: 0.01 } }),
};
const history = await trainer.fit(loader, options);
const weights = Object.values(dist.fullStateDict(model) ?? model.stateDict()).flatMap((t) => t.tolist().flat());
writeFileSync(
  `${folder}.${rank}.json`,
  JSON.stringify({
    rank,
    stopped: history.stopped,
    steps: history.steps,
    losses: history.epochs.map(({ train, validation: v }) => [train.loss, v?.loss, v?.accuracy]),
    lines: shown.length,
    weights,
  }),
);
