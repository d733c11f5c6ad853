export interface TrainOptions {
  /** Passes over the training text. */
  epochs: number;
  optimizer: 'adam' | 'sgd';
  /** The learning rate's peak; it follows `learningRateAt`. */
  lr: number;
  /** Gradients longer than this, all parameters taken together, are shortened to it. */
  maxGradNorm: number;
  /** End after so many passes without a better validation perplexity; never unless set. */
  patience?: number;
}

/** Where a training stands after a step. */
export interface TrainProgress {
  /** From 1. */
  epoch: number;
  epochs: number;
  /** Words trained on in this pass, and how many it has. */
  epochTokens: number;
  epochTokensTotal: number;
  /** Loss per word, in nats, averaged over the last steps. */
  loss: number;
  /** In this pass. */
  tokensPerSecond: number;
  /** Until the end of the last pass, at this pace; without evaluation. */
  secondsLeft: number;
}

/** What a training asks, and tells, while it runs. */
export interface StepListeners {
  onStep?(progress: TrainProgress): void;
  /** Asked after every step; true ends the training there. */
  isStopped?(): boolean;
}
