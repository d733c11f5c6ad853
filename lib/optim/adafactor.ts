import { RowSparse } from '../autograd/row_sparse.js';
import { copyInto, copyOf } from '../calls/copy.js';
import { adafactor } from '../calls/optim.js';
import { describe, ValueError } from '../errors.js';
import { contiguous } from '../ops/copy.js';
import { contiguousStrides, numelOf } from '../tensor/shape.js';
import { Storage } from '../tensor/storage.js';
import { Tensor } from '../tensor/tensor.js';
import {
  checkFlags,
  checkNonNegative,
  checkNumberOption,
  Optimizer,
  type ParamGroup,
  type ParamState,
  type ParamsInput,
  type Settled,
} from './optimizer.js';
import { alike, count, optional, type StateLayout, shaped } from './state_entries.js';

export interface AdafactorOptions {
  /** The largest relative step, also as a tensor with one element, which is read once. Default 1e-2. */
  lr?: number | Tensor;
  /** The power of the step number with which the mean squares forget, at most 0. Default -0.8. */
  beta2Decay?: number;
  /**
   * What keeps the mean squares from zero (null: the dtype's own epsilon), and the least root mean square that a parameter
   * counts as. Default [null, 1e-3].
   */
  eps?: readonly [number | null, number];
  /** The largest root mean square of an update, at least 1. Default 1. */
  d?: number;
  /** How much weights decay by themselves: by lr · weightDecay. Default 0. */
  weightDecay?: number;
  /** Go up the gradient instead of down. Default false. */
  maximize?: boolean;
}

const rowShape = (shape: readonly number[]) => [...shape.slice(0, -1), 1];
const columnShape = (shape: readonly number[]) => [...shape.slice(0, -2), 1, shape[shape.length - 1]];

function zeros(shape: number[], parameter: Tensor): Tensor {
  const storage = Storage.lasting(parameter.dtype, numelOf(shape));
  return new Tensor(storage, shape, contiguousStrides(shape), 0);
}

/**
 * Adafactor (Shazeer and Stern, 2018), as `torch.optim.Adafactor`: of a matrix's mean squares only those of its rows and of
 * its columns are kept, so that the state of [rows, columns] weights is rows + columns numbers. With
 * β = 1 - t^beta2Decay: R ← β R + (1 - β) mean(g², columns), C ← β C + (1 - β) mean(g², rows), V = R C / mean(R);
 * U = g / √max(V, eps₁²); p ← (1 - lr weightDecay) p - max(eps₂, RMS(p)) min(lr, 1 / √t) U / max(1, RMS(U) / d).
 * Of more dimensions the last two make the matrices; a vector's mean squares are kept whole.
 *
 * Row-sparse gradients (which PyTorch's Adafactor refuses) are made dense: the means are those of whole columns.
 */
export class Adafactor extends Optimizer<AdafactorOptions> {
  /** @throws ArgumentError, ValueError, OptionError naming the parameter or option */
  constructor(params: ParamsInput<AdafactorOptions>, options?: AdafactorOptions) {
    super(params, options, { lr: 1e-2, beta2Decay: -0.8, eps: [null, 1e-3], d: 1, weightDecay: 0, maximize: false });
  }

  protected override get stateLayout(): StateLayout {
    return {
      step: count,
      row_var: optional(shaped(rowShape)),
      col_var: optional(shaped(columnShape)),
      variance: optional(alike),
    };
  }

  protected override checkGroup(options: Settled<AdafactorOptions>): void {
    checkNonNegative('Adafactor', options, ['lr', 'weightDecay']);
    const { beta2Decay, eps, d } = options;
    checkNumberOption(
      'Adafactor',
      'beta2Decay',
      beta2Decay,
      'a finite number of at most 0',
      (x) => x <= 0 && x > -1e308,
    );
    checkNumberOption('Adafactor', 'd', d, 'a finite number of at least 1', (x) => x >= 1 && Number.isFinite(x));
    const fits = (x: unknown) => typeof x === 'number' && x >= 0 && Number.isFinite(x);
    if (!Array.isArray(eps) || eps.length !== 2 || !(eps[0] === null || fits(eps[0])) || !fits(eps[1])) {
      throw new ValueError(
        `Adafactor: eps must be two numbers of at least 0, the first also null, got ${describe(eps)}`,
      );
    }
    checkFlags('Adafactor', options, ['maximize']);
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<AdafactorOptions>): void {
    const state = this.stateOf(parameter, (): ParamState => {
      if (parameter.ndim < 2) return { step: 0, variance: zeros([...parameter.shape], parameter) };
      const row_var = zeros(rowShape(parameter.shape), parameter);
      return { step: 0, row_var, col_var: zeros(columnShape(parameter.shape), parameter) };
    });
    const step = (state.step as number) + 1;
    state.step = step;
    const { lr, beta2Decay, eps, d, weightDecay, maximize } = group;
    const least = eps[0] ?? (parameter.dtype === 'float32' ? 2 ** -23 : Number.EPSILON);
    const options = { lr, share: step ** beta2Decay, step, eps1: least, eps2: eps[1], d, weightDecay, maximize };
    const dense = contiguous(gradient instanceof RowSparse ? gradient.toDense() : gradient);
    const weight = parameter.isContiguous() ? parameter : copyOf(parameter);
    const isVector = parameter.ndim < 2;
    adafactor(
      options,
      weight,
      isVector ? null : (state.row_var as Tensor),
      (isVector ? state.variance : state.col_var) as Tensor,
      dense,
    );
    if (weight !== parameter) copyInto(parameter, weight);
    parameter.storage.version++;
  }
}
