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
import { alike, count, type StateLayout, scalar } from './state_entries.js';
import { updateParameter } from './update.js';

export interface NAdamOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 2e-3. */
  lr?: number | Tensor;
  /** How slowly the running means of gradient and square forget. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Keeps the divisor from zero. Default 1e-8. */
  eps?: number;
  /** L2 penalty in the gradient, or with `decoupledWeightDecay` decay of the weights themselves. Default 0. */
  weightDecay?: number;
  /** How fast the momentum's own schedule rises. Default 4e-3. */
  momentumDecay?: number;
  /** Let weights decay by themselves rather than through the gradient. Default false. */
  decoupledWeightDecay?: boolean;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Adam with Nesterov's momentum (Dozat, 2016), as `torch.optim.NAdam`. With μₜ = β₁ (1 - 0.96^(t · momentumDecay) / 2):
 * m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²;
 * p ← p - lr (μₜ₊₁ m / (1 - Πᵢ₌₁ᵗ⁺¹ μᵢ) + (1 - μₜ) g / (1 - Πᵢ₌₁ᵗ μᵢ)) / (√(v / (1 - β₂ᵗ)) + eps).
 *
 * Row-sparse gradients (which PyTorch's NAdam refuses): only the rows that the gradient names are touched, their moments
 * and their weights; the moments of other rows rest, and t counts every step.
 */
export class NAdam extends Optimizer<NAdamOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<NAdamOptions>, options?: NAdamOptions) {
    super(params, options, {
      lr: 2e-3,
      betas: [0.9, 0.999],
      eps: 1e-8,
      weightDecay: 0,
      momentumDecay: 4e-3,
      decoupledWeightDecay: false,
      maximize: false,
    });
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, mu_product: scalar, exp_avg: alike, exp_avg_sq: alike };
  }

  protected override checkGroup(options: Settled<NAdamOptions>): void {
    checkNonNegative('NAdam', options, ['lr', 'eps', 'weightDecay', 'momentumDecay']);
    checkBetas('NAdam', options.betas);
    checkFlags('NAdam', options, ['decoupledWeightDecay', 'maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<NAdamOptions>): void {
    const { lr, betas, eps, weightDecay, momentumDecay, decoupledWeightDecay: decoupled, maximize } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      mu_product: 1,
      exp_avg: stateLike(parameter),
      exp_avg_sq: stateLike(parameter),
    }));
    const step = (state.step as number) + 1;
    const mu = betas[0] * (1 - 0.5 * 0.96 ** (step * momentumDecay));
    const next = betas[0] * (1 - 0.5 * 0.96 ** ((step + 1) * momentumDecay));
    // PyTorch keeps the product as a float32; so do we, to stay in step with it.
    const product = Math.fround((state.mu_product as number) * Math.fround(mu));
    state.step = step;
    state.mu_product = product;
    const gradientRate = (lr * (1 - mu)) / (1 - product);
    const averageRate = (lr * next) / (1 - product * next);
    const decay = decoupled ? 1 - lr * weightDecay : weightDecay;
    updateParameter(
      {
        name: 'nadam',
        gradientRate,
        averageRate,
        beta1: betas[0],
        beta2: betas[1],
        eps,
        decay,
        step,
        decoupled,
        maximize,
      },
      parameter,
      gradient,
      state.exp_avg as Tensor,
      state.exp_avg_sq as Tensor,
      null,
    );
  }
}
