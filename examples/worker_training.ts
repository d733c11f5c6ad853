// Training in a thread of its own: the program goes on answering while the model learns, sees how far it is, and gets the
// weights at the end. This file is both: what the thread runs is what it exports.
//
//     npm run example -- worker_training
import { isMainThread } from 'node:worker_threads';
import { manualSeed, nn, optim, rand, type Tensor, Trainer, trainInWorker, type WorkerJob } from 'lutra';

const makeModel = () => new nn.Sequential(new nn.Linear(8, 256), new nn.ReLU(), new nn.Linear(256, 1));

/** Runs in the worker; plain values and tensors come in as `data` and go back. */
export default async function train({ data, signal, callbacks }: WorkerJob<{ epochs: number }>) {
  manualSeed(0);
  const model = makeModel();
  const x = rand([2048, 8]);
  const y = x.sin().sum(1, { keepdim: true });
  const trainer = new Trainer<Tensor[]>({
    model,
    loss: new nn.MSELoss(),
    optimizer: new optim.Adam(model.parameters(), { lr: 1e-3 }),
  });
  const batches = Array.from({ length: 32 }, (_, k) => [x.narrow(0, 64 * k, 64), y.narrow(0, 64 * k, 64)]);
  const history = await trainer.fit(batches, { epochs: data.epochs, signal, callbacks, progress: false });
  return { loss: history.epochs.at(-1)!.train.loss, weights: model.stateDict() };
}

if (isMainThread) {
  let [ticks, longest, last] = [0, 0, performance.now()];
  const clock = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    ticks++;
  }, 10);
  const seen: number[] = [];
  const { loss, weights } = await trainInWorker<{ loss: number; weights: Record<string, Tensor> }>(
    new URL(import.meta.url),
    {
      data: { epochs: 30 },
      onProgress: ({ step }) => seen.push(step),
    },
  );
  clearInterval(clock);
  const model = makeModel();
  model.loadStateDict(weights);
  const x = rand([500, 8]);
  const error = model
    .forward(x)
    .sub(x.sin().sum(1, { keepdim: true }))
    .square()
    .mean()
    .item();
  console.log(`loss in the worker ${loss.toFixed(4)}, of its weights here ${error.toFixed(4)}`);
  console.log(`told ${seen.length} times how far it is; the last time at step ${seen.at(-1)}`);
  console.log(`meanwhile this thread was awake ${ticks} times, and never for more than ${longest.toFixed(0)} ms busy`);
}
