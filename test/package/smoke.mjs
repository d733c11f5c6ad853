// A small training run against a given copy of the library: node smoke.mjs PATH_TO_INDEX_JS (default: the package).
// It prints one line and fails when the loss is not what every build must give.
import { pathToFileURL } from 'node:url';

const path = process.argv[2];
const { cpuInfo, manualSeed, nn, optim, tensor } = await import(path ? pathToFileURL(path).href : 'lutra');

manualSeed(0);
const embedding = new nn.Embedding(20, 8);
const lstm = new nn.LSTM(8, 16, { batchFirst: true });
const fc = new nn.Linear(16, 20);
const parameters = [...embedding.parameters(), ...lstm.parameters(), ...fc.parameters()];
const optimizer = new optim.Adam(parameters, { lr: 0.05 });
const criterion = new nn.CrossEntropyLoss();
const input = tensor(Int32Array.from({ length: 24 }, (_, i) => (i * 7) % 20)).reshape([4, 6]);
const target = tensor(Int32Array.from([3, 1, 4, 1]));
let first;
let last;
for (let step = 0; step < 30; step++) {
  optimizer.zeroGrad();
  const [output] = lstm.forward(embedding.forward(input));
  const loss = criterion.forward(fc.forward(output.select(1, -1)), target);
  loss.backward();
  optimizer.step();
  last = loss.item();
  first ??= last;
}
const { isa, threads, compiler } = cpuInfo();
console.log(
  `Node ${process.version}, ${isa}, ${threads} threads, ${compiler}: loss ${first.toFixed(4)} to ${last.toFixed(4)}`,
);
// The first loss is within a rounding of log 20 plus what the initial weights add; the last shows that it learned.
if (!(first > 2 && first < 4 && last < 0.1)) {
  console.error('smoke: the loss did not fall as it must');
  process.exitCode = 1;
}
