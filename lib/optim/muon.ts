import { RowSparse } from '../autograd/row_sparse.js';
import { describe, ShapeError, ValueError } from '../errors.js';
import { lerp } from '../ops/blend.js';
import { addmm, matmul } from '../ops/matmul.js';
import { norm } from '../ops/statistics.js';
import { formatShape } from '../tensor/shape.js';
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
import { alike, type StateLayout } from './state_entries.js';

export interface MuonOptions {
  /** Learning rate, also as a tensor with one element, which is read once. Default 1e-3. */
  lr?: number | Tensor;
  /** How much weights decay by themselves: by lr · weightDecay. Default 0.1. */
  weightDecay?: number;
  /** How slowly the running mean of the gradient forgets. Default 0.95. */
  momentum?: number;
  /** Nesterov's momentum. Default true. */
  nesterov?: boolean;
  /** The coefficients of the polynomial with which updates are made orthogonal. Default [3.4445, -4.775, 2.0315]. */
  nsCoefficients?: readonly [number, number, number];
  /** The least norm that an update is divided by. Default 1e-7. */
  eps?: number;
  /** How often the polynomial is applied, below 100. Default 5. */
  nsSteps?: number;
  /**
   * How the rate follows a matrix's shape [rows, columns]: times √max(1, rows / columns) ('original', which null, the
   * default, means), or times 0.2 √max(rows, columns), so that updates are as large as AdamW's ('match_rms_adamw').
   */
  adjustLrFn?: 'original' | 'match_rms_adamw' | null;
}

/**
 * Muon (Jordan et al., 2024), for the weight matrices of hidden layers, as `torch.optim.Muon`: B ← μ B + (1 - μ) G; the
 * update, B or with nesterov G + μ (B - G), is made nearly orthogonal by Newton and Schulz's iteration
 * X ← a X + (b X Xᵀ + c (X Xᵀ)²) X, which starts from the update over its norm; p ← (1 - lr weightDecay) p - lr' X.
 * As in PyTorch the iteration rounds to bfloat16 after every product. Embeddings, biases and output layers want another
 * optimizer beside it, such as AdamW.
 *
 * Row-sparse gradients (which PyTorch's Muon refuses) are made dense.
 */
export class Muon extends Optimizer<MuonOptions> {
  /** @throws ShapeError for a parameter that is no matrix; ArgumentError, ValueError, OptionError naming the option */
  constructor(params: ParamsInput<MuonOptions>, options?: MuonOptions) {
    super(params, options, {
      lr: 1e-3,
      weightDecay: 0.1,
      momentum: 0.95,
      nesterov: true,
      nsCoefficients: [3.4445, -4.775, 2.0315],
      eps: 1e-7,
      nsSteps: 5,
      adjustLrFn: null,
    });
  }

  protected override get stateLayout(): StateLayout {
    return { momentum_buffer: alike };
  }

  protected override checkGroup(options: Settled<MuonOptions>): void {
    checkNonNegative('Muon', options, ['lr', 'weightDecay', 'momentum', 'eps']);
    checkFlags('Muon', options, ['nesterov']);
    const { nsCoefficients: coefficients, nsSteps, adjustLrFn } = options;
    if (!Array.isArray(coefficients) || coefficients.length !== 3 || !coefficients.every(Number.isFinite)) {
      throw new ValueError(`Muon: nsCoefficients must be three numbers, got ${describe(coefficients)}`);
    }
    const fits = (x: number) => Number.isInteger(x) && x >= 0 && x < 100;
    checkNumberOption('Muon', 'nsSteps', nsSteps, 'an integer from 0 to 99', fits);
    if (adjustLrFn !== null && adjustLrFn !== 'original' && adjustLrFn !== 'match_rms_adamw') {
      throw new ValueError(
        `Muon: adjustLrFn must be 'original', 'match_rms_adamw' or null, got ${describe(adjustLrFn)}`,
      );
    }
  }

  protected override checkParameters({ params }: ParamGroup<MuonOptions>): void {
    for (const [i, parameter] of params.entries()) {
      if (parameter.ndim === 2) continue;
      throw new ShapeError(
        `Muon: params[${i}] must be a matrix, got shape ${formatShape(parameter.shape)}; give it to another optimizer`,
      );
    }
  }

  protected override update(parameter: Tensor, gradient: Tensor, group: ParamGroup<MuonOptions>): void {
    const { lr, weightDecay, momentum, nesterov, adjustLrFn } = group;
    const dense = gradient instanceof RowSparse ? gradient.toDense() : gradient;
    const buffer = this.stateOf(parameter, () => ({ momentum_buffer: stateLike(parameter) })).momentum_buffer as Tensor;
    buffer.copy_(lerp(buffer, dense, 1 - momentum));
    const update = orthogonalized(nesterov ? lerp(dense, buffer, momentum) : buffer, group);
    const [rows, columns] = parameter.shape;
    const ratio =
      adjustLrFn === 'match_rms_adamw'
        ? 0.2 * Math.sqrt(Math.max(rows, columns))
        : Math.sqrt(Math.max(1, rows / columns));
    parameter.mul_(1 - lr * weightDecay);
    parameter.add_(update.to(parameter.dtype), { alpha: -lr * ratio });
  }
}

/** As bfloat16 holds it, in the float32 that products are made in. */
function rounded(x: Tensor): Tensor {
  return x.to('bfloat16').to('float32');
}

function orthogonalized(update: Tensor, options: ParamGroup<MuonOptions>): Tensor {
  const { nsCoefficients, nsSteps, eps } = options;
  const [a, b, c] = nsCoefficients;
  const [rows, columns] = update.shape;
  if (update.numel === 0) return update;
  const tall = rows > columns;
  let x = rounded(tall ? update.t() : update);
  const length = Math.max(rounded(norm(x)).item(), eps);
  x = rounded(x.div(length));
  for (let step = 0; step < nsSteps; step++) {
    const gram = rounded(matmul(x, x.t()));
    const change = rounded(addmm(gram, gram, gram, { beta: b, alpha: c }));
    x = rounded(addmm(x, change, x, { beta: a }));
  }
  return tall ? x.t() : x;
}
