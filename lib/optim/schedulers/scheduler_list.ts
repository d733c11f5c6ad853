import { ArgumentError, describe, withArticle } from '../../errors.js';
import type { Optimizer } from '../optimizer.js';
import { LRScheduler } from './lr_scheduler.js';
import { ReduceLROnPlateau } from './reduce_lr_on_plateau.js';

/** @throws ArgumentError unless they are schedulers of this optimizer, at least one, whose steps take no metric. */
export function checkSchedulers(op: string, optimizer: Optimizer | undefined, schedulers: unknown): LRScheduler[] {
  if (!Array.isArray(schedulers) || schedulers.length === 0) {
    throw new ArgumentError(`${op}: schedulers must be a list of at least one scheduler, got ${describe(schedulers)}`);
  }
  for (const [i, scheduler] of schedulers.entries()) {
    const where = `${op}: schedulers[${i}]`;
    if (!(scheduler instanceof LRScheduler)) {
      throw new ArgumentError(`${where} must be a scheduler, got ${describe(scheduler)}`);
    }
    if (scheduler instanceof ReduceLROnPlateau) {
      throw new ArgumentError(`${where} is a ReduceLROnPlateau, whose step takes a metric; step it by itself`);
    }
    if (scheduler.optimizer !== optimizer) {
      throw new ArgumentError(`${where}, ${withArticle(scheduler.name)}, belongs to another optimizer`);
    }
  }
  return [...schedulers];
}
