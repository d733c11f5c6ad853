import { describe, ValueError } from '../errors.js';
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

export interface RpropOptions {
  /** Every weight's first step, also as a tensor with one element, which is read once. Default 1e-2. */
  lr?: number | Tensor;
  /** What a step is multiplied by where the gradient's sign has changed, and where it has not. Default [0.5, 1.2]. */
  etas?: readonly [number, number];
  /** The smallest and the largest step. Default [1e-6, 50]. */
  stepSizes?: readonly [number, number];
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

function isPair(value: unknown, fits: (first: number, second: number) => boolean): boolean {
  const numbers = Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === 'number');
  return numbers && fits(value[0], value[1]);
}

/**
 * Resilient backpropagation (Riedmiller and Braun, 1993), as `torch.optim.Rprop`, for gradients of whole data sets: only
 * their signs count. Each weight has a step, which grows by etas[1] where the sign stays and shrinks by etas[0] where it
 * turns; then that gradient is forgotten, and the weight rests. p ← p - sign(g) · step.
 *
 * Row-sparse gradients (which PyTorch's Rprop refuses): only the rows that the gradient names are touched; the steps and
 * gradients of other rows rest.
 */
export class Rprop extends Optimizer<RpropOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<RpropOptions>, options?: RpropOptions) {
    super(params, options, { lr: 1e-2, etas: [0.5, 1.2], stepSizes: [1e-6, 50], maximize: false });
  }

  protected override get stateLayout(): StateLayout {
    return { step: count, prev: alike, step_size: alike };
  }

  protected override checkGroup(options: Settled<RpropOptions>): void {
    checkNonNegative('Rprop', options, ['lr']);
    const { etas, stepSizes } = options;
    if (!isPair(etas, (minus, plus) => minus > 0 && minus < 1 && plus > 1 && Number.isFinite(plus))) {
      throw new ValueError(`Rprop: etas must be a number between 0 and 1 and one above 1, got ${describe(etas)}`);
    }
    if (!isPair(stepSizes, (least, most) => least >= 0 && least <= most)) {
      throw new ValueError(
        `Rprop: stepSizes must be two numbers of at least 0 that don't fall, got ${describe(stepSizes)}`,
      );
    }
    checkFlags('Rprop', options, ['maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<RpropOptions>): void {
    const { lr, etas, stepSizes, maximize } = group;
    const state = this.stateOf(parameter, () => ({
      step: 0,
      prev: stateLike(parameter),
      step_size: stateLike(parameter, lr),
    }));
    state.step = (state.step as number) + 1;
    const [etaMinus, etaPlus] = etas;
    const [stepMin, stepMax] = stepSizes;
    const rule = { name: 'rprop', etaMinus, etaPlus, stepMin, stepMax, maximize } as const;
    updateParameter(rule, parameter, gradient, state.prev as Tensor, state.step_size as Tensor, null);
  }
}
