import { ArgumentError, describe } from '../errors.js';
import { crossEntropy, nllLoss } from '../nn/functional.js';
import { CrossEntropyLoss, KLDivLoss, Loss, NLLLoss } from '../nn/loss.js';
import type { Module } from '../nn/module.js';
import { PackedSequence } from '../nn/packed_sequence.js';
import { isFloating } from '../tensor/dtype.js';
import { Tensor } from '../tensor/tensor.js';

/** A loss: a module such as `new nn.CrossEntropyLoss()`, or a function of output and target. */
// biome-ignore lint/suspicious/noExplicitAny: losses take what their models give and their batches hold.
export type LossFunction = Module | ((output: any, target: any) => Tensor);

/** What a step is made from. */
export interface StepContext<Batch = unknown> {
  readonly model: Module;
  /** What the loader gave. */
  readonly batch: Batch;
  /** The trainer's loss. */
  readonly loss: LossFunction | null;
  /** Whether the model learns from this batch; else it is evaluated, and nothing is recorded. */
  readonly training: boolean;
  /**
   * What the step of the batch before gave as `carry`: the state of a recurrent network that reads on in its texts, say.
   * Undefined at the first batch of a pass.
   */
  readonly carry: unknown;
}

/** What a step gives besides a loss. */
export interface StepResult {
  /** One number, the mean over what the batch holds. */
  loss: Tensor;
  /**
   * Over how much the loss is a mean: samples, or words that count. Means over a pass are weighted by it, and so are the
   * batches of one accumulated step. 1 unless given. A batch of weight 0 is passed over.
   */
  weight?: number;
  /** For metrics. */
  output?: unknown;
  /** For metrics. */
  target?: unknown;
  /** For the step of the next batch; tensors in it should be detached. */
  carry?: unknown;
}

/** Computes the loss of a batch. */
export type TrainingStep<Batch = unknown> = (context: StepContext<Batch>) => Tensor | StepResult;

/** A step as the loop reads it. */
export interface SettledStep {
  readonly loss: Tensor;
  readonly weight: number;
  readonly output: unknown;
  readonly target: unknown;
  readonly carry: unknown;
}

/** Names under which batches that are objects hold what goes into the model, and what should come out. */
const inputNames = ['input', 'inputs', 'x', 'ids', 'tokens'];
const targetNames = ['target', 'targets', 'y', 'label', 'labels'];

/**
 * What of a batch goes into the model, and what should come out: `[x, y]`, `[x1, x2, y]`, `{ input, target }`.
 * @throws ArgumentError for a batch of another form
 */
export function splitBatch(op: string, batch: unknown): { inputs: unknown[]; target: unknown } {
  if (Array.isArray(batch) && batch.length >= 2) return { inputs: batch.slice(0, -1), target: batch[batch.length - 1] };
  if (isRecord(batch)) {
    const input = inputNames.find((name) => name in batch);
    const target = targetNames.find((name) => name in batch);
    if (input !== undefined && target !== undefined) return { inputs: [batch[input]], target: batch[target] };
    const names = Object.keys(batch).slice(0, 8).join(', ');
    throw new ArgumentError(
      `${op}: a batch with the keys ${names || '(none)'} has no ${input === undefined ? inputNames[0] : targetNames[0]}; name it so, or give the trainer a step`,
    );
  }
  throw new ArgumentError(
    `${op}: a batch must be [input, target] or { input, target }, got ${describe(batch)}; give the trainer a step that computes its loss`,
  );
}

/** What of a batch goes into the model where nothing but its output is wanted: all of a batch that holds no target. */
export function inputsOf(batch: unknown): unknown[] {
  if (Array.isArray(batch)) return batch.length >= 2 ? batch.slice(0, -1) : batch;
  if (isRecord(batch)) {
    const input = inputNames.find((name) => name in batch);
    if (input !== undefined) return [batch[input]];
  }
  return [batch];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Tensor) && !(value instanceof PackedSequence) && !ArrayBuffer.isView(value);
}

/** The rows of a packed sequence; anything else as it is. */
export function unpacked(value: unknown): unknown {
  return value instanceof PackedSequence ? value.data : value;
}

/** The step of a trainer that was given none: model, then loss. Of a model that gives several values the first counts. */
export function defaultStep({ model, batch, loss }: StepContext): StepResult {
  const { inputs, target: given } = splitBatch('Trainer', batch);
  if (loss === null) throw new ArgumentError('Trainer: needs a loss, or a step that computes one');
  const result: unknown = model.forward(...inputs);
  const output = unpacked(Array.isArray(result) ? result[0] : result);
  const target = unpacked(given);
  const value = typeof loss === 'function' ? loss(output, target) : (loss.forward(output, target) as Tensor);
  return { loss: value, weight: weightOf(loss, output, target), output, target };
}

/** @throws ArgumentError unless the step gave a loss of one number */
export function settle(result: Tensor | StepResult): SettledStep {
  if (result instanceof Tensor) {
    checkLoss(result);
    return { loss: result, weight: 1, output: undefined, target: undefined, carry: undefined };
  }
  if (typeof result !== 'object' || result === null || typeof (result as { then?: unknown }).then === 'function') {
    throw new ArgumentError(
      `Trainer: step must return a loss, or an object with one, got ${describe(result)}; it can't be async`,
    );
  }
  const { loss, weight = 1, output, target, carry } = result;
  checkLoss(loss);
  if (typeof weight !== 'number' || !(weight >= 0) || weight === Number.POSITIVE_INFINITY) {
    throw new ArgumentError(`Trainer: step's weight must be a finite number of at least 0, got ${describe(weight)}`);
  }
  return { loss, weight, output, target, carry };
}

function checkLoss(loss: unknown): void {
  if (loss instanceof Tensor && loss.numel === 1) return;
  const hint = loss instanceof Tensor ? '; take its mean' : '';
  throw new ArgumentError(`Trainer: a step's loss must be a Tensor with one element, got ${describe(loss)}${hint}`);
}

/**
 * Over how much a loss is a mean: the targets that count, weighted as the loss weights them; elements; or the samples of
 * the batch, where the loss is none of the library's. 1 for a sum.
 */
export function weightOf(loss: LossFunction, output: unknown, target: unknown): number {
  if (loss === crossEntropy || loss === nllLoss) return countTargets(target, -100, null) ?? samplesOf(output);
  if (loss instanceof CrossEntropyLoss || loss instanceof NLLLoss) {
    if (loss.reduction === 'sum') return 1;
    return countTargets(target, loss.ignoreIndex, loss.weight) ?? samplesOf(output);
  }
  if (loss instanceof KLDivLoss) {
    return loss.reduction === 'sum'
      ? 1
      : loss.reduction === 'batchmean'
        ? samplesOf(output)
        : elementsOf(output, target);
  }
  if (loss instanceof Loss) return loss.reduction === 'sum' ? 1 : elementsOf(output, target);
  return samplesOf(output);
}

function elementsOf(output: unknown, target: unknown): number {
  const count = (value: unknown) => (value instanceof Tensor ? value.numel : 1);
  return Math.max(count(output), count(target));
}

function samplesOf(output: unknown): number {
  return output instanceof Tensor && output.ndim > 0 ? output.shape[0] : 1;
}

/** How many class numbers count, or what they weigh together; null where the target holds probabilities. */
function countTargets(target: unknown, ignoreIndex: number, weight: Tensor | null): number | null {
  if (typeof target === 'number') return 1;
  const tensor = target instanceof Tensor ? (target.isContiguous() ? target : target.contiguous()) : null;
  if (tensor !== null && isFloating(tensor.dtype)) return null;
  const ids = tensor === null ? (target as ArrayLike<number>) : tensor.storage.array;
  const start = tensor?.offset ?? 0;
  const end = start + (tensor?.numel ?? (target as ArrayLike<number>)?.length ?? 0);
  let total = 0;
  if (weight === null) {
    for (let i = start; i < end; i++) if (ids[i] !== ignoreIndex) total++;
    return total;
  }
  const weights = weight.contiguous();
  for (let i = start; i < end; i++) if (ids[i] !== ignoreIndex) total += weights.storage.array[weights.offset + ids[i]];
  return total;
}
