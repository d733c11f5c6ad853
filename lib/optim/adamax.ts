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

export interface AdamaxOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 2e-3. */
  lr?: number | Tensor;
  /** How slowly the running mean and the largest gradient forget. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Keeps the divisor from zero. Default 1e-8. */
  eps?: number;
  /** L2 penalty: added to the gradient as weightDecay * parameter. Default 0. */
  weightDecay?: number;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Adamax (Kingma and Ba, 2015), Adam with the largest gradient for the root mean square, as `torch.optim.Adamax`:
 * m ← β₁ m + (1 - β₁) g; u ← max(β₂ u, |g| + eps); p ← p - lr / (1 - β₁ᵗ) · m / u.
 *
 * Row-sparse gradients (which PyTorch's Adamax refuses): only the rows that the gradient names are touched, their state
 * and their weights; the state of other rows rests, and t counts every step.
 */
export class Adamax extends Optimizer<AdamaxOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<AdamaxOptions>, options?: AdamaxOptions) {
    super(params, options, { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0, maximize: false });
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, exp_avg: alike, exp_inf: alike };
  }

  protected override checkGroup(options: Settled<AdamaxOptions>): void {
    checkNonNegative('Adamax', options, ['lr', 'eps', 'weightDecay']);
    checkBetas('Adamax', options.betas);
    checkFlags('Adamax', options, ['maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<AdamaxOptions>): void {
    const { lr, betas, eps, weightDecay, maximize } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      exp_avg: stateLike(parameter),
      exp_inf: stateLike(parameter),
    }));
    const step = (state.step as number) + 1;
    state.step = step;
    updateParameter(
      { name: 'adamax', lr, beta1: betas[0], beta2: betas[1], eps, weightDecay, step, maximize },
      parameter,
      gradient,
      state.exp_avg as Tensor,
      state.exp_inf as Tensor,
      null,
    );
  }
}
