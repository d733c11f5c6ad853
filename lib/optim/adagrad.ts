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
import { alike, count, type StateLayout } from './state_entries.js';
import { updateParameter } from './update.js';

export interface AdagradOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-2. */
  lr?: number | Tensor;
  /** The rate falls as lr / (1 + (t - 1) lrDecay). Default 0. */
  lrDecay?: number;
  /** L2 penalty: added to the gradient as weightDecay * parameter. Default 0. */
  weightDecay?: number;
  /** What the sums of squares start from. Default 0. */
  initialAccumulatorValue?: number;
  /** Keeps the divisor from zero. Default 1e-10. */
  eps?: number;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Adagrad (Duchi, Hazan and Singer, 2011), as `torch.optim.Adagrad`: s ← s + g²; p ← p - lr' g / (√s + eps).
 *
 * Row-sparse gradients: only the rows that the gradient names change, which is exactly what a dense gradient with the
 * same zeros would do. Weight decay (which PyTorch refuses there) acts on those rows alone.
 */
export class Adagrad extends Optimizer<AdagradOptions> {
  constructor(params: ParamsInput<AdagradOptions>, options?: AdagradOptions) {
    super(params, options, {
      lr: 1e-2,
      lrDecay: 0,
      weightDecay: 0,
      initialAccumulatorValue: 0,
      eps: 1e-10,
      maximize: false,
    });
  }

  protected override checkGroup(options: Settled<AdagradOptions>): void {
    checkNonNegative('Adagrad', options, ['lr', 'lrDecay', 'weightDecay', 'initialAccumulatorValue', 'eps']);
    checkFlags('Adagrad', options, ['maximize']);
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, sum: alike };
  }

  protected override initialise(parameter: Tensor, group: ParamGroup<AdagradOptions>): void {
    this.state.set(parameter, { step: 0, sum: stateLike(parameter, group.initialAccumulatorValue) });
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<AdagradOptions>): void {
    let state = this.state.get(parameter);
    if (state === undefined) {
      this.initialise(parameter, group);
      state = this.state.get(parameter)!;
    }
    const step = (state.step as number) + 1;
    state.step = step;
    const { lr, lrDecay, weightDecay, eps, maximize } = group;
    const rule = { name: 'adagrad', lr, lrDecay, weightDecay, eps, step, maximize } as const;
    updateParameter(rule, parameter, gradient, state.sum as Tensor, null, null, weightDecay === 0);
  }
}
