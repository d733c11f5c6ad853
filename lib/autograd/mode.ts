import { AsyncLocalStorage } from 'node:async_hooks';
import { types } from 'node:util';
import { checkBody, refuseLater } from '../scoped.js';

let enabled = true;

/** The state of an asynchronous body, which holds across its awaits and is nobody else's. */
interface Recording {
  enabled: boolean;
}

/**
 * Asking for the context takes 20 to 40 ns, and while contexts are in use Node 20 and 22 take three times as long for every
 * await of the process. So they are used only for async functions, and only until the last of those is done.
 */
const contexts = new AsyncLocalStorage<Recording>();
let asyncBodies = 0;

/** Whether operations are being recorded. */
export function isGradEnabled(): boolean {
  return asyncBodies === 0 ? enabled : (contexts.getStore()?.enabled ?? enabled);
}

/** Switches recording on or off; returns what it was. */
export function setGradEnabled(value: boolean): boolean {
  const recording = asyncBodies === 0 ? undefined : contexts.getStore();
  if (recording !== undefined) {
    const before = recording.enabled;
    recording.enabled = value;
    return before;
  }
  const before = enabled;
  enabled = value;
  return before;
}

function leaveContext(): void {
  asyncBodies--;
  if (asyncBodies === 0) contexts.disable();
}

async function runAsync<T>(value: boolean, body: () => T): Promise<Awaited<T>> {
  asyncBodies++;
  try {
    return await contexts.run({ enabled: value }, body);
  } finally {
    leaveContext();
  }
}

function runWith<T>(op: string, value: boolean, body: () => T): T {
  checkBody(op, body);
  if (types.isAsyncFunction(body)) return runAsync(value, body) as T;
  const before = setGradEnabled(value);
  let result: T;
  try {
    result = body();
  } finally {
    setGradEnabled(before);
  }
  refuseLater(op, result, `write ${op}(async () => { … }), which holds across await`);
  return result;
}

/**
 * Runs `body` without recording: its results require no gradient. Returns what `body` returns. For an `async` function it
 * holds across every `await`, until the promise settles, and for nothing that runs meanwhile.
 * @throws ArgumentError when `body` is no function, or no async one and yet returns a promise: its code would run on
 *   with recording.
 */
export function noGrad<T>(body: () => T): T {
  return runWith('noGrad', false, body);
}

/** Runs `body` with recording on, also inside `noGrad`; async functions as in `noGrad`. */
export function enableGrad<T>(body: () => T): T {
  return runWith('enableGrad', true, body);
}
