// What a trainer does beside the loop: validation with metrics, early stopping, a checkpoint to go on from.
//
//     npm run example -- trainer
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DataLoader,
  Generator,
  manualSeed,
  metrics,
  nn,
  optim,
  rand,
  randomSplit,
  type Tensor,
  TensorDataset,
  Trainer,
} from 'lutra';

/** Which of four numbers is the largest: a rule that a small network learns. */
const numbers = rand([600, 4], { generator: new Generator(7) });
const samples = new TensorDataset(numbers, numbers.argmax(1));
const [training, validation] = randomSplit(samples, [500, 100], { generator: new Generator(1) });

/** Each run of a program would begin with the same lines. */
function prepare() {
  manualSeed(0);
  const model = new nn.Sequential(new nn.Linear(4, 32), new nn.ReLU(), new nn.Dropout(0.1), new nn.Linear(32, 4));
  const trainer = new Trainer<Tensor[]>({
    model,
    loss: new nn.CrossEntropyLoss(),
    optimizer: new optim.AdamW(model.parameters(), { lr: 0.02 }),
    metrics: { accuracy: new metrics.Accuracy(), f1: new metrics.F1() },
    clipGradNorm: 1,
  });
  return { trainer, loader: new DataLoader(training, { batchSize: 32, shuffle: true }) };
}

const folder = mkdtempSync(join(tmpdir(), 'lutra-trainer-'));
const options = {
  validation: new DataLoader(validation, { batchSize: 100 }),
  earlyStopping: { patience: 5 },
  checkpoints: { folder, everySteps: 10 },
  resume: true,
  progress: false,
};

// This one is stopped in the middle of its third pass …
const first = prepare();
const part = await first.trainer.fit(first.loader, { ...options, steps: 40 });
console.log(`stopped by ${part.stopped} after ${part.steps} steps`);

// … and another program goes on where it was, with the batch that would have come next.
const second = prepare();
const history = await second.trainer.fit(second.loader, {
  ...options,
  epochs: 30,
  callbacks: [
    {
      onEpochEnd: (_, { epoch, train, validation: scores }) => {
        const accuracy = (100 * scores!.accuracy).toFixed(1);
        if (epoch % 3 === 0) console.log(`epoch ${epoch}  loss ${train.loss.toFixed(4)}  accuracy ${accuracy} %`);
      },
    },
  ],
});
const { accuracy, f1 } = await second.trainer.evaluate(options.validation);
console.log(`${history.epochs.length} epochs; the best was ${history.best!.epoch}, whose weights the model has now`);
console.log(`accuracy ${(100 * accuracy).toFixed(1)} %, F1 ${f1.toFixed(3)}`);
rmSync(folder, { recursive: true });
