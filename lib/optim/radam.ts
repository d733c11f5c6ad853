import type { Tensor } from '../tensor/tensor.js';
import {
  checkBetas,
  checkFlags,
  checkNonNegative,
  Optimizer,
  type ParamGroup,
  type ParamsInput,
  type Settled,
  stateLike,
} from './optimizer.js';
import { alike, count, type StateLayout } from './state_entries.js';
import { updateParameter } from './update.js';

export interface RAdamOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-3. */
  lr?: number | Tensor;
  /** How slowly the running means of gradient and square forget. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Keeps the divisor from zero. Default 1e-8. */
  eps?: number;
  /** L2 penalty in the gradient, or with `decoupledWeightDecay` decay of the weights themselves. Default 0. */
  weightDecay?: number;
  /** Let weights decay by themselves rather than through the gradient. Default false. */
  decoupledWeightDecay?: boolean;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Rectified Adam (Liu et al., 2020), as `torch.optim.RAdam`: Adam's moments; while the mean square knows too few steps,
 * with ρ∞ = 2 / (1 - β₂) - 1 and ρₜ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ) while ρₜ ≤ 5, p ← p - lr m / (1 - β₁ᵗ); then
 * p ← p - lr m / (1 - β₁ᵗ) · √((ρₜ - 4)(ρₜ - 2) ρ∞ / ((ρ∞ - 4)(ρ∞ - 2) ρₜ)) · √(1 - β₂ᵗ) / (√v + eps).
 *
 * Row-sparse gradients (which PyTorch's RAdam refuses): only the rows that the gradient names are touched, their moments
 * and their weights; the moments of other rows rest, and t counts every step.
 */
export class RAdam extends Optimizer<RAdamOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<RAdamOptions>, options?: RAdamOptions) {
    super(params, options, {
      lr: 1e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      decoupledWeightDecay: false,
      maximize: false,
    });
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, exp_avg: alike, exp_avg_sq: alike };
  }

  protected override checkGroup(options: Settled<RAdamOptions>): void {
    checkNonNegative('RAdam', options, ['lr', 'eps', 'weightDecay']);
    checkBetas('RAdam', options.betas);
    checkFlags('RAdam', options, ['decoupledWeightDecay', 'maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<RAdamOptions>): void {
    const { lr, betas, eps, weightDecay, decoupledWeightDecay: decoupled, maximize } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      exp_avg: stateLike(parameter),
      exp_avg_sq: stateLike(parameter),
    }));
    const step = (state.step as number) + 1;
    state.step = step;
    updateParameter(
      { name: 'radam', lr, beta1: betas[0], beta2: betas[1], eps, weightDecay, step, decoupled, maximize },
      parameter,
      gradient,
      state.exp_avg as Tensor,
      state.exp_avg_sq as Tensor,
      null,
    );
  }
}
