import { RowSparse } from '../autograd/row_sparse.js';
import { ValueError } from '../errors.js';
import { Tensor } from '../tensor/tensor.js';
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
import { alike, optional, type StateLayout } from './state_entries.js';
import { updateParameter } from './update.js';

export interface SGDOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-3. */
  lr?: number | Tensor;
  /** How much of the last step goes into the next. Default 0. */
  momentum?: number;
  /** How much the gradient is damped on its way into the momentum. Default 0. */
  dampening?: number;
  /** L2 penalty: added to the gradient as weightDecay * parameter. Default 0. */
  weightDecay?: number;
  /** Nesterov's momentum; needs momentum and no dampening. Default false. */
  nesterov?: boolean;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Stochastic gradient descent, as `torch.optim.SGD`:
 * g ← grad + weightDecay p; b ← momentum b + (1 - dampening) g (at first b ← g); p ← p - lr (g, b, or g + momentum b).
 *
 * Row-sparse gradients: without momentum only the rows that the gradient names change (weight decay acts on them
 * alone). With momentum every row keeps moving, so the gradient is made dense and the result is PyTorch's.
 */
export class SGD extends Optimizer<SGDOptions> {
  constructor(params: ParamsInput<SGDOptions>, options?: SGDOptions) {
    super(params, options, {
      lr: 1e-3,
      momentum: 0,
      dampening: 0,
      weightDecay: 0,
      nesterov: false,
      maximize: false,
    });
  }

  protected override checkGroup(options: Settled<SGDOptions>): void {
    checkNonNegative('SGD', options, ['lr', 'momentum', 'weightDecay']);
    checkNumberOption('SGD', 'dampening', options.dampening, 'a number', Number.isFinite);
    checkFlags('SGD', options, ['nesterov', 'maximize']);
    if (options.nesterov && (options.momentum <= 0 || options.dampening !== 0)) {
      throw new ValueError('SGD: nesterov needs a momentum above 0 and a dampening of 0');
    }
  }

  protected override get stateLayout(): StateLayout {
    return { momentum_buffer: optional(alike) };
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<SGDOptions>): void {
    let buffer: Tensor | null = null;
    let grad = gradient;
    let first = false;
    if (group.momentum !== 0) {
      if (grad instanceof RowSparse) grad = grad.toDense();
      const kept = this.state.get(parameter)?.momentum_buffer;
      first = !(kept instanceof Tensor);
      buffer = kept instanceof Tensor ? kept : stateLike(parameter);
      if (first) this.state.set(parameter, { momentum_buffer: buffer });
    }
    const { lr, momentum, dampening, weightDecay, nesterov, maximize } = group;
    const rule = { name: 'sgd', lr, momentum, dampening, weightDecay, nesterov, maximize, first } as const;
    const restsAtZero = buffer === null && weightDecay === 0;
    updateParameter(rule, parameter, grad, buffer, null, null, restsAtZero);
  }
}
