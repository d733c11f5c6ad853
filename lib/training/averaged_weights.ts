import { noGrad } from '../autograd/mode.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { describe, ValueError } from '../errors.js';
import type { Module } from '../nn/module.js';
import type { StateDict } from '../nn/state_dict.js';
import { lerp } from '../ops/blend.js';
import { checkOptions } from '../options.js';
import { dtypes, isFloating } from '../tensor/dtype.js';

export interface AverageOptions {
  /** How much of the average each step keeps: average ← decay · average + (1 − decay) · weight. Default 0.999. */
  decay?: number;
  /** The average moves every so many steps. Default 1. */
  everySteps?: number;
  /** The first step after which it moves; until then it is the weights themselves. Default 0. */
  startStep?: number;
}

/** Settled {@link AverageOptions}. @throws OptionError, ValueError */
export function readAverageOptions(op: string, given: unknown): Required<AverageOptions> | null {
  if (given === undefined || given === null) return null;
  const names = ['decay', 'everySteps', 'startStep'];
  const options = typeof given === 'number' ? { decay: given } : checkOptions(op, given as AverageOptions, names);
  const { decay = 0.999, everySteps = 1, startStep = 0 } = options;
  if (typeof decay !== 'number' || !(decay >= 0 && decay < 1)) {
    throw new ValueError(`${op}: averageWeights' decay must be a number from 0 to below 1, got ${describe(decay)}`);
  }
  for (const [name, value, least] of [['everySteps', everySteps, 1] as const, ['startStep', startStep, 0] as const]) {
    if (Number.isSafeInteger(value) && value >= least) continue;
    throw new ValueError(
      `${op}: averageWeights' ${name} must be an integer of at least ${least}, got ${describe(value)}`,
    );
  }
  return { decay, everySteps, startStep };
}

/** The exponential moving average of a model's weights. What is not floating point is taken over as it is. */
export class AveragedWeights {
  readonly #options: Required<AverageOptions>;
  readonly #live: StateDict;
  readonly #average: StateDict;
  #aside: StateDict | null = null;

  constructor(model: Module, options: Required<AverageOptions>) {
    this.#options = options;
    this.#live = model.stateDict();
    this.#average = Object.fromEntries(Object.entries(this.#live).map(([name, tensor]) => [name, copyOf(tensor)]));
  }

  get state(): StateDict {
    return this.#average;
  }

  load(state: Readonly<StateDict>): void {
    for (const [name, tensor] of Object.entries(this.#average)) copyInto(tensor, state[name]);
  }

  /** @param step how many the optimizer has made */
  update(step: number): void {
    const { decay, everySteps, startStep } = this.#options;
    if (step % everySteps !== 0) return;
    const keep = step <= startStep ? 0 : decay;
    noGrad(() => {
      for (const [name, average] of Object.entries(this.#average)) {
        const live = this.#live[name];
        const computes = isFloating(live.dtype) && dtypes[live.dtype].computes;
        copyInto(average, keep > 0 && computes ? lerp(average, live, 1 - keep) : live);
      }
    });
  }

  /** Whether the model holds the average at the moment. */
  get isShown(): boolean {
    return this.#aside !== null;
  }

  /** Puts the average into the model, until `hide`. */
  show(): void {
    if (this.#aside !== null) return;
    this.#aside = Object.fromEntries(Object.entries(this.#live).map(([name, tensor]) => [name, copyOf(tensor)]));
    this.#write(this.#average);
  }

  /** Puts the model's own weights back. */
  hide(): void {
    if (this.#aside === null) return;
    this.#write(this.#aside);
    this.#aside = null;
  }

  #write(state: StateDict): void {
    for (const [name, tensor] of Object.entries(this.#live)) {
      copyInto(tensor, state[name]);
      tensor.storage.version++;
    }
  }
}
