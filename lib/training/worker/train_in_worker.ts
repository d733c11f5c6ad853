import { ArgumentError, describe } from '../../errors.js';
import { checkOptions } from '../../options.js';
import type { TrainingCallback } from '../callbacks.js';
import { checkSignal, type FitSignal } from '../fit_options.js';
import { type FromWorker, type JobData, packValue, unpackValue, type WorkerProgress } from './messages.js';

/** What the function in the worker gets; `fit` takes the last two as they are. */
export interface WorkerJob<Data = unknown> {
  /** What `trainInWorker` was given as `data`. */
  readonly data: Data;
  /** Aborted when the caller's signal is. */
  readonly signal: FitSignal;
  /** Tell the caller's `onProgress` how the training gets on. */
  readonly callbacks: TrainingCallback[];
}

export interface TrainInWorkerOptions<Data = unknown> {
  /** For the function in the worker: plain values and tensors, which are copied. */
  data?: Data;
  /** Aborting it ends the training there after the step under way. */
  signal?: FitSignal;
  /** Told how the training gets on: after each pass, and up to ten times a second. */
  onProgress?: (progress: WorkerProgress) => void;
  /** The name of the function in the module. Default 'default'. */
  exportName?: string;
}

/**
 * Trains in a thread of its own, so that a service goes on answering however long a step takes. The module exports an
 * async function that makes model, data and trainer there; what it returns (plain values and tensors) comes back.
 *
 * @param module the module's address, such as `new URL('./job.js', import.meta.url)`, or an absolute path
 * @throws ArgumentError, OptionError; what the function throws, as an error of the same name and message
 *
 * @example
 * // job.js
 * export default async function ({ data, signal, callbacks }) {
 *   const trainer = new Trainer({ … });
 *   const history = await trainer.fit(loader, { epochs: data.epochs, signal, callbacks, progress: false });
 *   return { history, weights: trainer.model.stateDict() };
 * }
 * // elsewhere
 * const { weights } = await trainInWorker(new URL('./job.js', import.meta.url), { data: { epochs: 3 } });
 */
export async function trainInWorker<Result = unknown, Data = unknown>(
  module: string | { readonly href: string },
  options?: TrainInWorkerOptions<Data>,
): Promise<Result> {
  const op = 'trainInWorker';
  const given = checkOptions(op, options, ['data', 'signal', 'onProgress', 'exportName']);
  const { data, onProgress, exportName = 'default' } = given;
  const signal = checkSignal(op, given.signal);
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw new ArgumentError(`${op}: onProgress must be a function, got ${describe(onProgress)}`);
  }
  if (typeof exportName !== 'string') {
    throw new ArgumentError(`${op}: exportName must be a string, got ${describe(exportName)}`);
  }
  const workerData: JobData = { module: addressOf(op, module), exportName, data: packValue(`${op}: data`, data) };
  const { Worker } = process.getBuiltinModule('node:worker_threads');
  // In the build this code lies in dist/, and the host is an entry beside it.
  const worker = new Worker(new URL('./training/worker/worker_host.js', import.meta.url), { workerData });
  const abort = () => worker.postMessage('abort');
  signal?.addEventListener('abort', abort);
  if (signal?.aborted) abort();
  try {
    return await new Promise<Result>((resolve, reject) => {
      worker.on('message', (message: FromWorker) => {
        if (message.kind === 'progress') onProgress?.(message.progress);
        else if (message.kind === 'result') resolve(unpackValue(op, message.value) as Result);
        else reject(Object.assign(new Error(message.message), { name: message.name, stack: message.stack }));
      });
      worker.on('error', reject);
      worker.on('exit', (code) =>
        reject(new Error(`${op}: the worker ended without a result, with exit code ${code}`)),
      );
    });
  } finally {
    signal?.removeEventListener('abort', abort);
    await worker.terminate();
  }
}

function addressOf(op: string, module: unknown): string {
  const { href } = (module ?? {}) as { href?: unknown };
  if (typeof href === 'string') return href;
  const { isAbsolute } = process.getBuiltinModule('node:path');
  const { pathToFileURL } = process.getBuiltinModule('node:url');
  if (typeof module === 'string' && isAbsolute(module)) return pathToFileURL(module).href;
  if (typeof module === 'string' && /^(file|data):/.test(module)) return module;
  throw new ArgumentError(
    `${op}: module must be a URL or an absolute path, got ${describe(module)}; write new URL('./job.js', import.meta.url)`,
  );
}
