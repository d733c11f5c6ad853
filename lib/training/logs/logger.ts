import { ArgumentError, describe } from '../../errors.js';

/** Where a training writes what it measures. Any object with `log` is one. */
export interface TrainingLogger {
  /**
   * Called when a training begins.
   * @param step after which it goes on; 0 for one that begins. What was logged of later steps is of a session that was
   * killed, and will be logged again.
   */
  open?(step: number): void;
  /** @param values numbers by name: `train/loss`, `validation/accuracy`, `lr`, … */
  log(values: Readonly<Record<string, number>>, step: number): void;
  /** Writes what is waiting. */
  flush?(): void;
}

/** @throws ArgumentError unless it is a list of loggers */
export function checkLoggers(op: string, loggers: unknown): TrainingLogger[] {
  if (loggers === undefined) return [];
  if (!Array.isArray(loggers)) throw new ArgumentError(`${op}: loggers must be a list, got ${describe(loggers)}`);
  for (const [i, logger] of loggers.entries()) {
    if (typeof (logger as Partial<TrainingLogger> | null)?.log === 'function') continue;
    throw new ArgumentError(`${op}: loggers[${i}] must have log(values, step), got ${describe(logger)}`);
  }
  return loggers;
}
