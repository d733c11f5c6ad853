/** A small classifier and its data, for tests of the trainer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import {
  DataLoader,
  type FitOptions,
  Generator,
  manualSeed,
  nn,
  optim,
  rand,
  type Tensor,
  TensorDataset,
  Trainer,
  type TrainerOptions,
} from '../../lib/index.js';

export class Classifier extends nn.Module {
  fc1 = new nn.Linear(6, 16);
  dropout = new nn.Dropout(0.2);
  fc2 = new nn.Linear(16, 3);
  forward(x: Tensor): Tensor {
    return this.fc2.forward(this.dropout.forward(this.fc1.forward(x).relu()));
  }
}

const draws = new Generator(5);
export const inputs = rand([90, 6], { generator: draws });
/** Which of three sums is the largest: learnable. */
export const labels = inputs.view(90, 3, 2).sum(2).argmax(1);
export const training = () => new TensorDataset(inputs.narrow(0, 0, 70), labels.narrow(0, 0, 70));
export const validation = () => new TensorDataset(inputs.narrow(0, 70, 20), labels.narrow(0, 70, 20));

export const quiet = { progress: false } as const;

/** Everything that a training is made of, the same each time. */
export function setUp(options: Partial<TrainerOptions> = {}, seed = 3) {
  manualSeed(seed);
  const model = new Classifier();
  const optimizer = new optim.Adam(model.parameters(), { lr: 0.02 });
  const trainer = new Trainer({ model, loss: new nn.CrossEntropyLoss(), optimizer, ...options });
  const loader = new DataLoader(training(), { batchSize: 16, shuffle: true });
  const held = new DataLoader(validation(), { batchSize: 8 });
  return { model, optimizer, trainer, loader, held };
}

export function weightsOf(model: nn.Module): Record<string, number[]> {
  return Object.fromEntries(Object.entries(model.stateDict()).map(([name, tensor]) => [name, [...tensor.data]]));
}

export type Fit = FitOptions<Tensor[]>;

const folder = mkdtempSync(join(tmpdir(), 'lutra-training-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;

/** The path of a folder that is not there yet. */
export function newFolder(): string {
  return join(folder, String(++count));
}
