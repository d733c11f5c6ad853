import { DenseRows } from '../autograd/dense_rows.js';
import { RowSparse } from '../autograd/row_sparse.js';
import { copyInto } from '../calls/copy.js';
import { clampInPlace, scaleInPlace, sumOfPowers } from '../calls/optim.js';
import { ArgumentError, describe, ValueError } from '../errors.js';
import { contiguous } from '../ops/copy.js';
import { scalarTensor } from '../ops/loss_reduction.js';
import { checkOptions, isIterable } from '../options.js';
import { Tensor } from '../tensor/tensor.js';

export interface ClipGradNormOptions {
  /** Which p-norm; Infinity is the largest magnitude. Default 2. */
  normType?: number;
  /** Throw when the norm is NaN or infinite instead of scaling by it. Default false. */
  errorIfNonfinite?: boolean;
}

function checkNormType(op: string, normType: unknown): void {
  if (typeof normType === 'number' && normType >= 0) return;
  throw new ValueError(`${op}: normType must be a number of at least 0, or Infinity, got ${describe(normType)}`);
}

/** The parameters that have gradients. */
function withGradients(op: string, parameters: Iterable<Tensor> | Tensor): Tensor[] {
  if (parameters instanceof Tensor) return parameters.heldGrad === null ? [] : [parameters];
  if (!isIterable(parameters)) {
    throw new ArgumentError(`${op}: parameters must be a Tensor or an iterable of them, got ${describe(parameters)}`);
  }
  const found: Tensor[] = [];
  for (const parameter of parameters) {
    if (!(parameter instanceof Tensor)) {
      throw new ArgumentError(`${op}: parameters must hold tensors, got ${describe(parameter)}`);
    }
    if (parameter.heldGrad !== null) found.push(parameter);
  }
  return found;
}

/**
 * A gradient's numbers that are not zero, each counted once: a row-sparse one is coalesced first (and stays so), since the norm of rows
 * that are yet to be added up is not the gradient's.
 */
function numbersOf(parameter: Tensor): Tensor {
  const grad = parameter.heldGrad;
  if (grad instanceof DenseRows && grad.isPending) {
    grad.makeDistinct();
    return grad.values;
  }
  if (!(grad instanceof RowSparse)) return grad!;
  if (!grad.isCoalesced) parameter.heldGrad = grad.coalesce();
  return (parameter.heldGrad as RowSparse).values;
}

/** Changes a tensor's numbers in place, through a copy where they don't lie together. */
function inPlace(x: Tensor, change: (dense: Tensor) => void): void {
  const dense = contiguous(x.detach());
  change(dense);
  if (dense.storage !== x.storage) copyInto(x, dense);
  x.storage.version++;
}

/**
 * The norm of all gradients together, as if they were one vector, as `torch.nn.utils.get_total_norm`.
 * Row-sparse gradients count with their sums.
 */
export function totalGradNorm(parameters: Iterable<Tensor> | Tensor, normType = 2): number {
  const op = 'totalGradNorm';
  checkNormType(op, normType);
  return normOf(powersOfGradients(withGradients(op, parameters), normType), normType);
}

/** Σ |g|^p over the gradients of parameters that have one, or the largest |g| for p = Infinity. */
export function powersOfGradients(parameters: readonly Tensor[], p: number): number {
  let total = 0;
  for (const parameter of parameters) {
    const x = contiguous(numbersOf(parameter).detach());
    const power = sumOfPowers(x, p);
    if (!Number.isFinite(p)) total = Number.isNaN(power) ? power : Math.max(total, power);
    else total += power;
  }
  return total;
}

function normOf(powers: number, p: number): number {
  return Number.isFinite(p) && p !== 0 ? powers ** (1 / p) : powers;
}

/**
 * Scales all gradients by one factor so that their common norm is at most `maxNorm`: by maxNorm / (norm + 1e-6) where
 * that is below 1. As `torch.nn.utils.clip_grad_norm_`; row-sparse gradients, which PyTorch's refuses, are coalesced.
 *
 * @returns the norm before, a 0-d tensor.
 */
export function clipGradNorm_(
  parameters: Iterable<Tensor> | Tensor,
  maxNorm: number,
  options?: ClipGradNormOptions,
): Tensor {
  return clipByNorm('clipGradNorm_', parameters, maxNorm, options, powersOfGradients);
}

/** The same where more gradients than this process has count. @param powersOf what `powersOfGradients` gives, of all */
export function clipByNorm(
  op: string,
  parameters: Iterable<Tensor> | Tensor,
  maxNorm: number,
  options: ClipGradNormOptions | undefined,
  powersOf: (found: readonly Tensor[], p: number) => number,
): Tensor {
  const { normType = 2, errorIfNonfinite = false } = checkOptions(op, options, ['normType', 'errorIfNonfinite']);
  if (typeof maxNorm !== 'number' || !(maxNorm >= 0)) {
    throw new ValueError(`${op}: maxNorm must be a number of at least 0, got ${describe(maxNorm)}`);
  }
  checkNormType(op, normType);
  const found = withGradients(op, parameters);
  const norm = normOf(powersOf(found, normType), normType);
  if (errorIfNonfinite && !Number.isFinite(norm)) {
    throw new ValueError(`${op}: the norm of the gradients is ${norm}, so they can't be clipped`);
  }
  const factor = maxNorm / (norm + 1e-6);
  if (!(factor >= 1)) {
    for (const parameter of found) {
      inPlace(numbersOf(parameter), (x) => scaleInPlace(x, factor));
    }
  }
  return scalarTensor(norm, found[0]?.heldGrad?.dtype ?? 'float32');
}

/** Cuts every gradient element to [-clipValue, clipValue]. As `torch.nn.utils.clip_grad_value_`; row-sparse too. */
export function clipGradValue_(parameters: Iterable<Tensor> | Tensor, clipValue: number): void {
  const op = 'clipGradValue_';
  if (typeof clipValue !== 'number' || !(clipValue >= 0)) {
    throw new ValueError(`${op}: clipValue must be a number of at least 0, got ${describe(clipValue)}`);
  }
  for (const parameter of withGradients(op, parameters)) {
    inPlace(numbersOf(parameter), (x) => clampInPlace(x, clipValue));
  }
}

/** Multiplies all gradients by a factor, row-sparse ones too. */
export function scaleGradients(parameters: Iterable<Tensor>, factor: number): void {
  for (const parameter of withGradients('scaleGradients', parameters)) {
    inPlace(numbersOf(parameter), (x) => scaleInPlace(x, factor));
  }
}
