import type { Parameter } from '../nn/parameter.js';
import { Adam, AdamW } from '../optim/adam.js';
import type { Optimizer } from '../optim/optimizer.js';
import { LambdaLR } from '../optim/schedulers/lambda_lr.js';
import { SGD } from '../optim/sgd.js';
import type { TrainingCallback } from '../training/callbacks.js';
import type { FitSignal } from '../training/fit_options.js';
import type { TrainingLogger } from '../training/logs/logger.js';
import type { ProgressOptions } from '../training/progress.js';
import type { TrainingHistory } from '../training/records.js';
import { Trainer } from '../training/trainer.js';
import type { Prepared, TrainingSettings } from './task.js';

/** The share of the steps in which the rate rises, and what is left of it at the end. */
const warmUp = 0.05;
const lastRate = 0.05;

/** What of the rate is in force after `step` of `steps`. */
function linearRate(step: number, steps: number): number {
  const rising = Math.max(1, warmUp * steps);
  if (step < rising) return (step + 1) / (rising + 1);
  return Math.max(lastRate, 1 - ((1 - lastRate) * (step - rising)) / Math.max(1, steps - rising));
}

function makeOptimizer({ optimizer, lr, weightDecay }: TrainingSettings, parameters: Parameter[]): Optimizer {
  switch (optimizer) {
    case 'adam':
      return new Adam(parameters, { lr, weightDecay });
    case 'adamw':
      return new AdamW(parameters, { lr, weightDecay });
    case 'sgd':
      return new SGD(parameters, { lr, weightDecay });
  }
}

export interface FitRunOptions {
  /** The folder of checkpoints. */
  readonly checkpoints: string;
  /** Go on from the newest checkpoint. */
  readonly resume: boolean;
  readonly loggers: readonly TrainingLogger[];
  readonly progress: boolean | ProgressOptions;
  /** Aborting it ends the training after the step under way, with a checkpoint. */
  readonly signal?: FitSignal | undefined;
  readonly callbacks?: readonly TrainingCallback[];
}

/** Trains what was prepared; the model has the best weights then. */
export function fitRun(
  prepared: Prepared,
  settings: TrainingSettings,
  { checkpoints, resume, loggers, progress, signal, callbacks = [] }: FitRunOptions,
): Promise<TrainingHistory> {
  const { model, step, training, validation, monitor } = prepared;
  const { epochs, schedule, maxGradNorm, patience, seed } = settings;
  const steps = epochs * training.length;
  const trainer = new Trainer({
    model,
    step: step as never,
    optimizer: (parameters) => makeOptimizer(settings, parameters),
    ...(schedule === 'linear'
      ? {
          scheduler: {
            scheduler: (optimizer: Optimizer) => new LambdaLR(optimizer, (done) => linearRate(done, steps)),
            interval: 'step' as const,
          },
        }
      : {}),
    metrics: prepared.metrics(),
    clipGradNorm: maxGradNorm,
    generators: prepared.generators ?? {},
    seed,
  });
  return trainer.fit(training, {
    epochs,
    validation,
    monitor: monitor.name,
    mode: monitor.mode,
    earlyStopping: patience,
    checkpoints: { folder: checkpoints, everyEpochs: 1, everyMinutes: 2, keepLast: 2, onSignals: false },
    signal,
    resume,
    loggers,
    logEverySteps: 20,
    progress,
    callbacks,
  });
}
