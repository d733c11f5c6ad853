import { NonFiniteError, ValueError } from '../errors.js';
import { clipGradNorm_, clipGradValue_, scaleGradients } from '../nn/clip_grad.js';
import { mul } from '../ops/arithmetic.js';
import { LBFGS } from '../optim/lbfgs.js';
import type { Optimizer } from '../optim/optimizer.js';
import type { Tensor } from '../tensor/tensor.js';
import type { AveragedWeights } from './averaged_weights.js';
import type { Hooks, TrainingRun } from './callbacks.js';
import { updateMetrics, WeightedMean } from './evaluation.js';
import { LossMeter, type MeterState } from './loss_meter.js';
import { brokenGradient, brokenInput, brokenParameter } from './non_finite.js';
import { type RankedModel, rankedModel } from './ranks.js';
import { type SettledStep, settle } from './step.js';
import type { TrainerSettings } from './trainer_options.js';

const op = 'fit';

/** What a learner has gathered in its pass, for checkpoints. */
export interface LearnerState {
  /** Sum and weight of the pass's losses. */
  mean: [sum: number, weight: number];
  /** The same since the last line of the log. */
  logged: [sum: number, weight: number];
  meter: MeterState;
  carry: unknown;
}

/** Learns from batches: loss, gradients, the optimizer's step. */
export class Learner {
  /** The loss of the last batch. */
  loss = Number.NaN;
  /** The length of all gradients at the last step; null where it is not measured. */
  gradNorm: number | null = null;
  /** Batches since the optimizer's last step. */
  pending = 0;
  /** Whether a step of the optimizer is under way, or failed: then the weights are of no step. */
  isTorn = false;
  /** The pass's mean loss. */
  mean = new WeightedMean();
  /** The mean loss since the last line of the log. */
  logged = new WeightedMean();
  readonly meter = new LossMeter();

  readonly #settings: TrainerSettings;
  readonly #optimizer: Optimizer;
  readonly #parameters: Tensor[];
  readonly #hooks: Hooks;
  readonly #run: TrainingRun;
  readonly #average: AveragedWeights | null;
  readonly #measures: boolean;
  readonly #hooksBackward: boolean;
  readonly #ranked: RankedModel | null;
  #carry: unknown;
  #pendingWeight = 0;
  /** Whether the ranks have averaged all that backward has given. */
  #isAveraged = false;
  /** Whether any rank wants to end, as of the last step. */
  isEndAsked = false;

  constructor(parts: {
    settings: TrainerSettings;
    optimizer: Optimizer;
    hooks: Hooks;
    run: TrainingRun;
    average: AveragedWeights | null;
  }) {
    this.#settings = parts.settings;
    this.#optimizer = parts.optimizer;
    this.#parameters = parts.optimizer.paramGroups.flatMap((group) => group.params);
    this.#hooks = parts.hooks;
    this.#run = parts.run;
    this.#average = parts.average;
    this.#ranked = rankedModel(parts.settings.model);
    if (this.#ranked !== null && parts.optimizer instanceof LBFGS) {
      throw new ValueError(
        `${op}: LBFGS computes its batch several times a step, which several ranks can't do together`,
      );
    }
    this.#hooksBackward = parts.hooks.has('onBeforeBackward') || parts.hooks.has('onAfterBackward');
    this.#measures = Object.keys(parts.settings.trainMetrics).length > 0;
  }

  beginPass(): void {
    this.mean = new WeightedMean();
    this.#carry = undefined;
    for (const metric of Object.values(this.#settings.trainMetrics)) metric.reset();
  }

  /**
   * Loss and gradients of a batch.
   * @returns a promise where hooks are waited for: one for every batch would cost small steps some percent
   * @throws NonFiniteError where the loss is no number
   */
  learn(batch: unknown): Promise<void> | null {
    const { model, loss, step } = this.#settings;
    this.pending++;
    if (this.#optimizer instanceof LBFGS) {
      this.#end(this.#learnByClosure(batch));
      return null;
    }
    // Before the forward pass, which then has the gradients' memory.
    if (this.#pendingWeight === 0) this.#optimizer.zeroGrad();
    const result = settle(step({ model, batch, loss, training: true, carry: this.#carry }));
    this.#note(batch, result);
    if (result.weight > 0) {
      const scaled = this.#isWeighted ? mul(result.loss, result.weight) : result.loss;
      if (this.#hooksBackward) return this.#backwardWithHooks(scaled, result);
      this.#backward(scaled);
    }
    this.#end(result);
    return null;
  }

  /** Whether the gradients are of losses times their weights, and divided by all weights before the step. */
  get #isWeighted(): boolean {
    return this.#settings.accumulate > 1 || this.#ranked !== null;
  }

  /** Several ranks average gradients once a step, while the last backward of it goes on. */
  #backward(loss: Tensor): void {
    if (this.#ranked === null || this.pending === this.#settings.accumulate) {
      loss.backward();
      this.#isAveraged = true;
    } else {
      this.#ranked.noSync(() => loss.backward());
      this.#isAveraged = false;
    }
  }

  async #backwardWithHooks(loss: Tensor, result: SettledStep): Promise<void> {
    await this.#hooks.call('onBeforeBackward', loss);
    this.#backward(loss);
    await this.#hooks.call('onAfterBackward');
    this.#end(result);
  }

  #end(result: SettledStep): void {
    this.#pendingWeight += result.weight;
    this.#carry = result.carry;
    if (this.#measures && result.weight > 0) updateMetrics(op, this.#settings.trainMetrics, result, this.loss);
  }

  /** An optimizer that asks for the loss several times a step. */
  #learnByClosure(batch: unknown): SettledStep {
    const { model, loss, step } = this.#settings;
    const carry = this.#carry;
    let first: SettledStep | null = null;
    this.isTorn = true;
    this.#optimizer.step(() => {
      this.#optimizer.zeroGrad();
      const result = settle(step({ model, batch, loss, training: true, carry }));
      if (first === null) {
        first = result;
        this.#note(batch, result);
      }
      if (result.weight > 0) result.loss.backward();
      this.#clip();
      return result.loss;
    });
    return first as unknown as SettledStep;
  }

  #note(batch: unknown, { loss, weight }: SettledStep): void {
    const value = loss.item();
    // The mean over nothing is no number, and says nothing.
    if (weight === 0) return;
    this.loss = value;
    if (!Number.isFinite(value)) throw this.#brokenLoss(value, batch);
    this.mean.add(value, weight);
    this.meter.add(value, weight);
    this.logged.add(value, weight);
  }

  /**
   * The optimizer's step from the gradients that are there.
   * @param wantsEnd whether this rank would end the training; all ranks end it after one step
   * @returns whether there was one: batches of which nothing counts have no gradient; a promise where hooks are waited for
   */
  update(wantsEnd = false): boolean | Promise<boolean> {
    const weight = this.#sharedWeight(this.#pendingWeight, wantsEnd);
    this.pending = 0;
    this.#pendingWeight = 0;
    if (weight === 0) return false;
    if (this.#optimizer instanceof LBFGS) return this.#afterStep();
    if (this.#isWeighted) scaleGradients(this.#parameters, 1 / weight);
    this.#clip();
    if (this.#hooks.has('onBeforeStep')) return this.#stepWithHooks();
    return this.#step();
  }

  /** What a step's losses weigh; the mean over the ranks where there are several, which agree here on whether to go on. */
  #sharedWeight(own: number, wantsEnd: boolean): number {
    const { ranks } = this.#ranked ?? {};
    if (this.#ranked === null || !ranks) return own;
    // A rank whose last batch had no loss takes part with what it has.
    if (!this.#isAveraged) this.#ranked.averageGradients();
    this.#isAveraged = false;
    const [weight, ends] = ranks.sum([own, wantsEnd ? 1 : 0]);
    this.isEndAsked = ends > 0;
    return weight / ranks.size;
  }

  async #stepWithHooks(): Promise<boolean> {
    await this.#hooks.call('onBeforeStep');
    return this.#step();
  }

  #step(): boolean {
    this.isTorn = true;
    this.#optimizer.step();
    return this.#afterStep();
  }

  #afterStep(): boolean {
    const { scheduler, interval } = this.#settings;
    if (interval === 'step') scheduler?.step();
    this.#average?.update(this.#run.step + 1);
    this.isTorn = false;
    return true;
  }

  #clip(): void {
    const { clipGradNorm, clipGradValue, checkGradients, model } = this.#settings;
    if (clipGradNorm !== null || checkGradients) {
      const most = clipGradNorm ?? Number.POSITIVE_INFINITY;
      const parameters = this.#parameters;
      const norm = this.#ranked?.clipGradNorm_(most, { parameters }) ?? clipGradNorm_(parameters, most);
      this.gradNorm = norm.item();
      if (!Number.isFinite(this.gradNorm)) {
        const parameter = brokenGradient(model);
        const whose = parameter === null ? 'a gradient' : `the gradient of '${parameter}'`;
        throw this.#nonFinite(`${whose} is not finite`, parameter);
      }
    }
    if (clipGradValue !== null) clipGradValue_(this.#parameters, clipGradValue);
  }

  #brokenLoss(value: number, batch: unknown): NonFiniteError {
    const parameter = brokenParameter(this.#settings.model);
    const input = parameter === null ? brokenInput(batch) : null;
    const why =
      parameter !== null
        ? `the parameter '${parameter}' is no longer finite since the step before`
        : input !== null
          ? `the batch holds a number that is not finite (at ${input})`
          : 'the parameters and the batch are finite';
    return this.#nonFinite(`the loss became ${value}; ${why}`, parameter);
  }

  #nonFinite(what: string, parameter: string | null): NonFiniteError {
    const { step, epoch, batch, lr } = this.#run;
    const hint = `lower the learning rate (${lr}), or clip gradients`;
    return new NonFiniteError(`${op}: ${what}, at step ${step + 1}, in batch ${batch} of epoch ${epoch}; ${hint}`, {
      step: step + 1,
      epoch,
      batch,
      parameter,
    });
  }

  stateDict(): LearnerState {
    return {
      mean: [this.mean.sum, this.mean.weight],
      logged: [this.logged.sum, this.logged.weight],
      meter: this.meter.stateDict(),
      carry: this.#carry,
    };
  }

  loadStateDict({ mean, logged, meter, carry }: LearnerState): void {
    [this.mean.sum, this.mean.weight] = mean;
    [this.logged.sum, this.logged.weight] = logged;
    this.meter.loadStateDict(meter);
    this.#carry = carry;
  }
}
