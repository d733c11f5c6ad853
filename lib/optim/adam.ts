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
import { alike, count, optional, type StateLayout } from './state_entries.js';
import { updateParameter } from './update.js';

export interface AdamOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-3. */
  lr?: number | Tensor;
  /** How slowly the running means of gradient and square forget. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Keeps the divisor from zero. Default 1e-8. */
  eps?: number;
  /** Adam: L2 penalty in the gradient, default 0. AdamW: decay of the weights themselves, default 1e-2. */
  weightDecay?: number;
  /** Divide by the largest mean square so far. Default false. */
  amsgrad?: boolean;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

export const adamDefaults: Settled<AdamOptions> = {
  lr: 1e-3,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  amsgrad: false,
  maximize: false,
};

/**
 * Adam (Kingma and Ba, 2015), as `torch.optim.Adam`:
 * m ← β₁ m + (1 - β₁) g; v ← β₂ v + (1 - β₂) g²; p ← p - lr / (1 - β₁ᵗ) · m / (√v / √(1 - β₂ᵗ) + eps).
 *
 * Row-sparse gradients (which PyTorch's Adam refuses): only the rows that the gradient names are touched, their moments
 * and their weights; the moments of other rows rest, and t counts every step, as in `SparseAdam`. A dense gradient with
 * the same zeros would move all rows by their old momentum: for that, pass `grad.toDense()`.
 */
export class Adam extends Optimizer<AdamOptions> {
  protected static readonly defaults = adamDefaults;

  constructor(params: ParamsInput<AdamOptions>, options?: AdamOptions) {
    super(params, options, new.target.defaults);
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, exp_avg: alike, exp_avg_sq: alike, max_exp_avg_sq: optional(alike) };
  }

  /** Whether weights decay by themselves rather than through the gradient. */
  protected get decoupled(): boolean {
    return false;
  }

  protected override get fixedOptions(): { readonly [option: string]: unknown } {
    return { decoupledWeightDecay: this.decoupled };
  }

  protected override checkGroup(options: Settled<AdamOptions>): void {
    checkNonNegative(this.name, options, ['lr', 'eps', 'weightDecay']);
    checkBetas(this.name, options.betas);
    checkFlags(this.name, options, ['amsgrad', 'maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<AdamOptions>): void {
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = { step: 0, exp_avg: stateLike(parameter), exp_avg_sq: stateLike(parameter) };
      this.state.set(parameter, state);
    }
    if (group.amsgrad) state.max_exp_avg_sq ??= stateLike(parameter);
    const step = (state.step as number) + 1;
    state.step = step;
    const { lr, eps, weightDecay, maximize } = group;
    const [beta1, beta2] = group.betas;
    const { decoupled } = this;
    const rule = { name: 'adam', lr, beta1, beta2, eps, weightDecay, step, decoupled, maximize } as const;
    const largest = group.amsgrad ? (state.max_exp_avg_sq as Tensor) : null;
    updateParameter(rule, parameter, gradient, state.exp_avg as Tensor, state.exp_avg_sq as Tensor, largest);
  }
}

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, 2019), as `torch.optim.AdamW`: the weights shrink by
 * lr · weightDecay at every step, and the moments see the gradient alone. Row-sparse gradients as in `Adam`: only the
 * rows that the gradient names decay.
 */
export class AdamW extends Adam {
  protected static override readonly defaults = { ...adamDefaults, weightDecay: 1e-2 };

  protected override get decoupled(): boolean {
    return true;
  }
}
