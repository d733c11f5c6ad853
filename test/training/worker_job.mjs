// What test/training/worker.test.ts runs in a worker.
import { manualSeed, nn, optim, rand, randint, Trainer, tensor } from '../../dist/index.js';

export default async function train({ data, signal, callbacks }) {
  manualSeed(data.seed);
  const model = new nn.Linear(4, 3);
  const trainer = new Trainer({
    model,
    loss: new nn.CrossEntropyLoss(),
    optimizer: new optim.SGD(model.parameters(), { lr: 0.1 }),
  });
  const batches = Array.from({ length: 5 }, () => [rand([8, 4]), randint(0, 3, [8])]);
  const history = await trainer.fit(batches, { epochs: data.epochs, signal, callbacks, progress: false });
  return { history, weights: model.stateDict(), twice: data.numbers.mul(2), half: data.numbers.half() };
}

/** Steps of a fifth of a second. */
export async function slow({ signal, callbacks }) {
  const trainer = new Trainer({
    model: new nn.Linear(1, 1),
    optimizer: (parameters) => new optim.SGD(parameters, { lr: 0.1 }),
    step: ({ model }) => {
      for (const start = performance.now(); performance.now() - start < 200; );
      return model.forward(tensor([[1]])).sum();
    },
  });
  return (await trainer.fit([[1, 2]], { epochs: 1000, signal, callbacks, progress: false })).stopped;
}

export async function failing() {
  new nn.Linear(2, 2).forward(tensor([1]));
}

export const ending = () => process.exit(3);
export const notReturnable = () => ({ model: { forward: () => 1 } });
