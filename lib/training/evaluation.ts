import { noGrad } from '../autograd/mode.js';
import { ArgumentError } from '../errors.js';
import type { Module } from '../nn/module.js';
import { type BatchLoader, LoaderPosition } from './loader_position.js';
import type { Metrics } from './metrics/metric.js';
import type { Ranks } from './ranks.js';
import type { Scores } from './records.js';
import { type LossFunction, type SettledStep, settle, type TrainingStep } from './step.js';
import type { Turns } from './turns.js';

/** What an evaluation needs. */
export interface Evaluation<Batch> {
  readonly op: string;
  readonly model: Module;
  readonly loss: LossFunction | null;
  readonly step: TrainingStep<Batch>;
  readonly loader: BatchLoader<Batch>;
  readonly metrics: Metrics;
  /** At most so many batches. */
  readonly batches: number;
  readonly turns: Turns;
  /** Ranks that evaluate together, each on the batches of its own loader. */
  readonly ranks?: Ranks | null;
  /** Asked after every batch; true ends the evaluation without a result. */
  isStopped(): boolean;
}

/** The mean of losses, each weighted by how much it is a mean of. */
export class WeightedMean {
  sum = 0;
  weight = 0;

  add(value: number, weight: number): void {
    this.sum += value * weight;
    this.weight += weight;
  }

  get mean(): number {
    return this.sum / this.weight;
  }
}

/**
 * Runs the model over a loader in evaluation mode, nothing recorded; the event loop has its turn. The model's layers are
 * left in the modes in which they came.
 *
 * @returns null where it was stopped
 * @throws ArgumentError for a loader without a batch
 */
export async function evaluateModel<Batch>(evaluation: Evaluation<Batch>): Promise<Scores | null> {
  const { op, model, loss, step, loader, metrics, batches, turns } = evaluation;
  const mean = new WeightedMean();
  for (const metric of Object.values(metrics)) metric.reset();
  const modes = model.modules().map((module) => [module, module.training] as const);
  model.eval();
  try {
    const iterator = await new LoaderPosition(loader).iterate();
    let carry: unknown;
    let count = 0;
    while (count < batches) {
      const next = iterator.next();
      const { value: batch, done } = isPromise(next) ? await next : next;
      if (done) break;
      count++;
      const result: SettledStep = noGrad(() => settle(step({ model, batch, loss, training: false, carry })));
      carry = result.carry;
      const value = result.loss.item();
      if (result.weight > 0) {
        mean.add(value, result.weight);
        updateMetrics(op, metrics, result, value);
      }
      if (turns.isDue) await turns.take();
      if (evaluation.isStopped()) return null;
    }
    if (count >= batches) await iterator.return?.();
    if (count === 0) throw new ArgumentError(`${op}: the loader to evaluate on has no batches`);
  } finally {
    for (const [module, training] of modes) module.training = training;
  }
  return scoresOf(mean, metrics, evaluation.ranks);
}

/** @throws ArgumentError where a step gives metrics nothing to go by */
export function updateMetrics(op: string, metrics: Metrics, result: SettledStep, loss: number): void {
  const { output, target, weight } = result;
  for (const [name, metric] of Object.entries(metrics)) {
    if (output === undefined && metric.usesLossOnly !== true) {
      throw new ArgumentError(
        `${op}: the metric '${name}' needs the output: let the step return { loss, weight, output, target }`,
      );
    }
    noGrad(() => metric.update({ output, target, loss, weight }));
  }
}

/**
 * The scores of a pass. Of several ranks: the mean of all losses, each weighted by how much it is a mean of; of other metrics the mean of
 * the ranks' numbers.
 */
export function scoresOf(mean: WeightedMean, metrics: Metrics, ranks: Ranks | null = null): Scores {
  const names = Object.keys(metrics);
  const own = names.map((name) => metrics[name].compute());
  if (ranks === null) return { loss: mean.mean, ...Object.fromEntries(names.map((name, i) => [name, own[i]])) };
  const [sum, weight, ...sums] = ranks.sum([mean.sum, mean.weight, ...own]);
  return { loss: sum / weight, ...Object.fromEntries(names.map((name, i) => [name, sums[i] / ranks.size])) };
}

/** What an iterator gave must be waited for. */
export function isPromise<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as { then?: unknown }).then === 'function';
}
