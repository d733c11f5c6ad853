import type { TrainingLogger } from './logs/logger.js';
import type { Scores } from './records.js';

/** What the loggers of one training are told, and when. */
export class FitLogs {
  constructor(
    private readonly loggers: readonly TrainingLogger[],
    private readonly everySteps: number,
  ) {}

  open(step: number): void {
    for (const logger of this.loggers) logger.open?.(step);
  }

  isDueAfter(step: number): boolean {
    return this.loggers.length > 0 && step % this.everySteps === 0;
  }

  log(values: Readonly<Record<string, number>>, step: number): void {
    for (const logger of this.loggers) logger.log(values, step);
  }

  /** @param of what they are of: their names begin with it */
  logScores(of: string, scores: Scores, epoch: number, step: number): void {
    if (this.loggers.length === 0) return;
    const values = Object.entries(scores).map(([name, value]) => [`${of}/${name}`, value] as const);
    this.log({ ...Object.fromEntries(values), epoch }, step);
  }

  /** What was logged until now is kept. */
  flush(): void {
    for (const logger of this.loggers) logger.flush?.();
  }

  /** @param failed whether an error has ended the training, which counts more than one of a logger */
  close(failed: boolean): void {
    try {
      this.flush();
    } catch (error) {
      if (!failed) throw error;
    }
  }
}
