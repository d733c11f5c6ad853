// A training that saves after every step: node crash_child.mjs FOLDER STEPS [FAULT]. Says each step that it made, and at the
// end the checksum of the weights. FAULT: `ENOSPC:N` or `EROFS:N` lets every write from step N on fail with that error.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { DataLoader, Generator, manualSeed, nn, optim, rand, TensorDataset, Trainer } from '../../dist/index.js';

const [, , folder, steps, fault = ''] = process.argv;
const [code, from] = fault.split(':');

class Model extends nn.Module {
  constructor() {
    super();
    this.lstm = new nn.LSTM(4, 12, { batchFirst: true });
    this.dropout = new nn.Dropout(0.3);
    this.fc = new nn.Linear(12, 3);
  }
  forward(x) {
    const [output] = this.lstm.forward(x);
    return this.fc.forward(this.dropout.forward(output.select(1, -1)));
  }
}

function breakDisk() {
  const { writeSync, openSync } = fs;
  const fail = (syscall) => {
    throw Object.assign(new Error(`${code}: made for a test, ${syscall}`), { code, errno: -1, syscall });
  };
  fs.writeSync = (...args) => (code === 'ENOSPC' && args[0] > 2 ? fail('write') : writeSync(...args));
  fs.openSync = (path, flags, ...rest) =>
    code === 'EROFS' && flags === 'wx' ? fail('open') : openSync(path, flags, ...rest);
  syncBuiltinESMExports();
}

manualSeed(1);
const model = new Model();
const optimizer = new optim.Adam(model.parameters(), { lr: 0.01 });
const generator = new Generator(3);
const x = rand([50, 6, 4], { generator });
const loader = new DataLoader(new TensorDataset(x, x.sum(1).narrow(1, 0, 3).argmax(1)), {
  batchSize: 8,
  shuffle: true,
});
const trainer = new Trainer({
  model,
  loss: new nn.CrossEntropyLoss(),
  optimizer,
  scheduler: { scheduler: new optim.ExponentialLR(optimizer, 0.999), interval: 'step' },
});
const onStep = ({ step }) => {
  fs.writeSync(1, `step ${step}\n`);
  if (step === Number(from)) breakDisk();
};
const history = await trainer.fit(loader, {
  steps: Number(steps),
  callbacks: [{ onStep }],
  checkpoints: { folder, everySteps: 1, keepLast: 2 },
  resume: true,
  progress: false,
});
const hash = createHash('sha256');
for (const tensor of Object.values(model.stateDict())) hash.update(tensor.data);
console.log(`${history.stopped} at ${history.steps}: ${hash.digest('hex')}`);
