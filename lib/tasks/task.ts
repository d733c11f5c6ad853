import type { Generator } from '../calls/generator.js';
import type { Module } from '../nn/module.js';
import type { BatchLoader } from '../training/loader_position.js';
import type { Metrics } from '../training/metrics/metric.js';
import type { Scores } from '../training/records.js';
import type { TrainingStep } from '../training/step.js';

/** What every task is told of its training. */
export interface TrainingSettings {
  readonly validation?: string;
  readonly validationSplit: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly optimizer: 'adam' | 'adamw' | 'sgd';
  readonly lr: number;
  readonly schedule: 'linear' | 'constant';
  readonly weightDecay: number;
  readonly maxGradNorm: number;
  readonly patience: number;
  readonly seed: number;
}

/** A loader whose length is known. */
export type Batches = BatchLoader<unknown> & { readonly length: number };

/** Data that were read, and the model that is to learn them. */
export interface Prepared {
  /** What was read and guessed, a line each. */
  readonly about: readonly string[];
  /** Settings that were found by looking at the data. */
  readonly found: Readonly<Record<string, string | number | boolean>>;
  /** A few words on the model, such as `Embedding(20000, 64) → Linear(64, 2)`. */
  readonly architecture: string;
  readonly model: Module;
  readonly step: TrainingStep<never>;
  readonly training: Batches;
  readonly validation: Batches;
  readonly metrics: () => Metrics;
  /** The score that says which weights are best, and whether the smaller is better. */
  readonly monitor: { readonly name: string; readonly mode: 'min' | 'max' };
  /** Scores of what needs no training, by name: what the model must beat. */
  readonly baselines: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Generators besides the global one that batches are made with, for checkpoints. */
  readonly generators?: Readonly<Record<string, Generator>>;
  /** What must lie beside the weights so that they can be used, by the file's name. */
  readonly files: Readonly<Record<string, string>>;
}

/** An evaluation's results: numbers, and lines that a reader wants. */
export interface Evaluation {
  readonly scores: Readonly<Record<string, unknown>>;
  readonly lines: readonly string[];
}

/** What is asked of a prediction. */
export interface PredictSettings {
  /** How many answers at most; as many as are usual for the task unless given. */
  readonly topK?: number | undefined;
  /** Answers less probable than this are left out. */
  readonly threshold?: number | undefined;
}

/** How a text is gone on with. */
export interface GenerateSettings {
  readonly prompt: string;
  /** Tokens to add. */
  readonly length: number;
  /** Below 1 favours the likely, 0 takes the likeliest. */
  readonly temperature: number;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly seed: number;
}

/** An answer for a program, and for a reader. */
export interface Prediction {
  readonly json: unknown;
  readonly line: string;
}

/** A trained model with what it needs to be used. */
export interface Trained {
  readonly model: Module;
  /** What the model's inputs of a file are; a line each where the file has no columns. */
  readInputs(path: string): Promise<unknown[]>;
  /** An input that is one line of the standard input. */
  lineInput(line: string): unknown;
  predict(inputs: readonly unknown[], settings: PredictSettings): Prediction[];
  /** Goes on with a text, piece by piece, the prompt first; of a language model. */
  generate?(settings: GenerateSettings): Iterable<string>;
  /** Says how well the model does on data. */
  evaluate(prepared: Pick<Prepared, 'validation' | 'step'>): Promise<Evaluation>;
  /** Data to evaluate on. @throws CorpusError */
  readData(path: string): Promise<Pick<Prepared, 'validation' | 'step'>>;
}

/** A kind of model that the command line trains. */
export interface Task<Settings extends Omit<TrainingSettings, 'epochs' | 'batchSize'> = TrainingSettings> {
  /** Reads data and makes the model, the same each time for the same data and settings. @throws CorpusError, ValueError */
  prepare(data: string, settings: Settings): Promise<Prepared>;
  /** A trained model from what was written beside its weights. @param files by name */
  open(settings: Settings, read: (file: string) => string): Trained;
}

export type { Scores };
