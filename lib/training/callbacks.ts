import { ArgumentError, describe, OptionError } from '../errors.js';
import type { Module } from '../nn/module.js';
import type { Optimizer } from '../optim/optimizer.js';
import { nearest } from '../options.js';
import type { Tensor } from '../tensor/tensor.js';
import type { EpochRecord, Scores, TrainingHistory } from './records.js';

/** What a training shows its callbacks, as it is at the moment. */
export interface TrainingRun {
  readonly model: Module;
  readonly optimizer: Optimizer;
  /** The pass over the data, from 1. */
  readonly epoch: number;
  /** How many there will be; null where something else ends the training. */
  readonly epochs: number | null;
  /** The optimizer's steps that were made. */
  readonly step: number;
  /** How many there will be, as far as that is known. */
  readonly steps: number | null;
  /** The batches of this pass that were read. */
  readonly batch: number;
  /** How many a pass has, where the loader says so. */
  readonly batches: number | null;
  /** The loss of the last batch. */
  readonly loss: number;
  /** The mean loss of the last steps, in which a loss weighs less the older it is. */
  readonly recentLoss: number;
  /** The rate of the optimizer's first group. */
  readonly lr: number;
  /** The length of all gradients before they were clipped, at the last step; null where they are not measured. */
  readonly gradNorm: number | null;
  readonly history: TrainingHistory;
  /** Seconds since the training began, earlier sessions included. */
  readonly seconds: number;
  /** Ends the training after this step, cleanly. */
  stop(reason?: string): void;
}

type Hook<Rest extends unknown[]> = (run: TrainingRun, ...rest: Rest) => unknown;

/**
 * What a training calls: a plain object of hooks. A hook that returns a promise is waited for. With `stateDict` and
 * `loadStateDict` a callback's state travels in checkpoints.
 */
export interface TrainingCallback {
  /** Under which its state is stored; its place in the list unless given. */
  name?: string;
  onFitStart?: Hook<[]>;
  onEpochStart?: Hook<[]>;
  /** Before a batch is computed. */
  onBatchStart?: Hook<[batch: unknown]>;
  /** Before the loss of a batch is followed back. */
  onBeforeBackward?: Hook<[loss: Tensor]>;
  /** When gradients are there, before they are clipped. */
  onAfterBackward?: Hook<[]>;
  /** Before the optimizer's step, after clipping. */
  onBeforeStep?: Hook<[]>;
  /** After each step of the optimizer. */
  onStep?: Hook<[]>;
  /** After a batch. */
  onBatchEnd?: Hook<[batch: unknown, loss: number]>;
  onValidationStart?: Hook<[]>;
  onValidationEnd?: Hook<[scores: Scores]>;
  onEpochEnd?: Hook<[record: EpochRecord]>;
  /** After a checkpoint was written. */
  onCheckpoint?: Hook<[path: string]>;
  /** When the training fails, before `fit` rejects. */
  onException?: Hook<[error: unknown]>;
  /** At the end, whatever brought it about but an exception. */
  onFitEnd?: Hook<[history: TrainingHistory]>;
  stateDict?(): unknown;
  loadStateDict?(state: unknown): void;
}

const hookNames = [
  'onFitStart',
  'onEpochStart',
  'onBatchStart',
  'onBeforeBackward',
  'onAfterBackward',
  'onBeforeStep',
  'onStep',
  'onBatchEnd',
  'onValidationStart',
  'onValidationEnd',
  'onEpochEnd',
  'onCheckpoint',
  'onException',
  'onFitEnd',
] as const;

export type HookName = (typeof hookNames)[number];

type AnyHook = (run: TrainingRun, ...rest: unknown[]) => unknown;

/** The hooks of all callbacks, by name, so that those nobody has cost nothing. */
export class Hooks {
  readonly callbacks: readonly TrainingCallback[];
  readonly #run: TrainingRun;
  readonly #byName = new Map<HookName, { callback: TrainingCallback; hook: AnyHook }[]>();

  constructor(callbacks: readonly TrainingCallback[], run: TrainingRun) {
    this.callbacks = callbacks;
    this.#run = run;
    for (const name of hookNames) {
      const found = callbacks.flatMap((callback) => {
        const hook = callback[name] as AnyHook | undefined;
        return hook === undefined ? [] : [{ callback, hook }];
      });
      if (found.length > 0) this.#byName.set(name, found);
    }
  }

  /** Whether anybody has this hook. */
  has(name: HookName): boolean {
    return this.#byName.has(name);
  }

  /** Calls a hook of all callbacks, one after the other. */
  async call(name: HookName, ...rest: unknown[]): Promise<void> {
    for (const { callback, hook } of this.#byName.get(name) ?? []) await hook.call(callback, this.#run, ...rest);
  }

  /** The states of the callbacks that have one, by name. */
  stateDict(): Record<string, unknown> {
    const states: Record<string, unknown> = {};
    for (const [i, callback] of this.callbacks.entries()) {
      if (callback.stateDict !== undefined) states[nameOf(callback, i)] = callback.stateDict();
    }
    return states;
  }

  loadStateDict(states: Record<string, unknown>): void {
    for (const [i, callback] of this.callbacks.entries()) {
      const name = nameOf(callback, i);
      if (callback.loadStateDict !== undefined && Object.hasOwn(states, name)) callback.loadStateDict(states[name]);
    }
  }
}

function nameOf(callback: TrainingCallback, place: number): string {
  return callback.name ?? `callback ${place}`;
}

/** @throws ArgumentError unless they are objects whose hooks are functions; OptionError for a hook that does not exist */
export function checkCallbacks(op: string, callbacks: unknown): TrainingCallback[] {
  if (callbacks === undefined) return [];
  if (!Array.isArray(callbacks)) {
    throw new ArgumentError(`${op}: callbacks must be a list of objects with hooks, got ${describe(callbacks)}`);
  }
  for (const [i, callback] of callbacks.entries()) {
    if (typeof callback !== 'object' || callback === null) {
      throw new ArgumentError(`${op}: callbacks[${i}] must be an object with hooks, got ${describe(callback)}`);
    }
    const known: readonly string[] = [...hookNames, 'stateDict', 'loadStateDict'];
    for (const name of Object.keys(callback)) {
      if (!name.startsWith('on') || known.includes(name)) continue;
      const close = nearest(name, known);
      const hint = close ? `did you mean '${close}'?` : `there are ${hookNames.join(', ')}`;
      throw new OptionError(`${op}: callbacks[${i}] has an unknown hook '${name}'; ${hint}`);
    }
    for (const name of known) {
      const hook = (callback as Record<string, unknown>)[name];
      if (hook === undefined || typeof hook === 'function') continue;
      throw new ArgumentError(`${op}: callbacks[${i}].${name} must be a function, got ${describe(hook)}`);
    }
  }
  return callbacks;
}
