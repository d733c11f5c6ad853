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
import { alike, count, type StateLayout, scalar } from './state_entries.js';
import { updateParameter } from './update.js';

export interface ASGDOptions {
  /** Learning rate at first, also as a tensor with one element, which is read once. Default 1e-2. */
  lr?: number | Tensor;
  /** How fast weights shrink, and the rate falls. Default 1e-4. */
  lambd?: number;
  /** The power with which the rate falls. Default 0.75. */
  alpha?: number;
  /** The step after which the weights are averaged; until then the average is the weights. Default 1e6. */
  t0?: number;
  /** L2 penalty: added to the gradient as weightDecay * parameter. Default 0. */
  weightDecay?: number;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky, 1992), as `torch.optim.ASGD`: p ← (1 - lambd η) p - η g;
 * a ← a + μ (p - a); then η = lr / (1 + lambd lr t)^alpha and μ = 1 / max(1, t - t0) for the next step. The average a is
 * each parameter's state `ax`; it is up to its reader to use it.
 *
 * Row-sparse gradients (which PyTorch's ASGD refuses): every row shrinks and is averaged, as with a dense gradient that has
 * zeros in the other rows.
 */
export class ASGD extends Optimizer<ASGDOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<ASGDOptions>, options?: ASGDOptions) {
    super(params, options, { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weightDecay: 0, maximize: false });
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, eta: scalar, mu: scalar, ax: alike };
  }

  protected override checkGroup(options: Settled<ASGDOptions>): void {
    checkNonNegative('ASGD', options, ['lr', 'weightDecay']);
    for (const name of ['lambd', 'alpha', 't0'] as const) {
      checkNumberOption('ASGD', name, options[name], 'a finite number', Number.isFinite);
    }
    checkFlags('ASGD', options, ['maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<ASGDOptions>): void {
    const { lr, lambd, alpha, t0, weightDecay, maximize } = group;
    // PyTorch keeps eta and mu as float32; so do we, to stay in step with it.
    const state = this.stateOf(parameter, () => ({ step: 0, eta: Math.fround(lr), mu: 1, ax: stateLike(parameter) }));
    const step = (state.step as number) + 1;
    state.step = step;
    const rule = {
      name: 'asgd',
      eta: state.eta as number,
      lambd,
      mu: state.mu as number,
      weightDecay,
      maximize,
    } as const;
    updateParameter(rule, parameter, gradient, state.ax as Tensor, null, null, false, true);
    state.eta = Math.fround(lr / (1 + lambd * lr * step) ** alpha);
    state.mu = Math.fround(1 / Math.max(1, step - t0));
  }
}
