import { enableGrad, noGrad } from '../autograd/mode.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { zeros } from '../ops/creation.js';
import { cat } from '../ops/joining.js';
import { dot } from '../ops/matmul.js';
import type { DType } from '../tensor/dtype.js';
import type { Tensor } from '../tensor/tensor.js';
import { flatState, type LbfgsState } from './lbfgs_state.js';
import {
  checkNonNegative,
  checkNumberOption,
  Optimizer,
  type ParamGroup,
  type ParamsInput,
  type Settled,
} from './optimizer.js';
import { numberFrom, type StateLayout } from './state_entries.js';
import { type LinePoint, strongWolfe } from './strong_wolfe.js';

export interface LBFGSOptions {
  /** The length of a step, also as a tensor with one element, which is read once. Default 1. */
  lr?: number | Tensor;
  /** How many iterations a `step` makes at most. Default 20. */
  maxIter?: number;
  /** How often a `step` calls its closure at most. Default maxIter · 5 / 4, rounded down. */
  maxEval?: number;
  /** Stop where no gradient is larger. Default 1e-7. */
  toleranceGrad?: number;
  /** Stop where neither a parameter nor the loss changes by more. Default 1e-9. */
  toleranceChange?: number;
  /** How many steps the curvature is estimated from. Default 100. */
  historySize?: number;
  /** Search each line for a point that fulfils the strong Wolfe conditions. Default null: go lr all the way. */
  lineSearchFn?: 'strong_wolfe' | null;
}

/**
 * L-BFGS (Liu and Nocedal, 1989), a quasi-Newton method, as `torch.optim.LBFGS`: for losses of whole data sets, which are
 * computed again and again in every step.
 *
 * ```ts
 * const optimizer = new optim.LBFGS(model.parameters(), { lineSearchFn: 'strong_wolfe' });
 * optimizer.step(() => {
 *   optimizer.zeroGrad();
 *   const loss = criterion.forward(model.forward(x), y);
 *   loss.backward();
 *   return loss;
 * });
 * ```
 *
 * All parameters belong to one group, and their state, 2 · historySize + 2 numbers for each weight, to the first of them.
 * Row-sparse gradients are made dense, as in PyTorch.
 */
export class LBFGS extends Optimizer<LBFGSOptions> {
  /** @throws ArgumentError for more than one group; ArgumentError, ValueError, OptionError naming parameter or option */
  constructor(params: ParamsInput<LBFGSOptions>, options?: LBFGSOptions) {
    super(params, options, {
      lr: 1,
      maxIter: 20,
      maxEval: Math.floor(((typeof options?.maxIter === 'number' ? options.maxIter : 20) * 5) / 4),
      toleranceGrad: 1e-7,
      toleranceChange: 1e-9,
      historySize: 100,
      lineSearchFn: null,
    });
  }

  protected override get stateLayout(): StateLayout {
    const length = this.parameters.reduce((sum, parameter) => sum + parameter.numel, 0);
    return flatState(length, this.dtype);
  }

  protected override checkGroup(options: Settled<LBFGSOptions>): void {
    checkNonNegative('LBFGS', options, ['lr', 'toleranceGrad', 'toleranceChange']);
    for (const name of ['maxIter', 'maxEval', 'historySize'] as const) {
      const isCount = (x: number) => Number.isSafeInteger(x) && x >= 1;
      checkNumberOption('LBFGS', name, options[name], 'an integer of at least 1', isCount);
    }
    if (options.lineSearchFn !== null && options.lineSearchFn !== 'strong_wolfe') {
      throw new ValueError(`LBFGS: lineSearchFn must be 'strong_wolfe' or null, got ${describe(options.lineSearchFn)}`);
    }
  }

  protected override checkParameters({ params }: ParamGroup<LBFGSOptions>): void {
    if (this.paramGroups.length > 0) throw new ArgumentError('LBFGS: takes one group of parameters only');
    if (params.length === 0) throw new ArgumentError('LBFGS: got an empty list of parameters');
  }

  /** Parameters move together, in `step`. */
  protected override update(): void {}

  private get parameters(): readonly Tensor[] {
    return this.paramGroups[0]?.params ?? [];
  }

  /** @throws ArgumentError without a closure: the loss is computed several times. */
  override step(): undefined;
  /**
   * Makes up to `maxIter` iterations, in each of which the closure is called once, or as often as the line search asks.
   * @param closure computes the loss with its gradients, and returns it: a number, or a tensor with one element.
   * @returns the loss before the step
   * @throws ArgumentError when it is no function or does not return the loss; ShapeError, DTypeError for a gradient that
   * does not fit
   */
  override step<T>(closure: () => T): T;
  override step<T>(closure?: () => T): T | undefined {
    if (closure === undefined) {
      throw new ArgumentError('LBFGS.step: needs a closure that computes the loss again with its gradients');
    }
    this.checkClosure(closure);
    const [group] = this.paramGroups;
    this.checkRate(group);
    this.stepsTaken++;
    const before = enableGrad(closure);
    noGrad(() => this.iterate(closure, this.lossFrom(before), group));
    return before;
  }

  /** The dtype of the flat vectors. */
  private get dtype(): DType {
    return this.parameters.some((parameter) => parameter.dtype === 'float64') ? 'float64' : 'float32';
  }

  private lossFrom(value: unknown): number {
    const loss = numberFrom(value);
    if (typeof loss === 'number') return loss;
    throw new ArgumentError(
      `LBFGS.step: closure must return the loss, a number or a tensor with one element, got ${describe(value)}`,
    );
  }

  private iterate(closure: () => unknown, firstLoss: number, group: ParamGroup<LBFGSOptions>): void {
    const { lr, maxIter, maxEval, toleranceGrad, toleranceChange, historySize, lineSearchFn } = group;
    const state = this.stateOf(this.parameters[0], () => ({ func_evals: 0, n_iter: 0 })) as unknown as LbfgsState;
    const isOptimal = (gradient: Tensor) => largest(gradient) <= toleranceGrad;
    let loss = firstLoss;
    let gradient = this.flatGradient();
    let evaluations = 1;
    state.func_evals++;
    if (isOptimal(gradient)) return;

    for (let iteration = 1; ; iteration++) {
      state.n_iter++;
      const direction = nextDirection(state, gradient, historySize);
      state.d = direction;
      state.prev_flat_grad = gradient;
      state.prev_loss = loss;
      // The first direction is the whole gradient, of any size.
      state.t = state.n_iter === 1 ? Math.min(1, 1 / gradient.abs().sum().item()) * lr : lr;
      const slope = dot(gradient, direction).item();
      if (slope > -toleranceChange) return;

      const reach = largest(direction);
      let optimal = false;
      let tried = 0;
      if (lineSearchFn === null) {
        this.move(direction, state.t);
        // A last evaluation would serve nobody: the next step makes its own.
        if (iteration < maxIter) {
          loss = this.lossFrom(enableGrad(closure));
          gradient = this.flatGradient();
          optimal = isOptimal(gradient);
          tried = 1;
        }
      } else {
        const limits = { toleranceChange, maxTries: maxEval - evaluations };
        const start = { t: 0, loss, gradient, slope };
        const search = strongWolfe(this.line(closure, direction), start, state.t, reach, limits);
        ({ loss, gradient } = search.point);
        state.t = search.point.t;
        tried = search.evaluations;
        this.move(direction, state.t);
        optimal = isOptimal(gradient);
      }
      evaluations += tried;
      state.func_evals += tried;
      const stands = reach * Math.abs(state.t) <= toleranceChange || Math.abs(loss - state.prev_loss) < toleranceChange;
      if (iteration === maxIter || evaluations >= maxEval || optimal || stands) return;
    }
  }

  /** The points on the line from where the parameters are; they are there again after each call. */
  private line(closure: () => unknown, direction: Tensor): (t: number) => LinePoint {
    const origin = this.parameters.map((parameter) => parameter.detach().clone());
    return (t) => {
      this.move(direction, t);
      const loss = this.lossFrom(enableGrad(closure));
      const gradient = this.flatGradient();
      for (const [i, parameter] of this.parameters.entries()) parameter.copy_(origin[i]);
      return { t, loss, gradient, slope: dot(gradient, direction).item() };
    };
  }

  /** All gradients one after the other, in memory of their own; zeros where there is none. */
  private flatGradient(): Tensor {
    const { parameters, dtype } = this;
    const parts = parameters.map((parameter) => {
      this.checkGradient(parameter);
      const grad = parameter.heldGrad;
      if (grad === null) return zeros([parameter.numel], { dtype });
      return (grad instanceof RowSparse ? grad.toDense() : grad).reshape(-1).to(dtype);
    });
    return cat(parts);
  }

  /** Moves every parameter by t times its part of the direction. */
  private move(direction: Tensor, t: number): void {
    let start = 0;
    for (const parameter of this.parameters) {
      const part = direction.narrow(0, start, parameter.numel).view(parameter.shape);
      parameter.add_(part.to(parameter.dtype), { alpha: t });
      start += parameter.numel;
    }
  }
}

function largest(x: Tensor): number {
  return x.numel === 0 ? 0 : x.abs().max().item();
}

/**
 * The negative gradient times the approximate inverse Hessian, from the last changes of parameters and gradients: the
 * two-loop recursion (Nocedal and Wright, algorithm 7.4). The last change joins the history where the curvature along it
 * is positive.
 */
function nextDirection(state: LbfgsState, gradient: Tensor, historySize: number): Tensor {
  if (state.n_iter === 1 || !state.d || !state.prev_flat_grad) {
    state.old_dirs = [];
    state.old_stps = [];
    state.ro = [];
    state.H_diag = 1;
    return gradient.neg();
  }
  const { old_dirs: changes = [], old_stps: steps = [], ro = [] } = state;
  const change = gradient.sub(state.prev_flat_grad);
  const step = state.d.mul(state.t ?? 0);
  const curvature = dot(change, step).item();
  if (curvature > 1e-10) {
    if (changes.length >= historySize) for (const list of [changes, steps, ro]) list.shift();
    changes.push(change);
    steps.push(step);
    ro.push(1 / curvature);
    state.H_diag = curvature / dot(change, change).item();
  }
  const shares = new Array<number>(changes.length);
  const direction = gradient.neg();
  for (let i = changes.length - 1; i >= 0; i--) {
    shares[i] = dot(steps[i], direction).item() * ro[i];
    direction.add_(changes[i], { alpha: -shares[i] });
  }
  direction.mul_(state.H_diag ?? 1);
  for (let i = 0; i < changes.length; i++) {
    const back = dot(changes[i], direction).item() * ro[i];
    direction.add_(steps[i], { alpha: shares[i] - back });
  }
  return direction;
}
