import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ArgumentError, AutogradError, describe } from '../errors.js';
import { checkOptions } from '../options.js';
import { checkBody, runThenRestore } from '../scoped.js';
import { dtypes } from '../tensor/dtype.js';
import { formatShape } from '../tensor/shape.js';
import type { Tensor } from '../tensor/tensor.js';
import type { Node } from './node.js';

export interface AnomalyOptions {
  /** Fail as soon as backward makes a NaN. Default true; with false only the places of the forward calls are kept. */
  checkNan?: boolean;
}

/** Whether anomalies are looked for. Recording and the engine read it; nobody else writes it. */
export let detecting = false;
let checksNan = true;

/** What is known of an operation that was recorded while anomalies were looked for. */
interface Trace {
  /** Where the user's code called it, a line for each frame. */
  readonly place: string;
  /** What it says of its first NaN, if it made one out of inputs that had none. */
  readonly madeNaN: string | null;
}

const traces = new WeakMap<object, Trace>();

function libraryFolder(): string {
  try {
    return dirname(dirname(fileURLToPath(import.meta.url))) + sep;
  } catch {
    return '\0'; // in a bundle without places every frame is shown
  }
}

const inside = libraryFolder();

/** The stack of the user's code: frames of the library are left out. */
function placeOfCall(): string {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 40;
  const { stack } = new Error();
  Error.stackTraceLimit = before;
  const frames = (typeof stack === 'string' ? stack : '').split('\n').slice(1);
  const own = frames.filter((frame) => !frame.includes(inside) && !frame.includes('node:internal'));
  return own.length > 0 ? own.slice(0, 8).join('\n') : '    (no code outside the library)';
}

/** The row-major position of the first NaN among a tensor's numbers, or -1. */
function firstNaN(numbers: Tensor): number {
  if (!dtypes[numbers.dtype].floating) return -1;
  if (numbers.isContiguous() && dtypes[numbers.dtype].computes) {
    const { array } = numbers.storage;
    const begin = numbers.offset;
    for (let i = begin; i < begin + numbers.numel; i++) if (Number.isNaN(array[i])) return i - begin;
    return -1;
  }
  for (let i = 0; i < numbers.numel; i++) if (Number.isNaN(numbers.at(i))) return i;
  return -1;
}

/** Notes where an operation was called, and whether it is where NaNs come from. Called while `detecting`. */
export function noteForward(node: Node, inputs: readonly Tensor[], outputs: readonly Tensor[]): void {
  let madeNaN: string | null = null;
  if (checksNan && inputs.every((input) => firstNaN(input) < 0)) {
    for (const [i, output] of outputs.entries()) {
      const position = firstNaN(output);
      if (position < 0) continue;
      const which = outputs.length > 1 ? ` of output ${i}` : '';
      madeNaN = `at position ${position}${which} of shape ${formatShape(output.shape)}`;
      break;
    }
  }
  traces.set(node, { place: placeOfCall(), madeNaN });
}

function calledAt(trace: Trace | undefined): string {
  return trace === undefined
    ? '\n  It was recorded before anomalies were looked for, so that its place is not known.'
    : `\n  It was called here:\n${trace.place}`;
}

/** The first operation of the forward pass that made a NaN, among nodes latest first. */
function firstOfForward(order: readonly Node[]): Node | null {
  for (let i = order.length - 1; i >= 0; i--) {
    const node = order[i];
    if (typeof traces.get(node)?.madeNaN === 'string') return node;
  }
  return null;
}

/**
 * Looks at the gradients that an operation gave. Called while `detecting`.
 * @param results the tensors that hold the gradients' numbers: of a table's gradient its rows.
 * @param order the nodes of the walk, latest first.
 * @throws AutogradError naming the operation when one of them holds a NaN.
 */
export function checkGradients(node: Node, results: readonly (Tensor | null)[], order: readonly Node[]): void {
  if (!checksNan) return;
  for (const [i, grad] of results.entries()) {
    if (grad === null || grad === undefined) continue;
    const position = firstNaN(grad);
    if (position < 0) continue;
    const source = firstOfForward(order.filter((each) => each.leaf === null));
    const forward =
      source === null
        ? '\n  The forward pass made no NaN: it came up in backward (a division by 0, an infinity times 0, …).'
        : `\n  The first NaN of the forward pass was made by ${source.name}, ${traces.get(source)?.madeNaN}.${calledAt(traces.get(source))}`;
    throw new AutogradError(
      `backward: ${node.name} returned NaN in the gradient of its input ${i}, at position ${position} of shape ` +
        `${formatShape(grad.shape)}.${source === node ? '' : calledAt(traces.get(node))}${forward}`,
    );
  }
}

function flag(op: string, name: string, value: unknown): boolean {
  if (typeof value !== 'boolean') {
    throw new ArgumentError(`${op}: ${name} must be true or false, got ${describe(value)}`);
  }
  return value;
}

/**
 * Looks for anomalies from now on, or no longer (PyTorch's `torch.autograd.set_detect_anomaly`): backward fails at the
 * first operation that gives a NaN, names it, the place where it was called, and the operation that made the first NaN of
 * the forward pass. It looks through every result and keeps a stack for every operation, so that a step takes many times
 * as long: switch it on to find a fault.
 */
export function setDetectAnomaly(mode: boolean, options?: AnomalyOptions): void {
  const op = 'setDetectAnomaly';
  const { checkNan = true } = checkOptions(op, options, ['checkNan']);
  const nan = flag(op, 'checkNan', checkNan);
  detecting = flag(op, 'mode', mode);
  checksNan = nan;
}

/** Whether anomalies are looked for. */
export function isAnomalyEnabled(): boolean {
  return detecting;
}

/**
 * Runs `body` with anomalies looked for, see `setDetectAnomaly`; returns what it returns. For an `async` function it lasts
 * until the promise settles, for the whole process.
 */
export function detectAnomaly<T>(body: () => T, options?: AnomalyOptions): T {
  const op = 'detectAnomaly';
  checkBody(op, body);
  const before = { detecting, checksNan };
  setDetectAnomaly(true, checkOptions(op, options, ['checkNan']));
  return runThenRestore(body, () => {
    detecting = before.detecting;
    checksNan = before.checksNan;
  });
}
