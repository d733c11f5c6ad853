import type { Tensor } from '../tensor/tensor.js';
import {
  checkFlags,
  checkNonNegative,
  checkNumberOption,
  Optimizer,
  type ParamGroup,
  type ParamsInput,
  type Settled,
  stateLike,
} from './optimizer.js';
import { alike, count, type StateLayout } from './state_entries.js';
import { updateParameter } from './update.js';

export interface AdadeltaOptions {
  /** Factor of the steps, also as a tensor with one element, which is read once. Default 1. */
  lr?: number | Tensor;
  /** How slowly the mean squares of gradients and steps forget, from 0 to 1. Default 0.9. */
  rho?: number;
  /** Keeps roots and divisor from zero. Default 1e-6. */
  eps?: number;
  /** L2 penalty: added to the gradient as weightDecay * parameter. Default 0. */
  weightDecay?: number;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Adadelta (Zeiler, 2012), as `torch.optim.Adadelta`: v ← ρ v + (1 - ρ) g²; Δ = √(u + eps) / √(v + eps) · g;
 * u ← ρ u + (1 - ρ) Δ²; p ← p - lr Δ.
 *
 * Row-sparse gradients (which PyTorch's Adadelta refuses): only the rows that the gradient names are touched, their state
 * and their weights; the state of other rows rests.
 */
export class Adadelta extends Optimizer<AdadeltaOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<AdadeltaOptions>, options?: AdadeltaOptions) {
    super(params, options, { lr: 1, rho: 0.9, eps: 1e-6, weightDecay: 0, maximize: false });
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, square_avg: alike, acc_delta: alike };
  }

  protected override checkGroup(options: Settled<AdadeltaOptions>): void {
    checkNonNegative('Adadelta', options, ['lr', 'eps', 'weightDecay']);
    checkNumberOption('Adadelta', 'rho', options.rho, 'a number from 0 to 1', (x) => x >= 0 && x <= 1);
    checkFlags('Adadelta', options, ['maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<AdadeltaOptions>): void {
    const { lr, rho, eps, weightDecay, maximize } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      square_avg: stateLike(parameter),
      acc_delta: stateLike(parameter),
    }));
    state.step = (state.step as number) + 1;
    updateParameter(
      { name: 'adadelta', lr, rho, eps, weightDecay, maximize },
      parameter,
      gradient,
      state.square_avg as Tensor,
      state.acc_delta as Tensor,
      null,
    );
  }
}
