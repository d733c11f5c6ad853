import type { Module } from '../nn/module.js';
import type { Metrics } from '../training/metrics/metric.js';
import type { Scores } from '../training/records.js';
import { Trainer } from '../training/trainer.js';
import type { Prepared } from './task.js';

/** The loss and metrics of a model on a run's data. */
export function evaluateRun(
  model: Module,
  { validation, step }: Pick<Prepared, 'validation' | 'step'>,
  metrics: Metrics,
): Promise<Scores> {
  return new Trainer({ model, step: step as never, metrics }).evaluate(validation);
}
