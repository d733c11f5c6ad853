// What a worker of `trainInWorker` runs: the user's function, with what reports and stops. An entry of its own in the build.
import { parentPort, workerData } from 'node:worker_threads';
import { ArgumentError, describe } from '../../errors.js';
import type { TrainingCallback, TrainingRun } from '../callbacks.js';
import type { EpochRecord } from '../records.js';
import { type FromWorker, type JobData, packValue, unpackValue } from './messages.js';

/** Progress is told this often at most, in milliseconds. */
const shortestWait = 100;

const { module, exportName, data } = workerData as JobData;
const tell = (message: FromWorker) => parentPort!.postMessage(message);
const controller = new AbortController();
parentPort!.on('message', () => controller.abort());

let lastTold = Number.NEGATIVE_INFINITY;

function report(run: TrainingRun, record: EpochRecord | null): void {
  const now = performance.now();
  if (record === null && now - lastTold < shortestWait) return;
  lastTold = now;
  const { epoch, epochs, step, steps, batch, batches, recentLoss, lr, seconds } = run;
  const progress = { epoch, epochs, step, steps, batch, batches, loss: recentLoss, lr, seconds, record };
  tell({ kind: 'progress', progress });
}

const callback: TrainingCallback = {
  onStep: (run) => report(run, null),
  onEpochEnd: (run, record) => report(run, record),
};

try {
  const job: unknown = ((await import(module)) as Record<string, unknown>)[exportName];
  if (typeof job !== 'function') {
    throw new ArgumentError(
      `trainInWorker: ${module} must export a function '${exportName}', but exports ${describe(job)} by that name`,
    );
  }
  const value: unknown = await job({
    data: unpackValue('trainInWorker', data),
    signal: controller.signal,
    callbacks: [callback],
  });
  tell({ kind: 'result', value: packValue('trainInWorker: the result', value) });
} catch (error) {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  tell({ kind: 'error', name, message, stack: String(stack) });
}
parentPort!.close();
