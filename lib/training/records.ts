/** What an evaluation gives: the mean loss, and each metric by its name. */
export interface Scores {
  loss: number;
  [metric: string]: number;
}

/** A finished pass over the training data. */
export interface EpochRecord {
  /** From 1. */
  epoch: number;
  /** The optimizer's steps at its end, counted from the training's beginning. */
  step: number;
  /** The mean loss as the model was while it learned, and the training metrics. */
  train: Scores;
  /** The scores of the last validation in this pass; null where there was none. */
  validation: Scores | null;
  /** The rate of the optimizer's first group during its last step. */
  lr: number;
  /** What it took, validation included. */
  seconds: number;
}

/** An evaluation on the validation data. */
export interface ValidationRecord {
  epoch: number;
  step: number;
  scores: Scores;
}

/** What a training has been, in all its sessions. Plain numbers: `JSON.stringify` takes it. */
export interface TrainingHistory {
  /** The finished passes. */
  epochs: EpochRecord[];
  /** Every validation, also those within passes. */
  validations: ValidationRecord[];
  /** Where the monitored score was best; null while there is none. */
  best: { epoch: number; step: number; score: number } | null;
  /**
   * What ended the training: 'epochs', 'steps', 'time', 'earlyStopping', 'signal' (the `AbortSignal`), 'SIGINT',
   * 'SIGTERM', or what a callback's `stop` said; null while it goes on.
   */
  stopped: string | null;
  /** Steps that the optimizer made. */
  steps: number;
  /** Time of all sessions. */
  seconds: number;
  /** The checkpoint from which the last session went on. */
  resumedFrom: string | null;
}

export function newHistory(): TrainingHistory {
  return { epochs: [], validations: [], best: null, stopped: null, steps: 0, seconds: 0, resumedFrom: null };
}
