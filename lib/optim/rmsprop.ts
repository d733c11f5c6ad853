import type { Tensor } from '../tensor/tensor.js';
import {
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

export interface RMSpropOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-2. */
  lr?: number | Tensor;
  /** How slowly the mean square forgets. Default 0.99. */
  alpha?: number;
  /** Keeps the divisor from zero. Default 1e-8. */
  eps?: number;
  /** L2 penalty: added to the gradient as weightDecay * parameter. Default 0. */
  weightDecay?: number;
  /** How much of the last step goes into the next. Default 0. */
  momentum?: number;
  /** Divide by the standard deviation instead of the root mean square. Default false. */
  centered?: boolean;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * RMSprop (Hinton's lecture; `centered` after Graves, 2013), as `torch.optim.RMSprop`:
 * v ← α v + (1 - α) g²; p ← p - lr g / (√v + eps).
 *
 * Row-sparse gradients (which PyTorch's RMSprop refuses): only the rows that the gradient names are touched, their state
 * and their weights; the state of other rows rests.
 */
export class RMSprop extends Optimizer<RMSpropOptions> {
  constructor(params: ParamsInput<RMSpropOptions>, options?: RMSpropOptions) {
    super(params, options, {
      lr: 1e-2,
      alpha: 0.99,
      eps: 1e-8,
      weightDecay: 0,
      momentum: 0,
      centered: false,
      maximize: false,
    });
  }

  protected override checkGroup(options: Settled<RMSpropOptions>): void {
    checkNonNegative('RMSprop', options, ['lr', 'alpha', 'eps', 'weightDecay', 'momentum']);
    checkFlags('RMSprop', options, ['centered', 'maximize']);
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, square_avg: alike, grad_avg: optional(alike), momentum_buffer: optional(alike) };
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<RMSpropOptions>): void {
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = { step: 0, square_avg: stateLike(parameter) };
      this.state.set(parameter, state);
    }
    if (group.momentum > 0) state.momentum_buffer ??= stateLike(parameter);
    if (group.centered) state.grad_avg ??= stateLike(parameter);
    state.step = (state.step as number) + 1;
    const { lr, alpha, eps, weightDecay, momentum, maximize } = group;
    const rule = { name: 'rmsprop', lr, alpha, eps, weightDecay, momentum, maximize } as const;
    const average = group.centered ? (state.grad_avg as Tensor) : null;
    const buffer = group.momentum > 0 ? (state.momentum_buffer as Tensor) : null;
    updateParameter(rule, parameter, gradient, state.square_avg as Tensor, average, buffer);
  }
}
