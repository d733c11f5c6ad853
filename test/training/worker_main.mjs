// Run by test/training/worker.test.ts, in a process of its own: it needs dist/.
import { manualSeed, tensor, trainInWorker } from '../../dist/index.js';
import train from './worker_job.mjs';

const job = new URL('worker_job.mjs', import.meta.url);
const found = {};
const data = { seed: 4, epochs: 3, numbers: tensor([1.5, 2]) };
const seen = [];
const options = { data, onProgress: ({ epoch, record }) => seen.push([epoch, record !== null]) };
const result = await trainInWorker(job, options);
const own = await train({ data, callbacks: [] });
manualSeed(0);
const plain = (state) => Object.fromEntries(Object.entries(state).map(([name, t]) => [name, t.tolist()]));
found.weights = [plain(result.weights), plain(own.weights)];
found.tensors = [result.twice.tolist(), result.half.dtype, result.history.steps];
found.records = seen.filter(([, isRecord]) => isRecord).map(([epoch]) => epoch);

// A service that goes on answering: its timer is never late, though the worker's steps take long.
let late = 0;
let last = performance.now();
const timer = setInterval(() => {
  late = Math.max(late, performance.now() - last);
  last = performance.now();
}, 5);
const controller = new AbortController();
const onProgress = ({ step }) => step >= 2 && controller.abort();
found.stopped = await trainInWorker(job, { exportName: 'slow', signal: controller.signal, onProgress });
clearInterval(timer);
found.late = late;

found.errors = {};
for (const exportName of ['failing', 'ending', 'notReturnable', 'missing']) {
  found.errors[exportName] = await trainInWorker(job.pathname, { exportName }).catch((e) => `${e.name}: ${e.message}`);
}
found.errors.relative = await trainInWorker('./job.js').catch((e) => `${e.name}: ${e.message}`);
found.errors.data = await trainInWorker(job, { data: { f() {} } }).catch((e) => `${e.name}: ${e.message}`);
found.errors.nowhere = await trainInWorker('/no/such/job.mjs').catch((e) => e.message.slice(0, 18));
console.log(JSON.stringify(found));
