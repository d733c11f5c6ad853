import { RowSparse } from '../autograd/row_sparse.js';
import { ArgumentError } from '../errors.js';
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
import { alike, plainCount, type StateLayout } from './state_entries.js';
import { updateParameter } from './update.js';

export interface SparseAdamOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-3. */
  lr?: number | Tensor;
  /** How slowly the running means of gradient and square forget. Default [0.9, 0.999]. */
  betas?: readonly [number, number];
  /** Keeps the divisor from zero. Default 1e-8. */
  eps?: number;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

/**
 * Adam for row-sparse gradients, as `torch.optim.SparseAdam`: only the rows that a gradient names, each once with the
 * sum of its values, have their moments and weights updated, and one step count serves all rows. eps is added to √v
 * before the bias correction: p ← p - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + eps).
 *
 * Dense gradients are refused, as in PyTorch; use `nn.Embedding`'s `sparse: true`, or `Adam`.
 */
export class SparseAdam extends Optimizer<SparseAdamOptions> {
  constructor(params: ParamsInput<SparseAdamOptions>, options?: SparseAdamOptions) {
    super(params, options, { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, maximize: false });
  }

  protected override checkGroup(options: Settled<SparseAdamOptions>): void {
    checkNonNegative('SparseAdam', options, ['lr', 'eps']);
    checkBetas('SparseAdam', options.betas);
    checkFlags('SparseAdam', options, ['maximize']);
  }

  protected override get stateLayout(): StateLayout {
    return { step: plainCount, exp_avg: alike, exp_avg_sq: alike };
  }

  protected override checkUpdate(gradient: Tensor): void {
    if (gradient instanceof RowSparse) return;
    throw new ArgumentError(
      'SparseAdam: takes row-sparse gradients only, got a dense one; give the embedding { sparse: true }, or use Adam',
    );
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<SparseAdamOptions>): void {
    let state = this.state.get(parameter);
    if (state === undefined) {
      state = { step: 0, exp_avg: stateLike(parameter), exp_avg_sq: stateLike(parameter) };
      this.state.set(parameter, state);
    }
    const step = (state.step as number) + 1;
    state.step = step;
    const { lr, eps, maximize } = group;
    const [beta1, beta2] = group.betas;
    const rule = {
      name: 'sparseAdam',
      lr,
      beta1,
      beta2,
      eps,
      weightDecay: 0,
      step,
      decoupled: false,
      maximize,
    } as const;
    updateParameter(rule, parameter, gradient, state.exp_avg as Tensor, state.exp_avg_sq as Tensor, null);
  }
}
