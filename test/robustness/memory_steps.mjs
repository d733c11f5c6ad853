// 20,000 synchronous training steps of a small model, without a scope, a dispose or a turn of the event loop:
// node memory_steps.mjs PATH_TO_INDEX_JS [STEPS]. Prints the peak of the resident memory, in megabytes, and the losses.
import { pathToFileURL } from 'node:url';

const [path, steps = '20000'] = process.argv.slice(2);
const { manualSeed, nn, optim, tensor } = await import(pathToFileURL(path).href);

manualSeed(0);
const embedding = new nn.Embedding(50, 16);
const lstm = new nn.LSTM(16, 32, { batchFirst: true });
const fc = new nn.Linear(32, 50);
const optimizer = new optim.Adam([...embedding.parameters(), ...lstm.parameters(), ...fc.parameters()], { lr: 1e-3 });
const criterion = new nn.CrossEntropyLoss();
const x = tensor(Int32Array.from({ length: 80 }, (_, i) => (i * 7 + Math.floor(i / 10)) % 50)).reshape([8, 10]);
const y = tensor(Int32Array.from({ length: 8 }, (_, i) => (i * 11) % 50));
let first;
let last;
for (let step = 0; step < Number(steps); step++) {
  optimizer.zeroGrad();
  const [output] = lstm.forward(embedding.forward(x));
  const loss = criterion.forward(fc.forward(output.select(1, -1)), y);
  loss.backward();
  optimizer.step();
  last = loss.item();
  first ??= last;
}
// maxRSS is in kilobytes: the peak of the whole run, which no sampling can miss.
console.log(JSON.stringify({ peak: Math.round(process.resourceUsage().maxRSS / 1024), first, last }));
